"""Hostile input: whatever comes in, and on whichever way, the same is said of it, and nobody obeys what is written."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import run
from tests.hostile_cases import CASES, FILES, FOLDER, RECIPES, Case, Row
from tests.paths import SAMPLES
from tests.watch import nothing_but
from validator import validate

NOW = "1793000000"
SOUND = (SAMPLES / "valid" / "run.json").read_bytes().replace(b"\n", b" ")
OPTIONS = ("--isolated", "--now", NOW, "--show", "info")
OBEYED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def rows(report: str) -> list[Row]:
    """The findings of a JSON report as the index states them."""
    found = json.loads(report)["findings"] if report else []
    return [
        (one["rule"], one["severity"], one["pointer"], one["line"], *filter(None, [one["record"]])) for one in found
    ]


def test_every_file_of_the_corpus_is_in_its_index() -> None:
    assert sorted(os.listdir(FOLDER / "cases")) == sorted(case.name for case in FILES)
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_file_has_exactly_the_findings_that_the_index_states(case: Case) -> None:
    with nothing_but(case.path):
        ran = run(*OPTIONS, "-f", "json", "--max-findings", "0", case.path)
    assert (rows(ran.out), ran.code) == (case.findings, case.code)
    assert bool(ran.err) == (case.code == 2)


@pytest.mark.parametrize("case", RECIPES, ids=lambda case: case.name)
def test_a_large_file_has_too(case: Case, tmp_path: Path) -> None:
    path = case.build(tmp_path)
    with nothing_but(path):
        ran = run(*OPTIONS, "-f", "json", "--jobs", "1", "--max-findings", str(case.most), path)
    assert (rows(ran.out), ran.code, ran.err) == (case.findings, case.code, "")


def as_bytes(case: Case, _: Path) -> tuple[list[Row], list[Row]]:
    report = validate(case.path.read_bytes(), now=float(NOW))
    return [(one.rule, one.severity, one.pointer, one.line) for one in report.findings], case.findings


def as_standard_input(case: Case, _: Path) -> tuple[list[Row], list[Row]]:
    return rows(run(*OPTIONS, "-f", "json", "-", stdin=case.path.read_bytes()).out), case.findings


def as_gzip(case: Case, folder: Path) -> tuple[list[Row], list[Row]]:
    path = folder / f"{case.name}.gz"
    path.write_bytes(gzip.compress(case.path.read_bytes(), 1, mtime=0))
    return rows(run(*OPTIONS, "-f", "json", path).out), case.findings


def as_line(case: Case, folder: Path) -> tuple[list[Row], list[Row]]:
    """The second of three lines: what was on several lines is on one."""
    path = folder / f"{case.name}.jsonl"
    path.write_bytes(b"\n".join([SOUND, case.path.read_bytes().replace(b"\n", b" "), SOUND]))
    return rows(run(*OPTIONS, "-f", "json", path).out), [(*row[:3], 2, 2) for row in case.findings]


def as_cassette_body(case: Case, folder: Path) -> tuple[list[Row], list[Row]]:
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
    return rows(run(*OPTIONS, "-f", "json", path).out), [(*row[:3], line, 1) for row in case.findings]


WAYS: dict[str, Callable[[Case, Path], tuple[list[Row], list[Row]]]] = {
    "bytes": as_bytes,
    "stdin": as_standard_input,
    "gzip": as_gzip,
    "jsonl": as_line,
    "cassette": as_cassette_body,
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_is_found_whatever_the_way_in(way: str, tmp_path: Path) -> None:
    found = {case.name: WAYS[way](case, tmp_path) for case in FILES if case.takes(way)}
    assert len(found) > 250
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}
