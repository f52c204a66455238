"""One cause is one failure, over a real socket: exactly the statement about it is not kept.

Most causes are the mutants of `test_mutants.py`; those here break a statement in another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.support.http_server import Answering, Asked, Reply, serving
from tests.support.in_process import connect
from tests.support.mutant_servers import compare_times
from tests.support.sound_server import answer, list_runs
from tests.support.threads import THREAD, Run, list_of, numbered
from validator.live import check_listing
from validator.live.statements import STATEMENTS
from validator.live.verdicts import statement_of
from validator.rules.registry import RULES

RUNS = [numbered(number) for number in range(7)]
IDS = [run["id"] for run in RUNS]
SOUND = list_runs(RUNS)
EMPTY, OTHER = "thread_empty0000000000000000", "thread_other0000000000000000"
OTHER_RUNS = [numbered(100 + number) | {"thread_id": OTHER} for number in range(3)]


def sound(asked: Asked) -> Reply:
    """Answer for three threads: one with runs, one without, and another one."""
    if EMPTY in asked.path:
        return Reply(list_of([]))
    if OTHER in asked.path:
        return Reply(list_of(OTHER_RUNS[::-1]))
    return SOUND(asked)


def without(*names: str, when: Callable[[Asked], bool] = lambda asked: True) -> Answering:
    """Ignore parameters of some requests."""

    def answering(asked: Asked) -> Reply:
        query = {name: value for name, value in asked.query.items() if name not in names}
        return sound(asked._replace(query=query) if when(asked) else asked)

    return answering


def with_page(change: Callable[[Asked, dict[str, Any]], dict[str, Any]]) -> Answering:
    """Change every page."""

    def answering(asked: Asked) -> Reply:
        reply = sound(asked)
        return reply._replace(body=reply.body | change(asked, reply.body)) if "data" in reply.body else reply

    return answering


def with_runs(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Answering:
    """Change every run."""

    def answering(asked: Asked) -> Reply:
        reply = sound(asked)
        if "data" in reply.body:
            return reply._replace(body=reply.body | {"data": [run | change(run) for run in reply.body["data"]]})
        return reply if reply.status != 200 else reply._replace(body=reply.body | change(reply.body))

    return answering


def in_milliseconds(run: dict[str, Any]) -> dict[str, Any]:
    return {name: 1000 * run[name] for name in ("created_at", "started_at", "completed_at")}


def rename(reply: Reply) -> Reply:
    """Write keys in camelCase."""
    page = {
        {"first_id": "firstId", "last_id": "lastId", "has_more": "hasMore"}.get(key, key): reply.body[key]
        for key in reply.body
    }
    return reply._replace(body=page)


MUTANTS: dict[str, tuple[Answering, str]] = {
    "has_more true": (with_page(lambda asked, page: {"has_more": bool(page["data"])}), "has-more-false"),
    "has_more null": (with_page(lambda asked, page: {"has_more": None}), "envelope-keys"),
    "camelCase": (lambda asked: rename(sound(asked)) if "data" in sound(asked).body else sound(asked), "wire-names"),
    "milliseconds": (with_runs(in_milliseconds), "seconds"),
    "floats": (with_runs(lambda run: {"created_at": float(run["created_at"])}), "whole-numbers"),
    "invalid status": (with_runs(lambda run: {"status": "done"}), "run-shape"),
    "first_id null": (with_page(lambda asked, page: {"first_id": None}), "first-last"),
    "retrieved run differs": (
        lambda asked: (
            Reply(sound(asked).body | {"created_at": 1_700_000_000})
            if asked.path.endswith(tuple(IDS)) and THREAD in asked.path
            else sound(asked)
        ),
        "retrieve-equals-listed",
    ),
    "foreign cursor restarts": (
        without("after", "before", when=lambda asked: any(run["id"] in str(asked.query) for run in OTHER_RUNS)),
        "cursor-other-thread",
    ),
}


def judge(answering: Answering) -> dict[str, str]:
    """The verdicts on a server that answers so."""
    with serving(answering) as server:
        report = check_listing(f"{server.origin}/v1", thread=THREAD, other_thread=OTHER, empty_thread=EMPTY)
    return {result.id: result.verdict for result in report.statements}


def test_sound_server_keeps_what_is_asked() -> None:
    verdicts = judge(sound)
    assert {name for name, verdict in verdicts.items() if verdict == "not asked"} == {
        "cursor-stable",
        "one-active-run",
        "key-needed",
    }
    assert {name for name, verdict in verdicts.items() if verdict == "not verified"} <= {
        "default-limit-20",
        "empty-thread",
    }
    assert {*verdicts.values()} == {"kept", "not asked", "not verified"}


@pytest.mark.parametrize("name", MUTANTS)
def test_one_cause_is_one_failure(name: str) -> None:
    answering, statement = MUTANTS[name]
    verdicts = judge(answering)
    assert {key for key, verdict in verdicts.items() if verdict in ("broken", "doubtful")} == {statement}


def lose_all_but_the_first_page(asked: Asked, step: int) -> Reply:
    """Give the wrong side of a cursor, and say that nothing follows; so many seconds lie between two runs."""
    runs = [numbered(number, 1_740_000_000 + step * number) for number in range(7)]
    query = dict(asked.query)
    if query.get("after") in IDS and "before" not in query:
        query["before"] = query.pop("after")
    reply = list_runs(runs)(asked._replace(query=query)) if THREAD in asked.path else sound(asked)
    return reply._replace(body=reply.body | {"has_more": False}) if "data" in reply.body else reply


@pytest.mark.parametrize("step", [0, 60])
def test_walk_that_ends_with_its_first_page(step: int) -> None:
    """Whether the runs are of one second or not, has_more is broken, and a cursor that no walk has used is not kept."""
    verdicts = judge(partial(lose_all_but_the_first_page, step=step))
    failed = {name for name, verdict in verdicts.items() if verdict in ("broken", "doubtful")}
    assert failed == {"has-more-true", *(["after-follows-order"] if step else [])}
    for name in ("walk-complete", "walk-ends", "limit-filled", "after-excludes", "after-follows-order"):
        assert name in failed or verdicts[name] == "not verified"


def test_default_limit_is_judged_beside_pages_that_are_too_short() -> None:
    runs = [numbered(number) for number in range(60)]

    def answering(asked: Asked) -> Reply:
        limit = {"limit": "50"} if asked.query.get("limit") == "100" else {}
        return answer(asked._replace(query={"limit": "100", **asked.query, **limit}), {THREAD: runs})

    verdicts = judge(answering)
    assert (verdicts["limit-filled"], verdicts["default-limit-20"]) == ("doubtful", "broken")


def test_pages_without_ids_of_their_ends_can_be_walked() -> None:
    runs = [numbered(number, 1_740_000_000 + 60 * (number // 2)) for number in range(7)]
    threads = {THREAD: runs, OTHER: OTHER_RUNS, EMPTY: []}

    def answering(asked: Asked) -> Reply:
        reply = answer(asked, threads, window=compare_times)
        return reply._replace(
            body={name: value for name, value in reply.body.items() if name not in ("first_id", "last_id")}
        )

    verdicts = judge(answering)
    assert {name for name, verdict in verdicts.items() if verdict in ("broken", "doubtful")} == {
        "envelope-keys",
        "walk-complete",
    }


def test_long_thread_has_its_default_page() -> None:
    runs = list_runs(numbered(number) for number in range(30))
    verdicts = judge(lambda asked: runs(asked) if THREAD in asked.path else sound(asked))
    assert verdicts["default-limit-20"] == "kept"
    assert not {"broken", "doubtful"} & {*verdicts.values()}


REFUSED: dict[str, tuple[Callable[[Asked], bool], set[str]]] = {
    "order=asc": (
        lambda asked: asked.query.get("order") == "asc" and "limit" in asked.query and "after" not in asked.query,
        {"asc-mirrors-desc", "order-kept", "walk-complete", "before-window"},
    ),
    "a cursor of a walk": (
        lambda asked: asked.query.get("after") == IDS[3] and asked.query["limit"] == "1",
        {"walk-complete", "walk-ends", "has-more-true", "after-excludes"},
    ),
    "the last cursor": (
        lambda asked: asked.query.get("after") == IDS[0] and asked.query["limit"] == "100",
        {"has-more-false"},
    ),
    "one run": (lambda asked: asked.path.endswith(IDS[-1]) and THREAD in asked.path, {"retrieve-equals-listed"}),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("status", [400, 404])
def test_valid_request_that_is_refused_is_no_pass(name: str, status: int) -> None:
    is_refused, unknown = REFUSED[name]
    error = {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}
    verdicts = judge(lambda asked: Reply({"error": error}, status) if is_refused(asked) else sound(asked))
    assert {name: verdicts[name] for name in unknown} == dict.fromkeys(unknown, "not verified")
    failed = {statement: verdict for statement, verdict in verdicts.items() if verdict in ("broken", "doubtful")}
    assert failed == {"valid-requests": "doubtful" if name in ("the last cursor", "one run") else "broken"}
    assert (verdicts["first-last"], verdicts["cursor-unknown"], verdicts["run-404"]) == ("kept", "kept", "kept")


@pytest.mark.parametrize(("body", "coding"), [(b"\xff\xff", "deflate"), (b'{"data": []}', "gzip")])
def test_body_that_is_not_compressed_as_the_header_says_is_no_answer(body: bytes, coding: str) -> None:
    unreadable = Reply(body, 200, {"Content-Encoding": coding})
    verdicts = judge(lambda asked: unreadable if asked.query.get("limit") == "0" else sound(asked))
    assert {name for name, verdict in verdicts.items() if verdict in ("broken", "doubtful")} == {"no-5xx"}
    assert (verdicts["content-type"], verdicts["limit-range"]) == ("not verified", "not verified")


@pytest.mark.parametrize(
    ("reply", "broken"),
    [
        (Reply({"error": {"message": "No.", "type": "invalid_request_error"}}), {"envelope-keys"}),
        (Reply(b"<html>", headers={"Content-Type": "text/html"}), {"envelope-keys", "content-type"}),
    ],
)
def test_one_answer_to_everything_is_one_cause(reply: Reply, broken: set[str]) -> None:
    verdicts = judge(lambda asked: reply)
    assert {name for name, verdict in verdicts.items() if verdict in ("broken", "doubtful")} == broken
    assert (verdicts["thread-404"], verdicts["error-envelope"]) == ("not verified", "not verified")


def test_runs_without_ids_are_no_empty_thread() -> None:
    answering = with_runs(lambda run: {"id": 7})
    with connect(answering) as client:
        report = check_listing(client, thread=THREAD)
    reasons = {one.id: one.reason for one in report.statements}
    assert (reasons["walk-ends"], reasons["error-envelope"]) == ("no run has an id that can be asked for", "")


def test_order_that_changes_is_no_change_of_the_thread() -> None:
    runs = [numbered(number, 1_740_000_000 + number // 3) for number in range(7)]
    shuffled = Random(7)

    def sort(runs: Sequence[Run], order: str) -> Sequence[Run]:
        return sorted(shuffled.sample(runs, len(runs)), key=lambda run: run["created_at"], reverse=order == "desc")

    with connect(lambda asked: answer(asked, {THREAD: runs}, sort=sort)) as client:
        report = check_listing(client, thread=THREAD)
    assert {one.id for one in report.statements if one.verdict in ("broken", "doubtful")} == {"order-stable"}
    assert "overlapping-pages" in {finding.rule for finding in report.findings}  # which are errors still


def test_long_thread_is_judged_as_far_as_it_is_walked() -> None:
    runs = [numbered(number, 1_740_000_000 + number // 3) for number in range(210)]

    def judge_walk(**functions: Any) -> tuple[str, str]:
        with connect(lambda asked: answer(asked, {THREAD: runs}, **functions)) as client:
            report = check_listing(client, thread=THREAD)
        return next((one.verdict, one.reason) for one in report.statements if one.id == "walk-complete")

    assert judge_walk() == ("not verified", "every page says that more runs follow")
    verdict, reason = judge_walk(window=compare_times)
    assert verdict == "broken"
    assert reason.endswith(": the walk through the first 2 pages returned 200 of 202 runs")


def test_answer_that_comes_at_the_second_try_is_complete() -> None:
    """Some servers close a connection after a server error, just when the next request is sent."""
    tries: list[str] = []

    def answering(asked: Asked) -> Reply:
        tries.append(asked.query.get("limit", ""))
        is_lost = tries[-1] == "0" and tries.count("0") == 1
        return Reply(b"", 200, {"Content-Length": "9", "Connection": "close"}) if is_lost else sound(asked)

    verdicts = judge(answering)
    assert tries.count("0") == 2
    assert (verdicts["no-5xx"], verdicts["content-type"], verdicts["limit-range"]) == ("kept", "kept", "kept")


def test_every_rule_over_answers_has_a_statement() -> None:
    named = {rule for statement in STATEMENTS for rule in statement.rules}
    rules = {rule.name for rule in RULES if rule.subject in ("answer", "recording", "listing")}
    assert rules - named <= {"unexpected-object"}
    assert named - {rule.name for rule in RULES} == set()
    assert all(re.fullmatch("[a-z0-9-]+", statement.id) for statement in STATEMENTS)
    assert callable(statement_of)
