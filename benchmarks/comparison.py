"""Prints what validate-runs and validators of JSON Schema say of the samples, and how long they take for a page.

python benchmarks/comparison.py [--write] [--pages FOLDER]

The others are fetched from PyPI, and ajv-cli with npm, where that is there. `--write` puts the tables into
docs/comparison.md; `--pages` counts false alarms on pages of your own, which are sound, instead of the samples.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from validator import validate
from validator.core.options import ContractName
from validator.rules.registry import RULES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "comparison.md"
AJV, CHECK_JSONSCHEMA, JSONSCHEMA = "5.0.0", "0.39.0", "4.26.0"
ROUNDS = 5
NOW = "1793000000"
LINE = re.compile(r":\d+:\d+|\bline \d+")
"""How validators tell a line."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "of the text": ("document",),
    "of shape": ("schema",),
    "of the page": ("page",),
    "of a run": ("identity", "settings", "status", "time", "usage", "tools", "history"),
}
"""Kinds of faults, and the groups of rules that are about them."""


class Said(NamedTuple):
    """What a validator said of a file."""

    found: bool
    findings: int
    """How many findings it told."""
    line: bool
    """Whether it told a line."""


@dataclass(frozen=True, slots=True)
class Validator:
    """A validator: its name and version, the words before the files, and what in its output is one finding."""

    name: str
    words: tuple[str, ...]
    finding: str
    each: tuple[str, ...] = ()
    """The words before each file."""

    def says(self, files: Sequence[Path]) -> list[Said]:
        """What it says of each of these files."""
        with tempfile.TemporaryFile("w+") as output:  # not a pipe: node may end before it has filled one
            done = subprocess.run(
                self.call(files), stdout=output, stderr=subprocess.STDOUT, check=False, env=_environment()
            )
            output.seek(0)
            told = output.read()
        if len(files) == 1:  # what cannot be read may end it in any way
            return [self._said(told, found=done.returncode != 0)]
        return [
            self._said(text, found=bool(re.search(self.finding, text, re.MULTILINE))) for text in _by_file(told, files)
        ]

    def _said(self, output: str, *, found: bool) -> Said:
        findings = len(re.findall(self.finding, output, re.MULTILINE))
        return Said(found, findings, bool(LINE.search(output)))

    def seconds(self, file: Path) -> float:
        """The time of the processor that it takes for a file."""
        return _seconds(self.call([file]))

    def call(self, files: Sequence[Path]) -> list[str]:
        """The words that check these files."""
        return [*self.words, *(word for file in files for word in (*self.each, str(file)))]


def _by_file(output: str, files: Sequence[Path]) -> list[str]:
    """The part of the output that is about each file: the lines that name it, and those behind that name none."""
    parts = {str(file): "" for file in files}
    named = re.compile("|".join(map(re.escape, sorted(parts, key=len, reverse=True))))
    current = ""
    for line in output.splitlines(keepends=True):
        current = found[0] if (found := named.search(line)) else current
        if current:
            parts[current] += line
    return [*parts.values()]


def validators(
    name: ContractName, folder: Path, modules: Path | None, scripts: Path = Path(sys.executable).parent
) -> list[Validator]:
    """The validators with the schemas of a contract, which are written to the folder; ajv-cli if it is installed.

    Those that are written in Python are started from `scripts`.
    """
    python = sys.executable
    schema = folder / f"{name}.json"
    printing = [python, "-m", "validator", "--isolated", "--print-schema", "--contract", name]
    schema.write_bytes(subprocess.run(printing, capture_output=True, check=True).stdout)
    own = (
        python,
        "-m",
        "validator",
        "--isolated",
        "--contract",
        name,
        "--now",
        NOW,
        "--show",
        "info",
        "--fail-on",
        "info",
    )
    return [
        Validator("validate-runs", (*own, "-f", "concise"), r"^.+:\d+:\d+: "),
        Validator(
            f"check-jsonschema {CHECK_JSONSCHEMA}",
            (str(scripts / "check-jsonschema"), "--schemafile", str(schema)),
            "^  .*::",
        ),
        Validator(
            f"jsonschema {JSONSCHEMA}",
            (str(scripts / "python"), "-Wignore", "-m", "jsonschema", "--output", "pretty", str(schema)),
            r"^===\[(?!SUCCESS)",
            ("-i",),
        ),
        *(_ajv(schema, modules) if modules else ()),
    ]


def _ajv(schema: Path, modules: Path) -> Iterator[Validator]:
    command = ("node", str(modules / "ajv-cli" / "dist" / "index.js"), "validate", "--spec=draft2020", "--strict=false")
    words = (*command, "--all-errors", "--errors=line", "-s", str(schema))
    yield Validator(f"ajv-cli {AJV}", words, '"instancePath"', ("-d",))


