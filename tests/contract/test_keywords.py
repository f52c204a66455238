"""Every keyword of the schemas has a rule; one that has none is a finding all the same."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import validator
from tests.support.paths import SAMPLES
from validator.contract.loader import FOLDER
from validator.rules.registry import RULES

PACKAGE = Path(validator.__file__).parent
SCHEMAS = Path(FOLDER)
INSIDE = {"then", "else", "items", "additionalProperties"}
"""Keywords whose subschemas reject something; what fails in an `if` decides, and rejects nothing."""
ANNOTATIONS = {"x-sensitive", "x-immutable", "x-timestamp"}
REJECT_NOTHING = {*ANNOTATIONS, "$schema", "$id", "$ref", "title", "description", "if", "properties", "allOf", *INSIDE}

MESSAGE = (
    "is a string of {} characters, {}; there is no rule schema:{} to report it, which is a defect of validate-runs"
)


def keywords(schema: Any) -> Iterator[str]:
    """The keywords of a schema and its subschemas that reject a value by themselves."""
    if not isinstance(schema, dict):
        assert schema is True, "no rule reports what the schema false rejects"
        return
    yield from schema.keys() - REJECT_NOTHING
    subschemas = (*schema.get("properties", {}).values(), *schema.get("allOf", ()))
    for subschema in (*subschemas, *(schema[keyword] for keyword in INSIDE & schema.keys())):
        yield from keywords(subschema)


def test_every_keyword_has_a_rule() -> None:
    used = {
        f"schema:{keyword}"
        for path in SCHEMAS.rglob("*.json")
        for keyword in keywords(json.loads(path.read_text("utf-8")))
    }
    assert used == {rule.name for rule in RULES if rule.name.startswith("schema:")}


@pytest.mark.parametrize("options", [(), ("--select", "usage"), ("--ignore", "schema,document")])
def test_keyword_without_a_rule_is_reported(options: tuple[str, ...], tmp_path: Path) -> None:
    copy = tmp_path / SCHEMAS.relative_to(PACKAGE.parent)
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name)
    shutil.copytree(SCHEMAS, copy, dirs_exist_ok=True)
    schema = json.loads((SCHEMAS / "run.json").read_text("utf-8"))
    schema["properties"]["model"]["maxLength"] = 64
    (copy / "run.json").write_text(json.dumps(schema))
    run = json.loads((SAMPLES / "valid" / "run.json").read_text("utf-8"))
    run["usage"]["total_tokens"] += 1
    reports = []
    for model in ("m" * 64, "m" * 65):
        (tmp_path / "run.json").write_text(json.dumps({**run, "model": model}))
        command = (sys.executable, "-m", "validator", "run.json", "-f", "json", *options)
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
        found = json.loads(ran.stdout)["findings"]
        reports.append((ran.returncode, [(one["rule"], one["pointer"], one["message"]) for one in found]))
    (code, sound), (failed, rejected) = reports
    assert code == 1
    assert [rule for rule, _, _ in sound] == ["token-total-mismatch"]
    assert failed == 2
    message = MESSAGE.format("65", "the maximum is 64", "maxLength")
    assert sorted(rejected) == [("internal-error", "/model", message), *sound]


def test_library_reports_keyword_without_a_rule(tmp_path: Path, with_schemas: Callable[[Path], None]) -> None:
    shutil.copytree(SCHEMAS, tmp_path, dirs_exist_ok=True)
    schema = json.loads((SCHEMAS / "run.json").read_text("utf-8"))
    schema["properties"]["model"]["pattern"] = "^gpt-"
    (tmp_path / "run.json").write_text(json.dumps(schema))
    with_schemas(tmp_path)
    run = json.loads((SAMPLES / "valid" / "run.json").read_text("utf-8"))
    report = validator.validate({**run, "model": "zebra"}, select=["usage"])
    assert not report.ok
    assert [(found.rule, found.pointer, found.message) for found in report.findings] == [
        ("internal-error", "/model", MESSAGE.format("5", "expected to match ^gpt-", "pattern"))
    ]
