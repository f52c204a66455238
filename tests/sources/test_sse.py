"""Lines of event streams: LF, CR, or both together end one, and places count by line feeds, as in every other file."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from tests.support.paths import SAMPLES
from validator import validate

RUN = json.loads((SAMPLES / "valid" / "page.json").read_text())["data"][0]
BAD = {**RUN, "instructions": "caf\u00e9 \u20ac \U0001f642 \u00e9\u00e9", "status": "bogus"}
URL = f"https://api.example.com/v1/threads/{RUN['thread_id']}/runs"
ENDS = ["\n", "\r", "\r\n"]


def text_of(*datas: str) -> str:
    events = [f"event: thread.run.custom\ndata: {data}" for data in datas]
    return "".join(f"{event}\n\n" for event in [": \u00e9\u20ac\U0001f642", *events, "event: done\ndata: [DONE]"])


def spread(value: Any) -> str:
    """A value in many lines of data."""
    return "\ndata: ".join(json.dumps(value, indent=1, ensure_ascii=False).split("\n"))


def places(file: Path) -> list[tuple[int | None, str, int | None, int | None, int | None]]:
    """Record, rule, line, column and column in bytes of each finding."""
    return [(one.record, one.rule, one.line, one.column, one.byte_column) for one in validate(file).findings]


def place(text: str, part: str, nth: int) -> tuple[int, int, int]:
    """The same of a part of a text."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(part, at + 1)
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return text.count("\n", 0, at) + 1, len(before) + 1, len(before.encode()) + 1


@pytest.mark.parametrize("end", [*ENDS, "mixed"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_whatever_ends_its_lines_a_stream_has_its_events_and_places(tmp_path: Path, end: str, bom: str) -> None:
    text = text_of(spread(BAD), json.dumps({**BAD, "status": RUN["status"]}), json.dumps(BAD, ensure_ascii=False))
    lines = text.split("\n")
    ends = [ENDS[n * 7 // 2 % 3] for n in range(len(lines))] if end == "mixed" else [end] * len(lines)
    text = "".join(line + one for line, one in zip(lines, ends, strict=True))
    (tmp_path / "a.sse").write_bytes((bom + text).encode())
    assert places(tmp_path / "a.sse") == [
        (1, "schema:enum", *place(text, '"bogus"', 0)),
        (3, "schema:enum", *place(text, '"bogus"', 1)),
    ]


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_in_a_recording_may_have_any_line_ends(tmp_path: Path, end: str) -> None:
    body = text_of(spread(BAD), json.dumps(BAD, ensure_ascii=False)).replace("\n", end)
    content = {"mimeType": "text/event-stream", "text": body}
    call = {"request": {"method": "GET", "url": URL}, "response": {"status": 200, "content": content}}
    text = json.dumps({"log": {"entries": [call]}}, indent=1, ensure_ascii=False)
    (tmp_path / "a.har").write_text(text, encoding="utf-8")
    assert places(tmp_path / "a.har") == [
        (1, "schema:enum", *place(text, r"\"bogus\"", 0)),
        (1, "schema:enum", *place(text, r"\"bogus\"", 1)),
    ]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("length", range(65_480, 65_541, 3))
def test_no_line_is_lost_where_what_is_read_at_once_ends(tmp_path: Path, end: str, length: int) -> None:
    inside = "\n:" + "\u00e9" * (length // 2) + "\ndata:  "
    text = text_of(spread(BAD)).replace("\ndata:  ", inside, 1).replace("\n", end)
    (tmp_path / "a.sse").write_bytes(text.encode())
    assert places(tmp_path / "a.sse") == [(1, "schema:enum", *place(text, '"bogus"', 0))]
    (tmp_path / "a.sse").write_bytes(text.encode()[: -2 * len(end)])
    assert places(tmp_path / "a.sse") == [(1, "schema:enum", *place(text, '"bogus"', 0))]


@pytest.mark.parametrize("end", ENDS)
def test_a_line_that_is_too_long_does_not_hide_the_next(tmp_path: Path, end: str) -> None:
    long = "x" * 200_000
    text = text_of(long, json.dumps(BAD), spread([long, long])).replace("\n", end)
    (tmp_path / "a.sse").write_bytes(text.encode())
    ran = run("-f", "json", "--max-bytes", "100000", tmp_path / "a.sse")
    found = [(one["record"], one["rule"], one["line"], one["column"]) for one in json.loads(ran.out)["findings"]]
    assert found == [
        (1, "too-large", *place(text, "xx", 0)[:2]),
        (2, "schema:enum", *place(text, '"bogus"', 0)[:2]),
        (3, "too-large", *place(text, "[\r" if end[0] == "\r" else "[\n", 0)[:2]),
    ]


@pytest.mark.parametrize("data", [json.dumps(RUN), "x" * 10_000_000], ids=["runs", "one line"])
def test_a_stream_without_line_feeds_is_read_piece_by_piece(tmp_path: Path, data: str) -> None:
    text = text_of(*[data] * (10_000_000 // len(data))).replace("\n", "\r")
    (tmp_path / "a.sse").write_text(text, "utf-8", newline="")
    tracemalloc.start()
    try:
        assert run("--max-bytes", "100000", tmp_path / "a.sse").code == (0 if data.startswith("{") else 1)
        assert tracemalloc.get_traced_memory()[1] < (tmp_path / "a.sse").stat().st_size / 2
    finally:
        tracemalloc.stop()
