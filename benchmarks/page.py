"""Prints the bars of one page and one file: every figure is a ratio, measured in one run.

python benchmarks/page.py
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pages import page_with_defects, sound_page, written
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from validator.contract import contract
from validator.locate import locate
from validator.parse import text_of
from validator.passes import checks
from validator.pipeline import check, find
from validator.selection import severities
from validator.settings import Settings
from validator.severity import Severity
from validator.sources import Document

ROUNDS = 15
TURN = 0.02
"""Seconds that one turn takes at least, so that neither side is measured on a cold cache alone."""


def seconds(work: Callable[[], object]) -> float:
    """The mean of as many runs of the work as fill a turn."""
    times, begin = 0, time.perf_counter()
    while (spent := time.perf_counter() - begin) < TURN:
        work()
        times += 1
    return spent / times


def ratio(work: Callable[[], object], unit: Callable[[], object], rounds: int = ROUNDS) -> float:
    """How often the unit fits into the work: the median of rounds that time both in turn."""
    work()
    unit()
    return statistics.median(seconds(work) / seconds(unit) for _ in range(rounds))


def document(data: bytes) -> Document:
    """The bytes as a document."""
    return Document(file="page.json", data=data)


def row(name: str, figure: float, bar: str) -> None:
    """One line of the table."""
    print(f"| {name} | {figure:.2f} | {bar} |")


def stock() -> Draft202012Validator:
    """The same schemas, runs included, as anybody would use jsonschema with a registry."""
    plain = contract("observed", "wire")
    envelope = plain.schemas[plain.id_of("list_runs_response")]
    data = {**envelope["properties"]["data"], "items": {"$ref": plain.id_of("run")}}
    whole = {**envelope, "properties": {**envelope["properties"], "data": data}}
    resources = [(urn, DRAFT202012.create_resource(schema)) for urn, schema in plain.schemas.items()]
    return Draft202012Validator(whole, registry=Registry().with_resources(resources))


def page_bars() -> None:
    """Bars 1 and 2: one page from bytes to verdict."""
    ready = checks(Settings(severities=severities(), now=1_793_000_000.0, show=Severity.WARNING))
    sound, faulty = written(sound_page()), written(page_with_defects())
    validator, value = stock(), json.loads(sound)
    assert find(document(sound), ready).problems == []
    assert list(validator.iter_errors(value)) == []
    found = find(document(faulty), ready)
    assert len(found.problems) == 5, found.problems

    print(f"\n{len(value['data'])} runs, {len(sound) / len(value['data']):.0f} bytes a run; times json.loads of them\n")
    print("| what | figure | bar |\n|---|---|---|")
    row(
        "sound page, bytes to verdict",
        ratio(lambda: check(document(sound), ready), lambda: json.loads(sound)),
        "at most 3.0",
    )
    row(
        "stock jsonschema, schemas alone",
        ratio(lambda: list(validator.iter_errors(value)), lambda: json.loads(sound)),
        "",
    )
    row(
        "stock jsonschema / sound page",
        ratio(lambda: list(validator.iter_errors(value)), lambda: check(document(sound), ready)),
        "at least 25",
    )
    row(
        "page with 5 defects, before positions",
        ratio(lambda: find(document(faulty), ready), lambda: json.loads(faulty)),
        "at most 8.0",
    )
    places = {(problem.pointer, problem.on_key) for _, problem in found.problems}
    row(
        "positions of the 5 findings",
        ratio(lambda: locate(text_of(faulty), places), lambda: json.loads(faulty)),
        "at most 2.0",
    )


def findings() -> None:
    """Bar 5: 1,000 findings are no drama. That the cost grows with the document is measured by promise.py."""
    gc.set_threshold(100_000)  # as the command does
    ready = checks(Settings(severities=severities(), now=1_793_000_000.0))
    print("\n| what | figure | bar |\n|---|---|---|")
    many = sound_page(1_000)
    sound = written(many)
    for run in many["data"]:
        run["expires_at"] = run["created_at"] + 600
    faulty = written(many)
    row(
        "1,000 findings / none",
        ratio(lambda: find(document(faulty), ready), lambda: find(document(sound), ready)),
        "at most 3.0",
    )


def process(folder: str, *arguments: str) -> Callable[[], object]:
    """A whole process, its output thrown away; what it compiles is kept in the folder, as after an installation."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": folder}
    return lambda: subprocess.run(arguments, capture_output=True, check=False, env=environment)


def command_bars() -> None:
    """Bar 3: whole processes."""
    command = str(Path(sys.executable).with_name("validate-runs"))
    peer = str(Path(sys.executable).with_name("check-jsonschema"))
    with tempfile.TemporaryDirectory() as folder:
        page, schema = Path(folder, "page.json"), Path(folder, "schema.json")
        page.write_bytes(written(sound_page()))
        schema.write_text(json.dumps(bundle()))
        print("\ntimes `python -c pass`\n\n| what | figure | bar |\n|---|---|---|")
        nothing = process(folder, sys.executable, "-c", "pass")
        row("validate-runs, one good file", ratio(process(folder, command, str(page)), nothing), "at most 7.5")
        row("validate-runs --help", ratio(process(folder, command, "--help"), nothing), "at most 5.0")
        row("validate-runs --version", ratio(process(folder, command, "--version"), nothing), "at most 5.0")
        row(
            "check-jsonschema, the same file, schemas alone",
            ratio(process(folder, peer, "--schemafile", str(schema), str(page)), nothing),
            "",
        )


def bundle() -> dict[str, object]:
    """The schemas in one, for a validator that takes one file."""
    schema: Any = stock().schema
    return {**schema, "$defs": dict(contract("observed", "wire").schemas)}


if __name__ == "__main__":
    page_bars()
    command_bars()
    findings()
