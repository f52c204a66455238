"""Compare the cost of archives with that of other programs that read the same lines, in ratios.

python benchmarks/archive.py [--runs N] [--defects SHARE] [--dask] [--alone] [--rounds N] [--keep FILE]

The bars themselves are printed by bars.py. Needs orjson and duckdb; jq, ajv (installed from npm, where node is there)
and Dask are measured where they are installed.
`--alone` leaves other programs out, which take long for gigabytes. Each figure is the median of `--rounds`, usually 5.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from cost import cost
from pages import archive
from peers import ajv_command

SQL = """
SELECT count(*) FROM read_json('{file}', format='newline_delimited', columns={{
  'status': 'VARCHAR', 'created_at': 'BIGINT', 'started_at': 'BIGINT', 'completed_at': 'BIGINT',
  'usage': 'STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, total_tokens BIGINT)'}})
WHERE usage.total_tokens <> usage.prompt_tokens + usage.completion_tokens
   OR started_at < created_at OR completed_at < started_at OR (status = 'completed' AND completed_at IS NULL)
"""
COMMAND = str(Path(sys.executable).with_name("validate-runs"))


def measure_seconds(work: Callable[[], object]) -> float:
    """Return the seconds that the work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def parse_lines(file: Path) -> None:
    """Parse every line and do nothing with it."""
    with file.open("rb") as lines:
        for line in lines:
            orjson.loads(line)


def command(*words: str) -> Callable[[], object]:
    """Run a command to its end."""
    return lambda: subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def measure_megabytes(file: Path, jobs: int) -> float:
    """Return the resident megabytes of the largest process while the command checks the file."""
    return cost(sys.executable, "-m", "validator", str(file), "--jobs", str(jobs), "-q").megabytes


def dask(file: Path) -> Callable[[], object]:
    """Check the file on a cluster of two processes of this machine, which runs already."""
    from distributed import Client, LocalCluster

    from validator.dask import check_archive

    client = Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
    client.wait_for_workers(2)
    return lambda: check_archive(str(file), now=1_800_000_000).compute()


def other_programs(file: Path) -> dict[str, Callable[[], object]]:
    """Return other programs that read the lines, as far as they are installed."""
    import duckdb

    query = SQL.format(file=file)
    seconds: dict[str, Callable[[], object]] = {"DuckDB, four rules as SQL": lambda: duckdb.execute(query).fetchall()}
    if shutil.which("jq"):
        seconds["jq -c ."] = command("jq", "-c", ".", str(file))
    ajv, reason = ajv_command(file)
    if ajv:
        seconds["node, ajv, the run schema"] = command(*ajv)
    else:
        print(reason)
    if shutil.which("wc"):
        seconds["wc -l"] = command("wc", "-l", str(file))
    return seconds


def main() -> None:
    """Make an archive, measure all programs in each round, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=100_000)
    arguments.add_argument("--defects", type=float, default=0.0)
    arguments.add_argument("--dask", action="store_true")
    arguments.add_argument("--alone", action="store_true")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--keep", type=Path)
    options = arguments.parse_args()
    gc.set_threshold(100_000)  # as the command does
    with tempfile.TemporaryDirectory() as folder:
        file = options.keep or Path(folder) / "archive.jsonl"
        with file.open("wb") as lines:
            lines.writelines(archive(options.runs, options.defects))
        measured = {
            "one process": command(COMMAND, str(file), "--jobs", "1", "-q"),
            "two processes": command(COMMAND, str(file), "--jobs", "2", "-q"),
            **({"Dask, two workers": dask(file)} if options.dask else {}),
            **({} if options.alone else other_programs(file)),
        }
        unit, times = [], {name: [] for name in measured}  # type: ignore[var-annotated]  # filled below
        for _ in range(options.rounds):
            unit.append(measure_seconds(lambda: parse_lines(file)))
            for name, work in measured.items():
                times[name].append(measure_seconds(work))
        size = file.stat().st_size
        print(f"{options.runs} runs, {size / options.runs:.0f} bytes each, {options.defects:.1%} with a defect")
        print(f"\n| what | x orjson loop | MB/s |\n|---|---|---|\n| orjson loop | 1.0 | {format_rate(size, unit)} |")
        for name, seconds in times.items():
            ratios = [one / base for one, base in zip(seconds, unit, strict=True)]
            print(f"| {name} | {statistics.median(ratios):.1f} | {format_rate(size, seconds)} |")
        gain = [one / two for one, two in zip(times["one process"], times["two processes"], strict=True)]
        print(f"\none process / two: {statistics.median(gain):.2f} (bar: at least 1.6 on two cores)")
        if options.dask:
            cost = [one / two for one, two in zip(times["Dask, two workers"], times["two processes"], strict=True)]
            print(f"Dask / two processes: {statistics.median(cost):.2f} (bar: 2.5 from 900 MB on)")
        alone, of_two = (measure_megabytes(file, jobs) for jobs in (1, 2))
        print(f"resident: {alone:.0f} MB alone, {of_two:.0f} MB of two (bar: 60 MB a worker)")


def format_rate(size: int, times: list[float]) -> str:
    """Return the megabytes in a second, by the median."""
    return f"{size / 1e6 / statistics.median(times):.0f}"


if __name__ == "__main__":
    main()
