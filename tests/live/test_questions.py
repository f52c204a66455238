"""Answers that are no answers: redirects, closed connections, keys that nobody checks, threads that change."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import httpx
import pytest

from tests.support.commands import Ran, run
from tests.support.http_server import Answering, Asked, Reply, refuse, serving
from tests.support.in_process import connect
from tests.support.sound_server import EMPTY_THREAD, KEY, OTHER_THREAD, list_runs, sound
from tests.support.threads import THREAD, numbered
from validator.live import check_listing
from validator.live.keys import WRONG_KEY
from validator.live.plan import UNKNOWN_RUN

CLOSED = Reply(b"", 0)
RUNS = [numbered(number) for number in range(7)]
BASIC = ("me", "secret")
CLOCK = ("--now", "1740000500")


def check(answering: Answering, *words: str | Path, key: str | None = KEY) -> Ran:
    """Check a server that answers so."""
    with serving(answering) as server:
        env = {"VALIDATE_RUNS_API_KEY": key} if key else {}
        return run("live", f"{server.origin}/v1", "--thread", THREAD, *CLOCK, *words, env=env)


def verdict(report: str, statement: str) -> str:
    """The verdict on a statement and the reason, without its subject."""
    (line,) = re.findall(rf"^(\S.*?) +{statement}(?: +[#\d …]*)?(?:: )?(.*)$", report, re.MULTILINE)
    return re.sub(r"\bthe (?:response|server) ", "", ": ".join(filter(None, line)))


def findings(done: Ran) -> list[str]:
    """The findings in a concise report, without their places."""
    lines = re.findall(r"^\S+: ((?:error|warning) [a-z-]+: )(?:the (?:response|server) )?(.*)$", done.out, re.MULTILINE)
    return ["".join(line) for line in lines]


def test_each_fault_is_a_finding_of_the_recording_too(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"

    def answering(asked: Asked) -> Reply:
        if asked.query.get("limit") == "abc":
            return CLOSED
        if asked.query.get("limit") == "0":
            return Reply(b"", 302, {"Location": f"{other.origin}/login?from=runs"})
        if EMPTY_THREAD in asked.path:
            return refuse("No runs.", 404)
        return sound(asked._replace(headers={"Authorization": f"Bearer {KEY}"}))

    text = tmp_path / "report.txt"
    reports = ("-f", "concise", "-f", f"text:{text}")
    words = ("--empty-thread", EMPTY_THREAD, "--check-auth", "--record", recording, *reports)
    with serving(sound) as other:
        done = check(answering, *words)
    assert other.asked == []
    assert done.code == 1
    assert findings(done) == [
        f"error redirected: redirects the GET request with 302 to {other.origin}: expected an answer",
        'error no-response: does not answer the GET request (limit "abc"): the connection was closed',
        "error no-empty-page: answers with 404 for a thread that has no runs: expected 200 and an empty page",
        "warning key-not-checked: answers the GET request without a key with 200 and 7 runs: expected 401",
        "warning key-not-checked: answers the GET request with a wrong key with 200 and 7 runs: expected 401",
    ]
    offline = run(recording, *CLOCK, "-f", "concise")
    assert (offline.code, offline.out) == (done.code, done.out)
    assert KEY not in recording.read_text()
    assert re.fullmatch(r"not verified: #\d+ was not answered", verdict(text.read_text(), "limit-not-a-number"))


def test_verdicts_on_answers_that_are_none() -> None:
    def answering(asked: Asked) -> Reply:
        if asked.query.get("after") in (UNKNOWN_RUN, f"run_{51:024d}"):
            return refuse("Oops.", 500)
        if asked.query.get("before") == f"run_{51:024d}":
            return refuse("Oops.", 501)
        return Reply(b"", 307, {"Location": "/elsewhere"}) if asked.query.get("limit") == "-1" else sound(asked)

    done = check(answering, "--thread", OTHER_THREAD)
    assert verdict(done.out, "no-5xx") == "broken: answers the GET request with 500: invalid_request_error"
    assert verdict(done.out, "not-redirected").startswith(
        "doubtful: redirects the GET request with 307 to another address"
    )
    assert re.fullmatch(r"not verified: #\d+ was answered with 500", verdict(done.out, "cursor-unknown"))
    assert re.fullmatch(r"not verified: #\d+ was answered with 307", verdict(done.out, "limit-range"))
    assert verdict(done.out, "cursor-other-thread") == "not verified: answered with 500 and 501"


def test_answer_at_the_second_try_is_an_answer() -> None:
    tries: list[Asked] = []

    def answering(asked: Asked) -> Reply:
        if asked.query.get("limit") in ("abc", "0"):
            tries.append(asked)
            return CLOSED if len(tries) == 1 else refuse("Overloaded.", 503) if len(tries) == 3 else sound(asked)
        return sound(asked)

    done = check(answering, "--show", "info")
    assert (done.code, len(tries)) == (0, 4)
    assert "the connection was closed, and was asked again" in done.out
    assert verdict(done.out, "limit-not-a-number") == "kept"
    assert verdict(done.out, "no-5xx").startswith("doubtful: answers the GET request with 503")


def test_time_that_is_over_is_no_fault_of_the_server() -> None:
    def answering(asked: Asked) -> Reply:
        if asked.query.get("limit") == "abc":
            time.sleep(1.2)
        return sound(asked)

    done = check(answering, "--max-time", "1")
    assert done.code == 2
    assert done.err == "validate-runs: 1 seconds are over (--max-time)\n"
    assert verdict(done.out, "no-5xx") == "kept"


@pytest.mark.parametrize(
    ("key", "expected"), [(KEY, "kept"), (None, "doubtful: answers the GET request without a key")]
)
def test_keys(key: str | None, expected: str) -> None:
    """Without a key there is no wrong one, but whoever wants to know learns that the server needs none."""
    answering = sound if key else list_runs(RUNS)
    done = check(answering, "--check-auth", key=key)
    assert done.code == 0
    assert verdict(done.out, "key-needed").startswith(expected)
    assert "key-needed" not in check(answering, key=key).out


def test_every_secret_is_left_out_or_replaced() -> None:
    words = ("-H", "X-Token=env:TOKEN", "-H", "X-Team: blue", "-H", "Cookie=env:TOKEN", "--check-auth")
    with serving(list_runs(RUNS)) as server:
        env = {"VALIDATE_RUNS_API_KEY": KEY, "TOKEN": "token-of-mine-123"}
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words, env=env)
    sent = [{name.lower(): value for name, value in asked.headers.items()} for asked in server.asked]
    first, without, wrong = (
        [headers.get(name) for name in ("authorization", "x-token", "cookie", "x-team")]
        for headers in (sent[0], *sent[-2:])
    )
    assert first == [f"Bearer {KEY}", "token-of-mine-123", "token-of-mine-123", "blue"]
    assert without == [None, None, None, "blue"]
    assert wrong == [f"Bearer {WRONG_KEY}", WRONG_KEY, None, "blue"]


def test_credentials_of_a_client_are_left_out() -> None:
    with serving(list_runs(RUNS)) as server, httpx.Client(base_url=f"{server.origin}/v1", auth=BASIC) as client:
        check_listing(client, thread=THREAD, check_auth=True)
    sent = [asked.headers.get("Authorization") for asked in server.asked]
    assert {value and value.partition(" ")[0] for value in sent[:-2]} == {"Basic"}
    assert sent[-2:] == [None, f"Bearer {WRONG_KEY}"]


def test_thread_that_changes_once_is_listed_again() -> None:
    def answering(asked: Asked) -> Reply:
        number = 6 if len(server.asked) < 20 else 7
        return list_runs(RUNS[:number])(asked)

    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code == 0
    assert verdict(done.out, "walk-complete") == "kept"
    assert len([asked for asked in server.asked if asked.query == {"limit": "100", "order": "desc"}]) == 4


@pytest.mark.parametrize("status", [405, 501])
def test_endpoint_that_is_missing(status: int) -> None:
    done = check(lambda asked: refuse("No.", status))
    assert (done.code, done.out) == (2, "")
    asked = f"GET /v1/threads/{THREAD}/runs was answered with {status}"
    expected = f"the server does not implement list-runs, or has no such thread: {asked}"
    assert done.err == f"validate-runs: {expected}\n"


def without_envelope(asked: Asked) -> Reply:
    """Answer as the API does, but errors have another body."""
    reply = sound(asked)
    return reply if reply.status < 400 else Reply({"detail": "No."}, reply.status)


def ignore_limit(asked: Asked) -> Reply:
    """Answer with all runs, whatever the limit is."""
    query = {name: value for name, value in asked.query.items() if name != "limit" or not value.isdecimal()}
    return sound(asked._replace(query=query))


def test_statements_that_are_known_do_not_fail(tmp_path: Path) -> None:
    strict = ("--fail-on", "warning", "--strict-baseline")
    assert check(without_envelope, *strict).code == 1
    done = check(without_envelope, *strict, "--known", "error-envelope", "-f", "text", "-f", f"json:{tmp_path / 'a'}")
    assert (done.code, done.err) == (0, "")
    assert verdict(done.out, "error-envelope").startswith("doubtful: known: answers with 404 and without an object")
    assert re.search(r"^ok: \d+ runs in \d+ documents; .*\d+ suppressed$", done.out, re.MULTILINE)
    listed = {result["statement"]: result for result in json.loads((tmp_path / "a").read_text())["statements"]}
    assert listed["error-envelope"]["severity"] is None
    stale = check(sound, "--known", "error-envelope,seconds")
    assert (stale.code, stale.err) == (0, "validate-runs: kept, so no longer --known: seconds, error-envelope\n")
    assert check(sound, *strict, "--known", "error-envelope").code == 1
    assert check(without_envelope, *strict, "--known", "limit-kept").code == 1


@pytest.mark.parametrize(("status", "expected"), [(401, "broken"), (403, "broken"), (408, "not verified")])
def test_valid_requests_that_are_refused_as_if_the_key_were_wrong(status: int, expected: str) -> None:
    def answering(asked: Asked) -> Reply:
        is_plain = asked.query.get("order") != "asc"
        return sound(asked) if is_plain else refuse("Access denied.", status)

    done = check(answering, "-f", "text")
    assert verdict(done.out, "valid-requests").startswith(f"{expected}: ")
    assert (done.code, "refused-request" in done.out) == ((1, True) if expected == "broken" else (0, False))


def test_statements_that_are_known_in_python() -> None:
    with connect(without_envelope) as client:
        report = check_listing(client, thread=THREAD, known=["error-envelope"], ignore=["stale-active-run"])
        assert [finding.rule for finding in report.findings] == []
        known = [result.id for result in report.statements if result.is_known]
        assert known == ["error-envelope"]
        with pytest.raises(ValueError, match="known has 'limits', which is not a statement, expected one of "):
            check_listing(client, thread=THREAD, known=["limits"])


def test_what_is_not_verified_because_of_a_known_statement_does_not_fail(tmp_path: Path) -> None:
    assert check(ignore_limit, "--known", "walk-complete").code == 1
    done = check(ignore_limit, "--known", "limit-kept", "--baseline", tmp_path / "accepted.json", "--update-baseline")
    assert (done.code, json.loads((tmp_path / "accepted.json").read_text())["findings"]) == (0, [])
    assert check(ignore_limit, "--known", "limit-kept", "--require", "walk-complete").code == 0
    missing = check(ignore_limit, "--known", "limit-kept", "--require", "walk-complete,empty-thread")
    assert (missing.code, missing.err) == (1, "validate-runs: required, but not verified: empty-thread\n")


def test_known_statements_have_names(tmp_path: Path) -> None:
    done = check(sound, "--known", "all")
    assert (done.code, "'all' is not a statement" in done.err) == (2, True)
    (tmp_path / "validate-runs.toml").write_text('fail-on = "warning"\n[live]\nknown = ["error-envelope"]\n')
    with serving(without_envelope) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD)
        done = run(*words, cwd=tmp_path, env={"VALIDATE_RUNS_API_KEY": KEY})
    assert done.code == 0


def test_check_that_ended_early_updates_no_baseline(tmp_path: Path) -> None:
    accepted = tmp_path / "accepted.json"
    words = ("--baseline", accepted, "--fail-on", "warning")
    assert check(without_envelope, *words, "--update-baseline").code == 0
    content = accepted.read_text()
    for more in (("--update-baseline",), ("--strict-baseline",)):
        done = check(without_envelope, *words, *more, "--max-requests", "9")
        assert done.code == 2
        assert ("the baseline is not updated, as the check is incomplete" in done.err) == (
            more == ("--update-baseline",)
        )
        assert "no longer occur" not in done.err
    assert accepted.read_text() == content


def test_time_that_passes_between_requests_counts() -> None:
    done = check(sound, "--rate", "5", "--max-time", "0.3")
    assert (done.code, done.err) == (2, "validate-runs: 0.3 seconds are over (--max-time)\n")


def test_check_that_ended_early_does_not_say_that_the_thread_changed() -> None:
    done = check(sound, "--max-requests", "9")
    assert done.code == 2
    assert verdict(done.out, "walk-ends").endswith(": it is not known whether the thread changed")
    assert "the thread changed meanwhile" not in done.out


def test_budget_that_is_spent_hides_no_failure() -> None:
    done = check(ignore_limit, "--max-requests", "12")
    assert done.code == 1
    assert done.err == (
        "validate-runs: live.har is not written: --record live.har keeps the answers\n"
        "validate-runs: 12 requests were sent (--max-requests)\n"
    )
    assert verdict(done.out, "limit-kept").startswith("broken")
