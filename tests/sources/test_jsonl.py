"""JSON Lines: each line is a document at its place, within limits."""

import json
from pathlib import Path

import pytest

from tests.support.pages import PAGE, RUN
from tests.support.recordings import BAD_PAGE, QUOTED, messages, places, position
from validator.sources.document import Document
from validator.sources.files import read_paths


def test_jsonl_line_places(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    line = json.dumps(BAD_PAGE)
    archive.write_text(f"\ufeff{json.dumps(PAGE)}\r\n \n{json.dumps(RUN)}\n{{\n{line}\n{line}", encoding="utf-8")
    column = position(line, QUOTED)[1]
    assert places(archive) == [
        (4, "not-json", 4, 2),
        (5, "first-id-mismatch", 5, column),
        (6, "first-id-mismatch", 6, column),
    ]


def test_jsonl_only_line_feeds_end_lines(tmp_path: Path) -> None:
    archive = tmp_path / "a.ndjson"
    run = {**RUN, "instructions": "a\u2028b\u0085c\x0bd"}
    archive.write_text(json.dumps(run, ensure_ascii=False).replace("\\u000b", "\\n") + "\r" + "\n[]", encoding="utf-8")
    assert places(archive) == [(2, "not-a-run-list", 2, 1)]


@pytest.mark.parametrize("indent", [0, 1, "\t"])
def test_jsonl_document_over_many_lines_is_one_finding(tmp_path: Path, indent: int | str) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text(json.dumps(PAGE, indent=indent))
    message = "begins a document of several lines, but every line of a JSON Lines file is one: name it .json"
    assert messages(archive) == [(1, f"not-json {message}")]


def test_jsonl_truncated_first_line_hides_no_other(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text(f'{{"object": \n{json.dumps(BAD_PAGE)}\n')
    assert [(record, rule) for record, rule, *_ in places(archive)] == [(1, "not-json"), (2, "first-id-mismatch")]


@pytest.mark.parametrize("first", [b"[" * 5000, b'{"a": "\xff', b'{"a": 1} 2', b'"a"', b"[1]"])
def test_jsonl_invalid_first_line_is_a_line(tmp_path: Path, first: bytes) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(first + b"\nx\n")
    assert [record for record, *_ in places(archive)] == [1, 2]


def test_jsonl_line_above_size_limit(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"1234567890\n" + b"x" * 35 + b"\n123456789\n12345678901\n" + b"y" * 100)
    seen = [
        (item.record, item.data if item.problem is None else item.problem.rule)
        for item in read_paths([str(archive)], 10)
        if isinstance(item, Document)
    ]
    assert seen == [(1, b"1234567890"), (2, "too-large"), (3, b"123456789"), (4, "too-large"), (5, "too-large")]
