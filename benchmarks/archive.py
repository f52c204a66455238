"""Prints what archives cost beside other programs that read the same lines: every figure is a ratio, from one run.

python benchmarks/archive.py [--runs N] [--defects SHARE] [--dask] [--alone] [--rounds N] [--keep FILE]

The bars themselves are printed by bars.py. Needs orjson and duckdb; jq, ajv (installed from npm, where node is there)
and Dask are measured where they are there.
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


def spent(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def bare(file: Path) -> None:
    """Parse every line and do nothing with it."""
    with file.open("rb") as lines:
        for line in lines:
            orjson.loads(line)


def command(*words: str) -> Callable[[], object]:
    """Run a command to its end."""
    return lambda: subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def resident(file: Path, jobs: int) -> float:
    """Megabytes that the largest process has resident, while the command checks the file."""
    return cost(sys.executable, "-m", "validator", str(file), "--jobs", str(jobs), "-q").megabytes


def dask(file: Path) -> Callable[[], object]:
    """Check the file on a cluster of two processes of this machine, which is there already."""
    from distributed import Client, LocalCluster

    from validator.dask import check_archive

    client = Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
    client.wait_for_workers(2)
    return lambda: check_archive(str(file), now=1_800_000_000).compute()


def rivals(file: Path) -> dict[str, Callable[[], object]]:
    """What else reads the lines, where it is there."""
    import duckdb

    query = SQL.format(file=file)
    found: dict[str, Callable[[], object]] = {"DuckDB, four rules as SQL": lambda: duckdb.execute(query).fetchall()}
    if shutil.which("jq"):
        found["jq -c ."] = command("jq", "-c", ".", str(file))
    ajv, reason = ajv_command(file)
    if ajv:
        found["node, ajv, the run schema"] = command(*ajv)
    else:
        print(reason)
    if shutil.which("wc"):
        found["wc -l"] = command("wc", "-l", str(file))
    return found


def main() -> None:
    """Make an archive, measure all in turn, print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=100_000)
    arguments.add_argument("--defects", type=float, default=0.0)
    arguments.add_argument("--dask", action="store_true")
    arguments.add_argument("--alone", action="store_true")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--keep", type=Path)
    given = arguments.parse_args()
    gc.set_threshold(100_000)  # as the command does
    with tempfile.TemporaryDirectory() as folder:
        file = given.keep or Path(folder) / "archive.jsonl"
        with file.open("wb") as lines:
            lines.writelines(archive(given.runs, given.defects))
        measured = {
            "one process": command(COMMAND, str(file), "--jobs", "1", "-q"),
            "two processes": command(COMMAND, str(file), "--jobs", "2", "-q"),
            **({"Dask, two workers": dask(file)} if given.dask else {}),
            **({} if given.alone else rivals(file)),
        }
        unit, times = [], {name: [] for name in measured}  # type: ignore[var-annotated]  # filled below
        for _ in range(given.rounds):
            unit.append(spent(lambda: bare(file)))
            for name, work in measured.items():
                times[name].append(spent(work))
        size = file.stat().st_size
        print(f"{given.runs} runs, {size / given.runs:.0f} bytes each, {given.defects:.1%} with a defect")
        print(f"\n| what | x orjson loop | MB/s |\n|---|---|---|\n| orjson loop | 1.0 | {rate(size, unit)} |")
        for name, found in times.items():
            ratios = [one / base for one, base in zip(found, unit, strict=True)]
            print(f"| {name} | {statistics.median(ratios):.1f} | {rate(size, found)} |")
        gain = [one / two for one, two in zip(times["one process"], times["two processes"], strict=True)]
        print(f"\none process / two: {statistics.median(gain):.2f} (bar: at least 1.6 where two cores are there)")
        if given.dask:
            cost = [one / two for one, two in zip(times["Dask, two workers"], times["two processes"], strict=True)]
            print(f"Dask / two processes: {statistics.median(cost):.2f} (bar: 2.5 from 900 MB on)")
        print(f"resident: {resident(file, 1):.0f} MB alone, {resident(file, 2):.0f} MB of two (bar: 60 MB a worker)")


def rate(size: int, times: list[float]) -> str:
    """Megabytes in a second, by the median."""
    return f"{size / 1e6 / statistics.median(times):.0f}"


if __name__ == "__main__":
    main()
