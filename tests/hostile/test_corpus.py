"""Hostile input has the same findings in any source, and no report holds a command."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.commands import Ran, run, run_with_all_formats
from tests.support.hostile_cases import CASES, FILES, FOLDER, NAMES, NOW, OPTIONS, RECIPES, Case, Row, obeyed, rows
from tests.support.watch import nothing_but
from validator import validate
from validator.reporters.registry import FORMATS


def test_corpus_index_is_complete() -> None:
    assert sorted(os.listdir(FOLDER / "cases")) == sorted(case.name for case in FILES)
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_hostile_file_has_indexed_findings(case: Case) -> None:
    with nothing_but(case.path):
        ran = run(*OPTIONS, "-f", "json", "--max-findings", "0", case.path)
    assert (rows(ran.out), ran.code) == (case.findings, case.code)
    notes = [
        line for line in ran.err.splitlines() if " was recorded without its " in line and "nothing to check" not in line
    ]
    assert (ran.err.splitlines() != notes) == (case.code == 2)


@pytest.mark.parametrize("case", RECIPES, ids=lambda case: case.name)
def test_large_hostile_file_has_indexed_findings(case: Case, tmp_path: Path) -> None:
    path = case.build(tmp_path)
    with nothing_but(path):
        ran = run(*OPTIONS, "-f", "json", "--jobs", "1", "--max-findings", str(case.most), path)
    assert (rows(ran.out), ran.code, ran.err) == (case.findings, case.code, "")


def bytes_findings(case: Case) -> list[Row]:
    report = validate(case.path.read_bytes(), now=float(NOW))
    return [(one.rule, one.severity, one.pointer, one.line) for one in report.findings]


def standard_input_findings(case: Case) -> list[Row]:
    return rows(run(*OPTIONS, "-f", "json", "-", stdin=case.path.read_bytes()).out)


def as_gzip(case: Case, folder: Path) -> tuple[Path, list[Row]]:
    return case.packed_in(folder), case.findings


def as_line(case: Case, folder: Path) -> tuple[Path, list[Row]]:
    return case.as_line_in(folder), case.findings_in_line


NOT_PAGES = ("shape_array_of_two_runs.json", "shape_run_alone.json")
"""What a request for a list must not be answered with."""


def as_cassette_body(case: Case, folder: Path) -> tuple[Path, list[Row]]:
    """What a server has answered: all of it stands on the line of its string."""
    data, path = case.path.read_bytes(), folder / f"{case.name}.json"
    try:
        body = {"string": data.decode()}
    except UnicodeDecodeError:
        body = {"base64_string": base64.b64encode(data).decode()}
    request = {"method": "GET", "uri": "https://api.openai.com/v1/threads/thread_c3/runs"}
    response = {"status": {"code": 200}, "headers": {"content-type": ["application/json"]}, "body": body}
    path.write_text(json.dumps({"interactions": [{"request": request, "response": response}]}, indent=0), "utf-8")
    line = path.read_text("utf-8").partition('string": ')[0].count("\n") + 1
    unexpected = [("unexpected-object", "error", "", line, 1)] if case.name in NOT_PAGES else []
    return path, unexpected + [(*row[:3], line, 1) for row in case.findings]


WAYS: dict[str, Callable[[Case], list[Row]]] = {"bytes": bytes_findings, "stdin": standard_input_findings}
FILES_OF: dict[str, Callable[[Case, Path], tuple[Path, list[Row]]]] = {
    "gzip": as_gzip,
    "jsonl": as_line,
    "cassette": as_cassette_body,
}


@pytest.mark.parametrize("way", WAYS)
def test_hostile_input_has_same_findings_without_a_file(way: str) -> None:
    found = {case.name: (WAYS[way](case), case.findings) for case in FILES if case.takes(way)}
    assert len(found) > 250
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("way", FILES_OF)
def test_hostile_input_has_same_findings_in_other_files(way: str, tmp_path: Path) -> None:
    files = dict(FILES_OF[way](case, tmp_path) for case in FILES if case.takes(way))
    assert len(files) > 250
    alone = [file for file, expected in files.items() if "not-a-run-list" in {row[0] for row in expected}]
    together = [file for file in files if file not in alone]  # among runs, other objects of the API are no findings
    found: dict[Path, list[Any]] = {file: [] for file in files}
    for some in (together, *([file] for file in alone)):
        ran = run(*OPTIONS, "-f", "json", "--max-findings", "0", "--jobs", "1", *some)
        for one in json.loads(ran.out)["findings"]:
            found[Path(one["file"])].append(one)
    listed = {file: rows(json.dumps({"findings": each})) for file, each in found.items()}
    assert {file: (listed[file], expected) for file, expected in files.items() if listed[file] != expected} == {}


def parsed(name: str, text: str) -> None:
    """Read a report back as its programs do; those for people are anything."""
    if name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(text)
    elif name == "jsonl":
        assert [json.loads(line) for line in text.splitlines()]
    elif name == "junit":
        ElementTree.fromstring(text)
    elif name == "html":
        elements = _Elements()
        elements.feed(text)
        elements.close()
        assert "alert(1)" not in elements.scripts
        assert not elements.attributes & {"onmouseover", "onerror"}


class _Elements(HTMLParser):
    """What a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = ""
        self.attributes: set[str] = set()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("type", "application/json") not in attrs
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        self.scripts += data if self._inside else ""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fault under every hostile name."""
    folder, data = tmp_path_factory.mktemp("named"), (FOLDER / "cases" / "name_hostile.json").read_bytes()
    for name in NAMES:
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def inputs(named: Path) -> tuple[Path, ...]:
    """The whole corpus, and every hostile name."""
    return (*(case.path for case in FILES), *(named / name for name in NAMES))


@pytest.mark.parametrize("more", [(), ("--show-values", "--verbose")], ids=["", "values"])
def test_reports_hold_no_terminal_commands(more: tuple[str, ...], inputs: tuple[Path, ...], tmp_path: Path) -> None:
    words: list[str | Path] = [*OPTIONS, *more, "--max-findings", "5", "--", *inputs]
    ran, reports = run_with_all_formats(tmp_path / "reports", *words)
    assert (ran.code, ran.out, obeyed("", ran.err), "Traceback" in ran.err) == (2, "", [], False)
    for name, report in reports.items():
        assert (name, obeyed(name, report), "Traceback" in report) == (name, [], False)
        parsed(name, report)


def test_hostile_file_names(named: Path, tmp_path: Path) -> None:
    ran, reports = run_with_all_formats(tmp_path / "reports", *OPTIONS, "--", *NAMES, cwd=named)
    assert ran == Ran(1, "", "")
    for name, report in reports.items():
        assert (name, obeyed(name, report)) == (name, [])
        parsed(name, report)


PRINTING = """
import os, sys
from validator.cli import main
name, *words = sys.argv[1:]
encoding = sys.stdout.encoding
for format in name.split(","):
    sys.stdout.reconfigure(encoding=encoding)
    with open(format, "wb") as file:
        os.dup2(file.fileno(), 1)
    sys.argv = ["validate-runs", "-f", format, *words]
    try:
        main()
    except SystemExit as ended:
        assert ended.code == 1
    sys.stdout.flush()
"""
"""The command several times, each time with another format that it prints to a file of that name."""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_reports_in_any_locale(encoding: str, inputs: tuple[Path, ...], tmp_path: Path) -> None:
    words = [sys.executable, "-c", PRINTING, ",".join(FORMATS), *OPTIONS, *map(str, inputs[-3:])]
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, env=environment, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    for name in FORMATS:
        is_text = name in ("text", "concise", "github", "markdown")
        parsed(name, (tmp_path / name).read_text(encoding if is_text else "utf-8"))
