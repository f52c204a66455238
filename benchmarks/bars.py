"""Prints every bar of speed and memory with its value, and whether it is kept.

python benchmarks/bars.py [--runs N] [--rounds N]

Measured is what users call, to the end of what they see: `validate()` to the printed report, and whole commands. All
values but memory are ratios of CPU time, each the median of `--rounds` interleaved rounds. Beside them stand other
validators on the same data. ajv is installed from npm where node and npm are there. Every result is checked first.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cost import cost
from pages import archive, page_with_defects, to_json, valid_page, with_undeclared_key
from peers import ajv_command, openai_page, schema_bundle, stock_jsonschema

from validator import validate

NOW = 1_800_000_000
TURN = 0.02
"""Seconds that one turn takes at least, so that no side is measured on a cold cache alone."""
ORJSON_LOOP = "import orjson, sys\nwith open(sys.argv[1], 'rb') as lines:\n    for line in lines: orjson.loads(line)"
COMMAND = str(Path(sys.executable).with_name("validate-runs"))


class Bar(NamedTuple):
    """A measured value and its bar; a value without one is shown for comparison."""

    name: str
    value: float
    maximum: float | None = None
    minimum: float | None = None

    def row(self) -> str:
        """Return the bar as a row of the table."""
        bar = (
            f"at most {self.maximum:g}"
            if self.maximum is not None
            else f"at least {self.minimum:g}"
            if self.minimum
            else ""
        )
        is_met = (self.maximum is None or self.value <= self.maximum) and (
            self.minimum is None or self.value >= self.minimum
        )
        return f"| {self.name} | {self.value:.2f} | {bar} | {('kept' if is_met else 'MISSED') if bar else ''} |"


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the work: the mean of as many times as fill a turn."""
    times, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < TURN:
        work()
        times += 1
    return spent / times


def ratio(work: Callable[[], object], unit: Callable[[], object], rounds: int) -> float:
    """Return how often the unit fits into the work."""
    work()
    unit()
    return statistics.median(seconds(work) / seconds(unit) for _ in range(rounds))


def printed(data: bytes) -> str:
    """Return the printed report on a JSON text."""
    return str(validate(data, now=NOW))


