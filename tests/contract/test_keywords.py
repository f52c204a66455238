"""Every keyword of the schemas has a rule; one without a rule is reported nevertheless."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run as command
from tests.support.pages import run, summarize
from validator.contract.loader import FOLDER
from validator.rules.registry import RULES

SCHEMAS = Path(FOLDER)
INSIDE = {"then", "else", "items", "additionalProperties"}
"""Keywords whose subschemas reject something; what fails in an `if` decides, and rejects nothing."""
ANNOTATIONS = {"x-sensitive", "x-immutable", "x-timestamp"}
REJECT_NOTHING = {*ANNOTATIONS, "$schema", "$id", "$ref", "title", "description", "if", "properties", "allOf", *INSIDE}

MESSAGE = (
    "is a string of {} characters, {}; there is no rule schema:{} to report it, which is a defect of validate-runs"
)


def keywords(schema: Any) -> Iterator[str]:
    """Yield the keywords of a schema and its subschemas that reject a value by themselves."""
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


@pytest.fixture
def with_keyword(tmp_path: Path, with_schemas: Callable[[Path], None]) -> Callable[[str, Any], None]:
    """Go on with schemas in which the model has one more keyword."""

    def switch(keyword: str, value: Any) -> None:
        shutil.copytree(SCHEMAS, tmp_path / "schemas")
        schema = json.loads((SCHEMAS / "run.json").read_bytes())
        schema["properties"]["model"][keyword] = value
        (tmp_path / "schemas" / "run.json").write_text(json.dumps(schema))
        with_schemas(tmp_path / "schemas")

    return switch


@pytest.mark.parametrize("options", [(), ("--select", "usage"), ("--ignore", "schema,document")])
def test_keyword_without_a_rule_is_reported(
    options: tuple[str, ...], tmp_path: Path, with_keyword: Callable[[str, Any], None]
) -> None:
    with_keyword("maxLength", 64)
    faulty = run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4})
    reports = []
    for model in ("m" * 64, "m" * 65):
        (tmp_path / "run.json").write_text(json.dumps({**faulty, "model": model}))
        ran = command(tmp_path / "run.json", "-f", "json", *options)
        findings = json.loads(ran.out)["findings"]
        reports.append((ran.code, [(found["rule"], found["pointer"], found["message"]) for found in findings]))
    (code, accepted), (failed, rejected) = reports
    assert (code, failed) == (1, 2)
    assert [rule for rule, _, _ in accepted] == ["token-total-mismatch"]
    message = MESSAGE.format("65", "the maximum is 64", "maxLength")
    assert sorted(rejected) == [("internal-error", "/model", message), *accepted]


def test_library_reports_keyword_without_a_rule(with_keyword: Callable[[str, Any], None]) -> None:
    with_keyword("pattern", "^gpt-")
    message = MESSAGE.format("5", "expected to match ^gpt-", "pattern")
    assert summarize(run(model="zebra"), select=["usage"]) == [("internal-error", "/model", message)]
