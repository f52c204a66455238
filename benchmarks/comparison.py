"""Compare validate-runs with validators of JSON Schema: their findings in the samples, and their time for a page.

python benchmarks/comparison.py [--write] [--pages FOLDER]

The others are fetched from PyPI, and ajv-cli with npm, where that is there. `--write` puts the tables into
docs/comparison.md; `--pages` counts false alarms on pages of your own, which are valid, instead of the samples.
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
"""How validators print a line."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "of the text": ("document",),
    "of shape": ("schema",),
    "of the page": ("page",),
    "of a run": ("identity", "settings", "status", "time", "usage", "tools", "history"),
}
"""Kinds of faults, and the groups of rules that are about them."""


class FileResult(NamedTuple):
    """What a validator reports about a file."""

    is_rejected: bool
    findings: int
    """The number of its findings."""
    line: bool
    """Whether it names a line."""


@dataclass(frozen=True, slots=True)
class Validator:
    """A validator: its name and version, the words before the files, and what in its output is one finding."""

    name: str
    words: tuple[str, ...]
    finding: str
    each: tuple[str, ...] = ()
    """The words before each file."""

    def check(self, files: Sequence[Path]) -> list[FileResult]:
        """Return what it reports about each of these files."""
        with tempfile.TemporaryFile("w+") as output:  # not a pipe: node may end before it has filled one
            done = subprocess.run(
                self.call(files), stdout=output, stderr=subprocess.STDOUT, check=False, env=_environment()
            )
            output.seek(0)
            text = output.read()
        if len(files) == 1:  # what cannot be read may end it in any way
            return [self._result(text, is_rejected=done.returncode != 0)]
        return [
            self._result(text, is_rejected=bool(re.search(self.finding, text, re.MULTILINE)))
            for text in _by_file(text, files)
        ]

    def _result(self, output: str, *, is_rejected: bool) -> FileResult:
        findings = len(re.findall(self.finding, output, re.MULTILINE))
        return FileResult(is_rejected, findings, bool(LINE.search(output)))

    def seconds(self, file: Path) -> float:
        """Return the processor time that it takes for a file."""
        return _seconds(self.call([file]))

    def call(self, files: Sequence[Path]) -> list[str]:
        """Return the command that checks these files."""
        return [*self.words, *(word for file in files for word in (*self.each, str(file)))]


def _by_file(output: str, files: Sequence[Path]) -> list[str]:
    """Return the part of the output about each file: the lines that name it, and later lines that name none."""
    parts = {str(file): "" for file in files}
    named = re.compile("|".join(map(re.escape, sorted(parts, key=len, reverse=True))))
    current = ""
    for line in output.splitlines(keepends=True):
        current = is_rejected[0] if (is_rejected := named.search(line)) else current
        if current:
            parts[current] += line
    return [*parts.values()]