def library(rounds: int) -> Iterator[Bar]:
    """Measure one call of `validate()`, from bytes to the printed report."""
    one_run = to_json(valid_page(1)["data"][0])
    page, faulty = to_json(valid_page()), to_json(page_with_defects())
    undeclared = to_json(with_undeclared_key(valid_page()))
    assert printed(one_run) == "ok: 1 run in 1 document\n"
    assert printed(page) == printed(undeclared) == "ok: 100 runs in 1 document\n"
    assert len(validate(faulty, now=NOW).findings) == 5, printed(faulty)
    assert printed(faulty).count("\n    1 | ") == 5, printed(faulty)
    value = json.loads(page)
    yield Bar("one run / json.loads", ratio(lambda: printed(one_run), lambda: json.loads(one_run), rounds), maximum=8)
    yield Bar(
        "page of 100 runs / json.loads", ratio(lambda: printed(page), lambda: json.loads(page), rounds), maximum=2.6
    )
    name = "the same with an undeclared key in every run / without"
    yield Bar(name, ratio(lambda: printed(undeclared), lambda: printed(page), rounds), maximum=1.3)
    name = "page with 5 defects on one line / json.loads"
    yield Bar(name, ratio(lambda: printed(faulty), lambda: json.loads(faulty), rounds), maximum=12)
    stock, models = stock_jsonschema(), openai_page()
    assert list(stock.iter_errors(value)) == []
    filled = [{**run, "instructions": run["instructions"] or "", "parallel_tool_calls": True} for run in value["data"]]
    typed = to_json({**value, "data": filled})  # the models take no null here, which the service sends
    assert len(models(typed).data) == 100
    yield Bar("(openai models, the page / json.loads)", ratio(lambda: models(typed), lambda: json.loads(typed), rounds))
    name = "stock jsonschema, schemas alone / page of 100 runs"
    few = max(rounds // 5, 1)
    yield Bar(name, ratio(lambda: list(stock.iter_errors(value)), lambda: printed(page), few), minimum=25)
    many = valid_page(1_000)
    clean = to_json(many)
    for run in many["data"]:
        run["expires_at"] = run["created_at"] + 600
    faulty = to_json(many)
    assert sum(finding.rule == "expiry-on-ended-run" for finding in validate(faulty, now=NOW).findings) == 1_000
    name = "(1,000 findings with places and excerpts / none)"
    yield Bar(name, ratio(lambda: validate(faulty, now=NOW), lambda: validate(clean, now=NOW), few))


def elapsed(file: Path, jobs: int) -> float:
    """Return the wall-clock seconds of the command on a file."""
    begin = time.perf_counter()
    subprocess.run((COMMAND, str(file), "--jobs", str(jobs), "-q"), check=True)
    return time.perf_counter() - begin


def archives(folder: Path, runs: int, rounds: int) -> Iterator[Bar]:
    """Measure the command on JSON Lines, in one process, beside a process that only parses the lines."""
    of_runs, of_pages, undeclared = folder / "runs.jsonl", folder / "pages.jsonl", folder / "undeclared.jsonl"
    of_runs.write_bytes(b"".join(archive(runs, 0.0)))
    of_pages.write_bytes((to_json(valid_page()) + b"\n") * (runs // 100))
    lines = (with_undeclared_key({"data": [json.loads(line)]})["data"][0] for line in archive(runs, 0.0))
    undeclared.write_bytes(b"".join(to_json(line) + b"\n" for line in lines))
    for name, file in (("runs", of_runs), ("pages", of_pages), ("runs with an undeclared key", undeclared)):
        ours = [COMMAND, str(file), "--jobs", "1", "--isolated"]
        assert subprocess.run(ours, capture_output=True, check=True).stdout.startswith(f"ok: {runs:,} runs".encode())
        ajv, reason = ajv_command(file, of_pages=file is of_pages)
        if ajv:
            assert subprocess.run(ajv, capture_output=True, check=True).stdout == b"0\n"
        else:
            print(reason, file=sys.stderr)
        commands = [(sys.executable, "-c", ORJSON_LOOP, str(file)), ours, *([ajv] if ajv else [])]
        rows = [[cost(*command).seconds for command in commands] for _ in range(rounds)]
        yield Bar(f"archive of {name} / orjson loop", statistics.median(row[1] / row[0] for row in rows), maximum=4)
        if ajv:
            yield Bar("(ajv, the same / orjson loop)", statistics.median(row[2] / row[0] for row in rows))
            yield Bar(f"archive of {name} / ajv", statistics.median(row[1] / row[2] for row in rows), maximum=1)
    if (os.cpu_count() or 1) > 1:
        halves = [elapsed(of_runs, 1) / elapsed(of_runs, 2) for _ in range(rounds)]
        yield Bar("archive of runs, wall-clock, one process / two", statistics.median(halves), minimum=1.6)
    for jobs in (1, 2):
        resident = cost(COMMAND, str(of_runs), "--jobs", str(jobs), "-q").megabytes
        yield Bar(f"megabytes resident, {jobs} process{'es' * (jobs > 1)}", resident, maximum=60)


def start_up(folder: Path, rounds: int) -> Iterator[Bar]:
    """Measure processes that do little, in units of `python -c pass`."""
    page, schema, test = folder / "page.json", folder / "schema.json", folder / "test_nothing.py"
    page.write_bytes(to_json(valid_page()))
    schema.write_text(json.dumps(schema_bundle()))
    test.write_text("def test_nothing(): pass\n")
    python = sys.executable
    os.environ |= {"PYTHONPYCACHEPREFIX": str(folder / "pycache"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is compiled is kept, as after an installation
    plain = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(test))
    peer = str(Path(python).with_name("check-jsonschema"))
    commands = {
        "one good file": (COMMAND, "--isolated", str(page)),
        "--help": (COMMAND, "--help"),
        "--version": (COMMAND, "--version"),
        "check-jsonschema": (peer, "--schemafile", str(schema), str(page)),
        "pytest": plain,
        "pytest with the plugin": (*plain, "-p", "validator.pytest_plugin"),
    }
    for command in commands.values():
        subprocess.run(command, capture_output=True, check=True)
    rows = [
        (cost(python, "-c", "pass").seconds, {name: cost(*command).seconds for name, command in commands.items()})
        for _ in range(rounds)
    ]
    spent = {name: statistics.median(row[name] / unit for unit, row in rows) for name in commands}
    yield Bar("validate-runs, one good file / python -c pass", spent["one good file"], maximum=7.5)
    yield Bar("validate-runs --help / python -c pass", spent["--help"], maximum=5)
    yield Bar("validate-runs --version / python -c pass", spent["--version"], maximum=5)
    yield Bar("(check-jsonschema, the same file / python -c pass)", spent["check-jsonschema"])
    added = statistics.median((row["pytest with the plugin"] - row["pytest"]) / unit for unit, row in rows)
    yield Bar("the pytest plugin on top of pytest / python -c pass", added, maximum=1)


def main() -> None:
    """Measure all in turn; print each row as soon as it is known."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=15)
    options = arguments.parse_args()
    print("| what | value | bar | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for bars in (
            library(options.rounds),
            archives(Path(folder), options.runs, max(options.rounds // 3, 1)),
            start_up(Path(folder), options.rounds),
        ):
            for bar in bars:
                print(bar.row(), flush=True)


if __name__ == "__main__":
    main()
