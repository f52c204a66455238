"""The hostile corpus: files or recipes for large ones, and all that is to be found in each."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import category

from tests.support.paths import ROOT, SAMPLES
from validator.reporters.registry import FORMATS

FOLDER = ROOT / "tests" / "hostile"
_INDEX = json.loads((FOLDER / "index.json").read_text("utf-8"))
NAMES: list[str] = _INDEX["names"]
"""Names that a hostile file may have; the file is `name_hostile.json`."""

NOW = "1793000000"
OPTIONS = ("--isolated", "--now", NOW, "--show", "info")
"""With which the findings are those that the index states."""
OBEYED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Control, format, surrogate and private characters, and those that end a line or a paragraph."""
_SOUND = (SAMPLES / "valid" / "run.json").read_bytes().replace(b"\n", b" ")

Row = tuple[Any, ...]
"""Rule, severity, pointer, line; of a file of many records, the record."""


class Case(NamedTuple):
    """A hostile input: `findings` are all that it has, in order.

    `ways` are the only ways in, where it is more than a document; `excluded` are ways that make another input of it,
    each with the reason. A `recipe` holds texts and how often each is repeated.
    """

    name: str
    findings: list[Row]
    code: int
    ways: list[str] | None
    excluded: dict[str, str]
    recipe: list[tuple[str, int]] | None
    packed: str | None
    most: int

    @property
    def path(self) -> Path:
        """Where the input is, if it is a file of the corpus."""
        return FOLDER / "cases" / self.name

    def takes(self, way: str) -> bool:
        """Whether the input can come in this way and stay what it is."""
        return (self.ways is None or way in self.ways) and way not in self.excluded

    def build(self, folder: Path) -> Path:
        """Make the input after its recipe, or say where it is."""
        if self.recipe is None:
            return self.path
        path = folder / self.name
        with path.open("wb") as file, _packing(file, self.packed) as packed:
            for text, times in self.recipe:
                packed.writelines(_pieces(text.encode(), times))
        return path

    def packed_in(self, folder: Path) -> Path:
        """Make a packed file of it."""
        path = folder / f"{self.name}.gz"
        path.write_bytes(gzip.compress(self.path.read_bytes(), 1, mtime=0))
        return path

    def as_line_in(self, folder: Path) -> Path:
        """Make it the second of three lines: what was on several lines is on one."""
        path = folder / f"{self.name}.jsonl"
        path.write_bytes(b"\n".join([_SOUND, self.path.read_bytes().replace(b"\n", b" "), _SOUND]))
        return path

    @property
    def findings_in_line(self) -> list[Row]:
        """All its findings as the second of three lines."""
        return [(*row[:3], 2, 2) for row in self.findings]


def rows(report: str) -> list[Row]:
    """The findings of a JSON report as the index states them."""
    found = json.loads(report)["findings"] if report else []
    return [
        (one["rule"], one["severity"], one["pointer"], one["line"], *filter(None, [one["record"]])) for one in found
    ]


def obeyed(name: str, text: str) -> list[str]:
    """What a terminal or a build server would obey in the output of a format."""
    characters = {one for one in text if one != "\n" and category(one) in OBEYED}
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)]
    ours = r"::(error|warning|notice) (title|file)="
    foreign = [line for line in commands if not (name and FORMATS[name].has_commands) or not re.match(ours, line)]
    return [*characters, *foreign]


def _packing(file: Any, packed: str | None) -> Any:
    if packed == "gzip":
        return gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0)
    if packed == "zstd":
        from backports import zstd

        return zstd.ZstdFile(file, "wb")
    return file


def _pieces(text: bytes, times: int) -> Iterator[bytes]:
    """The text so many times, in pieces of a moderate size."""
    together = max(1, min(times, 1_000_000 // len(text)))
    return chain(repeat(text * together, times // together), (text * (times % together),))


def _code(findings: list[Row]) -> int:
    return int(any(severity == "error" for _, severity, *_ in findings))


CASES = [
    Case(
        name=one["file"],
        findings=[tuple(row) for row in one["findings"]],
        code=one.get("exit", _code(one["findings"])),
        ways=one.get("ways"),
        excluded=one.get("not", {}),
        recipe=one.get("built"),
        packed=one.get("packed"),
        most=one.get("most", 0),
    )
    for one in _INDEX["cases"]
]
FILES = [case for case in CASES if case.recipe is None]
RECIPES = [case for case in CASES if case.recipe is not None]
