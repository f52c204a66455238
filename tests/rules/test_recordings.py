"""Answers of a recording against their requests and against each other: silent on sound servers, exact on others."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pages import NOW
from tests.support.random_recordings import record
from tests.support.recordings import LIST, call, write_har
from tests.support.threads import list_of, list_page, numbered, sort
from validator import Finding, Severity, validate


def found(folder: Path, calls: Sequence[dict[str, Any]]) -> list[str]:
    """What a recording of these calls reports above info: the record, the rule, the pointer and the message."""
    report = validate(write_har(folder / "recording.har", calls), now=NOW)
    return [_line(finding) for finding in report.findings if finding.severity is not Severity.INFO]


def _line(finding: Finding) -> str:
    return f"{finding.record} {finding.rule} {finding.pointer}: {finding.message}"


def timed(entry: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    """A call that lasted from one second of a minute to another."""
    return {**entry, "startedDateTime": f"2026-03-01T10:00:{start:02d}.000Z", "time": (end - start) * 1000}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@given(st.integers(0, 2**32))
def test_sound_server_has_no_finding(folder: Path, seed: int) -> None:
    assert found(folder, record(Random(seed))) == []


RUNS = [numbered(number) for number in range(4)]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_run_created_while_an_overlapping_call_waited_is_not_missed(tmp_path: Path, order: str) -> None:
    """A listing was sent first and answered last, so it shows runs that the other call could not see."""
    wide = list_page(RUNS)
    quick = list_of([item for item in sort(RUNS, order) if item in RUNS[:2]])
    calls = [timed(call({}, wide), 0, 9), timed(call({"order": order}, quick), 1, 2)]
    assert found(tmp_path, calls) == []


@pytest.mark.parametrize(
    ("path", "run_id", "is_reported"),
    [
        (LIST, "run_000000000000000000000001", True),
        ("/v1/threads/runs", "run_000000000000000000000001", True),
        (f"{LIST}/run_000000000000000000000001", "run_000000000000000000000001", False),
        (LIST, "run_000000000000000000000002", False),
    ],
)
def test_each_request_that_creates_a_run_returns_a_new_one(
    tmp_path: Path, path: str, run_id: str, is_reported: bool
) -> None:
    first = numbered(1) if run_id.endswith("2") else {**numbered(1), "id": run_id}
    listed, again = call({}, list_page([first])), {**first, "id": run_id}
    step = "create-run"
    calls = [call({}, first, method="POST", step=step), listed, call({}, again, method="POST", path=path, step=step)]
    message = "is that of the run created in record 1, but this request creates another; two runs share one id"
    assert found(tmp_path, calls) == [f"3 changed-immutable-field /id: {message}"] * is_reported
    assert found(tmp_path, [listed, *calls[2:]]) == []  # calls without times may be recorded in another order
    repeated = [call({}, first, method="POST"), call({}, again, method="POST", path=path)]
    assert found(tmp_path, repeated) == []  # sent again by its client, or recorded before a proxy and behind it


def test_window_between_two_cursors_continues_no_page(tmp_path: Path) -> None:
    between = {"limit": 1, "after": RUNS[3]["id"], "before": RUNS[0]["id"]}
    queries: list[dict[str, Any]] = [{"limit": 1}, between, {"before": list_page(RUNS, **between)["first_id"]}]
    assert found(tmp_path, [call(query, list_page(RUNS, **query)) for query in queries]) == []


def _walk(pages: int, size: int, order: str) -> list[dict[str, Any]]:
    runs = [numbered(number) for number in range(pages * size)][:: -1 if order == "desc" else 1]
    return [
        call(
            {"limit": size, "order": order, **({"after": runs[start - 1]["id"]} if start else {})},
            list_of(runs[start : start + size], has_more=start + size < len(runs)),
        )
        for start in range(0, len(runs), size)
    ]


def _long_walk(number: int) -> list[dict[str, Any]]:
    return _walk(number, 5, "desc")


def _same_first_page(number: int) -> list[dict[str, Any]]:
    first = call({"limit": 5, "order": "asc"}, list_of([numbered(number) for number in range(5)]))
    return [*_walk(number // 10, 50, "asc"), *[first] * number]


def _lost_runs(number: int) -> list[dict[str, Any]]:
    ends = call({"limit": 5}, list_of([numbered(number * 5 - 1), numbered(0)]))
    return [*_walk(number // 10, 50, "desc"), *[ends] * number]


def _cycle(number: int) -> list[dict[str, Any]]:
    pages = [call({"limit": 1, "after": numbered(1 - i)["id"]}, list_of([numbered(i)], has_more=True)) for i in (0, 1)]
    return [call({"limit": 1}, list_of([numbered(1)], has_more=True)), *pages * (number // 2)]


@pytest.mark.parametrize("make", [_long_walk, _same_first_page, _lost_runs, _cycle])
def test_time_grows_with_the_number_of_answers(tmp_path: Path, make: Callable[[int], Sequence[dict[str, Any]]]) -> None:
    seconds = []
    for number in (60, 240):
        recording = write_har(tmp_path / "recording.har", make(number))
        started = time.process_time()
        validate(recording, now=NOW)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0]


IDS = [item["id"] for item in RUNS]
OTHER = "/v1/threads/thread_Pz6wLe1CgVx8Nb4MtRk9YsJd/runs"
UNKNOWN = "/v1/threads/thread_doesnotexist/runs"
ERROR = {"error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}}
WIDE = call({}, list_of(RUNS[::-1]))
TIED_PATH = "/v1/threads/thread_Ua7fGj3oEi5Rw0Xs8CvBt2Nq/runs"
TIED = [{**numbered(number, 1_740_000_000), "thread_id": TIED_PATH.split("/")[3]} for number in (9, 8, 7)]
"""Runs of one second."""
ELSEWHERE_ID = "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"
ELSEWHERE = call({}, list_of([{**RUNS[0], "id": ELSEWHERE_ID, "thread_id": OTHER.split("/")[3]}]), path=OTHER)
WIDE_ASC = call({"order": "asc"}, list_of(RUNS))


def page(*numbers: int, more: bool = False) -> dict[str, Any]:
    """A page of these runs."""
    return list_of([RUNS[number] for number in numbers], has_more=more)


def listed(*numbers: int, more: bool = False, **query: Any) -> dict[str, Any]:
    """A call for a list, and its answer."""
    return call(query, page(*numbers, more=more))


def changed(number: int, **fields: Any) -> dict[str, Any]:
    return {**RUNS[number], **fields}


CAMEL: dict[str, Any] = {"object": "list", "data": [], "firstId": None, "lastId": None, "hasMore": False}
TIES_IN_TWO_ORDERS = [
    call(query, list_of([numbered(1, 9**10), numbered(0, 9**10)])) for query in ({}, {"order": "asc"})
]
TIE_CALLS: list[Any] = [({}, TIED), ({"before": TIED[1]["id"]}, [TIED[0], TIED[2]])]
LIMITS: list[dict[str, Any]] = [{}, {"limit": 9}, {"limit": 8}]
EXPECTED: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "milliseconds hide no chain": (
        [
            call({"limit": 1}, list_of([changed(1, created_at=RUNS[1]["created_at"] * 1000)])),
            call({"limit": 1, "after": IDS[1]}, list_of([changed(0, created_at=RUNS[0]["created_at"] * 1000)])),
        ],
        ["1 milliseconds", "1 premature-end", "2 milliseconds"],
    ),
    "runs of another thread": ([call({}, page(3, 2), path=OTHER)], ["1 other-thread"]),
    "another run": ([call({}, RUNS[0], path=f"{LIST}/{IDS[1]}")], ["1 other-run"]),
    "a page for a run": ([call({}, page(1), path=f"{LIST}/{IDS[1]}")], ["1 unexpected-object"]),
    "pages in an array": ([call({}, [page(3)])], ["1 unexpected-object"]),
    "a page in an object of a client": (
        [call({}, {"options": {}, "response": {}, "body": page(3)})],
        ["1 unexpected-object"],
    ),
    "a run in an event": (
        [call({}, {"event": "thread.run.completed", "data": RUNS[1]}, path=f"{LIST}/{IDS[1]}")],
        ["1 unexpected-object"],
    ),
    "a page in a wrapper": ([call({}, {"result": page(3)})], ["1 not-a-run-list"]),
    "has_more false too early": ([WIDE, listed(3, 2, limit=2)], ["2 premature-end"]),
    "has_more false too early, ascending": ([WIDE, listed(0, 1, limit=2, order="asc")], ["2 premature-end"]),
    "has_more false too early on the way of other walks": (
        [
            WIDE,
            listed(3, 2, limit=2),
            listed(1, 0, limit=2, after=IDS[2]),
            listed(3, limit=1, more=True),
            listed(2, limit=1, after=IDS[3], more=True),
            listed(1, limit=1, after=IDS[2], more=True),
            listed(3, after=IDS[2], order="asc"),
        ],
        ["2 premature-end"],
    ),
    "metadata that is none in a live check": (
        [call({}, list_of([changed(2, metadata=7)]), step="again")],
        ["1 schema:type"],
    ),
    "an empty listing of a thread that has runs": ([WIDE, listed(limit=2)], ["2 lost-runs"]),
    "a listing that was empty before the first run": ([listed(), listed(limit=2), listed(3)], []),
    "a wrong key that gets an empty page": (
        [WIDE, call({}, page(), step="key-wrong")],
        ["2 key-not-checked"],
    ),
    "a page in the other order of one second": (
        [
            call({}, list_of(TIED), path=TIED_PATH),
            call({"limit": 2}, list_of([TIED[1], TIED[0]], has_more=True), path=TIED_PATH),
        ],
        ["2 unstable-order"],
    ),
    "nothing behind a run in the middle": ([WIDE, listed(after=IDS[2]), WIDE], ["2 lost-runs"]),
    "a run passed over behind another": ([WIDE, listed(1, after=IDS[3], limit=1, more=True), WIDE], ["2 lost-runs"]),
    "the other side of a run": ([WIDE, listed(3, after=IDS[2], limit=1, more=True)], ["2 broken-chain"]),
    "the other side of a run, ascending": (
        [WIDE, listed(0, after=IDS[2], limit=1, order="asc", more=True)],
        ["2 lost-runs"],
    ),
    "walks that begin behind a run": (
        [
            WIDE,
            listed(2, after=IDS[3], limit=1, more=True),
            listed(1, after=IDS[2], limit=1, more=True),
            listed(2, 1, 0, after=IDS[3]),
        ],
        [],
    ),
    "a run of the same second that is lost behind a run": (
        [call({}, list_of(TIED), path=TIED_PATH), call({"after": TIED[0]["id"]}, list_of(TIED[2:]), path=TIED_PATH)],
        ["2 lost-runs"],
    ),
    "runs of one second behind a run of it": (
        [
            call({}, list_of(TIED), path=TIED_PATH),
            call({"after": TIED[1]["id"], "limit": 1}, list_of(TIED[2:]), path=TIED_PATH),
            call({"after": TIED[1]["id"], "order": "asc", "limit": 1}, list_of(TIED[:1]), path=TIED_PATH),
        ],
        [],
    ),
    "a run that was retrieved and is not listed": (
        [call({}, RUNS[2], path=f"{LIST}/{IDS[2]}"), listed(3, 1, 0)],
        ["2 lost-runs"],
    ),
    "a run that was cancelled and is not listed": (
        [call({}, RUNS[2], method="POST", path=f"{LIST}/{IDS[2]}/cancel"), listed()],
        ["2 lost-runs"],
    ),
    "a run that was created with its thread and is not listed": (
        [call({}, RUNS[2], method="POST", path=LIST.replace(f"/{RUNS[2]['thread_id']}", "")), listed(3, 1)],
        ["2 lost-runs"],
    ),
    "a run that was listed before it was retrieved": (
        [listed(3, 2), call({}, RUNS[1], path=f"{LIST}/{IDS[1]}"), listed(3, limit=1, more=True)],
        [],
    ),
    "a run with a masked id": (
        [call({}, changed(2, id="run_FILTERED"), path=f"{LIST}/run_FILTERED"), listed(3, 1)],
        [],
    ),
    "a run of another thread that was retrieved": (
        [call({}, changed(2, thread_id="thread_b"), path=f"{LIST}/{IDS[2]}"), listed(3, 1)],
        ["1 other-thread"],
    ),
    "a walk that loses runs": (
        [
            WIDE,
            listed(3, limit=1, more=True),
            listed(1, limit=1, after=IDS[3], more=True),
            listed(0, limit=1, after=IDS[1]),
        ],
        ["3 lost-runs"],
    ),
    "no envelope": ([WIDE, call({}, {"detail": "No."}, status=404, path=OTHER)], ["2 error-envelope"]),
    "HTML": (
        [WIDE, call({}, "<html></html>", status=502, content_type="text/html")],
        ["2 server-error"],
    ),
    "text": ([call({}, page(3, 2), content_type="text/plain")], ["1 content-type"]),
    "no media type in a live check": (
        [call({}, page(3, 2), content_type="x-unknown", step="probe"), call({}, page(3, 2), content_type="x-unknown")],
        ["1 content-type"],
    ),
    "redirects in a live check": (
        [
            WIDE,
            call({}, "", status=302, step="probe", location="https://login.example.org/?key=sk-1"),
            call({}, "<html></html>", status=301, step="again", location=f"{LIST}/", content_type="text/html"),
            call({}, "", status=304, step="again"),
        ],
        ["2 redirected", "3 redirected", "4 redirected"],
    ),
    "redirects that a client of others may have followed": (
        [WIDE, *(call({}, "", status=status, location="https://login.example.org/") for status in (302, 304))],
        [],
    ),
    "no response in a live check": (
        [
            WIDE,
            call({}, "", status=0, step="probe", error="timed out"),
            call({}, "", status=0, step="limit-abc", error="the connection was closed", retried=True),
            call({}, "", status=0, step="limit-abc", error="timed out", content_type="x-unknown"),
        ],
        ["4 no-response"],
    ),
    "no response in a recording of others": ([WIDE, call({}, "", status=0, error="net::ERR_ABORTED")], []),
    "a body that could not be read in a live check": (
        [WIDE, call({}, "", status=404, step="thread-unknown", error="the body cannot be decompressed")],
        [],
    ),
    "a media type that clients do not parse": (
        [call({}, page(3), content_type="text/json"), call({"limit": 1}, page(3), content_type="text/event-stream")],
        ["1 content-type", "2 content-type"],
    ),
    "no body in a live check": ([call({}, "", status=204, step="probe")], ["1 not-json"]),
    "no body in a recording of others": ([WIDE, call({}, "", status=204)], []),
    "a server error that passes": ([WIDE, call({}, "", status=503, step="again", retried=True)], ["2 server-error"]),
    "an empty thread": ([call({}, page(), path=OTHER, step="empty-thread")], []),
    "a full empty thread": ([call({}, page(3, 2), step="empty-thread")], ["1 no-empty-page"]),
    "a run for an empty thread": ([call({}, RUNS[0], step="empty-thread")], ["1 unexpected-object"]),
    "an empty thread that fails": (
        [
            WIDE,
            call({}, ERROR, status=403, path=OTHER, step="empty-thread"),
            call({}, ERROR, status=500, path=OTHER, step="empty-thread"),
            call({}, ERROR, status=429, path=OTHER, step="empty-thread"),
            call({}, "", status=0, path=OTHER, step="empty-thread", error="timed out"),
        ],
        ["2 no-empty-page", "3 server-error", "5 no-response"],
    ),
    "keys that are refused": (
        [
            WIDE,
            *(
                call({}, ERROR, status=status, step=step)
                for step in ("key-none", "key-wrong")
                for status in (401, 403, 404)
            ),
        ],
        [],
    ),
    "keys that are not checked": (
        [call({}, page(3, 2), step="key-none"), call({}, RUNS[0], step="key-wrong")],
        ["1 key-not-checked", "2 unexpected-object"],
    ),
    "a request without a key in a recording of others": ([call({}, page(3, 2))], []),
    "limit ignored": ([listed(3, 2, 1, 0, limit=2)], ["1 page-too-long"]),
    "order ignored": ([listed(3, 2, 1, 0, order="asc")], ["1 unordered-runs"]),
    "default order is desc": ([listed(0, 1, 2, 3)], ["1 unordered-runs"]),
    "default limit is 20": ([call({}, list_of([numbered(i) for i in range(21)][::-1]))], ["1 page-too-long"]),
    "default limit below 20": ([listed(3, 2, 1, 0, more=True)], ["1 page-too-long"]),
    "blank order": ([WIDE, listed(0, 1, 2, 3, order=""), listed(0, 1, order="DESC", limit=2, more=True)], []),
    "a cursor that restarts": (
        [listed(3, 2, limit=2, more=True), listed(3, 2, limit=2, after="run_9", more=True)],
        ["2 unknown-cursor-accepted"],
    ),
    "limit 0": ([call({"limit": 0}, page())], ["1 limit-out-of-range"]),
    "limit 101": ([call({"limit": 101}, list_of([numbered(i) for i in range(101)][::-1]))], ["1 limit-out-of-range"]),
    "ties in another order each time": (
        [
            *(call(query, list_of(TIED[start:] + TIED[:start]), path=TIED_PATH) for start, query in enumerate(LIMITS)),
            *(call({**query, "order": "asc"}, list_of(TIED[::-1]), path=TIED_PATH) for query in LIMITS),
        ],
        ["2 unstable-order"],
    ),
    "ties and a run created meanwhile": (
        [call({}, list_of(TIED[1:]), path=TIED_PATH), call({"limit": 9}, list_of(TIED), path=TIED_PATH)],
        [],
    ),
    "ties in two orders": (TIES_IN_TWO_ORDERS, ["2 unmirrored-order"]),
    "ties in two orders, and an unknown order": (
        [*TIES_IN_TWO_ORDERS, call({"order": "newest"}, list_of([numbered(2, 9**10 - 9), numbered(1, 9**10)]))],
        ["2 unmirrored-order"],
    ),
    "order ignored, pages of one run": (
        [
            WIDE,
            listed(3, 2, limit=2, order="asc", more=True),
            listed(1, limit=1, order="asc", after=IDS[2], more=True),
            listed(0, limit=1, order="asc", after=IDS[1]),
        ],
        ["2 unordered-runs"],
    ),
    "the other way, to an empty page": (
        [WIDE, listed(3, limit=1, more=True), listed(limit=1, after=IDS[3])],
        ["3 lost-runs"],
    ),
    "has_more false too early, among runs of one second": (
        [
            call(
                {},
                list_of([*TIED, {**numbered(0, 1_739_999_000), "thread_id": TIED[0]["thread_id"]}]),
                path=TIED_PATH,
            ),
            call({"limit": 1}, list_of(TIED[:1]), path=TIED_PATH),
        ],
        ["2 premature-end"],
    ),
    "a run without a time is not compared": (
        [WIDE, call({"limit": 2}, list_of([changed(3, created_at="now"), RUNS[2]]))],
        ["2 schema:type"],
    ),
    "a run without an id is not compared": (
        [WIDE, call({"limit": 3}, list_of([RUNS[3], changed(2, id=2), RUNS[1]]))],
        ["2 schema:type"],
    ),
    "a page without data is not compared": ([WIDE, call({}, {**page(), "data": {}})], ["2 schema:type"]),
    "a cursor from a run that was created with its thread": (
        [call({}, RUNS[0], method="POST", path="/v1/threads/runs"), WIDE, listed(after=IDS[0])],
        [],
    ),
    "camelCase": ([call({}, CAMEL)], ["1 camel-case-response"]),
    "a cycle": (
        [
            listed(3, limit=1, more=True),
            listed(2, limit=1, after=IDS[3], more=True),
            listed(3, limit=1, after=IDS[2], more=True),
        ],
        ["3 overlapping-pages"],
    ),
    "after ignored": (
        [listed(3, 2, limit=2, more=True), listed(3, 2, limit=2, after=IDS[2], more=True)],
        ["2 overlapping-pages"],
    ),
    "before ignored": ([WIDE, listed(3, 2, 1, 0, before=IDS[1])], ["2 overlapping-pages"]),
    "before in the wrong direction": ([WIDE, listed(0, before=IDS[1])], ["2 wrong-window"]),
    "before in the wrong direction, of a listing that is not complete": (
        [listed(3, 2, 1, limit=3, more=True), listed(0, before=IDS[1])],
        ["2 broken-chain"],
    ),
    "before skips the nearest": ([WIDE, listed(3, before=IDS[1])], ["2 wrong-window"]),
    "before skips the first": ([WIDE, listed(2, before=IDS[1])], ["2 wrong-window"]),
    "before with a limit, in the middle": ([WIDE, listed(2, limit=1, before=IDS[0], more=True)], ["2 wrong-window"]),
    "before with a limit, with a hole": ([WIDE, listed(3, 1, limit=2, before=IDS[0], more=True)], ["2 wrong-window"]),
    "before with a limit, at an end": (
        [WIDE, *(listed(number, limit=1, before=IDS[0], more=True) for number in (3, 1)), WIDE_ASC],
        [],
    ),
    "before with a limit, full of new runs": (
        [WIDE, call({"limit": 2, "before": IDS[0]}, list_of([numbered(9), numbered(8)], has_more=True))],
        [],
    ),
    "before with a limit, at an end, in a listing that grows later": (
        [listed(2, 1, 0), listed(2, limit=1, before=IDS[0], more=True), WIDE],
        [],
    ),
    "before with a limit, with a hole that is filled later": (
        [
            listed(3, 1, 0),
            listed(3, 1, limit=2, before=IDS[0], more=True),
            call({}, list_of([RUNS[3], numbered(2, RUNS[3]["created_at"]), RUNS[1], RUNS[0]])),
        ],
        [],
    ),
    "before without a listing to compare": ([listed(3, before=IDS[1])], []),
    "before a run that is not listed": ([listed(3, before="run_do_not_know"), WIDE], ["1 unknown-cursor-accepted"]),
    "before a run that may be newer than the listing": ([WIDE, listed(3, before="run_do_not_know")], []),
    "between two runs, after ignored": ([WIDE, listed(3, after=IDS[2], before=IDS[1])], ["2 wrong-window"]),
    "between two runs, none missing": ([WIDE, listed(2, 1, after=IDS[3], before=IDS[0])], []),
    "between two runs in the other order": ([WIDE, listed(after=IDS[0], before=IDS[3])], []),
    "a tie behind the cursor": (
        [call(query, list_of(runs), path=TIED_PATH) for query, runs in TIE_CALLS],
        ["2 wrong-window"],
    ),
    "more than there is": ([WIDE, listed(3, 2, 1, 0, limit=4, more=True)], ["2 needless-has-more"]),
    "more than there is, then an empty page": (
        [WIDE, listed(3, 2, 1, 0, limit=4, more=True), listed(limit=4, after=IDS[0])],
        ["3 false-has-more"],
    ),
    "more than there is, ascending": (
        [listed(0, 1, 2, 3, limit=4, order="asc", more=True), WIDE_ASC],
        ["1 needless-has-more"],
    ),
    "ascending, since grown or not": ([WIDE_ASC, listed(0, 1, 2, 3, limit=4, order="asc", more=True)], []),
    "a cursor of another thread": (
        [WIDE, ELSEWHERE, listed(3, 2, 1, 0, after=ELSEWHERE_ID)],
        ["3 unknown-cursor-accepted"],
    ),
    "a cursor that does not exist": ([listed(3, 2, 1, 0, before="run_doesnotexist")], ["1 unknown-cursor-accepted"]),
    "a masked cursor": ([WIDE, listed(3, 2, 1, 0, after="run_REDACTED")], []),
    "a thread that does not exist": ([call({}, page(), path=UNKNOWN)], ["1 unknown-id-accepted"]),
    "a thread that does not exist, refused": ([WIDE, call({}, ERROR, status=404, path=UNKNOWN)], []),
    "a thread that does not exist, another error": (
        [WIDE, call({}, ERROR, status=400, path=UNKNOWN), call({}, ERROR, status=429, path=UNKNOWN)],
        ["2 unknown-id-accepted"],
    ),
    "a thread that does not exist, an error as 200": ([call({}, ERROR, path=UNKNOWN)], ["1 not-a-run-list"]),
    "a thread that does not exist, a server error": (
        [WIDE, call({}, ERROR, status=500, path=UNKNOWN), call({}, "", status=0, path=UNKNOWN)],
        ["2 server-error"],
    ),
    "a thread that does not exist, no answer": (
        [WIDE, call({}, "", status=0, path=UNKNOWN, step="thread-unknown", error="timed out")],
        ["2 no-response"],
    ),
    "an unknown before that starts the listing, which is not complete": (
        [listed(3, 2, limit=2, more=True), listed(3, 2, limit=2, before="run_0123456789abcdef01234567", more=True)],
        [],
    ),
    "has_more true on the last page, which is not full": (
        [WIDE, listed(3, 2, 1, 0, limit=9, more=True)],
        ["2 page-too-long"],
    ),
    "a run without a thread is not of another one": (
        [call({}, list_of([{key: value for key, value in RUNS[0].items() if key != "thread_id"}]))],
        ["1 schema:required"],
    ),
    "a run that does not exist": ([call({}, RUNS[0], path=f"{LIST}/run_does_not_exist")], ["1 unknown-id-accepted"]),
}


@pytest.mark.filterwarnings("ignore::validator.UncheckedRunsWarning")  # answers without a status
@pytest.mark.parametrize("name", EXPECTED)
def test_one_fault_of_a_server_is_one_finding(tmp_path: Path, name: str) -> None:
    calls, expected = EXPECTED[name]
    assert [" ".join(line.split()[:2]) for line in found(tmp_path, calls)] == expected


BEHIND = "which does not stand ahead of the cursor in the listing of record 3"
ENDED = "this page ends with the last run of record 1; expected false if nothing follows"


def test_windows_are_doubtful_at_most(tmp_path: Path) -> None:
    calls = [
        listed(3, 2, 1, limit=3, more=True),
        listed(3, 2, 1, 0, before=IDS[1]),
        listed(1, before=IDS[1]),
        listed(0, before=IDS[1]),
    ]
    report = validate(write_har(tmp_path / "recording.har", calls), now=NOW)
    assert [(str(finding.severity), finding.record, finding.rule) for finding in report.findings] == [
        ("warning", 2, "overlapping-pages"),
        ("warning", 3, "overlapping-pages"),
        ("warning", 4, "broken-chain"),
    ]


def test_messages_of_windows_and_cursors_say_what_is_wrong(tmp_path: Path) -> None:
    calls = [
        WIDE,
        listed(3, before=IDS[0]),
        call({}, list_of(TIED), path=TIED_PATH),
        call({"before": TIED[1]["id"]}, list_of([TIED[0], TIED[2]]), path=TIED_PATH),
        listed(3, 2, 1, 0, limit=4, more=True),
    ]
    assert found(tmp_path, calls) == [
        f'2 wrong-window /data: lacks "{IDS[2]}" and 1 more ahead of the cursor in the listing of record 1',
        f'4 wrong-window /data/1/created_at: is that of "{TIED[2]["id"]}", {BEHIND}',
        f"5 needless-has-more /has_more: is true, but {ENDED}",
    ]


def test_message_of_a_walk_counts_the_runs_that_it_lost(tmp_path: Path) -> None:
    calls = [WIDE, listed(3, limit=1, more=True), listed(0, limit=1, after=IDS[3])]
    returned = "the walk from the first page to the last returned 2 of 4 runs"
    assert found(tmp_path, calls) == [f'3 lost-runs /data: lacks "{IDS[1]}" and 1 more of record 1: {returned}']


def test_messages_of_a_live_check_say_what_was_asked(tmp_path: Path) -> None:
    calls = [
        call({}, "", status=302, step="again", location="https://a.example:8443/v2?next=secret#x"),
        call({}, "", status=302, step="again", location="https://sk-proj-0123456789abcdef0123456789abcdef.example/"),
        call({}, "", status=302, step="again", location="http://a]b/"),
        call({}, "", status=307, step="again", location="?limit=20"),
        call({"limit": "abc", "key": "secret"}, "", status=0, step="limit-abc", error="the connection was closed"),
        call({}, "", status=0, step="wide-desc", error="\x1b[31m::error::"),
        call({}, page(3, 2), step="key-none"),
        call({}, page(), step="key-wrong"),
        call({}, page(3, 2), step="empty-thread"),
        call({}, ERROR, status=404, step="empty-thread"),
        call({}, "", status=302, step="again", location=f"https://{'a.' * 60}example/"),
    ]
    assert found(tmp_path, calls) == [
        "1 redirected : redirects the GET request with 302 to https://a.example:8443: expected an answer",
        "2 redirected : redirects the GET request with 302 to another server: expected an answer",
        "3 redirected : redirects the GET request with 302 without a target: expected an answer",
        "4 redirected : redirects the GET request with 307 to another address of the same server: expected an answer",
        '5 no-response : does not answer the GET request (limit "abc"): the connection was closed',
        "6 no-response : does not answer the GET request: no response",
        "7 key-not-checked : answers the GET request without a key with 200 and 2 runs: expected 401",
        "8 key-not-checked : answers the GET request with a wrong key with 200 and 0 runs: expected 401",
        "9 no-empty-page /data: has 2 runs, but the thread was named as one without runs",
        "10 no-empty-page : answers with 404 for a thread that has no runs: expected 200 and an empty page",
        "11 redirected : redirects the GET request with 302 to another server: expected an answer",
    ]


def test_messages_of_limits_say_what_came(tmp_path: Path) -> None:
    runs = [numbered(index) for index in range(101)][::-1]
    answers = [
        ({"limit": "0"}, list_of([])),
        ({"limit": "0"}, list_of([], has_more=True)),
        ({"limit": "-1"}, page(3, 2)),
        ({"limit": ""}, page(3, 2)),
        ({"limit": "1000"}, page(3, 2)),
        ({"limit": "1000"}, list_of(runs[:100], has_more=True)),
        ({"limit": "1000"}, list_of(runs)),
    ]
    report = validate(write_har(tmp_path / "recording.har", [call(*answer) for answer in answers]), now=NOW)
    refuse = "expected an error (4xx)"
    number = f"{refuse}, as a limit is a number from 1 to 100"
    unclear = f"{refuse}; whether it ignores the limit or lowers it to 100, so few runs do not show"
    assert [(str(finding.severity), _line(finding)) for finding in report.findings] == [
        ("warning", f'1 limit-out-of-range : answers limit "0" with 0 runs: {number}'),
        ("error", f'2 limit-out-of-range : answers limit "0" with 0 runs and has_more true: {number}'),
        ("warning", f'3 limit-out-of-range : answers limit "-1" with 2 runs: {number}'),
        ("info", f'4 limit-out-of-range : answers limit "" with 2 runs: {number}'),
        ("info", f'5 limit-out-of-range : answers limit "1000" with 2 runs: {unclear}'),
        ("info", f'6 limit-out-of-range : answers limit "1000" with 100 runs: {refuse}'),
        ("error", f'7 limit-out-of-range : answers limit "1000" with 101 runs: {number}'),
    ]


def test_unknown_order_is_only_mentioned(tmp_path: Path) -> None:
    report = validate(write_har(tmp_path / "recording.har", [listed(0, 1, order="newest")]), now=NOW)
    assert [(_line(finding), finding.severity) for finding in report.findings] == [
        (
            '1 unknown-order-accepted : answers order "newest": expected an error (4xx), or "asc" or "desc"',
            Severity.INFO,
        )
    ]


def created(run: dict[str, Any]) -> dict[str, Any]:
    """A call that creates a run."""
    return call({}, run, method="POST")


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (RUNS[:1], f'lacks "{IDS[1]}" of record 2: the walk from the first page to the last returned 1 of 2 runs'),
        ([], f'lacks "{IDS[0]}" and 1 more of record 1: the walk from the first page to the last returned 0 of 2 runs'),
    ],
    ids=["some", "all"],
)
def test_created_run_that_no_page_lists(tmp_path: Path, listed: list[dict[str, Any]], message: str) -> None:
    calls = [created(RUNS[0]), created(RUNS[1]), call({}, list_of(listed))]
    assert found(tmp_path, calls) == [f"3 lost-runs /data: {message}"]
    alone = f'lacks "{IDS[0]}" of record 1: the walk from the first page to the last returned 0 of 1 run'
    assert found(tmp_path, [created(RUNS[0]), call({}, list_of([]))]) == [f"2 lost-runs /data: {alone}"]


@pytest.mark.parametrize(
    "calls",
    [
        [call({}, list_of([])), created(RUNS[0])],
        [timed(created(RUNS[0]), 0, 5), timed(call({}, list_of([])), 1, 2)],
        [created(RUNS[0]), call({"status": "queued"}, list_of([]))],
        [created(RUNS[0]), call({}, list_of([]), path=OTHER)],
    ],
    ids=["created later", "created meanwhile", "filtered", "other thread"],
)
def test_created_run_need_not_be_on_every_page(tmp_path: Path, calls: Sequence[dict[str, Any]]) -> None:
    assert found(tmp_path, calls) == []
