"""Prints the bars of an archive: every figure is a ratio, measured in one run beside others that read the same lines.

python benchmarks/archive.py [--runs N] [--defects SHARE] [--dask] [--alone] [--rounds N] [--keep FILE]

Needs orjson and duckdb; jq, node (with ajv in the folder, or on NODE_PATH) and Dask are measured where they are there.
`--alone` leaves other programs out, which take long for gigabytes. Each figure is the median of `--rounds`, usually 5.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from cost import cost
from pages import archive

from validator.contract import contract
from validator.inlining import inlined
from validator.library import settings
from validator.passes import checks
from validator.survey import survey

SQL = """
SELECT count(*) FROM read_json('{file}', format='newline_delimited', columns={{
  'status': 'VARCHAR', 'created_at': 'BIGINT', 'started_at': 'BIGINT', 'completed_at': 'BIGINT',
  'usage': 'STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, total_tokens BIGINT)'}})
WHERE usage.total_tokens <> usage.prompt_tokens + usage.completion_tokens
   OR started_at < created_at OR completed_at < started_at OR (status = 'completed' AND completed_at IS NULL)
"""
AJV = """
const Ajv = require("ajv/dist/2020");
const accepts = new Ajv({strict: false, validateFormats: false}).compile(JSON.parse(process.argv[1]));
const lines = require("readline").createInterface({input: require("fs").createReadStream(process.argv[2])});
let rejected = 0;
lines.on("line", line => { rejected += !accepts(JSON.parse(line)); });
lines.on("close", () => console.log(rejected));
"""


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


def checked(file: Path, jobs: int) -> None:
    """Check every line."""
    for _ in survey([str(file)], checks(settings(now=1_800_000_000)), 1 << 26, jobs):
        pass


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


def run_schema() -> Any:
    """The schema of a run, without references."""
    schemas = contract("observed", "wire")
    return inlined(schemas.schema_of("run"), schemas.schemas)


def rivals(file: Path) -> dict[str, Callable[[], object]]:
    """What else reads the lines, where it is there."""
    import duckdb

    query = SQL.format(file=file)
    found: dict[str, Callable[[], object]] = {"DuckDB, four rules as SQL": lambda: duckdb.execute(query).fetchall()}
    if shutil.which("jq"):
        found["jq -c ."] = command("jq", "-c", ".", str(file))
    ajv = ("node", "-e", AJV, json.dumps(run_schema()), str(file))
    if (
        shutil.which("node")
        and subprocess.run((*ajv[:4], "/dev/null"), capture_output=True, check=False).returncode == 0
    ):
        found["node, ajv, the run schema"] = command(*ajv)
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
            "one process": lambda: checked(file, 1),
            "two processes": lambda: checked(file, 2),
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
