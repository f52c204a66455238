"""Recordings to write: HAR files and cassettes, what a client records; and what is found in them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.pages import PAGE, RUN
from tests.support.threads import THREAD
from validator import validate
from validator.core.options import MAX_BYTES
from validator.sources.document import Document, InputError, SkippedRecords
from validator.sources.files import read_paths

URL = f"https://api.example.com/v1/threads/{RUN['thread_id']}/runs"
ORIGIN = "http://127.0.0.1:8000"
LIST = f"/v1/threads/{THREAD}/runs"
WRONG = "run_Wr0ngWr0ngWr0ngWr0ng"
BAD_PAGE = {**PAGE, "first_id": WRONG}
QUOTED = f'"{WRONG}"'


def places(path: Path) -> list[tuple[int | None, str, int | None, int | None]]:
    """Record, rule, line and column of each finding."""
    return [(finding.record, finding.rule, finding.line, finding.column) for finding in validate(path).findings]


def byte_places(file: Path) -> list[tuple[int | None, str, int | None, int | None, int | None]]:
    """Record, rule, line, column and column in bytes of each finding."""
    return [
        (finding.record, finding.rule, finding.line, finding.column, finding.byte_column)
        for finding in validate(file).findings
    ]


def messages(path: Path) -> list[tuple[int | None, str]]:
    """Record and message of each finding."""
    return [(finding.record, f"{finding.rule} {finding.message}") for finding in validate(path).findings]


def position(text: str, part: str, nth: int = 0) -> tuple[int, int]:
    """Line and column of a part of a text."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(part, at + 1)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def packed_place(text: str, nth: int) -> tuple[int, int]:
    """Where the base64 text of the nth binary string of a YAML text begins."""
    line = position(text, "!!binary", nth)[0] + 1
    return line, len(text.split("\n")[line - 1]) - len(text.split("\n")[line - 1].lstrip()) + 1


def skipped(path: Path) -> list[SkippedRecords]:
    return [item for item in read_paths([str(path)], MAX_BYTES) if isinstance(item, SkippedRecords)]


def errors(path: Path | str, max_bytes: int = MAX_BYTES) -> list[str]:
    return [str(item) for item in read_paths([str(path)], max_bytes) if isinstance(item, InputError)]


def problems(path: Path, max_bytes: int) -> list[str | None]:
    """The rule of each document that could not be read, else None."""
    items = read_paths([str(path)], max_bytes)
    return [item.problem and item.problem.rule for item in items if isinstance(item, Document)]


def call(
    query: dict[str, Any],
    body: Any,
    *,
    status: int = 200,
    content_type: str = "application/json",
    method: str = "GET",
    path: str = LIST,
    began: str | None = None,
    step: str = "",
    location: str = "",
    error: str = "",
    retried: bool = False,
) -> dict[str, Any]:
    """Return an entry of a HAR; a body that is not text is written as JSON. With a step, it is of a live check."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        **({"startedDateTime": began} if began else {}),
        **({"_validateRuns": {"step": step, **({"retried": True} if retried else {})}} if step else {}),
        "request": {"method": method, "url": f"{ORIGIN}{path}{'?' if query else ''}{urlencode(query)}", "headers": []},
        "response": {
            "status": status,
            "headers": [],
            "content": {"mimeType": content_type, "text": text},
            **({"redirectURL": location} if location else {}),
            **({"_error": error} if error else {}),
        },
    }


def write_har(file: Path, calls: Iterable[dict[str, Any]]) -> Path:
    """Write a HAR."""
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": list(calls)}
    file.write_text(json.dumps({"log": log}, indent=1), "utf-8")
    return file


def _media_type(text: str) -> str:
    return "text/event-stream" if text.startswith("event:") else "application/json"


def har(*texts: str, url: str = URL, **content: Any) -> dict[str, Any]:
    """A HAR of calls that returned these texts."""
    entries = [
        {
            "request": {"method": "POST" if text.startswith("event:") else "GET", "url": url},
            "response": {"status": 200, "content": {"mimeType": _media_type(text), **content, "text": text}},
        }
        for text in texts
    ]
    return {"log": {"version": "1.2", "entries": entries}}


def interaction(body: Any, url: str = URL, method: str = "GET", **headers: str) -> dict[str, Any]:
    """A call as vcrpy records it."""
    return {
        "request": {"method": method, "uri": url, "body": None, "headers": {}},
        "response": {
            "status": {"code": 200},
            "headers": {k: [v] for k, v in headers.items()},
            "body": {"string": body},
        },
    }
