"""Times of calls: compared in the order in which they began, reported in the order of the file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ran, run
from tests.support.paths import SAMPLES
from validator import validate

PAGE = json.loads((SAMPLES / "valid" / "page.json").read_text())
ENDED = next(run for run in PAGE["data"] if run["status"] == "completed")
ACTIVE = {
    **ENDED,
    "status": "in_progress",
    "completed_at": None,
    "usage": None,
    "expires_at": ENDED["created_at"] + 600,
}
WAITING = {**ACTIVE, "status": "queued", "started_at": None}
URL = f"https://api.example.com/v1/threads/{ENDED['thread_id']}/runs"
DAY = "2024-10-20T10:00:"
BACK = 'illegal-transition is "in_progress", but was "completed" in record {}: a run that has ended keeps its status'


def entry(body: Any, start: object = None, time: object = None, rest: str = "", method: str = "") -> dict[str, Any]:
    """A call that returned this: a run, a page, or the text of a stream, which is a POST."""
    text = body if isinstance(body, str) else json.dumps(body)
    method = method or ("POST" if isinstance(body, str) else "GET")
    if isinstance(body, dict) and "data" not in body and method == "GET":
        rest = rest or f"/{body['id'] or 'run_1'}"
    times = {"startedDateTime": start, "time": time}
    kind = "text/event-stream" if text.startswith("event:") else "application/json"
    content = {"mimeType": kind, "text": text}
    return {
        **{name: value for name, value in times.items() if value is not None},
        "request": {"method": method, "url": URL + rest},
        "response": {"status": 200, "content": content},
    }


def har(folder: Path, *entries: Any, name: str = "a.har") -> Path:
    (folder / name).write_text(json.dumps({"log": {"entries": entries}}))
    return folder / name


def messages(recording: Path, **options: Any) -> list[tuple[int | None, str]]:
    return [
        (finding.record, f"{finding.rule} {finding.message}") for finding in validate(recording, **options).findings
    ]


def stream(*runs: Any) -> str:
    """An event stream of these runs, and its end."""
    events = [f"event: thread.run.{item['status']}\ndata: {json.dumps(item)}\n\n" for item in runs]
    return "".join([*events, "event: done\ndata: [DONE]\n\n"])


POLLED = (entry(WAITING, f"{DAY}01Z"), entry(ACTIVE, f"{DAY}02Z"), entry(ENDED, f"{DAY}03Z"))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_calls_are_compared_in_order_of_time(tmp_path: Path, order: Sequence[int]) -> None:
    assert messages(har(tmp_path, *(POLLED[index] for index in order))) == []


def test_findings_stand_in_order_of_the_file(tmp_path: Path) -> None:
    entries = [
        entry({**ACTIVE, "object": "x"}, f"{DAY}03Z"),
        7,
        entry(stream(ENDED), f"{DAY}01Z"),
        entry({**ENDED, "id": ""}, f"{DAY}02Z"),
        entry(ACTIVE, f"{DAY}04Z"),
    ]
    recording = har(tmp_path, *entries)
    found = [f"{record} {message.split()[0]}" for record, message in messages(recording)]
    assert found == ["1 schema:const", "1 illegal-transition", "2 broken-recording", "4 empty-identifier"]
    lines = run("-f", "concise", recording).out.split("\n")[:4]
    assert [line.split(": ")[1].split()[1] for line in lines] == [item.split()[1] for item in found]


def test_findings_of_files_do_not_mix(tmp_path: Path) -> None:
    bad = {**ENDED, "object": "x"}
    entries = [entry(bad, f"{DAY}02Z"), entry(bad, f"{DAY}01Z"), entry(ENDED, f"{DAY}00Z")]
    first, second = har(tmp_path, *entries), har(tmp_path, *entries, name="b.har")
    words = [first, second]
    for alone in ((), ("--history",)):
        ran = run("-v", "-f", "concise", "--select", "schema", *alone, *words)
        heads = [line.partition(":")[0] for line in ran.out.split("\n") if " record " in line.partition(":")[0]]
        assert heads == [f"{word} record {record}" for word in words for record in (1, 2)]
    places = [(item.file, item.record) for item in validate(tmp_path, select=["schema"]).findings]
    assert places == [(str(file), record) for file in (first, second) for record in (1, 2)]


def test_second_recording_starts_anew(tmp_path: Path) -> None:
    recordings = [har(tmp_path, *reversed(POLLED), name=name) for name in ("a.har", "b.har")]
    expected = Ran(0, "ok: 6 runs in 6 documents\n", "")
    assert run(*recordings) == expected
    assert run("--listing", *recordings) == expected


@pytest.mark.parametrize(
    "first",
    [
        entry(stream(WAITING, ACTIVE, ENDED), f"{DAY}00Z", 8000),
        entry(ENDED, f"{DAY}00Z", 8000.25),
        entry({**PAGE, "data": [ENDED], "first_id": ENDED["id"], "last_id": ENDED["id"]}, f"{DAY}00Z", 8000),
    ],
)
def test_overlapping_calls_are_not_compared(tmp_path: Path, first: Any) -> None:
    assert messages(har(tmp_path, first, entry(ACTIVE, f"{DAY}02Z", 100), entry(ENDED, f"{DAY}09Z", 100))) == []
    assert messages(har(tmp_path, first, entry(ACTIVE, f"{DAY}02Z", 100), entry(ACTIVE, f"{DAY}09Z", 100))) == [
        (3, BACK.format(1))
    ]
    assert messages(har(tmp_path, first, entry(ACTIVE, f"{DAY}07.999Z"))) == []
    assert messages(har(tmp_path, first, entry(ACTIVE, f"{DAY}08.001Z"))) == [(2, BACK.format(1))]


def test_longer_of_overlapping_calls_is_compared_later(tmp_path: Path) -> None:
    longer = entry(ENDED, f"{DAY}01Z", 9000)
    entries = [entry(ACTIVE, f"{DAY}00Z", 5000), longer, entry(ACTIVE, f"{DAY}06Z", 100), entry(ACTIVE, f"{DAY}11Z")]
    assert messages(har(tmp_path, *entries)) == [(4, BACK.format(2))]
    assert messages(har(tmp_path, entry(ENDED, f"{DAY}00Z", 5000), entry(ACTIVE, f"{DAY}01Z", 9000))) == []


def test_events_of_one_call_are_compared(tmp_path: Path) -> None:
    recording = har(tmp_path, entry(stream(WAITING, ENDED, ACTIVE), f"{DAY}00Z", 8000))
    assert messages(recording) == [(1, BACK.format(1).replace("record 1", "an earlier event"))]


def test_pages_are_compared_in_order_of_time(tmp_path: Path) -> None:
    runs = [{**ENDED, "id": f"run_{letter}", "created_at": ENDED["created_at"] - n} for n, letter in enumerate("abc")]
    pages = [
        {"object": "list", "data": data, "first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": True}
        for data in (runs[:2], runs[1:])
    ]
    entries = [entry(pages[1], f"{DAY}02Z", rest="?after=run_b"), entry(pages[0], f"{DAY}01Z")]
    assert messages(har(tmp_path, *entries), select=["listing"]) == [
        (1, 'overlapping-pages is "run_b", which is already in record 2; a listing has each run once')
    ]


def test_promise_of_a_page_is_compared_with_later_calls_alone(tmp_path: Path) -> None:
    first = {**PAGE, "data": [ENDED], "first_id": ENDED["id"], "last_id": ENDED["id"], "has_more": True}
    nothing = {**PAGE, "data": [], "first_id": None, "last_id": None, "has_more": False}
    for begin, expected in ((f"{DAY}01Z", []), (f"{DAY}03Z", ["false-has-more"])):
        calls = entry(first, f"{DAY}00Z", 2000), entry(nothing, begin, 100, rest=f"?after={ENDED['id']}")
        found = messages(har(tmp_path, *calls), select=["listing"])
        assert [message.split()[0] for _, message in found] == expected


@pytest.mark.parametrize("start", ["2024-10-20T12:00:02+02:00", "2024-10-20T05:00:02.000-05:00", f"{DAY}02.00000000Z"])
def test_times_in_other_zones(tmp_path: Path, start: str) -> None:
    assert messages(har(tmp_path, entry(ENDED, f"{DAY}03Z"), entry(ACTIVE, start), entry(WAITING, f"{DAY}01Z"))) == []


NO_STARTS: list[object] = [
    *(None, 7, "", "yesterday", [], {}, True, "2024-10-20T09:00:00", "2024-10-20", "2024-13-45T99:00:00Z", "\ud800"),
    *("99999-01-01T00:00:00Z", "2024-10-20T09:00:00+99:00", "0000-00-00T00:00:00Z", "9" * 5000),
]


@pytest.mark.parametrize("start", NO_STARTS)
def test_call_without_time_follows_the_one_before(tmp_path: Path, start: object) -> None:
    assert messages(har(tmp_path, entry(ACTIVE, start), entry(ENDED, f"{DAY}03Z"), entry(ACTIVE, f"{DAY}02Z"))) == []
    assert messages(
        har(tmp_path, entry(ENDED, f"{DAY}03Z", 9000), entry(ACTIVE, start), entry(ACTIVE, f"{DAY}02Z"))
    ) == [(2, BACK.format(1))]
    assert messages(har(tmp_path, entry(ENDED, start, 9000), entry(ACTIVE, start))) == [(2, BACK.format(1))]


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59"])
def test_times_at_the_ends_of_the_calendar(tmp_path: Path, start: str) -> None:
    entries = [entry(ENDED, start, 1000), entry(ACTIVE, f"{DAY}02Z")]
    expected = [(2, BACK.format(1))] if start < "2024" else []
    assert messages(har(tmp_path, *entries)) == expected


@pytest.mark.parametrize("time", [None, -1, "8000", [], {}, True, 1e300, 10**400, 1e99, -1e300, 90_000_000])
def test_invalid_durations_are_ignored(tmp_path: Path, time: object) -> None:
    assert messages(har(tmp_path, entry(ENDED, f"{DAY}01Z", time), entry(ACTIVE, f"{DAY}02Z"))) == [(2, BACK.format(1))]


def test_calls_of_the_same_time_keep_their_order(tmp_path: Path) -> None:
    assert messages(har(tmp_path, entry(ENDED, f"{DAY}01Z"), entry(ACTIVE, f"{DAY}01Z"))) == [(2, BACK.format(1))]


def test_history_compares_files_in_the_order_given(tmp_path: Path) -> None:
    later = har(tmp_path, entry(ENDED, f"{DAY}05Z", 1000))
    steps = entry("{}", f"{DAY}00Z", rest="/run_a/steps")
    earlier = har(tmp_path, steps, entry(ACTIVE, f"{DAY}01Z", 1000), name="b.har")
    ran = run("-f", "concise", "--history", later, earlier)
    assert (ran.code, ran.out.count("illegal-transition")) == (1, 1)


def test_pytest_items_are_in_order_of_the_file(pytester: pytest.Pytester) -> None:
    har(pytester.path, entry(ACTIVE, f"{DAY}03Z"), entry(WAITING, f"{DAY}01Z"), entry(ENDED, f"{DAY}02Z"))
    result = pytester.runpytest("-v", "--validate-runs", "*.har", "-p", "no:cacheprovider")
    lines = [
        line.split("::")[1].split(" [")[0].rstrip() for line in result.outlines if "a.har::" in line and "%" in line
    ]
    assert lines == ["record-1 FAILED", "record-2 PASSED", "record-3 PASSED"]
