"""Score a command on the hostile corpus of the tests: one watched process for each input, in each way."""

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

from witnesses import HUNG, Ran, watch

from tests.support.hostile_cases import CASES, NAMES, OBEYED, OPTIONS, Case, Row, rows

SECRETS = ("Be brief.", "Bearer 0000", "sk-proj-0000000000000000")
"""Free text and credentials in the corpus."""
TRACEBACKS = ("Traceback (most recent call last)", "node:internal/", "Fatal Python error")


class Input(NamedTuple):
    """An input in one way, and the findings to expect."""

    case: Case
    way: str
    name: str
    findings: list[Row]
    build: Callable[[Path], Path]


class Verdict(NamedTuple):
    """The faults of an answer to an input."""

    name: str
    faults: tuple[str, ...]


def inputs() -> Iterator[Input]:
    """Yield every case as a file, under hostile names, and as standard input, compressed and as a line if possible."""
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


def score(command: Sequence[str], inputs_: Sequence[Input]) -> list[Verdict]:
    """Return the faults of the answer to each of these inputs."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [*pool.map(lambda input_: _score(command, input_), inputs_)]


def _score(command: Sequence[str], input_: Input) -> Verdict:
    with tempfile.TemporaryDirectory() as name:
        folder, place = Path(name) / "here", Path(name) / "input"
        folder.mkdir()
        place.mkdir()
        path = input_.build(place)
        limit_options = ("--max-findings", str(input_.case.most), "--jobs", "1")
        words = [*command, *OPTIONS, *limit_options, "-f", "text", "-f", "json:report.json", "--"]
        if input_.way == "stdin":
            ran = watch([*words, "-"], folder, [], path.read_bytes())
        else:
            ran = watch([*words, str(path)], folder, [path])
        report = folder / "report.json"
        written = report.read_text("utf-8") if report.exists() else ""
        return Verdict(
            f"{input_.name!a} as {input_.way}", (*_wrong(input_, ran.code, written), *find_faults(ran, written))
        )


def _wrong(input_: Input, code: int, report: str) -> Iterator[str]:
    reported = rows(report)
    if (reported, code) != (input_.findings, input_.case.code):
        yield f"verdict: {reported[:3]}, exit {code}"


def find_faults(ran: Ran, report: str = "") -> Iterator[str]:
    """Yield what no answer may do or print, but this one did."""
    output = ran.text + report
    if any(word in output for word in TRACEBACKS) or ran.code < 0:
        yield f"traceback: {ran.text[-200:]!a}"
    if ran.code == HUNG:
        yield "hangs"
    if ran.network:
        yield f"network: {ran.network[:3]}"
    if ran.foreign:
        yield f"foreign: {ran.foreign[:9]}"
    if raw := {input_ for input_ in output if input_ != "\n" and category(input_) in OBEYED}:
        yield f"raw: {sorted(raw)!a}"
    if any(secret in output for secret in SECRETS):
        yield "secret"
