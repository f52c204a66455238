"""What `live --record` writes: a cassette that tells as much as a HAR, and recordings without free text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import vcr
import yaml

from tests.support.commands import run
from tests.support.http_server import Answering, Asked, Reply, serving
from tests.support.sound_server import list_runs
from tests.support.threads import THREAD, Run, list_of, numbered
from validator import validate
from validator.live import check_listing

RUNS = [numbered(number) for number in range(5)]
CLOCK = ("--now", "1740001000")


STALE = {"status": "in_progress", "expires_at": 1_740_000_900, "completed_at": None, "usage": None}


def misbehave(asked: Asked) -> Reply:
    """Answer with a fault of each kind that a recording must keep."""
    reply = list_runs([*RUNS[:4], {**RUNS[4], **STALE}])(asked)
    match asked.query:
        case {"limit": "0"}:
            return Reply(b"<h1>Oops & \xe9</h1>", 500, {"Content-Type": "text/html; charset=latin-1"})
        case {"limit": "101"}:
            return Reply(b'{"object": "list", "data": [}')
        case {"order": "asc", "limit": "100"}:
            return Reply(json.dumps(reply.body).encode("utf-16"))
        case {"limit": "2"}:
            return Reply(json.dumps({**reply.body, "first_id": "a\u2028\x1b\U0001f600' \"b\n"}).encode())
        case {"order": "newest"}:
            return Reply(b"", 204)
        case {"order": "DESC"}:
            return Reply(b"", 302, {"Location": "HTTP://Elsewhere.test/Runs"})
        case {"limit": "-1"}:
            return Reply({"detail": "no"}, 400, {"Content-Type": "Text/Plain; Charset=UTF-8"})
        case _:
            return reply


@pytest.mark.parametrize("answering", [list_runs(RUNS), misbehave])
@pytest.mark.parametrize("scrub", [[], ["--scrub"]])
def test_offline_check_of_a_cassette_has_equal_findings(answering: Answering, scrub: list[str], tmp_path: Path) -> None:
    recording = tmp_path / "runs.yaml"
    with serving(answering) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "-f", "json", *CLOCK)
        live = run(*words, "--record", recording, *scrub)
    offline = run(recording, "-f", "json", *CLOCK)
    found = json.loads(live.out)
    del found["statements"]
    assert (live.code, found) == (offline.code, json.loads(offline.out))
    assert recording.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("answering", [list_runs(RUNS), misbehave])
def test_cassette_has_the_findings_of_the_har(answering: Answering, tmp_path: Path) -> None:
    found = []
    with serving(answering) as server:
        for name in ("runs.har", "runs.yml"):
            check_listing(f"{server.origin}/v1", thread=THREAD, record=tmp_path / name, now=1740001000)
            findings = validate(tmp_path / name, now=1740001000).findings
            found.append([(each.record, each.rule, each.severity, each.pointer, each.message) for each in findings])
    assert found[0] == found[1]
    assert bool(found[0]) == (answering is misbehave)


def test_cassette_has_the_media_type_of_the_har(tmp_path: Path) -> None:
    """The server sends two, one of which is empty."""
    headers = [("Content-Type", ""), ("Content-Type", "application/json")]
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers, json=list_of([])))
    found = []
    for name in ("runs.har", "runs.yaml"):
        with httpx.Client(transport=transport, base_url="http://127.0.0.1/v1") as client:
            check_listing(client, thread=THREAD, record=tmp_path / name)
        found.append([(each.rule, each.message) for each in validate(tmp_path / name).findings])
    assert found[0] == found[1]
    assert "content-type" in {rule for rule, _ in found[0]}


def test_vcrpy_replays_the_cassette(tmp_path: Path) -> None:
    """The headers do not contradict the body, which is recorded without its compression and without the key."""

    def answering(asked: Asked) -> Reply:
        reply = list_runs(RUNS)(asked)
        return reply._replace(body={**reply.body, "echo": KEY}, headers={"X-Two": "a"})

    recording = tmp_path / "runs.yaml"
    with serving(answering) as server:
        words = ("--record", recording, "--max-requests", "3")
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words, env={"VALIDATE_RUNS_API_KEY": KEY})
    interactions = yaml.safe_load(recording.read_text())["interactions"]
    assert len(interactions) == 3
    assert "Content-Length" not in interactions[0]["response"]["headers"]
    with vcr.use_cassette(str(recording), record_mode=vcr.mode.NONE):
        for asked in (interactions[0], interactions[1]):
            response = requests.get(asked["request"]["uri"], timeout=5)
            assert response.json()["object"] == "list"
            assert response.json()["echo"] == "[redacted]"
            assert (response.status_code, response.headers["X-Two"]) == (200, "a")
    assert KEY not in recording.read_text()


KEY = "sk-live+check/0123456789&abcdef"


def test_cassette_of_a_server_that_cannot_be_reached(tmp_path: Path) -> None:
    recording = tmp_path / "runs.yaml"
    done = run("live", "http://127.0.0.1:9/v1", "--thread", THREAD, "--record", recording)
    assert done.code == 2
    first, *_ = yaml.safe_load(recording.read_text())["interactions"]
    assert first["response"] == {"status": {"code": 0, "message": ""}, "headers": {}, "body": {"string": None}}
    assert first["_validateRuns"]["error"] == "cannot connect"
    assert run(recording).code == 2


def test_empty_cassette(tmp_path: Path) -> None:
    recording = tmp_path / "runs.yaml"
    with serving(list_runs(RUNS)) as server:
        words = ("--record", recording, "--max-bytes", "1300")
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, *words)
    assert done.code == 2
    assert yaml.safe_load(recording.read_text())["interactions"] == []


SCHEMA = {
    "type": "object",
    "description": "secret description",
    "properties": {
        "type": {"type": "string", "enum": ["secret enum", "a"], "default": "secret enum"},
        "default": {"$ref": "#/$defs/x"},
    },
    "required": ["type"],
    "$defs": {"x": {"type": ["string", "null"], "examples": [{"type": "secret example"}]}},
    "anyOf": [{"title": "secret title"}, {"const": {"type": "secret constant"}}],
}
ODD_SCHEMA = {"items": "secret items", "required": {"type": "secret requirement"}}
ARGUMENTS = {"type": "secret enum", "default": "secret argument", "number": 12.5, "none": None}
ACTION = {
    "type": "submit_tool_outputs",
    "submit_tool_outputs": {
        "tool_calls": [
            {
                "id": "call_Qm3vT8yLk2WzNf5R",
                "type": "function",
                "function": {"name": "find", "arguments": json.dumps(ARGUMENTS)},
            },
            {
                "id": "call_Qm3vT8yLk2WzNf5S",
                "type": "function",
                "function": {"name": "find", "arguments": '{"type": "secret half'},
            },
        ]
    },
}
PRIVATE: Run = {
    "instructions": 'secret instructions, \u00e9\U0001f600 "quoted"',
    "metadata": {"note": "secret note", "empty": "", "nested": {"deep": ["secret list"]}, "sk-secret0123456789": "x"},
    "tools": [
        {"type": "function", "function": {"name": "find", "description": "secret tool", "parameters": SCHEMA}},
        {"type": "secret type"},
    ],
    "undeclared": {"anything": "secret value"},
    "model": "a secret model",
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": ODD_SCHEMA}},
    "last_error": {"code": "server_error", "message": "secret error"},
}


def confide(asked: Asked) -> Reply:
    """Answer with free text wherever a run may have some, and with bodies that are not JSON."""
    ended = {**RUNS[0], **PRIVATE}
    waiting = {**RUNS[1], **PRIVATE, "status": "requires_action", "completed_at": None, "required_action": ACTION}
    waiting |= {"id": "run odd/id", "usage": None, "expires_at": 1_740_000_900, "created_at": "2025-02-19T21:20:00Z"}
    reply = list_runs([ended, waiting, *RUNS[2:]])(asked) if asked.query.get("limit") != "100" else None
    if reply is None:
        return Reply(list_of([waiting, ended], has_more=False))
    if asked.query.get("limit") == "abc":
        return Reply(b"Traceback: secret plain text, 12 true", 500, {"Content-Type": "text/plain"})
    if asked.query.get("limit") == "-1":
        return Reply(b'\xef\xbb\xbf{"object": "secret \xff", "half": 1.50, "text": "secret', 400)
    if asked.query.get("limit") == "1.5":
        return Reply(
            {"error": {"message": "secret message", "type": "secret kind", "param": "limit", "code": None}}, 400
        )
    return reply


def shape(value: Any) -> Any:
    """A value with the types of strings alone."""
    if isinstance(value, Mapping):
        return {re.sub("sk-secret[0-9]+|x+[0-9a-f]+", "…", key): shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value]
    return "…" if isinstance(value, str) else value


def contents(recording: Path) -> list[str]:
    """The bodies in a recording."""
    if recording.suffix == ".har":
        entries = json.loads(recording.read_text())["log"]["entries"]
        return [entry["response"]["content"].get("text", "") for entry in entries]
    bodies = (each["response"]["body"]["string"] for each in yaml.safe_load(recording.read_text())["interactions"])
    return [body if isinstance(body, str) else repr(body) for body in bodies]


@pytest.mark.parametrize("name", ["runs.har", "runs.yaml"])
def test_scrubbed_recording_has_no_free_text(name: str, tmp_path: Path) -> None:
    recording = tmp_path / name
    reports = [word for form in ("json", "html", "junit", "markdown") for word in ("-f", f"{form}:{tmp_path / form}")]
    with serving(confide) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording, *CLOCK, "--show-values")
        done = run(*words, "--scrub", "--show", "info", "-f", "text", *reports)
    assert done.code == 1
    for text in (done.out, done.err, *(file.read_text() for file in tmp_path.iterdir()), *contents(recording)):
        assert "secret" not in text
        assert "quoted" not in text
    assert "free text was replaced (--scrub)" in recording.read_text()
    assert any('"run odd/id"' in text and '"2025-02-19T21:20:00Z"' in text for text in contents(recording))
    offline = run(recording, *CLOCK, "--show-values", "--show", "info", "-f", "json")
    live = json.loads((tmp_path / "json").read_text())
    del live["statements"]
    assert live == json.loads(offline.out)


def test_scrubbing_changes_neither_shape_nor_findings(tmp_path: Path) -> None:
    found, bodies = [], []
    with serving(confide) as server:
        for scrub in (False, True):
            recording = tmp_path / f"{scrub}.har"
            url = f"{server.origin}/v1"
            report = check_listing(url, thread=THREAD, record=recording, scrub=scrub, now=1740001000)
            bodies.append(contents(recording))
            key = re.compile("sk-secret[0-9]+|x+[0-9a-f]+$")
            found.append([(each.rule, each.severity, key.sub("…", each.pointer)) for each in report.findings])
    assert found[0] == found[1]
    assert {"arguments-not-json", "error-envelope", "unknown-tool-type"} <= {rule for rule, *_ in found[0]}
    assert len(bodies[0]) == len(bodies[1])
    for plain, scrubbed in zip(*bodies, strict=True):
        try:
            expected = json.loads(plain)
        except ValueError:
            assert len(scrubbed) == len(plain)
            continue
        assert shape(json.loads(scrubbed)) == shape(expected)