def validators(
    name: ContractName, folder: Path, modules: Path | None, scripts: Path = Path(sys.executable).parent
) -> list[Validator]:
    """Return the validators, with the schemas of a contract, written to the folder; ajv-cli only if it is installed.

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


def valid_pages() -> list[Path]:
    """Return the valid samples that are pages in snake_case."""
    return [path for path in sorted((ROOT / "samples" / "valid").rglob("*.json")) if _is_page(path)]


def invalid_pages(kind: str) -> list[Path]:
    """Return the samples with one fault of a kind."""
    slugs = {rule.name.replace(":", "-") for rule in RULES if rule.group in KINDS[kind]}
    is_rejected = sorted((ROOT / "samples" / "invalid").glob("*.json"))
    return [path for path in is_rejected if path.stem in slugs and _is_page(path, or_none=True)]


def _is_page(path: Path, *, or_none: bool = False) -> bool:
    about = validate(path).documents[0]
    page = (about.kind, about.form) == ("page", "wire") or (or_none and about.kind is None)
    return page and not path.read_bytes().startswith(b"[")  # an array of pages is none


def measure_rows(folder: Path, modules: Path | None, scripts: Path, pages: Sequence[Path]) -> Iterator[list[str]]:
    """Yield the rows of the table, the names of the validators first."""
    observed, published = (validators(name, folder, modules, scripts) for name in ("observed", "published"))
    yield ["", *(validator.name for validator in observed)]
    for kind in KINDS:
        files = invalid_pages(kind)
        results = [_check_all(validator, files, one_by_one=kind == "of the text") for validator in observed]
        yield [f"faults {kind}, found", *(_share(validator.is_rejected for validator in each) for each in results)]
        if kind == "of shape":
            yield [
                "findings for one fault of shape",
                *(_mean([o.findings for o in each if o.is_rejected]) for each in results),
            ]
            yield [
                "tells the line of a fault of shape",
                *(_share(o.line for o in each if o.is_rejected) for each in results),
            ]
    for name, chosen in (("observed", observed), ("published", published)):
        yield [
            f"false alarms, `{name}`",
            *(_share(results.is_rejected for results in validator.check(pages)) for validator in chosen),
        ]
    yield ["time for a sound page of 100 runs", *(f"{ratio:.1f}" for ratio in _measure_times(observed, folder))]


def _check_all(validator: Validator, files: Sequence[Path], *, one_by_one: bool) -> list[FileResult]:
    """Return what a validator reports about each file; one process a file where a file may crash it."""
    return [results for file in files for results in validator.check([file])] if one_by_one else validator.check(files)


def _share(answers: Iterable[bool]) -> str:
    chosen = [*answers]
    return f"{sum(chosen)} of {len(chosen)}"


def _mean(numbers: Sequence[int]) -> str:
    return f"{statistics.mean(numbers):.1f}"


def _measure_times(chosen: Sequence[Validator], folder: Path) -> Iterator[float]:
    """Yield the time of a process that checks a page, in units of a Python process that does nothing: medians."""
    from pages import to_json, valid_page

    page = folder / "page.json"
    page.write_bytes(to_json(valid_page()))
    nothing = [sys.executable, "-c", "pass"]
    for validator in chosen:
        validator.seconds(page)
        yield statistics.median(validator.seconds(page) / _seconds(nothing) for _ in range(ROUNDS))


def _seconds(words: Sequence[str]) -> float:
    """Return the processor time of a process, which depends little on how busy the machine is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, capture_output=True, check=False, env=_environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _environment() -> dict[str, str]:
    """Return the environment of a process that may write compiled modules, as after an installation."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def install_peers(folder: Path) -> Path:
    """Install the validators that are written in Python, in a new environment, as other packages slow them."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
    packages = [f"check-jsonschema=={CHECK_JSONSCHEMA}", f"jsonschema=={JSONSCHEMA}"]
    scripts = folder / "peers" / "bin"
    subprocess.run([str(scripts / "python"), "-m", "pip", "install", "--quiet", *packages], check=True)
    return scripts


def install_ajv(folder: Path) -> Path | None:
    """Install ajv-cli with npm; return its folder, or None without npm."""
    if shutil.which("npm") is None:
        return None
    words = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), f"ajv-cli@{AJV}"]
    subprocess.run(words, check=True, capture_output=True)
    return folder / "node_modules"


def format_rows(lines: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the rows of a table in Markdown."""
    return (f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Measure and print; with `--write`, renew the page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--pages", type=Path)
    options = arguments.parse_args()
    pages = sorted(options.pages.rglob("*.json")) if options.pages else valid_pages()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = ""
        for number, line in enumerate(measure_rows(folder, install_ajv(folder), install_peers(folder), pages)):
            table += "".join(format_rows([line] if number else [line, ["---"] * len(line)]))
            print(table.splitlines()[-1], flush=True)
    print(f"Python {platform.python_version()}")
    if options.write:
        text = re.sub(r"(?<=<!-- measured -->\n\n)\|.*\|\n", lambda _: table, PAGE.read_text("utf-8"), flags=re.DOTALL)
        PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
