"""Input that grows: what it is, and how to make so much of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pages import archive, sound_page, written


class Load(NamedTuple):
    """A kind of input, the most of it that is measured, and the words that the command gets beside."""

    name: str
    most: int
    build: Callable[[Path, int], Path]
    words: tuple[str, ...] = ()


def _page(folder: Path, runs: int) -> Path:
    return _written(folder / "page.json", written(sound_page(runs)))


def _archive(folder: Path, runs: int) -> Path:
    path = folder / "archive.jsonl"
    with path.open("wb") as lines:
        lines.writelines(archive(runs, 0.0))
    return path


def _files(folder: Path, number: int) -> Path:
    """A folder of pages of one run; what an earlier call has put there stays."""
    files, page = folder / "files", written(sound_page(1))
    files.mkdir(exist_ok=True)
    for index in range(number):
        _written(files / f"{index}.json", page)
    return files


def _findings(folder: Path, number: int) -> Path:
    """A page on one line with a finding in every run, all of which are to be told."""
    page = sound_page(number)
    for run in page["data"]:
        run["expires_at"] = run["created_at"] + 600
    return _written(folder / "findings.json", written(page))


def _shapes(folder: Path, number: int) -> Path:
    """A page with a wrong type in every run."""
    page = sound_page(number)
    for run in page["data"]:
        run["created_at"] = str(run["created_at"])
    return _written(folder / "shapes.json", written(page))


def _document(folder: Path, size: int) -> Path:
    """A document of so many kilobytes on one line, with a defect at its end."""
    page = sound_page(100)
    share = len(written(page)) / 100
    page = sound_page(int(size * 1024 / share) - 1)
    page["data"][-1]["expires_at"] = page["data"][-1]["created_at"] + 600
    return _written(folder / "document.json", written(page))


def _keys(folder: Path, number: int) -> Path:
    """A page of one run, whose metadata has so many times the same key."""
    page = sound_page(1)
    page["data"][0]["metadata"] = {"k": "PLACE"}
    repeated = ",".join(['"k":"v"'] * number)
    return _written(folder / "keys.json", json.dumps(page).replace('"k": "PLACE"', repeated).encode())


def _arguments(folder: Path, number: int) -> Path:
    """A page of runs whose arguments and schemas would take far more work than their size is worth."""
    parameters = {"properties": {"a": {"items": {"anyOf": [{"type": "null"}] * 100}}}}
    page = sound_page(number)
    for index, run in enumerate(page["data"]):
        run["tools"] = [{"type": "function", "function": {"name": "f", "parameters": parameters}}]
        arguments = json.dumps({"a": [*range(index, index + 200)]})
        call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}
        run["required_action"] = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}}
        run |= {"status": "requires_action", "completed_at": None, "usage": None}
        run["expires_at"] = run["created_at"] + 600
    return _written(folder / "arguments.json", written(page))


def _shared(folder: Path, number: int) -> Path:
    """A cassette of so many calls, of which all have the same request and headers, both of that length too."""
    request = f"{{method: GET, uri: 'https://api.example.com/v1/threads/thread_a/runs?{'a=1&' * number}'}}"
    headers = f"{{? {'x' * number}\n    : [y]}}"
    shared = f"shared:\n- &request {request}\n- &headers {headers}\n"
    call = "- {request: *request, response: {status_code: 404, headers: *headers}}\n"
    return _written(folder / "shared.yaml", f"{shared}interactions:\n{call * number}".encode())


def _endless(folder: Path, size: int) -> Path:
    """An array of so many kilobytes that is never closed."""
    return _written(
        folder / "endless.json", b"[" + b'{"a": [1, "b"], "c": {"d": null, "e": true}},\n' * (size * 1024 // 47)
    )


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


LOADS = (
    Load("runs in one page", 100_000, _page, ("--max-bytes", "1000000000")),
    Load("runs in an archive", 1_000_000, _archive),
    Load("small files", 100_000, _files),
    Load("findings in one page, all in a JSON report", 10_000, _findings, ("-f", "json", "--max-findings", "0")),
    Load("faults of shape in one page", 10_000, _shapes),
    Load("KiB in one line, with a defect at its end", 65_535, _document),
    Load("times the same key", 100_000, _keys),
    Load("runs with arguments that take too much work", 2_000, _arguments),
    Load("calls that share a request and headers as long as they are many", 100_000, _shared),
    Load("KiB of an array that is never closed", 30_000, _endless),
)
