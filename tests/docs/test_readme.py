"""What the README shows is what happens."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.paths import ROOT, SAMPLES
from validator.rules.registry import RULES

README = (ROOT / "README.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
"""The language and text of each block."""
PYTEST_PAGE = (ROOT / "docs" / "pytest.md").read_text("utf-8")
GATE = ROOT / ".ci" / "run"


def _blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def _after(language: str) -> list[tuple[str, str]]:
    """Each block in a language that is shown with its output, and that output."""
    pairs = pairwise(BLOCKS)
    return [(text, output) for (name, text), (next_name, output) in pairs if (name, next_name) == (language, "text")]


def _is_test(snippet: str) -> bool:
    return snippet.startswith("def test_")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which the command is found, and a `curl` that answers with a page."""
    commands = {"validate-runs": f'exec {shlex.quote(sys.executable)} -m validator "$@"', "curl": "exec cat page.json"}
    for name, script in commands.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


def _run(line: str, folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    return subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize(("snippet", "output"), [pair for pair in _after("python") if _is_test(pair[0])])
def test_readme_tests_are_in_pytest_docs(snippet: str, output: str) -> None:
    assert snippet in PYTEST_PAGE
    assert output in PYTEST_PAGE


@pytest.mark.parametrize(("snippet", "output"), [pair for pair in _after("python") if not _is_test(pair[0])])
def test_readme_snippets(snippet: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(snippet, "README.md", "exec"), {})
    assert capsys.readouterr().out == output


def test_readme_blocks_have_output() -> None:
    assert [text for text, _ in _after("python")] == _blocks("python")
    assert len(_blocks("text")) == len(_blocks("python"))


COMMANDS = [line for block in _blocks("sh") for line in block.splitlines() if ".venv" not in line]
INSTALLING = [line for block in _blocks("sh") for line in block.splitlines() if ".venv" in line]


@pytest.mark.parametrize("line", COMMANDS)
def test_readme_commands(line: str, path: str, tmp_path: Path) -> None:
    sound = (SAMPLES / "valid" / "page.json").read_bytes()
    (tmp_path / "responses").mkdir()
    for name in ("page.json", "responses/a.json"):
        (tmp_path / name).write_bytes(sound)
    ran = _run(line, tmp_path, path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout != ""


def test_readme_response_is_a_page(path: str, tmp_path: Path) -> None:
    (line,) = (line for line in COMMANDS if line.startswith("curl"))
    (tmp_path / "page.json").write_text("[]")  # valid as an array of runs
    assert _run(line, tmp_path, path).returncode == 1


def test_readme_seed_example(path: str) -> None:
    (line,) = (line for line in INSTALLING if "seed-example" in line)
    ran = _run(line.rpartition(".venv/bin/")[2], ROOT, path)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.endswith("1 run); 6 infos hidden (--show info), 1 fixable with --fix\n")


@pytest.mark.skipif(not GATE.exists(), reason="the gate is not part of what is tested here")
def test_readme_installation_is_run_by_the_gate() -> None:
    gate = GATE.read_text("utf-8")
    assert len(INSTALLING) == 2
    assert [line for line in README.splitlines() if line.startswith("python3 -m venv ")] == INSTALLING
    assert "mapfile -t lines < <(grep '^python3 -m venv ' README.md)" in gate
    assert [f"${{lines[{index}]}}" in gate for index in range(3)] == [True, True, False]


def test_options_in_readme_and_changelog_exist() -> None:
    words = [sys.executable, "-m", "validator"]
    helps = [
        subprocess.run([*words, *more, "--help"], capture_output=True, text=True, check=True).stdout
        for more in ([], ["live"])
    ]
    for option in re.findall(r"(?<![\w-])--(?!validate-runs)[a-z][a-z-]+", README + CHANGELOG):
        assert any(f"{option} " in known for known in helps), option


def test_number_of_rules_in_changelog() -> None:
    stated = re.findall(r"(\d+) rules about pages and\s+runs", CHANGELOG)
    assert stated == [str(len([rule for rule in RULES if rule.subject in ("page", "run")]))]
