"""The page about live checks: its table of statements follows from the code, and its commands do what they show.

`--snapshot-update` renews the table.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from documentation.statements import statements
from tests.support.commands import run
from tests.support.example_server import THREAD
from tests.support.paths import ROOT
from tests.support.tools import command
from validator.cli.command import command as checks
from validator.cli.live import live

FILE = ROOT / "docs" / "live.md"
TABLE = re.compile(r"(?<=<!-- statements: tests/docs/test_live_docs.py renews this table -->\n\n)(?:\|[^\n]*\n)+")
BLOCK = re.compile(r"(?<=<!-- run: overlapping-pages -->\n```text\n).+?(?=^```$)", re.DOTALL | re.MULTILINE)


def test_page_has_every_statement(renew: Callable[[Path, str], None]) -> None:
    text = FILE.read_text("utf-8")
    renew(FILE, TABLE.sub(lambda _: f"{statements()}\n", text))
    assert TABLE.findall(FILE.read_text("utf-8")) == [f"{statements()}\n"]


def test_page_shows_real_output(server: str, tmp_path: Path, renew: Callable[[Path, str], None]) -> None:
    url = f"{server}/faulty/overlapping-pages/v1"
    done = run("live", url, "--thread", THREAD, "--record", "runs.har", cwd=tmp_path)
    verdicts = done.out[done.out.rindex("\n\nkept ") + 2 :]
    shown = re.sub(r"^kept .*\n", "", re.sub(r"[0-9.]+ s, recorded", "0.3 s, recorded", verdicts), flags=re.MULTILINE)
    text = FILE.read_text("utf-8")
    renew(FILE, BLOCK.sub(lambda _: shown, text))
    assert BLOCK.findall(FILE.read_text("utf-8")) == [shown]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed: the line cannot be run")
def test_badge_of_a_report(server: str, tmp_path: Path) -> None:
    line = next(line for line in FILE.read_text("utf-8").splitlines() if line.startswith("jq "))
    run("live", f"{server}/v1", "--thread", THREAD, "-f", "json:report.json", cwd=tmp_path)
    done = subprocess.run([command("bash"), "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
    badge = json.loads(done.stdout)
    assert badge == {"schemaVersion": 1, "label": "list-runs", "message": badge["message"]}
    assert re.fullmatch("[0-9]+ kept, 0 broken", badge["message"])


def test_page_names_every_option() -> None:
    text = FILE.read_text("utf-8")
    shared = {name for parameter in checks.params for name in parameter.opts}
    names = {name for parameter in live.params for name in parameter.opts if name.startswith("--")}
    assert [name for name in sorted(names - shared) if f"`{name}" not in text] == []
