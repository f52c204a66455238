"""Inputs that grow: their names, and how to make them in any size."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pages import archive, to_json, valid_page


class Load(NamedTuple):
    """A kind of input, the largest size that is measured, and further words of the command."""

    name: str
    max_size: int
    build: Callable[[Path, int], Path]
    words: tuple[str, ...] = ()


def _page(folder: Path, runs: int) -> Path:
    return _write(folder / "page.json", to_json(valid_page(runs)))


def _archive(folder: Path, runs: int) -> Path:
    path = folder / "archive.jsonl"
    with path.open("wb") as lines:
        lines.writelines(archive(runs, 0.0))
    return path


def _files(folder: Path, number: int) -> Path:
    """Write a folder of pages of one run; files of an earlier call stay."""
    files, page = folder / "files", to_json(valid_page(1))
    files.mkdir(exist_ok=True)
    for index in range(number):
        _write(files / f"{index}.json", page)
    return files


def _findings(folder: Path, number: int) -> Path:
    """Write a page on one line with a finding in every run, all of which are reported."""
    page = valid_page(number)
    for run in page["data"]:
        run["expires_at"] = run["created_at"] + 600
    return _write(folder / "findings.json", to_json(page))


def _shapes(folder: Path, number: int) -> Path:
    """Write a page with a wrong type in every run."""
    page = valid_page(number)
    for run in page["data"]:
        run["created_at"] = str(run["created_at"])
    return _write(folder / "shapes.json", to_json(page))


def _document(folder: Path, size: int) -> Path:
    """Write a document of so many kilobytes on one line, with a defect at its end."""
    page = valid_page(100)
    share = len(to_json(page)) / 100
    page = valid_page(int(size * 1024 / share) - 1)
    page["data"][-1]["expires_at"] = page["data"][-1]["created_at"] + 600
    return _write(folder / "document.json", to_json(page))


def _keys(folder: Path, number: int) -> Path:
    """Write a page of one run whose metadata repeats a key so many times."""
    page = valid_page(1)
    page["data"][0]["metadata"] = {"k": "PLACE"}
    repeated = ",".join(['"k":"v"'] * number)
    return _write(folder / "keys.json", json.dumps(page).replace('"k": "PLACE"', repeated).encode())


def _arguments(folder: Path, number: int) -> Path:
    """Write a page of runs whose arguments and schemas would take much more work than their size suggests."""
    parameters = {"properties": {"a": {"items": {"anyOf": [{"type": "null"}] * 100}}}}
    page = valid_page(number)
    for index, run in enumerate(page["data"]):
        run["tools"] = [{"type": "function", "function": {"name": "f", "parameters": parameters}}]
        arguments = json.dumps({"a": [*range(index, index + 200)]})
        call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}
        run["required_action"] = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}}
        run |= {"status": "requires_action", "completed_at": None, "usage": None}
        run["expires_at"] = run["created_at"] + 600
    return _write(folder / "arguments.json", to_json(page))


def _shared(folder: Path, number: int) -> Path:
    """Write a cassette of so many calls with the same request and headers, both of that length too."""
    request = f"{{method: GET, uri: 'https://api.example.com/v1/threads/thread_a/runs?{'a=1&' * number}'}}"
    headers = f"{{? {'x' * number}\n    : [y]}}"
    shared = f"shared:\n- &request {request}\n- &headers {headers}\n"
    call = "- {request: *request, response: {status_code: 404, headers: *headers}}\n"
    return _write(folder / "shared.yaml", f"{shared}interactions:\n{call * number}".encode())


def _endless(folder: Path, size: int) -> Path:
    """Write an array of so many kilobytes that is never closed."""
    return _write(
        folder / "endless.json", b"[" + b'{"a": [1, "b"], "c": {"d": null, "e": true}},\n' * (size * 1024 // 47)
    )


def _write(path: Path, data: bytes) -> Path:
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
