"""Scores a command on the hostile corpus of the tests: one process for each input, on each way in, watched."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unicodedata import category

from witnesses import HUNG, Ran, watched

from tests.support.hostile_cases import CASES, NAMES, OBEYED, OPTIONS, Case, Row, rows

SECRETS = ("Be brief.", "Bearer 0000", "sk-proj-0000000000000000")
"""Free text and credentials that stand in the corpus."""
TRACEBACKS = ("Traceback (most recent call last)", "node:internal/", "Fatal Python error")


class Input(NamedTuple):
    """An input on one way in, and what is to be found in it."""

    case: Case
    way: str
    name: str
    findings: list[Row]
    build: Callable[[Path], Path]


class Verdict(NamedTuple):
    """What was wrong with an answer to an input; empty if nothing was."""

    name: str
    amiss: tuple[str, ...]


def inputs() -> Iterator[Input]:
    """Every case as it is, under every hostile name, and as standard input, packed and as a line where it can be."""
    for case in CASES:
        yield Input(case, "file", case.name, case.findings, case.build)
    named = next(case for case in CASES if case.name == "name_hostile.json")
    for name in NAMES:
        yield Input(named, "name", name, named.findings, partial(_named, named, name))
    for case in CASES:
        for way, build in {"stdin": case.build, "gzip": case.packed_in, "jsonl": case.as_line_in}.items():
            if case.recipe is None and case.takes(way):
                yield Input(case, way, case.name, case.findings_in_line if way == "jsonl" else case.findings, build)


def _named(case: Case, name: str, folder: Path) -> Path:
    return Path(shutil.copyfile(case.path, folder / name))


def scored(command: Sequence[str], those: Sequence[Input]) -> list[Verdict]:
    """What was amiss with the answer to each of these inputs."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [*pool.map(lambda one: _scored(command, one), those)]


def _scored(command: Sequence[str], one: Input) -> Verdict:
    with tempfile.TemporaryDirectory() as name:
        folder, place = Path(name) / "here", Path(name) / "input"
        folder.mkdir()
        place.mkdir()
        path = one.build(place)
        most = ("--max-findings", str(one.case.most), "--jobs", "1")
        words = [*command, *OPTIONS, *most, "-f", "text", "-f", "json:report.json", "--"]
        if one.way == "stdin":
            ran = watched([*words, "-"], folder, [], path.read_bytes())
        else:
            ran = watched([*words, str(path)], folder, [path])
        report = folder / "report.json"
        written = report.read_text("utf-8") if report.exists() else ""
        return Verdict(f"{one.name!a} as {one.way}", (*_wrong(one, ran.code, written), *amiss(ran, written)))


def _wrong(one: Input, code: int, report: str) -> Iterator[str]:
    found = rows(report)
    if (found, code) != (one.findings, one.case.code):
        yield f"verdict: {found[:3]}, exit {code}"


def amiss(ran: Ran, report: str = "") -> Iterator[str]:
    """What no answer may do or say."""
    told = ran.text + report
    if any(word in told for word in TRACEBACKS) or ran.code < 0:
        yield f"traceback: {ran.text[-200:]!a}"
    if ran.code == HUNG:
        yield "hangs"
    if ran.network:
        yield f"network: {ran.network[:3]}"
    if ran.foreign:
        yield f"foreign: {ran.foreign[:9]}"
    if raw := {one for one in told if one != "\n" and category(one) in OBEYED}:
        yield f"raw: {sorted(raw)!a}"
    if any(secret in told for secret in SECRETS):
        yield "secret"
