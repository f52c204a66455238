"""What may be somebody's secret is never printed unasked: a canary in every free text, in every format.

The one exception is wanted: a finding names the key that it is about, unless that looks like a credential.
"""

import base64
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run, run_with_all_formats
from tests.support.paths import SAMPLES

OPTIONS = ("--isolated", "--now", "1793000000", "--show", "info", "--verbose", "--max-findings", "0")
CANARY = "canary"
SECRETS = (f"sk-{CANARY}", f"Bearer {CANARY}", f"eyJ{CANARY}", f"AKIA{CANARY}", f"ghp_{CANARY}", f"{CANARY} of Jane")
CALL: dict[str, Any] = json.loads((SAMPLES / "valid" / "status-requires-action.json").read_text("utf-8"))
PAGE: dict[str, Any] = json.loads((SAMPLES / "valid" / "mixed-tools-page.json").read_text("utf-8"))
SAID = "does what nobody but you has asked for: canary"


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from _places(member, (*path, key))


def _with(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    document = copy.deepcopy(document)
    holder = document
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return document


def _everywhere() -> Iterator[Any]:
    """Sound documents with a canary at one place: as text, in an array, in an object, or beside what is there."""
    for number, path in enumerate(_places(CALL)):
        secret = SECRETS[number % len(SECRETS)]
        there: Any = CALL
        for part in path:
            there = there[part]
        values: list[Any] = [secret, [secret], {"text": secret}, {f"sk-{CANARY}": secret}]
        beside = [{**there, "note": secret, f"sk-{CANARY}": 7}] if isinstance(there, dict) else []
        for value in (values[number % len(values)], *beside):
            yield _with(CALL, path, value)


def _of_free_texts() -> Iterator[Any]:
    """Free text where free text belongs, beside a fault and in a field that has one."""
    run_ = CALL["data"][0] if "data" in CALL else CALL
    schema = {"type": "object", "title": SAID, "properties": {"a": {"enum": [SAID], "description": SAID}}}
    function = {"name": "f", "description": SAID, "parameters": schema}
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"a": SAID})}}
    texts = {
        "instructions": SAID,
        "metadata": {"note": SAID, SAID: "x", "long": SAID * 20, **{f"k{n}": SAID for n in range(15)}},
        "tools": [{"type": "function", "function": function}, {"type": "file_search", "file_search": {"note": SAID}}],
        "last_error": {"code": "server_error", "message": SAID},
        "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}},
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "description": SAID, "schema": schema}},
        "tool_resources": {"code_interpreter": {"file_ids": [SAID]}},
        "unknown": {"deep": [SAID]},
    }
    for faults in ({}, {"status": 7}, {"created_at": "x"}, {"usage": {"total_tokens": SAID}}):
        yield {**run_, **texts, **faults}
    for key, value in texts.items():
        yield {**run_, key: value}
    for arguments in (f"{{{SAID}", f'{{"{SAID}": NaN}}', f'["{SAID}"]', f'{{"a": "{SAID}", "a": 1}}'):
        broken = copy.deepcopy(texts)
        broken["required_action"]["submit_tool_outputs"]["tool_calls"][0]["function"]["arguments"] = arguments  # type: ignore[index]
        yield {**run_, **broken}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them in one archive, and files that are broken near a secret."""
    folder = tmp_path_factory.mktemp("documents")
    lines = [json.dumps(one, separators=(",", ":")) for one in (*_everywhere(), *_of_free_texts())]
    (folder / "archive.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    text = json.dumps(_with(PAGE, ("data", 0, "instructions"), SAID), indent=1)
    at = text.index(SAID)
    damages = ('"', "'", "\\x", "\n", "\t", "\0", "\x1b[31m", '": ', '", oops, "')
    for number, damage in enumerate(damages):
        (folder / f"broken{number}.json").write_text(text[: at + 9] + damage + text[at + 9 :], "utf-8")
    (folder / "cut.json").write_text(text[: at + len(SAID)], "utf-8")
    (folder / "latin.json").write_bytes(text[: at + 5].encode() + b"\xe9" + text[at + 5 :].encode())
    (folder / "assignment.json").write_text(f"api_key = {SECRETS[0]}\n", "utf-8")
    (folder / "header.json").write_text(f"HTTP/1.1 200 OK\nAuthorization: {SECRETS[1]}\n\n{text}", "utf-8")
    (folder / "python.json").write_text(str(_with(PAGE, ("data", 0, "instructions"), SAID)), "utf-8")
    return folder


def _call(body: str) -> dict[str, Any]:
    """A recorded call, full of what must not be printed."""
    headers = {"Authorization": [SECRETS[1]], "OpenAI-Organization": [SECRETS[5]], "content-type": ["application/json"]}
    uri = f"https://{SECRETS[0]}:pass@api.openai.com/v1/threads/{SECRETS[2]}/runs?api_key={SECRETS[3]}&limit=1"
    return {
        "request": {"method": "GET", "uri": uri, "headers": headers, "body": SECRETS[4]},
        "response": {"status": {"code": 200, "message": SECRETS[5]}, "headers": headers, "body": {"string": body}},
    }


def _entry(body: str, **content: str) -> dict[str, Any]:
    call = _call(body)
    headers = [{"name": name, "value": value[0]} for name, value in call["request"]["headers"].items()]
    answer = {"status": 200, "headers": headers, "content": {"mimeType": "application/json", "text": body, **content}}
    return {"request": {"method": "GET", "url": call["request"]["uri"], "headers": headers}, "response": answer}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings with secrets in all that surrounds the documents, and in these."""
    folder = tmp_path_factory.mktemp("recordings")
    bad = json.dumps(_with(PAGE, ("data", 0, "status"), SECRETS[0]))
    bodies = (json.dumps(PAGE), bad, f'{{"data": [{SAID}', SAID, base64.b64encode(bad.encode()).decode())
    entries = [_entry(body) for body in bodies] + [
        _entry(bodies[-1], encoding="base64"),
        _entry(SAID, encoding="base64"),
    ]
    entries += [{"request": SAID, "response": None}, {**_entry(bad), "request": {"method": SAID, "url": 7}}]
    (folder / "recording.har").write_text(json.dumps({"log": {"entries": entries}}, indent=1), "utf-8")
    calls = [*map(_call, bodies), {"request": SECRETS[1]}, {**_call(bad), "request": {"method": "GET", "uri": SECRETS}}]
    (folder / "cassette.json").write_text(json.dumps({"interactions": calls}, indent=1), "utf-8")
    (folder / "cassette.yaml").write_text(f"interactions:\n- {SAID}\n", "utf-8")
    (folder / "broken.yaml").write_text(f"interactions:\n- {SAID}: [\n", "utf-8")
    event = "event: {}\ndata: {}\n\n"
    stream = event.format("thread.message.delta", json.dumps({"delta": SAID})) + event.format("thread.run.queued", bad)
    stream += event.format("thread.run.completed", f'{{"id": "{SAID}') + event.format(SAID, json.dumps(SAID))
    stream += event.format("error", json.dumps({"error": {"message": SAID}})) + f": {SAID}\nid: {SAID}\n\n"
    (folder / "stream.sse").write_text(stream, "utf-8")
    return folder


@pytest.mark.parametrize("inputs", ["documents", "recordings"])
def test_no_report_prints_a_secret(inputs: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder: Path = request.getfixturevalue(inputs)
    ran, reports = run_with_all_formats(tmp_path / "reports", *OPTIONS, *sorted(folder.iterdir()))
    assert (ran.code, ran.out) == (1, "")
    for text in (ran.err, *reports.values()):
        at = text.find(CANARY)
        assert at < 0, text[max(0, at - 300) : at + 100]


def test_show_values_prints_secrets(documents: Path, recordings: Path) -> None:
    assert CANARY in run(*OPTIONS, "--show-values", documents / "archive.jsonl").out
    assert CANARY in run(*OPTIONS, "--show-values", recordings / "stream.sse").out
