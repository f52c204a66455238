"""Mutants of the sound server: for each statement one that breaks it.

Source of the statements: `validate-runs live`, `validator/live/statements.py`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.support.http_server import Answering, Asked, Reply, refuse
from tests.support.sound_server import EMPTY_THREAD, KEY, OTHER_THREAD, answer, make_threads, sound
from tests.support.threads import THREAD, Run, list_of, list_page, numbered, window
from validator.live.keys import WRONG_KEY
from validator.live.plan import UNKNOWN_RUN


def asks(**query: str | None) -> Answering:
    """A server that takes these parameters for what was asked, or ignores them where they are None."""
    changes = {name: value for name, value in query.items() if value is not None}

    def answering(asked: Asked) -> Reply:
        rest = {name: value for name, value in asked.query.items() if name not in query}
        given = {name: value for name, value in changes.items() if name in asked.query}
        return sound(asked._replace(query={**rest, **given}))

    return answering


def sends(change: Callable[[Asked, dict[str, Any]], Any], *, status: int = 200) -> Answering:
    """A server that changes each body that it sends with this status."""

    def answering(asked: Asked) -> Reply:
        reply = sound(asked)
        return reply._replace(body=change(asked, reply.body)) if reply.status == status else reply

    return answering


def pages(change: Callable[[Asked, dict[str, Any]], dict[str, Any]]) -> Answering:
    """A server that changes each page with runs."""
    return sends(lambda asked, body: change(asked, body) if body.get("data") else body)


def runs(**changes: Callable[[Run], Any]) -> Answering:
    """A server that has other values in some fields of each completed run."""

    def change(run: Run) -> Run:
        is_completed = run.get("status") == "completed"
        return {**run, **{name: value(run) for name, value in changes.items()}} if is_completed else run

    return sends(
        lambda _, body: {**body, "data": [change(run) for run in body["data"]]} if "data" in body else change(body)
    )


def accepts(parameter: str, values: Sequence[str], reply: Reply | None = None) -> Answering:
    """A server that ignores these values of a parameter, or answers them so."""

    def answering(asked: Asked) -> Reply:
        if asked.query.get(parameter) not in values:
            return sound(asked)
        rest = {name: value for name, value in asked.query.items() if name != parameter}
        return reply or sound(asked._replace(query=rest))

    return answering


def computes(**functions: Any) -> Answering:
    """A server that sorts or cuts otherwise."""
    return lambda asked: answer(asked, make_threads(), key=KEY, **functions)


def sort_by_time_alone(runs: Sequence[Run], order: str) -> Sequence[Run]:
    """Keep the runs of one second in the order of creation, whatever was asked for."""
    return sorted(runs, key=lambda run: run["created_at"], reverse=order == "desc")


def compare_times(runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
    """Leave out the runs of the second of `after`."""
    times = {run["id"]: run["created_at"] for run in runs}
    return [run for run in window(runs, after, before) if not after or run["created_at"] != times[after]]


def go_back(runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
    """Return the runs ahead of the cursor for `after`."""
    return window(runs, None, after) if after and not before else window(runs, after, before)


def include_the_cursor(runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
    found = window(runs, after, before)
    return [run for run in runs if run["id"] == after or run in found]


def lose_the_nearest(runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
    found = window(runs, after, before)
    return found[:-1] if before and not after else found


def lose_one_between(runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
    found = window(runs, after, before)
    return found[1:] if before and after else found


def unknown(kind: str) -> Answering:
    """A server that has an empty page for each thread, or the newest run for each run."""

    def answering(asked: Asked) -> Reply:
        reply = sound(asked)
        if (
            reply.status == 404
            and f"{kind}_doesnotexist" in asked.path
            and (kind == "run" or asked.path.endswith("/runs"))
        ):
            return Reply(list_of([]) if kind == "thread" else make_threads()[THREAD][-1])
        return reply

    return answering


def any_thread(asked: Asked) -> Reply:
    """Look for a run in all threads."""
    *start, thread, runs, run_id = asked.path.split("/")
    found = next((name for name, runs in make_threads().items() if any(run["id"] == run_id for run in runs)), thread)
    return sound(asked._replace(path="/".join((*start, found, runs, run_id))) if runs == "runs" else asked)


def foreign_cursor(asked: Asked) -> Reply:
    """List the thread of the cursor."""
    is_foreign = asked.query.get("after", "")[-2:] in ("50", "51")
    return sound(asked._replace(path=asked.path.replace(THREAD, OTHER_THREAD)) if is_foreign else asked)


def default_limit(asked: Asked) -> Reply:
    """A thread of 30 runs whose pages have 50 where the request names no limit."""
    return answer(asked._replace(query={"limit": "50", **asked.query}), make_threads(30), key=KEY)


def small_pages(asked: Asked) -> Reply:
    """Pages of at most 2 runs."""
    query = dict(asked.query)
    if query.get("limit", "20").isdecimal() and 2 < int(query.get("limit", "20")) <= 100:
        query["limit"] = "2"
    return sound(asked._replace(query=query))


def changed_retrieved(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
    return body if "data" in body else {**body, "instructions": "Others."}


def lists_null_metadata(retrieved: dict[str, str]) -> Answering:
    """A server whose pages have null where a run that is retrieved has this metadata."""

    def change(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if "data" not in body:
            return {**body, "metadata": retrieved}
        return {**body, "data": [{**run, "metadata": None} for run in body["data"]]}

    return sends(change)


def replace_thread(body: dict[str, Any]) -> dict[str, Any]:
    if "data" in body:
        return {**body, "data": [replace_thread(run) for run in body["data"]]}
    return {**body, "thread_id": EMPTY_THREAD}


def camel(value: Any) -> Any:
    if isinstance(value, dict):
        words = {key: key.split("_") for key in value}
        return {a + "".join(map(str.title, rest)): camel(value["_".join([a, *rest])]) for a, *rest in words.values()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def without(page: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in page.items() if key != name}


def full_has_more(asked: Asked, page: dict[str, Any]) -> dict[str, Any]:
    is_full = len(page["data"]) == int(asked.query.get("limit", "20"))
    return {**page, "has_more": page["has_more"] or is_full}


def turns_back(asked: Asked) -> Reply:
    """Begin again after a run in the middle."""
    middle = make_threads()[THREAD][3]["id"]
    query = {name: value for name, value in asked.query.items() if (name, value) != ("after", middle)}
    return sound(asked._replace(query=query))


def ignores_cursor(name: str) -> Answering:
    """A server that ignores a cursor that it knows."""
    known = {run["id"] for run in make_threads()[THREAD]}

    def answering(asked: Asked) -> Reply:
        query = {key: value for key, value in asked.query.items() if key != name or value not in known}
        return sound(asked._replace(query=query))

    return answering


def at_empty_thread(change: Callable[[Reply], Reply]) -> Answering:
    """A server that answers otherwise for the thread without runs."""
    return lambda asked: change(sound(asked)) if EMPTY_THREAD in asked.path else sound(asked)


def ignores_key(*keys: str) -> Answering:
    """A server that takes these values of the header for the right one."""

    def answering(asked: Asked) -> Reply:
        is_right = asked.headers.get("Authorization", "") in keys
        return sound(asked._replace(headers={"Authorization": f"Bearer {KEY}"}) if is_right else asked)

    return answering


def packed(reply: Reply) -> Reply:
    """Compress the body, and do not say so."""
    return reply._replace(body=gzip.compress(json.dumps(reply.body).encode()))


ACTIVE = {"status": lambda _: "in_progress", "completed_at": lambda _: None, "usage": lambda _: None}
ALL_ASCENDING = {"limit": "100", "order": "asc"}
NO_ANSWER = Reply(b"", 0)
SERVER_ERROR = refuse("The server had an error.", 500)
MUTANTS: Mapping[tuple[str, str], tuple[Answering, set[str]]] = {
    ("envelope-keys", "no has_more"): (sends(lambda _, body: without(body, "has_more")), {"schema:required"}),
    ("envelope-keys", "has_more as text"): (
        pages(lambda _, page: {**page, "has_more": str(page["has_more"]).lower()}),
        {"schema:type"},
    ),
    ("wire-names", "camelCase"): (pages(lambda _, page: camel(page)), {"camel-case-response"}),
    ("run-shape", "no time of completion"): (runs(completed_at=lambda _: None), {"completed-without-time"}),
    ("one-active-run", "two active runs on a page"): (
        runs(**{**ACTIVE, "expires_at": lambda run: run["created_at"] + 600}),
        {"concurrent-active-runs"},
    ),
    ("seconds", "milliseconds"): (runs(completed_at=lambda run: run["completed_at"] * 1000), {"milliseconds"}),
    ("of-this-thread", "another thread"): (
        sends(lambda _, body: replace_thread(body)),
        {"other-thread"},
    ),
    ("first-last", "first_id"): (pages(lambda _, page: {**page, "first_id": "run_Yesterday"}), {"first-id-mismatch"}),
    ("first-last", "last_id"): (pages(lambda _, page: {**page, "last_id": "run_Tomorrow"}), {"last-id-mismatch"}),
    ("limit-kept", "limit ignored"): (accepts("limit", ("1", "2", "3", "6")), {"page-too-long"}),
    ("default-limit-20", "3"): (
        lambda asked: sound(asked._replace(query={"limit": "3", **asked.query})),
        {"page-too-long"},
    ),
    ("limit-kept", "every limit ignored"): (asks(limit=None), {"page-too-long", "limit-out-of-range"}),
    ("has-more-false", "all runs, ascending"): (
        pages(lambda asked, page: {**page, "has_more": True} if asked.query == ALL_ASCENDING else page),
        {"page-too-long"},
    ),
    ("limit-filled", "two runs at most"): (small_pages, {"page-too-long"}),
    ("default-limit-20", "50"): (default_limit, {"page-too-long"}),
    ("order-kept", "order ignored"): (asks(order=None), {"unordered-runs"}),
    ("default-desc", "asc"): (
        lambda asked: sound(asked._replace(query={"order": "asc", **asked.query})),
        {"unordered-runs"},
    ),
    ("asc-mirrors-desc", "times alone"): (computes(sort=sort_by_time_alone), {"unmirrored-order"}),
    ("order-stable", "another order"): (
        lambda asked: (computes(sort=sort_by_time_alone) if asked.query.get("limit") == "3" else sound)(asked),
        {"unstable-order"},
    ),
    ("walk-complete", "ties"): (computes(window=compare_times), {"lost-runs"}),
    ("walk-ends", "turns back"): (turns_back, {"overlapping-pages"}),
    ("after-excludes", "the cursor too"): (computes(window=include_the_cursor), {"overlapping-pages"}),
    ("after-excludes", "after ignored"): (ignores_cursor("after"), {"overlapping-pages"}),
    ("after-excludes", "ignored without an order"): (
        lambda asked: sound(asked) if "order" in asked.query else ignores_cursor("after")(asked),
        {"overlapping-pages"},
    ),
    ("after-excludes", "ignored without a limit"): (
        lambda asked: sound(asked) if "limit" in asked.query else ignores_cursor("after")(asked),
        {"overlapping-pages"},
    ),
    ("order-kept", "ignored without a limit"): (
        lambda asked: sound(asked if "limit" in asked.query else asked._replace(query=without(asked.query, "order"))),
        {"unordered-runs"},
    ),
    ("walk-complete", "nothing without parameters"): (
        pages(lambda asked, page: page if asked.query or asked.path.count(OTHER_THREAD) else list_of([])),
        {"lost-runs"},
    ),
    ("after-follows-order", "the other way"): (
        computes(window=go_back),
        {"lost-runs", "overlapping-pages", "premature-end"},
    ),
    ("before-window", "loses the nearest"): (computes(window=lose_the_nearest), {"wrong-window"}),
    ("before-window", "before ignored"): (ignores_cursor("before"), {"overlapping-pages"}),
    ("both-window", "loses the first"): (computes(window=lose_one_between), {"wrong-window"}),
    ("has-more-true", "never"): (pages(lambda _, page: {**page, "has_more": False}), {"premature-end"}),
    ("has-more-true", "ascending"): (
        pages(lambda asked, page: page | ({"has_more": False} if asked.query.get("order") == "asc" else {})),
        {"premature-end"},
    ),
    ("walk-complete", "nothing behind a run without a limit"): (
        pages(lambda asked, page: list_of([]) if "after" in asked.query and "limit" not in asked.query else page),
        {"lost-runs"},
    ),
    ("walk-complete", "nothing for one limit"): (
        pages(
            lambda asked, page: list_of([]) if asked.query.get("limit") == "3" and "after" not in asked.query else page
        ),
        {"lost-runs"},
    ),
    ("has-more-true", "pages of two"): (
        pages(lambda asked, page: page | ({"has_more": False} if asked.query.get("limit") == "2" else {})),
        {"premature-end"},
    ),
    ("has-more-false", "a full page"): (pages(full_has_more), {"false-has-more", "needless-has-more"}),
    ("has-more-false", "an empty page"): (
        sends(lambda _, body: body if body.get("data", 1) else {**body, "has_more": True}),
        {"empty-page-has-more"},
    ),
    ("cursor-unknown", "the first page"): (
        lambda asked: sound(asked._replace(query={k: v for k, v in asked.query.items() if "doesnotexist" not in v})),
        {"unknown-cursor-accepted"},
    ),
    ("cursor-unknown", "an empty page"): (
        lambda asked: Reply(list_of([])) if "doesnotexist" in str(asked.query) else sound(asked),
        {"unknown-cursor-accepted"},
    ),
    ("cursor-other-thread", "an empty page"): (
        lambda asked: Reply(list_of([])) if asked.query.get("after", "")[-2:] in ("50", "51") else sound(asked),
        {"unknown-cursor-accepted"},
    ),
    ("limit-range", "0 and 101"): (accepts("limit", ("0", "-1")), {"limit-out-of-range"}),
    ("limit-range", "101 runs"): (
        accepts(
            "limit", ("101",), Reply(list_page([numbered(index, 1_739_000_000) for index in range(100, 201)], 101))
        ),
        {"limit-out-of-range"},
    ),
    ("limit-range", "no runs and more"): (
        accepts("limit", ("0",), Reply(list_of([], has_more=True))),
        {"limit-out-of-range"},
    ),
    ("limit-not-a-number", "the default"): (accepts("limit", ("abc", "1.5")), {"limit-out-of-range"}),
    ("order-word", "desc"): (accepts("order", ("newest", "DESC")), set()),
    ("thread-404", "an empty page"): (unknown("thread"), {"unknown-id-accepted"}),
    ("run-404", "the newest run"): (unknown("run"), {"unknown-id-accepted"}),
    ("error-envelope", "detail"): (
        lambda asked: Reply({"detail": "No."}, reply.status) if (reply := sound(asked)).status >= 400 else reply,
        {"error-envelope"},
    ),
    ("error-envelope", "no message"): (
        lambda asked: Reply({"error": {"type": "x"}}, reply.status) if (reply := sound(asked)).status >= 400 else reply,
        {"error-envelope"},
    ),
    ("no-5xx", "a limit that is no number"): (accepts("limit", ("abc",), SERVER_ERROR), {"server-error"}),
    ("no-5xx", "a cursor that is unknown"): (
        lambda asked: SERVER_ERROR if "doesnotexist" in str(asked.query) else sound(asked),
        {"server-error"},
    ),
    ("content-type", "text/plain"): (
        lambda asked: sound(asked)._replace(headers={"Content-Type": "text/plain"}),
        {"content-type"},
    ),
    ("first-last", "empty ids"): (
        sends(lambda _, body: body if body.get("data", 1) else {**body, "first_id": "", "last_id": ""}),
        {"empty-page-ids"},
    ),
    ("empty-thread", "empty ids"): (
        at_empty_thread(lambda reply: reply._replace(body={**reply.body, "first_id": "", "last_id": ""})),
        {"empty-page-ids"},
    ),
    ("empty-thread", "has_more"): (
        at_empty_thread(lambda reply: reply._replace(body={**reply.body, "has_more": True})),
        {"empty-page-has-more"},
    ),
    ("empty-thread", "404"): (at_empty_thread(lambda _: refuse("No runs.", 404)), {"no-empty-page"}),
    ("empty-thread", "no body"): (at_empty_thread(lambda _: Reply(b"", 204)), {"not-json"}),
    ("empty-thread", "a run"): (
        at_empty_thread(lambda _: Reply(list_of([{**numbered(9), "thread_id": EMPTY_THREAD}]))),
        {"no-empty-page"},
    ),
    ("valid-requests", "a limit of one"): (
        lambda asked: refuse("Expected a limit above 1.") if asked.query.get("limit") == "1" else sound(asked),
        {"refused-request"},
    ),
    ("key-needed", "no key"): (ignores_key(""), {"key-not-checked"}),
    ("key-needed", "a wrong key"): (ignores_key(f"Bearer {WRONG_KEY}"), {"key-not-checked"}),
    ("key-needed", "an error as 200"): (
        lambda asked: reply._replace(status=200) if (reply := sound(asked)).status == 401 else reply,
        {"not-a-run-list"},
    ),
    ("no-5xx", "no answer in time"): (accepts("limit", ("abc",), NO_ANSWER), {"no-response"}),
    ("content-type", "none"): (
        lambda asked: sound(asked)._replace(headers={"Content-Type": ""}),
        {"content-type"},
    ),
    ("content-type", "text/html for errors"): (
        lambda asked: (
            reply._replace(headers={"Content-Type": "text/html"}) if (reply := sound(asked)).status >= 400 else reply
        ),
        {"content-type"},
    ),
    ("not-redirected", "to another server"): (
        accepts("before", (UNKNOWN_RUN,), Reply(b"", 302, {"Location": "https://login.example.org/?from=runs"})),
        {"redirected"},
    ),
    ("not-redirected", "a slash"): (
        lambda asked: (
            Reply(b"", 307, {"Location": f"{asked.path}/"}) if asked.query.get("limit") == "0" else sound(asked)
        ),
        {"redirected"},
    ),
    ("not-redirected", "not modified"): (
        lambda asked: Reply(b"", 304) if asked.query.get("limit") == "0" else sound(asked),
        {"redirected"},
    ),
    ("valid-requests", "no limit"): (
        lambda asked: sound(asked) if asked.query or not asked.path.endswith(f"{THREAD}/runs") else refuse("No limit."),
        {"refused-request"},
    ),
    ("valid-requests", "201"): (
        lambda asked: reply._replace(status=201) if (reply := sound(asked)).status == 200 else reply,
        {"unexpected-status"},
    ),
    ("envelope-keys", "a bare array"): (
        sends(lambda _, body: body.get("data", body)),
        {"unexpected-object", "not-a-run-list"},
    ),
    ("thread-404", "a run in any thread"): (any_thread, {"unknown-id-accepted", "other-thread"}),
    ("cursor-other-thread", "the other thread"): (foreign_cursor, {"unknown-cursor-accepted", "other-thread"}),
    ("cursor-unknown", "an error as 200"): (
        lambda asked: sound(asked)._replace(status=200) if "doesnotexist" in str(asked.query) else sound(asked),
        {"not-a-run-list"},
    ),
    ("error-envelope", "compressed"): (
        lambda asked: packed(reply) if (reply := sound(asked)).status >= 400 else reply,
        {"error-envelope"},
    ),
    ("retrieve-equals-listed", "no metadata in the list"): (
        sends(lambda _, body: body if "data" in body else {**body, "metadata": {"order": "17"}}),
        {"inconsistent-run"},
    ),
    ("retrieve-equals-listed", "null for metadata in the list"): (
        lists_null_metadata({"order": "17"}),
        {"inconsistent-run"},
    ),
    ("retrieve-equals-listed", "null for no metadata"): (lists_null_metadata({}), set()),
    ("retrieve-equals-listed", "no usage in the list"): (
        pages(lambda _, page: {**page, "data": [{**run, "usage": None} for run in page["data"]]}),
        {"usage-shrank"},
    ),
    ("retrieve-equals-listed", "always the newest run"): (
        sends(lambda _, body: body if "data" in body else make_threads()[THREAD][-1]),
        {"other-run"},
    ),
    ("retrieve-equals-listed", "other instructions"): (sends(changed_retrieved), {"changed-immutable-field"}),
}
"""Each mutant by its statement and by what it does; the rules that report it above info."""
