"""The command imports only the modules that a call needs, as every import costs time."""

import email.utils
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.paths import SAMPLES
from validator.cli import quick_import

PAGE = SAMPLES / "valid" / "page.json"

PROGRAM = """
import atexit, json, sys
sys.argv = json.loads(sys.argv[1])
def imported():
    patterns = []
    if re := sys.modules.get("re"):
        for module in [module for name, module in sys.modules.items() if name.startswith("validator.")]:
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern) or isinstance(getattr(value, "__self__", None), re.Pattern):
                    patterns.append(f"{module.__name__}.{name}")
    return {"modules": sorted(sys.modules), "patterns": sorted(patterns)}
atexit.register(lambda: print(json.dumps(imported()), file=sys.stderr))
from validator.cli import main
main()
"""


def _modules(*arguments: str, code: int = 0, cwd: Path | None = None) -> set[str]:
    """The modules that the command has imported when it ends."""
    return _imported(*arguments, code=code, cwd=cwd)["modules"]


def _imported(*arguments: str, code: int = 0, cwd: Path | None = None) -> dict[str, set[str]]:
    """The modules that the command has imported when it ends, and the patterns that these have compiled."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(["validate-runs", *arguments])],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    assert run.returncode == code, run.stderr
    return {kind: set(names) for kind, names in json.loads(run.stderr.splitlines()[-1]).items()}


@pytest.fixture(scope="module")
def plain() -> dict[str, set[str]]:
    """What a call with nothing but the name of a valid page imports."""
    return _imported("--isolated", str(PAGE))


def test_valid_page_imports_no_explanation(plain: dict[str, set[str]]) -> None:
    explaining = {"jsonschema", "referencing", "difflib", "logging", "shutil", "textwrap", "validator.core.finding"}
    assert explaining & plain["modules"] == set()


def test_valid_page_imports_nothing_slow_that_it_does_not_need(plain: dict[str, set[str]]) -> None:
    slow = {
        "email.utils",
        "urllib.parse",
        "socket",
        "random",
        "hashlib",
        "fractions",
        "dataclasses",
        "importlib.metadata",
    }
    assert slow & plain["modules"] == set()


def test_valid_page_imports_the_rules_of_runs_and_pages_only(plain: dict[str, set[str]]) -> None:
    rules = (module.split(".") for module in plain["modules"] if module.startswith("validator.rules."))
    assert {path[2] for path in rules if len(path) == 4} == {"page", "run", "support"}


def test_valid_page_imports_few_modules(plain: dict[str, set[str]]) -> None:
    """Each costs about a tenth of a millisecond; those of rules are counted above."""
    rules = ("validator.rules.run.", "validator.rules.page.")
    own = {name for name in plain["modules"] if name.startswith("validator.") and not name.startswith(rules)}
    assert len(own) <= 80, sorted(own)


def test_valid_page_compiles_few_patterns(plain: dict[str, set[str]]) -> None:
    """Each costs about a tenth of a millisecond; one that few documents need is compiled where it is used."""
    assert len(plain["patterns"]) <= 8, sorted(plain["patterns"])


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


@pytest.mark.parametrize("name", ["parsedate_to_datetime", "formatdate"])
def test_schema_engine_may_ask_for_anything_of_email_while_it_is_imported(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What jsonschema-rs asks for today is left out; a later version gets all of the real module."""
    given: list[object] = []

    def import_module(module: str) -> ModuleType:
        if module == "validator.contract.compiler":
            given.append(getattr(sys.modules["email.utils"], name))
            return ModuleType(module)
        return importlib.import_module(module)

    monkeypatch.setattr(quick_import, "import_module", import_module)
    monkeypatch.delitem(sys.modules, "email.utils")
    quick_import.import_schema_engine()
    is_real = "email.utils" in sys.modules
    assert is_real == (name == "formatdate")
    (function,) = given
    assert callable(function)
    assert function(0 if is_real else "today") == (email.utils.formatdate(0) if is_real else "today")
    quick_import.import_schema_engine()  # leaves a module alone that is there already
