"""The JSON Schema of the configuration, for editors, agrees with the command.

`--snapshot-update` renews it, from the options and the rules.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

import validator
from tests.cli.test_config import WRONG
from tests.support.commands import run
from tests.support.paths import SAMPLES
from tests.support.tools import package
from validator.cli.command import command
from validator.cli.config.apply import (
    BELOW,
    KEYS,
    LIVE,
    LIVE_KEYS,
    LIVE_OPTIONS,
    MAX_THREADS,
    OPTIONS,
    PER_FILE_IGNORES,
    URL,
)
from validator.cli.params import SEVERITIES, FileGlob, OutputFormat, Remap, RuleWords, Timestamp, long_options
from validator.core import globs
from validator.core.per_file_ignores import PATTERN
from validator.reporters.registry import FORMATS
from validator.rules.objects import TOO_LATE
from validator.rules.registry import RULES
from validator.rules.selection import GROUPS

FILE = Path(validator.__file__).parent / "config_schema.json"
RULE = {"$ref": "#/definitions/rule"}
CHANGEABLE = {"$ref": "#/definitions/changeable"}


def described() -> dict[str, Any]:
    """The schema as it follows from the options."""
    options = long_options(command)
    properties = {key: _property(options[key]) for key in OPTIONS}
    properties[PER_FILE_IGNORES] = {
        "description": "Rules to ignore, by GLOB or GLOB#/JSON/POINTER; globs start from the folder of this file.",
        "type": "object",
        "propertyNames": {"pattern": PATTERN},
        "additionalProperties": {"type": "array", "items": CHANGEABLE},
    }
    thread = {"type": "string", "minLength": 1}
    own = {
        "url": {"description": "The address of the API; no key is sent there.", "type": "string", "pattern": URL},
        "threads": {
            "description": "The thread to list, and one that lends foreign cursors.",
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_THREADS,
            "items": thread,
        },
        "empty-thread": {"description": "A thread without runs.", **thread},
        "known": {"description": "Statements that are known not to be kept.", "type": "array", "items": thread},
    }
    properties[LIVE] = {
        "description": "Settings of `validate-runs live`; `ignore` and `baseline` replace those of other checks.",
        "type": "object",
        "additionalProperties": False,
        "properties": own | {key: _property(options[key]) for key in LIVE_OPTIONS},
    }
    words = [*(rule.name for rule in RULES), *GROUPS]
    mandatory = [rule.name for rule in RULES if rule.mandatory]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "validate-runs",
        "description": "validate-runs.toml, or [tool.validate-runs] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "definitions": {
            "rule": {
                "description": "A rule, a group of rules, or a glob of rules.",
                "type": "string",
                "anyOf": [{"enum": words}, {"pattern": r"^[^,]*[*?\[][^,]*$"}],
            },
            "changeable": {
                "description": "A rule that can be left out or remapped, a group of rules, or a glob of rules.",
                "allOf": [RULE, {"not": {"enum": mandatory}}],
            },
        },
    }


def _property(option: click.Option) -> dict[str, Any]:
    default = {"default": option.default} if isinstance(option.default, str | int) else {}
    return {"description": option.help, **default, **_shape(option.type)}


def _shape(kind: click.ParamType) -> dict[str, Any]:  # type: ignore[type-arg]  # generic from click 8.4 on only
    match kind:
        case Remap():
            return {
                "type": "object",
                "propertyNames": CHANGEABLE,
                "additionalProperties": {"enum": [*SEVERITIES, "off"]},
            }
        case RuleWords():
            return {"type": "array", "items": CHANGEABLE if kind.is_ignored else RULE}
        case FileGlob():
            return {"type": "array", "items": {"type": "string", "pattern": globs.PATTERN}}
        case OutputFormat():
            return {"enum": [*FORMATS], "default": "text"}
        case click.types.BoolParamType():
            return {"type": "boolean", "default": False}
        case click.IntRange(min=least, max=most):
            return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})
        case Timestamp():
            return {"type": ["number", "string"], "exclusiveMaximum": TOO_LATE}
        case click.Path():
            return {"type": "string", "pattern": BELOW}
        case click.Choice():
            return {"enum": list(kind.choices)}
    raise AssertionError(f"what is the shape of a {kind}?")


SCHEMA = described()


def test_schema_follows_from_options_and_rules(renew: Callable[[Path, str], None]) -> None:
    renew(FILE, json.dumps(SCHEMA, indent=2) + "\n")
    assert json.loads(FILE.read_text("utf-8")) == SCHEMA
    assert {*SCHEMA["properties"]} == {*KEYS}
    assert {*SCHEMA["properties"][LIVE]["properties"]} == {*LIVE_KEYS}


def test_schema_is_valid() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    package("check_jsonschema")
    words = [sys.executable, "-m", "check_jsonschema", "--check-metaschema", str(FILE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


GOOD = [
    'exclude = ["drafts/", "a/**/b*.json"]\nno-gitignore = true',
    "",
    'contract = "published"\nform = "sdk"\nexpect = "page"\norder = "desc"\nlimit = 100',
    'now = 1729418400\nmax-bytes = 1\nfail-on = "never"\nshow = "info"\nmax-findings = 0',
    'now = 1729418400.5\ncolor = "never"\nquiet = true\nverbose = false\nstatistics = true\nshow-values = true',
    'now = "2024-10-20T10:00:00Z"\noutput-format = "json"\nbaseline = "tests/accepted..json"',
    'select = ["usage", "token-total-mismatch", "*-mismatch"]\nignore = []',
    '[severity]\nusage = "off"\n"token-*" = "info"\n"schema:type" = "warning"\n"document" = "error"',
    '[live]\nurl = "http://127.0.0.1:8000/v1"\nthreads = ["a", "b"]\nempty-thread = "c"',
    '[live]\nbaseline = "a.json"\nignore = ["usage"]\nknown = ["error-envelope"]',
    '[per-file-ignores]\n"*.json" = ["usage"]\n"a/**/b.json#/data/0/a~1b" = []\n"a..b" = ["time"]\n"..a/b#/" = ["*"]',
]
SENSE = {
    'now = "noon"': "a string can be no time",
    "now = nan": "and so can a number",
    'select = ["zzz*"]': "a glob can match nothing",
    '[severity]\n"zzz*" = "off"': "here too",
    "baseline = 'link/passwd'": "a link can lead anywhere",
    "baseline = '.'": "a folder is no file",
    'baseline = "a\\u0000"': "a name can be impossible",
    "limit = 7.0": "in JSON this is an integer",
}
"""Configurations that only the command can reject, and why."""
SHAPE = [text for text in WRONG if text not in SENSE and "is not TOML" not in WRONG[text]]


def accepts(text: str) -> bool:
    return bool(jsonschema.Draft7Validator(SCHEMA).is_valid(tomllib.loads(text)))


@pytest.mark.parametrize("text", GOOD)
def test_valid_configuration_passes_schema_and_command(tmp_path: Path, text: str) -> None:
    (tmp_path / "validate-runs.toml").write_text(text)
    assert run("--show-config", cwd=tmp_path).code == 0
    assert accepts(text)


@pytest.mark.parametrize("text", SHAPE)
def test_wrong_shape_fails_schema_and_command(tmp_path: Path, text: str) -> None:
    (tmp_path / "validate-runs.toml").write_text(text)
    assert run("--show-config", cwd=tmp_path).code == 2
    assert not accepts(text)


@pytest.mark.parametrize("text", SENSE)
def test_wrong_sense_fails_the_command_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "validate-runs.toml").write_text(text)
    assert run("--show-config", cwd=tmp_path).code == 2
    assert accepts(text)


def test_check_jsonschema_agrees(tmp_path: Path) -> None:
    package("check_jsonschema")
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(GOOD[-2])
    bad.write_text("limit = 101")
    words = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(FILE)]
    codes = [subprocess.run([*words, str(file)], capture_output=True, check=False).returncode for file in (good, bad)]
    assert codes == [0, 1]
    valid = SAMPLES / "valid" / "page.json"
    assert [run(valid, "--config", file, cwd=tmp_path).code for file in (good, bad)] == [0, 2]
