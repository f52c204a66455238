"""Recordings of a real server by real recorders: what is wrong with a response is found at its place in the file."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import vcr

from validator import validate

THREAD = "thread_Zk4mQx8sVb2Yn6Tc1LpWr9Hd"
FAULT = "first-id-mismatch"


@pytest.fixture
def paths(server: str) -> list[str]:
    """What is asked for: a sound page, another endpoint, a page with a fault."""
    return [
        f"{server}/v1/threads/{THREAD}/runs?limit=2",
        f"{server}/v1/models",
        f"{server}/faulty/{FAULT}/v1/threads/{THREAD}/runs?limit=2",
    ]


def _expected(text: str, quote: str) -> tuple[int, int]:
    """Where the value of the last `first_id` in a recording begins."""
    at = text.rindex("first_id")
    at = text.index(f"{quote}run_", at)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


@pytest.mark.parametrize(("serializer", "name"), [("yaml", "cassette.yaml"), ("json", "cassette.json")])
@pytest.mark.parametrize("get", [requests.get, httpx.get])
def test_vcrpy_cassette_places(tmp_path: Path, paths: list[str], serializer: str, name: str, get: Any) -> None:
    with vcr.VCR(serializer=serializer).use_cassette(str(tmp_path / name)):
        for path in paths:
            get(path)
    report = validate(tmp_path / name)
    ((finding),) = report.findings
    text = (tmp_path / name).read_text()
    assert (finding.record, finding.rule, finding.pointer) == (3, FAULT, "/first_id")
    quote = '"' if "'{" in text else r"\""
    assert (finding.line, finding.column) == _expected(text, quote)
    assert report.summary.documents == 2


def test_browser_har_places(tmp_path: Path, paths: list[str]) -> None:
    entries = []
    for path in paths:
        response = requests.get(path, timeout=9)
        entries.append(
            {
                "request": {"method": "GET", "url": path, "headers": [], "queryString": []},
                "response": {
                    "status": response.status_code,
                    "content": {"size": len(response.content), "mimeType": "application/json", "text": response.text},
                },
            }
        )
    file = tmp_path / "network.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=2))
    report = validate(file)
    ((finding),) = report.findings
    assert (finding.record, finding.rule, finding.pointer) == (3, FAULT, "/first_id")
    assert (finding.line, finding.column) == _expected(file.read_text(), r"\"")
    assert report.summary.documents == 2
