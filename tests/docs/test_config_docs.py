"""The pages about the configuration, the baseline and fixes show what the command really prints.

`--snapshot-update` renews it.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.pages import page, run
from tests.support.paths import ROOT, SAMPLES
from tests.support.tools import package
from validator.cli.config.apply import KEYS
from validator.rules.registry import RULES

GUIDES = ("configuration", "baseline", "fix", "fixtures", "pipeline")
PAGES = [ROOT / "docs" / f"{name}.md" for name in GUIDES]
STEP = re.compile(
    r"<!-- file: (?P<file>[^\n]+) -->\n```toml\n(?P<text>.*?)```"
    r"|(?:<!-- (?P<deed>change|mend): (?P<page>[^\n]+) -->\n)?"
    r"(?P<head>```console\n(?P<commands>(?:\$ [^\n]+\n)+)```\n\n```text\n)(?P<output>.*?)(?=^```$)",
    re.DOTALL | re.MULTILINE,
)
WRONG_TOTAL = {"prompt_tokens": 940, "completion_tokens": 205, "total_tokens": 940}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a sound page and, among its responses, a page with a wrong total."""
    (tmp_path / "responses").mkdir()
    (tmp_path / "page.json").write_bytes((SAMPLES / "valid" / "page.json").read_bytes())
    _put(tmp_path / "responses" / "page.json", "a")
    (tmp_path / "bin").mkdir()
    for name, module in (("validate-runs", "validator"), ("check-jsonschema", "check_jsonschema"), ("python", "")):
        call = f"exec {shlex.quote(sys.executable)} {f'-m {module}' if module else ''}"
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\n{call} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def _put(path: Path, faulty: str, sound: str = "") -> None:
    runs = [run(id=f"run_{name}", usage=WRONG_TOTAL) for name in faulty]
    path.write_text(json.dumps(page(*runs, *(run(id=f"run_{name}") for name in sound)), indent=2))


def _real(step: re.Match[str], project: Path) -> str:
    if step["file"]:
        (project / step["file"]).write_text(step["text"])
        return step[0]
    if step["deed"] == "change":
        _put(project / step["page"], "ab")
    elif step["deed"] == "mend":
        _put(project / step["page"], "", "ab")
    commands = step["commands"].replace("$ ", "", 1).replace("\n$ ", "\n")
    path = f"{project / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec 2>&1; {commands}"], cwd=project, env=environment, capture_output=True, check=False
    )
    before = step[0][: -len(step["output"])] if step["output"] else step[0]
    return before + done.stdout.decode()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_shows_real_output(path: Path, project: Path, renew: Callable[[Path, str], None]) -> None:
    if "check-jsonschema" in path.read_text("utf-8"):
        package("check_jsonschema")
    text = path.read_text("utf-8")
    current = STEP.sub(lambda step: _real(step, project), text)
    renew(path, current)
    assert current == path.read_text("utf-8")
    assert text.count("```console") == len(re.findall(r"```text\n[^`]", current))


def test_every_configuration_key_is_documented() -> None:
    table = PAGES[0].read_text("utf-8").partition("|---|---|\n")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()]
    assert sorted(key for cell in cells for key in re.findall("`([a-z-]+)`", cell)) == sorted(KEYS)


def test_mandatory_rules_are_documented() -> None:
    mandatory = {rule.name for rule in RULES if rule.mandatory}
    text = PAGES[1].read_text("utf-8").partition("content cannot be accepted:")[2].partition("It is unknown")[0]
    assert {*re.findall("`([a-z0-9-]+)`", text)} == mandatory
    text = PAGES[0].read_text("utf-8").partition("unreadable content (")[2].partition(")")[0]
    assert {*re.findall("`([a-z0-9-]+)`", text)} == mandatory - {"internal-error", "worker-ended"}
