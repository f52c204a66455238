"""Event streams: LF, CR or CRLF end a line, and places count by line feeds, as in every other file."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.pages import RUN
from tests.support.recordings import QUOTED, URL, WRONG, byte_places, errors, messages, places, position, skipped
from validator import validate
from validator.core.options import MAX_BYTES
from validator.sources.document import Document, SkippedRecords
from validator.sources.files import read_paths

BAD = {**RUN, "instructions": "caf\u00e9 \u20ac \U0001f642 \u00e9\u00e9", "status": "bogus"}
ENDS = ["\n", "\r", "\r\n"]


def text_of(*datas: str) -> str:
    events = [f"event: thread.run.custom\ndata: {data}" for data in datas]
    return "".join(f"{event}\n\n" for event in [": \u00e9\u20ac\U0001f642", *events, "event: done\ndata: [DONE]"])


def spread(value: Any) -> str:
    """A value in many lines of data."""
    return "\ndata: ".join(json.dumps(value, indent=1, ensure_ascii=False).split("\n"))


def byte_position(text: str, part: str, nth: int) -> tuple[int, int, int]:
    """The same of a part of a text."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(part, at + 1)
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return text.count("\n", 0, at) + 1, len(before) + 1, len(before.encode()) + 1


@pytest.mark.parametrize("end", [*ENDS, "mixed"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_stream_line_ends(tmp_path: Path, end: str, bom: str) -> None:
    text = text_of(spread(BAD), json.dumps({**BAD, "status": RUN["status"]}), json.dumps(BAD, ensure_ascii=False))
    lines = text.split("\n")
    ends = [ENDS[n * 7 // 2 % 3] for n in range(len(lines))] if end == "mixed" else [end] * len(lines)
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    (tmp_path / "a.sse").write_bytes((bom + text).encode())
    assert byte_places(tmp_path / "a.sse") == [
        (1, "schema:enum", *byte_position(text, '"bogus"', 0)),
        (3, "schema:enum", *byte_position(text, '"bogus"', 1)),
    ]


@pytest.mark.parametrize("end", ENDS)
def test_stream_line_ends_in_a_recording(tmp_path: Path, end: str) -> None:
    body = text_of(spread(BAD), json.dumps(BAD, ensure_ascii=False)).replace("\n", end)
    content = {"mimeType": "text/event-stream", "text": body}
    call = {"request": {"method": "POST", "url": URL}, "response": {"status": 200, "content": content}}
    text = json.dumps({"log": {"entries": [call]}}, indent=1, ensure_ascii=False)
    (tmp_path / "a.har").write_text(text, encoding="utf-8")
    assert byte_places(tmp_path / "a.har") == [
        (1, "schema:enum", *byte_position(text, r"\"bogus\"", 0)),
        (1, "schema:enum", *byte_position(text, r"\"bogus\"", 1)),
    ]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("length", range(65_480, 65_541, 3))
def test_stream_lines_at_the_end_of_a_read(tmp_path: Path, end: str, length: int) -> None:
    inside = "\n:" + "\u00e9" * (length // 2) + "\ndata:  "
    text = text_of(spread(BAD)).replace("\ndata:  ", inside, 1).replace("\n", end)
    (tmp_path / "a.sse").write_bytes(text.encode())
    assert byte_places(tmp_path / "a.sse") == [(1, "schema:enum", *byte_position(text, '"bogus"', 0))]
    (tmp_path / "a.sse").write_bytes(text.encode()[: -2 * len(end)])
    assert byte_places(tmp_path / "a.sse") == [(1, "schema:enum", *byte_position(text, '"bogus"', 0))]


@pytest.mark.parametrize("end", ENDS)
def test_stream_line_above_size_limit_hides_no_other(tmp_path: Path, end: str) -> None:
    long = "x" * 200_000
    text = text_of(long, json.dumps(BAD), spread([long, long])).replace("\n", end)
    (tmp_path / "a.sse").write_bytes(text.encode())
    ran = run("-f", "json", "--max-bytes", "100000", tmp_path / "a.sse")
    found = [
        (finding["record"], finding["rule"], finding["line"], finding["column"])
        for finding in json.loads(ran.out)["findings"]
    ]
    assert found == [
        (1, "too-large", *byte_position(text, "xx", 0)[:2]),
        (2, "schema:enum", *byte_position(text, '"bogus"', 0)[:2]),
        (3, "too-large", *byte_position(text, "[\r" if end[0] == "\r" else "[\n", 0)[:2]),
    ]


@pytest.mark.parametrize("data", [json.dumps(RUN), "x" * 3_000_000], ids=["runs", "one line"])
def test_stream_without_line_feeds_is_not_read_at_once(tmp_path: Path, data: str) -> None:
    text = text_of(*[data] * (3_000_000 // len(data))).replace("\n", "\r")
    (tmp_path / "a.sse").write_text(text, "utf-8", newline="")
    tracemalloc.start()
    try:
        assert run("--max-bytes", "100000", tmp_path / "a.sse").code == (0 if data.startswith("{") else 1)
        assert tracemalloc.get_traced_memory()[1] < (tmp_path / "a.sse").stat().st_size / 2
    finally:
        tracemalloc.stop()


def test_stream_places(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    bad = json.dumps({**RUN, "object": WRONG}, indent=2)
    text = (
        "\ufeffid: 1\r\nevent:thread.run.custom\r\ndata:"
        + "\r\ndata: ".join(bad.split("\n"))
        + "\r\n\r\nevent: thread.run.step.created\r\ndata: {}\r\n\r\n\r\nevent: done\r\ndata: [DONE]\r\n\r\n"
    )
    stream.write_bytes(text.encode())
    assert places(stream) == [(1, "schema:const", *position(text.removeprefix("\ufeff"), QUOTED))]
    assert skipped(stream) == [SkippedRecords(str(stream), 2)]


def _ends(path: Path) -> list[tuple[str | None, str | None]]:
    origins = [item.origin for item in read_paths([str(path)], MAX_BYTES) if isinstance(item, Document)]
    return [(item.event, item.stream_end) for item in origins if item]


def test_stream_end_is_marked_on_last_run(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    event = f"event: thread.run.queued\ndata: {json.dumps(RUN)}\n\n"
    first = ("thread.run.queued", None)
    whole, torn = [first, ("thread.run.queued", "done")], [first, ("thread.run.queued", "missing")]
    for end, ends in (
        ("event: done\ndata: [DONE]\n\n", whole),
        ("data: [DONE]", whole),
        ("event: done\n", torn),
        ("event: error\ndata: {}\n\n", [first, first, ("error", None)]),
        ('data: {"error": {}}\n\n', [first, first, ("error", None)]),
        ("event: done\n\n", [first, first, ("done", None)]),
        ("", torn),
    ):
        stream.write_text(event * 2 + end)
        assert _ends(stream) == ends
    stream.write_text(f"data: {json.dumps(RUN)}")
    assert _ends(stream) == [("", "missing")]


def test_several_streams_in_a_file(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    event = f"event: thread.run.queued\ndata: {json.dumps(RUN)}\n\n"
    stream.write_text(f"{event}event: done\ndata: [DONE]\n\n{event}")
    origins = [item.origin for item in read_paths([str(stream)], MAX_BYTES) if isinstance(item, Document)]
    assert [(item.stream, item.stream_end) for item in origins if item] == [(0, "done"), (1, "missing")]


def test_event_above_size_limit(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    event = "event: thread.run.queued\n"
    stream.write_text(f"{event}data: 12345\ndata: 67890\ndata: 1\n\n{event}data: {'9' * 50}\n\n{event}data: 1\n\n")
    seen = [
        (item.record, item.data if item.problem is None else item.problem.rule)
        for item in read_paths([str(stream)], 10)
        if isinstance(item, Document)
    ]
    assert seen == [(1, "too-large"), (2, "too-large"), (3, b"1")]


def test_event_of_many_lines_takes_linear_time(tmp_path: Path) -> None:
    stream = tmp_path / "a.sse"
    stream.write_text("event: thread.run.queued\n" + "data\n" * 200_000 + "\n")
    assert messages(stream) == [(1, "not-json holds nothing but white space, but a JSON document was expected")]
    (item,) = (item for item in read_paths([str(stream)], 199_998) if isinstance(item, Document))
    assert item.problem is not None
    assert item.problem.rule == "too-large"


def test_stream_without_runs(tmp_path: Path) -> None:
    (tmp_path / "a.sse").write_text("event: done\ndata: [DONE]\n\n")
    assert errors(tmp_path / "a.sse") == ["nothing to check: no run in 1 event"]
    assert errors(tmp_path) == []


@pytest.mark.parametrize(
    "text", ["", "<html>502</html>", ": ping\n\n", json.dumps(RUN), "Event: done\nData: [DONE]\n\n"]
)
def test_file_in_a_folder_without_an_event_is_no_stream(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.sse").write_text(text)
    message = 'has no event of a stream; expected lines that begin with "data: "'
    assert _found(tmp_path) == [("not-json", "error", "", message, 1, 1)]
    assert errors(tmp_path / "a.sse") == ["nothing to check: no run in 0 events"]


@pytest.mark.parametrize("name", ["a.sse", "a.jsonl"])
def test_stream_without_runs_in_a_folder_is_named(tmp_path: Path, name: str) -> None:
    data = {"object": "thread.message"}
    line = json.dumps({"event": "thread.message.created", "data": data})
    event = f"event: thread.message.created\ndata: {json.dumps(data)}\n\n"
    (tmp_path / name).write_text(event if name.endswith("sse") else line)
    assert [item.other for item in skipped(tmp_path)] == ["an event stream without runs"]


def test_error_alone_is_a_stream_that_failed(tmp_path: Path) -> None:
    (tmp_path / "a.sse").write_text(f"event: error\ndata: {json.dumps(QUOTA)}\n\n")
    message = "ends the stream with an error: insufficient_quota (code quota_used_up)"
    assert _found(tmp_path) == [("stream-error", "warning", "", message, 2, 7)]
    assert errors(tmp_path / "a.sse") == ["nothing to check: no run in 1 event"]


def _event(name: str, **changes: Any) -> str:
    return f"event: {name}\ndata: {json.dumps({**RUN, **changes})}\n\n"


QUEUED = {"status": "queued", "completed_at": None, "started_at": None, "usage": None, "expires_at": 1729419000}
AT_WORK = {**QUEUED, "status": "in_progress", "started_at": RUN["created_at"]}
CREATED, WORKS = _event("thread.run.created", **QUEUED), _event("thread.run.in_progress", **AT_WORK)
DONE = "event: done\ndata: [DONE]\n\n"
QUOTA = {"error": {"message": "secret", "type": "insufficient_quota", "param": None, "code": "quota_used_up"}}


def _found(path: Path) -> list[tuple[str, str, str, str, int | None, int | None]]:
    """Rule, severity, pointer, message and place of each finding, infos too."""
    return [
        (found.rule, str(found.severity), found.pointer, found.message, found.line, found.column)
        for found in validate(path, now=1_800_000_000).findings
    ]


@pytest.mark.parametrize("name", ["event: error\n", ""])
@pytest.mark.parametrize("end", [DONE, ""])
def test_stream_error_is_the_only_finding(tmp_path: Path, name: str, end: str) -> None:
    (tmp_path / "a.sse").write_text(f"{CREATED}{name}data: {json.dumps(QUOTA)}\n\n{end}")
    message = "ends the stream with an error: insufficient_quota (code quota_used_up)"
    line = 5 if name else 4
    assert _found(tmp_path / "a.sse") == [("stream-error", "warning", "", message, line, 7)]


@pytest.mark.parametrize("data", ["upstream failed", "{", "[]", '"gone"'])
def test_stream_error_with_other_data(tmp_path: Path, data: str) -> None:
    (tmp_path / "a.sse").write_text(f"{CREATED}event: error\ndata: {data}\n\n")
    assert _found(tmp_path / "a.sse") == [("stream-error", "warning", "", "ends the stream with an error", 5, 7)]


def test_error_event_of_another_api_is_skipped(tmp_path: Path) -> None:
    other = f"event: message_start\ndata: {{}}\n\nevent: error\ndata: {json.dumps(QUOTA)}\n\nevent: done\n\n"
    (tmp_path / "a.sse").write_text(other)
    assert errors(tmp_path / "a.sse") == ["nothing to check: no run in 3 events"]


@pytest.mark.parametrize("done", [DONE, "data: [DONE]\n\n"])
@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelling"])
def test_done_while_the_run_is_active(tmp_path: Path, status: str, done: str) -> None:
    last = _event(f"thread.run.{status}", **{**AT_WORK, "status": status})
    (tmp_path / "a.sse").write_text(CREATED + last + done)
    message = f'is "{status}" in the last event before "done"; expected an event that says how the run ended'
    column = 1 + last.split("\n")[1].index(f'"{status}"')
    assert _found(tmp_path / "a.sse") == [("done-on-active-run", "error", "/status", message, 5, column)]


def test_done_after_a_run_that_waits_for_tools_is_valid(tmp_path: Path) -> None:
    function = {"name": "tide", "arguments": "{}"}
    action = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": [{"id": "call_Zr5kWq8T", "type": "function", "function": function}]},
    }
    tools = [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object", "properties": {}}}}]
    waits = {**AT_WORK, "status": "requires_action", "required_action": action}
    events = [{"tools": tools, **QUEUED}, {"tools": tools, **waits}]
    names = ("thread.run.created", "thread.run.requires_action")
    text = "".join(_event(name, **event) for name, event in zip(names, events, strict=True))
    (tmp_path / "a.sse").write_text(text + DONE)
    assert _found(tmp_path / "a.sse") == []


NO_DATA = 'is the event "{}" without data, which clients ignore or fail at; data has to begin with "data: "'


@pytest.mark.parametrize("end", ["\n\n", "", f"\n\n{DONE}"])
def test_event_without_data_points_to_the_line_that_should_be_data(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.sse").write_text(f"{CREATED}{WORKS}event: thread.run.completed\n{json.dumps(RUN)}{end}")
    message = NO_DATA.format("thread.run.completed")
    assert _found(tmp_path / "a.sse") == [("event-without-data", "error", "", message, 8, 1)]


def test_event_without_data_points_to_its_name(tmp_path: Path) -> None:
    blank = f"event: thread.run.completed\n\ndata: {json.dumps(RUN)}\n\n"
    (tmp_path / "a.sse").write_text(f": first\n{CREATED}{WORKS}{blank}event: done\n\n")
    assert _found(tmp_path / "a.sse") == [
        ("event-without-data", "error", "", NO_DATA.format("thread.run.completed"), 8, 1),
        ("event-without-data", "error", "", NO_DATA.format("done"), 12, 1),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        (("thread.run.completed", json.dumps(RUN)), ("done", "[DONE]"), 9),
        (("thread.run.completed", None), ("done", "[DONE]"), 8),
        (("thread.message.delta", "{}"), ("thread.message.delta", "{}"), 9),
        (("ping", "{}"), ("thread.run.completed", "{}"), 9),
    ],
)
def test_joined_events_point_to_the_second(tmp_path: Path, first: Any, second: Any, line: int, end: str) -> None:
    lines = [f"event: {name}\n" + (f"data: {data}\n" if data else "") for name, data in (first, second)]
    (tmp_path / "a.sse").write_bytes(f"{CREATED}{WORKS}{''.join(lines)}\n".replace("\n", end).encode())
    message = f'begins the event "{second[0]}" in the event "{first[0]}", so that clients get one event '
    message += "with the data of both; expected a blank line before it"
    found = [finding for finding in _found(tmp_path / "a.sse") if finding[0] != "event-status-mismatch"]
    assert found == [("joined-events", "error", "", message, line, 1)]


def test_events_that_clients_read_are_not_joined(tmp_path: Path) -> None:
    twice = f"event: thread.run.completed\n{_event('thread.run.completed')}"
    late = f"data: {json.dumps({**RUN, **AT_WORK})}\nevent: thread.run.in_progress\n\n"
    (tmp_path / "a.sse").write_text(f"event: a\ndata: 1\nevent: b\ndata: 2\n\n{CREATED}{late}{twice}{DONE}")
    assert _found(tmp_path / "a.sse") == []


def test_events_of_others_may_have_no_data(tmp_path: Path) -> None:
    completed = _event("thread.run.completed")
    (tmp_path / "a.sse").write_text(f"event: ping\n\n{CREATED}event: ping\n\n{WORKS}{completed}{DONE}event: ping\n\n")
    assert _found(tmp_path / "a.sse") == []


def test_faulty_events_in_a_recording(tmp_path: Path) -> None:
    body = f"event: error\ndata: {json.dumps(QUOTA)}\n\n"
    content = {"mimeType": "text/event-stream", "text": body}
    call = {"request": {"method": "POST", "url": URL}, "response": {"status": 200, "content": content}}
    text = json.dumps({"log": {"entries": [call]}}, indent=1)
    (tmp_path / "a.har").write_text(text)
    message = "ends the stream with an error: insufficient_quota (code quota_used_up)"
    assert _found(tmp_path / "a.har") == [("stream-error", "warning", "", message, *position(text, r"{\"error"))]
