"""Event streams that SDKs have written down as JSON Lines: followed like streams, with places in the file."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.pages import RUN
from tests.support.recordings import byte_places, errors, messages, places, position, problems, skipped
from validator import validate

ACTIVE: dict[str, Any] = {**RUN, "completed_at": None, "usage": None, "expires_at": RUN["created_at"] + 600}
QUEUED = {**ACTIVE, "status": "queued", "started_at": None}
IN_PROGRESS = {**ACTIVE, "status": "in_progress"}
BAD = {**RUN, "instructions": "caf\u00e9 \U0001f642", "status": "bogus"}
STEP = {"id": "step_1", "object": "thread.run.step", "run_id": RUN["id"], "status": "completed"}


def of_node(name: str, data: object) -> str:
    return json.dumps({"event": name, "data": data}, separators=(",", ":"), ensure_ascii=False)


def of_python(name: str, data: object) -> str:
    return json.dumps({"data": data, "event": name, "enabled": None}, ensure_ascii=False)


STREAM = (
    ("thread.created", {"id": RUN["thread_id"], "object": "thread"}),
    ("thread.run.created", QUEUED),
    ("thread.run.queued", QUEUED),
    ("thread.run.in_progress", IN_PROGRESS),
    ("thread.run.step.completed", STEP),
    ("thread.message.delta", {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": []}}),
    ("thread.run.completed", RUN),
)


@pytest.mark.parametrize("write", [of_node, of_python])
@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.txt", "a.jsonl.gz"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\n"])
def test_event_lines_of_an_sdk_are_a_stream(tmp_path: Path, write: Any, name: str, mark: str) -> None:
    data = (mark + "\n".join(write(*event) for event in STREAM)).encode()
    file = tmp_path / name
    file.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    report = validate(file)
    assert report.ok
    assert [about.runs for about in report.documents] == [1, 1, 1, 1]
    assert [item.number for item in skipped(file)] == [3]


@pytest.mark.parametrize("write", [of_node, of_python])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_event_lines_have_places_in_the_file(tmp_path: Path, write: Any, end: str) -> None:
    text = end.join(["", write("thread.run.completed", BAD), "", f"  {write('thread.run.completed', BAD)}"])
    (tmp_path / "a.jsonl").write_bytes(text.encode())
    expected = []
    for number, line in enumerate(text.split("\n"), 1):
        if '"bogus"' in line:
            before = line[: line.index('"bogus"')]
            expected.append((number, "schema:enum", number, len(before) + 1, len(before.encode()) + 1))
    assert byte_places(tmp_path / "a.jsonl") == expected
    assert validate(tmp_path / "a.jsonl").findings[0].pointer == "/status"


def test_event_lines_are_followed_as_streams(tmp_path: Path) -> None:
    other = {**RUN, "id": "run_0therRun0therRun0therRun"}
    lines = [
        *(of_node(*event) for event in STREAM),
        of_node("thread.run.created", {**QUEUED, "id": other["id"]}),  # a further stream: no `done` divides them
        of_node("thread.run.failed", other),
        of_node("thread.run.completed", RUN),
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    rule, one_run = "event-status-mismatch", "a stream has events of one run only"
    assert messages(tmp_path / "a.jsonl") == [
        (9, f'{rule} is "completed", but the event is "thread.run.failed"; expected the status "failed"'),
        (10, f'{rule} is "{RUN["id"]}", but was "{other["id"]}" in record 9; {one_run}'),
    ]


def test_lines_among_events_that_are_no_events_are_checked(tmp_path: Path) -> None:
    first = of_node("thread.run.completed", RUN)
    twice = first.replace('"data"', '"data":{},"data"')
    text = "\n".join([first, json.dumps(BAD), first[:-1], twice, "7"])
    (tmp_path / "a.jsonl").write_text(text)
    assert [finding[:2] for finding in places(tmp_path / "a.jsonl")] == [
        (2, "schema:enum"),
        (3, "not-json"),
        (4, "duplicate-key"),
        (5, "not-a-run-list"),
    ]
    assert places(tmp_path / "a.jsonl")[0][2:] == position(text, '"bogus"')
    inside = first.replace('"object"', '"object":1,"object"', 1)
    (tmp_path / "a.jsonl").write_text(inside)
    assert places(tmp_path / "a.jsonl") == [(1, "duplicate-key", *position(inside, '"object"', 1))]


def test_event_lines_have_limits(tmp_path: Path) -> None:
    long = of_node("thread.run.completed", {**RUN, "instructions": "x" * 9000})
    many = of_node("thread.run.completed", {**RUN, "metadata": [1] * 1500})
    (tmp_path / "a.jsonl").write_text("\n".join([of_node("thread.run.completed", RUN), long, many]))
    assert problems(tmp_path / "a.jsonl", 8000) == [None, "too-large", "too-large"]


def test_event_lines_in_broken_compression_are_checked_up_to_there(tmp_path: Path) -> None:
    lines = "\n".join(of_node("thread.run.completed", BAD) for _ in range(300))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-100])
    found = places(tmp_path / "a.jsonl.gz")
    assert {finding[1] for finding in found[:-1]} == {"schema:enum"}
    assert found[-1][1] == "broken-compression"


def test_event_lines_without_a_run_are_not_checked(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(of_node("thread.message.completed", {"object": "thread.message"}))
    assert errors(tmp_path / "a.jsonl") == ["nothing to check: no run in 1 event"]
    assert errors(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({**RUN, "metadata": {"event": "a"}}),
        json.dumps({"event": 7, "data": RUN}),
        '{"x": "event": "a"}',
        '{"event": "thread.run.completed"}',
    ],
)
def test_other_lines_are_no_events(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{line}\n{json.dumps(RUN)}\n")
    assert skipped(tmp_path / "a.jsonl") == []


@pytest.mark.usefixtures("small_tasks")
def test_event_lines_are_checked_by_one_process(tmp_path: Path) -> None:
    lines = [of_node("thread.run.in_progress", IN_PROGRESS)] * 80
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, of_node("thread.run.failed", RUN)]))
    ran = run("-f", "json", "--jobs", "2", tmp_path / "a.jsonl")
    found = json.loads(ran.out)
    assert [(finding["rule"], finding["record"]) for finding in found["findings"]] == [("event-status-mismatch", 81)]
    assert found["summary"]["documents"] == 81


@pytest.mark.parametrize("write", [of_node, of_python])
def test_error_on_an_event_line(tmp_path: Path, write: Any) -> None:
    error = write("error", {"error": {"message": "secret", "type": "server_error", "code": None}})
    (tmp_path / "a.jsonl").write_text(f"{error}\n{write('thread.run.created', QUEUED)}\n{error}")
    message = "ends the stream with an error: server_error"
    place = (3, "stream-error", 3, error.index('{"error"') + 1)
    assert messages(tmp_path / "a.jsonl") == [(3, f"stream-error {message}")]
    assert places(tmp_path / "a.jsonl") == [place]
