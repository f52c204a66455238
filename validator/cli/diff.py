"""What fixes change, as a unified diff: a patch that applies, or the changed lines without what may be a secret."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from validator.core.finding import Edit, Excerpt, Finding
from validator.core.phrases import escape
from validator.core.problem import Span
from validator.core.sanitize import LOG_COMMAND
from validator.engine.excerpt import excerpts
from validator.jsontext.parse import text_of
from validator.jsontext.rewriting import Rewritten

CONTEXT = 3
"""Lines that stand unchanged around a change."""

Lines: TypeAlias = tuple[str, str]
"""A line as it is and as it is to be, with its line feed."""


class Hunk(NamedTuple):
    """Lines around a change, and the number of the first."""

    start: int
    lines: Sequence[Lines]


def header(file: str) -> str:
    """The two lines that name the file."""
    return f"--- {_name('a', file)}\n+++ {_name('b', file)}\n"


def _name(side: str, file: str) -> str:
    """A file as git and patch read it: in quotes where they, or a terminal, would stumble over it."""
    name = f"{side}/{os.path.normpath(file).lstrip('/')}"
    if printable(name) == name and not {'"', "\\"} & {*name}:
        return f"{name}\t" if " " in name else name
    octets = (chr(byte) if chr(byte) in _HARMLESS else f"\\{byte:03o}" for byte in os.fsencode(name))
    return f'"{"".join(octets)}"'


_HARMLESS = {*map(chr, range(0x20, 0x7F))} - {*'"\\#'}


def printable(text: str) -> str:
    """The text in which nothing is obeyed by a terminal or by a build server."""
    return LOG_COMMAND.sub(r"#\\", escape(text))


def masked(piece: Rewritten, findings: Sequence[Finding]) -> Iterator[str]:
    """The changed places of a document, each as a hunk without context that shows what a report would show."""
    ordered = sorted((finding for finding in findings if finding.edit), key=_start)
    edits = [finding.edit for finding in ordered if finding.edit]
    old = _excerpts(piece.old, [edit.span for edit in edits])
    new = _excerpts(piece.new, list(_moved(edits)))
    for finding, before, after in zip(ordered, old, new, strict=True):
        at = f"@@ -{finding.line} +{finding.line} @@ {finding.rule} {printable(finding.pointer)}"
        yield f"{at}\n-{_line(before)}\n+{_line(after)}\n"


def _start(finding: Finding) -> int:
    return finding.edit.span.start if finding.edit else 0


def _excerpts(data: bytes, spans: Sequence[Span]) -> list[Excerpt]:
    return excerpts(text_of(data), [(span, "") for span in spans], show_values=False)


def _moved(edits: Iterable[Edit]) -> Iterator[Span]:
    """Where the edits, in their order, stand in the new text."""
    moved = 0
    for (start, end), text, _ in edits:
        yield Span(start + moved, start + moved + len(text))
        moved += len(text) - (end - start)


def _line(excerpt: Excerpt) -> str:
    shown = LOG_COMMAND.sub(r"#\\", excerpt.text)
    return f"{'...' * excerpt.cut_left}{shown}{'...' * excerpt.cut_right}"


def hunks(pieces: Iterable[Rewritten]) -> Iterator[Hunk]:
    """The changes of a file with the lines around them; those that are near each other together."""
    hunk: list[Lines] = []
    start, unchanged = 0, list[Lines]()
    for number, lines in enumerate(_pairs(pieces), 1):
        if lines[0] != lines[1]:
            start = start or number - len(unchanged)
            hunk += [*unchanged, lines]
            unchanged = []
            continue
        unchanged.append(lines)
        if hunk and len(unchanged) > 2 * CONTEXT:
            yield Hunk(start, hunk + unchanged[:CONTEXT])
            hunk, start = [], 0
        if not hunk:
            del unchanged[:-CONTEXT]
    if hunk:
        yield Hunk(start, hunk + unchanged[:CONTEXT])


def _pairs(pieces: Iterable[Rewritten]) -> Iterator[Lines]:
    """The lines of both sides; a fix is a scalar, so there are as many of the one as of the other."""
    for piece in pieces:
        yield from zip(_lines(piece.old), _lines(piece.new), strict=True)


def _lines(data: bytes) -> list[str]:
    """The lines of a stretch of a file, as `keepends` would but at line feeds alone."""
    *whole, last = data.decode(errors="surrogateescape").split("\n")
    return [*(f"{line}\n" for line in whole), *([last] if last else [])]


def in_full(hunk: Hunk) -> Iterator[str]:
    """A hunk as git and patch apply it."""
    size = len(hunk.lines)
    yield f"@@ -{hunk.start},{size} +{hunk.start},{size} @@\n"
    for is_changed, lines in groupby(hunk.lines, lambda lines: lines[0] != lines[1]):
        run = list(lines)
        if not is_changed:
            yield from (_marked(" ", line) for line, _ in run)
            continue
        yield from (_marked("-", line) for line, _ in run)
        yield from (_marked("+", line) for _, line in run)


def is_printable(hunk: Hunk) -> bool:
    """Whether all that stands in the hunk is printed as it is."""
    return all(_printable_line(line) == line for lines in hunk.lines for line in lines)


def _printable_line(line: str) -> str:
    """The line in which nothing is obeyed; a byte order mark, tabs and its end stay as they are."""
    return "".join(part if _FORMAT.fullmatch(part) else printable(part) for part in _FORMAT.split(line))


_FORMAT = re.compile("(\\A\ufeff|\t|\r?\n\\Z)")


def _marked(mark: str, line: str) -> str:
    line = _printable_line(line)
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