def sound_pages() -> list[Path]:
    """The sound samples that a schema of a page in snake_case is for."""
    return [path for path in sorted((ROOT / "samples" / "valid").rglob("*.json")) if _is_page(path)]


def faulty_pages(kind: str) -> list[Path]:
    """The samples with one fault, of a kind."""
    slugs = {rule.name.replace(":", "-") for rule in RULES if rule.group in KINDS[kind]}
    found = sorted((ROOT / "samples" / "invalid").glob("*.json"))
    return [path for path in found if path.stem in slugs and _is_page(path, or_none=True)]


def _is_page(path: Path, *, or_none: bool = False) -> bool:
    about = validate(path).documents[0]
    page = (about.kind, about.form) == ("page", "wire") or (or_none and about.kind is None)
    return page and not path.read_bytes().startswith(b"[")  # an array of pages is none


def rows(folder: Path, modules: Path | None, scripts: Path, pages: Sequence[Path]) -> Iterator[list[str]]:
    """The table, row by row, the names of the validators first."""
    observed, published = (validators(name, folder, modules, scripts) for name in ("observed", "published"))
    yield ["", *(one.name for one in observed)]
    for kind in KINDS:
        files = faulty_pages(kind)
        said = [_told(one, files, apart=kind == "of the text") for one in observed]
        yield [f"faults {kind}, found", *(_share(one.found for one in each) for each in said)]
        if kind == "of shape":
            yield ["findings for one fault of shape", *(_mean([o.findings for o in each if o.found]) for each in said)]
            yield ["tells the line of a fault of shape", *(_share(o.line for o in each if o.found) for each in said)]
    for name, those in (("observed", observed), ("published", published)):
        yield [f"false alarms, `{name}`", *(_share(said.found for said in one.says(pages)) for one in those)]
    yield ["time for a sound page of 100 runs", *(f"{ratio:.1f}" for ratio in _times(observed, folder))]


def _told(one: Validator, files: Sequence[Path], *, apart: bool) -> list[Said]:
    """What a validator says of each file: apart where a file may be the end of it."""
    return [said for file in files for said in one.says([file])] if apart else one.says(files)


def _share(answers: Iterable[bool]) -> str:
    those = [*answers]
    return f"{sum(those)} of {len(those)}"


def _mean(numbers: Sequence[int]) -> str:
    return f"{statistics.mean(numbers):.1f}"


def _times(those: Sequence[Validator], folder: Path) -> Iterator[float]:
    """Whole processes for a sound page, in units of a Python process that does nothing: medians of rounds in turn."""
    from pages import sound_page, written

    page = folder / "page.json"
    page.write_bytes(written(sound_page()))
    nothing = [sys.executable, "-c", "pass"]
    for one in those:
        one.seconds(page)
        yield statistics.median(one.seconds(page) / _seconds(nothing) for _ in range(ROUNDS))


def _seconds(words: Sequence[str]) -> float:
    """The time of the processor that a process takes: how busy the machine is otherwise matters little."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, capture_output=True, check=False, env=_environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _environment() -> dict[str, str]:
    """Compiled modules are kept, as after an installation."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def peer_scripts(folder: Path) -> Path:
    """The validators that are written in Python, in an environment of their own: what else is installed slows them."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
    wanted = [f"check-jsonschema=={CHECK_JSONSCHEMA}", f"jsonschema=={JSONSCHEMA}"]
    scripts = folder / "peers" / "bin"
    subprocess.run([str(scripts / "python"), "-m", "pip", "install", "--quiet", *wanted], check=True)
    return scripts


def ajv_modules(folder: Path) -> Path | None:
    """ajv-cli from npm, if that is there."""
    if shutil.which("npm") is None:
        return None
    words = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), f"ajv-cli@{AJV}"]
    subprocess.run(words, check=True, capture_output=True)
    return folder / "node_modules"


def written_rows(lines: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows of a table in Markdown."""
    return (f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Measure, print, and write if that was asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--pages", type=Path)
    given = arguments.parse_args()
    pages = sorted(given.pages.rglob("*.json")) if given.pages else sound_pages()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = ""
        for number, line in enumerate(rows(folder, ajv_modules(folder), peer_scripts(folder), pages)):
            table += "".join(written_rows([line] if number else [line, ["---"] * len(line)]))
            print(table.splitlines()[-1], flush=True)
    print(f"Python {platform.python_version()}")
    if given.write:
        text = re.sub(r"(?<=<!-- measured -->\n\n)\|.*\|\n", lambda _: table, PAGE.read_text("utf-8"), flags=re.DOTALL)
        PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
