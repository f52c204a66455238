"""The report for reviewdog: its shape, and its columns in bytes of the file."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support.commands import run
from tests.support.findings import PLACELESS, checked, written
from tests.support.pages import PAGE
from tests.support.paths import SAMPLES
from tests.support.recordings import har, interaction

POSITION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["line", "column"],
    "properties": {name: {"type": "integer", "minimum": 1} for name in ("line", "column")},
}
DIAGNOSTIC = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message", "location", "severity"],
    "properties": {
        "message": {"type": "string", "minLength": 1},
        "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
        "code": {
            "type": "object",
            "additionalProperties": False,
            "required": ["value", "url"],
            "properties": {"value": {"type": "string"}, "url": {"type": "string", "pattern": "^https://"}},
        },
        "location": {
            "type": "object",
            "additionalProperties": False,
            "required": ["path"],
            "properties": {
                "path": {"type": "string", "pattern": "^[^\ud800-\udfff]+$"},
                "range": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["start", "end"],
                    "properties": {"start": POSITION, "end": POSITION},
                },
            },
        },
    },
}
RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["source", "diagnostics"],
    "properties": {
        "source": {"const": {"name": "validate-runs"}},
        "diagnostics": {"type": "array", "items": DIAGNOSTIC},
    },
}
"""What we use of https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto, and no more."""

WRONG = "run_Wr0ngWr0ngWr0ngWr0ng"
FOREIGN = "\N{LATIN SMALL LETTER U WITH DIAERESIS}\N{CJK UNIFIED IDEOGRAPH-4E2D}\N{GRINNING FACE}"
BAD_PAGE = {"note": FOREIGN, **PAGE, "first_id": WRONG}
"""A page with a fault behind characters of two, three and four bytes, where it is written in one line."""


def diagnostics(text: str) -> list[dict[str, Any]]:
    result = json.loads(text)
    jsonschema.validate(result, RESULT)
    found: list[dict[str, Any]] = result["diagnostics"]
    return found


def at(data: bytes, found: dict[str, Any]) -> str:
    """What stands in a file where a diagnostic points to."""
    start, end = found["location"]["range"]["start"], found["location"]["range"]["end"]
    assert start["line"] == end["line"]
    line: bytes = data.split(b"\n")[start["line"] - 1]
    return line[start["column"] - 1 : end["column"] - 1].decode()


def test_rdjson_finding_is_a_diagnostic() -> None:
    sample = "invalid/token-total-mismatch.json"
    ran = run("-f", "rdjson", f"./{sample}", cwd=SAMPLES)
    assert (ran.code, ran.err) == (1, "")
    assert diagnostics(ran.out) == [
        {
            "message": "/data/0/usage/total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 is 1145.",
            "location": {
                "path": sample,
                "range": {"start": {"line": 35, "column": 25}, "end": {"line": 35, "column": 28}},
            },
            "severity": "ERROR",
            "code": {
                "value": "token-total-mismatch",
                "url": "https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
            },
        }
    ]


@pytest.mark.parametrize("folder", ["valid", "invalid", "misshapen", "series", "sources"])
def test_rdjson_of_samples_fits_the_schema(folder: str) -> None:
    found = diagnostics(run("-f", "rdjson", "--show", "info", folder, cwd=SAMPLES).out)
    listed = json.loads(run("-f", "json", "--show", "info", folder, cwd=SAMPLES).out)["findings"]
    assert [one["code"]["value"] for one in found if "code" in one] == [one["rule"] for one in listed]


@pytest.mark.parametrize("indent", [None, 2])
def test_rdjson_byte_columns_of_document(tmp_path: Path, indent: int | None) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps(BAD_PAGE, indent=indent, ensure_ascii=False), "utf-8")
    found = diagnostics(run("-f", "rdjson", "--select", "page", page).out)
    assert [at(page.read_bytes(), one) for one in found] == [f'"{WRONG}"']
    standard = diagnostics(run("-f", "rdjson", "--select", "page", "-", stdin=page.read_bytes()).out)
    assert [one["location"] for one in standard] == [{**found[0]["location"], "path": "<stdin>"}]


def test_rdjson_byte_columns_in_any_order(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    run_id = PAGE["data"][0]["id"]
    shared = {**PAGE["data"][0], "thread_id": run_id}
    faults = {"a": FOREIGN, **PAGE, "data": [shared], "b": FOREIGN, "first_id": WRONG, "last_id": WRONG}
    page.write_text(json.dumps(faults, ensure_ascii=False), "utf-8")
    found = diagnostics(run("-f", "rdjson", "--show", "info", "--select", "page,identity", page).out)
    assert [(one["code"]["value"], at(page.read_bytes(), one)) for one in found] == [
        ("shared-identifier", f'"{run_id}"'),
        ("unprefixed-id", f'"{run_id}"'),
        ("first-id-mismatch", f'"{WRONG}"'),
        ("last-id-mismatch", f'"{WRONG}"'),
    ]


def test_rdjson_byte_columns_of_jsonl(tmp_path: Path) -> None:
    lines = tmp_path / "pages.jsonl"
    page = json.dumps(BAD_PAGE, ensure_ascii=False)
    lines.write_text(f"{json.dumps(PAGE)}\n{page}\n", "utf-8")
    found = diagnostics(run("-f", "rdjson", "--select", "page", lines).out)
    assert [(at(lines.read_bytes(), one), one["location"]["range"]["start"]["line"]) for one in found] == [
        (f'"{WRONG}"', 2)
    ]


def _event(run_: dict[str, Any], indent: int | None = None) -> str:
    lines = json.dumps(run_, ensure_ascii=False, indent=indent).split("\n")
    return "\n".join(["event: thread.run.completed", *(f"data: {line}" for line in lines), "", ""])


USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 3}
REST = {key: value for key, value in PAGE["data"][0].items() if key != "usage"}
FAULTY = {"note": FOREIGN, **REST, "usage": USAGE, FOREIGN: 1}


@pytest.mark.parametrize("indent", [None, 1])
def test_rdjson_byte_columns_of_event(tmp_path: Path, indent: int | None) -> None:
    stream = tmp_path / "stream.sse"
    stream.write_text(_event(PAGE["data"][0]) + _event(FAULTY, indent), "utf-8")
    found = diagnostics(run("-f", "rdjson", "--select", "token-total-mismatch", stream).out)
    assert [at(stream.read_bytes(), one) for one in found] == ["3"]


@pytest.mark.parametrize("ascii_only", [True, False])
def test_rdjson_byte_columns_of_recorded_body(tmp_path: Path, ascii_only: bool) -> None:
    file = tmp_path / "network.har"
    recorded = {"comment": FOREIGN, **har(json.dumps(BAD_PAGE, ensure_ascii=False))}
    file.write_text(json.dumps(recorded, ensure_ascii=ascii_only), "utf-8")
    found = diagnostics(run("-f", "rdjson", "--select", "page", file).out)
    assert [at(file.read_bytes(), one) for one in found] == [rf"\"{WRONG}\""]


def test_rdjson_byte_columns_of_recorded_event(tmp_path: Path) -> None:
    file = tmp_path / "network.har"
    recorded = har(_event(FAULTY), mimeType="text/event-stream")
    file.write_text(json.dumps(recorded, ensure_ascii=False), "utf-8")
    found = diagnostics(run("-f", "rdjson", "--select", "token-total-mismatch", file).out)
    assert [at(file.read_bytes(), one) for one in found] == ["3"]


def test_rdjson_position_of_encoded_body(tmp_path: Path) -> None:
    packed = base64.b64encode(gzip.compress(json.dumps(BAD_PAGE).encode())).decode()
    file = tmp_path / "network.har"
    recorded = {"comment": FOREIGN, **har(packed, encoding="base64")}
    file.write_text(json.dumps(recorded, ensure_ascii=False), "utf-8")
    (found,) = diagnostics(run("-f", "rdjson", "--select", "page", file).out)
    start = found["location"]["range"]["start"]
    assert file.read_bytes()[start["column"] - 1 :].startswith(packed.encode())
    assert found["location"]["range"]["end"] == start


def test_rdjson_byte_columns_of_cassette(tmp_path: Path) -> None:
    file = tmp_path / "cassette.yaml"
    calls = {"interactions": [interaction(json.dumps(BAD_PAGE, ensure_ascii=False))], "version": 1}
    file.write_text(yaml.safe_dump(calls, allow_unicode=True, width=9_999), "utf-8")
    found = diagnostics(run("-f", "rdjson", "--select", "page", file).out)
    assert [at(file.read_bytes(), one) for one in found] == [f'"{WRONG}"']


def test_rdjson_truncation_of_file(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(
            json.dumps({**PAGE, "data": [{**run, "model": 1} for run in PAGE["data"]]})
        )
    found = diagnostics(run("-f", "rdjson", "--max-findings", "1", "a.json", "b.json", cwd=tmp_path).out)
    assert [(one["location"]["path"], one["severity"], one["message"].partition(" ")[0]) for one in found] == [
        ("a.json", "ERROR", "/data/0/model"),
        ("a.json", "INFO", "1"),
        ("b.json", "ERROR", "/data/0/model"),
        ("b.json", "INFO", "1"),
    ]
    assert found[1] == {
        "message": "1 more finding in this file: --max-findings 0 shows all.",
        "location": {"path": "a.json"},
        "severity": "INFO",
    }


def test_rdjson_truncation_of_records() -> None:
    (found,) = diagnostics(written("rdjson", checked(record=1, truncated=1), checked(record=2, truncated=2)))
    assert found["message"] == "3 more findings in this file: --max-findings 0 shows all."


def test_rdjson_input_error_is_a_diagnostic(tmp_path: Path) -> None:
    ran = run("-f", "rdjson", "nowhere.json", cwd=tmp_path)
    assert (ran.code, diagnostics(ran.out)) == (
        2,
        [
            {
                "message": "Could not be opened: no such file or directory.",
                "location": {"path": "nowhere.json"},
                "severity": "ERROR",
            }
        ],
    )


def test_rdjson_finding_without_position() -> None:
    (found,) = diagnostics(written("rdjson", checked(PLACELESS, file=None)))
    assert (found["location"], found["severity"]) == ({"path": "<document>"}, "WARNING")


def test_rdjson_hostile_names(tmp_path: Path) -> None:
    names = [b"a\nb.json", b"b\xff.json", b"c,d%41:e.json", b"e\x1b.json"]
    for name in names:
        Path(tmp_path, name.decode("utf-8", "surrogateescape")).write_text(json.dumps(BAD_PAGE))
    ran = run("-f", "rdjson", "--select", "page", ".", cwd=tmp_path)
    assert [one["location"]["path"] for one in diagnostics(ran.out)] == [
        "a\nb.json",
        r"b\udcff.json",
        "c,d%41:e.json",
        "e\x1b.json",
    ]
    assert not {*ran.out} - {*map(chr, range(32, 127)), "\n"}


def test_rdjson_without_findings() -> None:
    assert diagnostics(written("rdjson", checked())) == []
