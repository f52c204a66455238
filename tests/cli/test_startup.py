"""The command imports only the modules that a call needs, as every import costs time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import SAMPLES

PAGE = SAMPLES / "valid" / "page.json"

PROGRAM = """
import atexit, json, sys
sys.argv = json.loads(sys.argv[1])
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from validator.cli import main
main()
"""


def _modules(*arguments: str, code: int = 0, cwd: Path | None = None) -> set[str]:
    """The modules that the command has imported when it ends."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(["validate-runs", *arguments])],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    assert run.returncode == code, run.stderr
    return set(json.loads(run.stderr.splitlines()[-1]))


def test_valid_page_imports_no_explanation() -> None:
    explaining = {"jsonschema", "referencing", "difflib", "logging", "shutil", "importlib.metadata"}
    assert explaining.isdisjoint(_modules(str(PAGE)))


def test_valid_page_imports_the_rules_of_runs_and_pages_only() -> None:
    rules = (module.split(".") for module in _modules(str(PAGE)) if module.startswith("validator.rules."))
    assert {path[2] for path in rules if len(path) == 4} == {"page", "run", "support"}


def test_invalid_page_imports_jsonschema(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text(PAGE.read_text().replace('"list"', '"lists"'))
    assert "jsonschema" in _modules(str(page), code=1)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_that_checks(option: str) -> None:
    checking = {
        "validator.rules.loader",
        "validator.cli.config.toml",
        "validator.core.finding",
        "validator.engine.checker",
        "jsonschema_rs",
        "jiter",
    }
    assert checking.isdisjoint(_modules(option))


def test_configuration_and_baseline_are_imported_on_demand(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'another'\n")
    reading = {
        "tomllib",
        "validator.batch.baseline_file",
        "validator.batch.baseline",
        "secrets",
        "validator.cli.config.show",
    }
    assert reading.isdisjoint(_modules(str(PAGE), cwd=tmp_path))
    (tmp_path / "pyproject.toml").write_text("[tool.validate-runs]\nlimit = 7\n")
    assert reading & _modules(str(PAGE), cwd=tmp_path) == {"tomllib"}
