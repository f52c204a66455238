"""The unified diff of fixes: a patch that applies, or the changed values masked as in a report."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from validator.core.finding import Excerpt, Finding
from validator.core.phrases import escape
from validator.core.pointer import split
from validator.core.problem import Span
from validator.core.sanitize import LOG_COMMAND
from validator.engine.excerpt import make_excerpts
from validator.jsontext.edits import Rewrite
from validator.jsontext.parse import decode_text

CONTEXT = 3
"""Unchanged lines shown around a change."""

LinePair: TypeAlias = tuple[str, str]
"""A line before and after the fix, with its line feed."""

_PLAIN = {*map(chr, range(0x20, 0x7F))} - {*'"\\#'}
_VERBATIM = re.compile("(\\A\ufeff|\t|\r?\n\\Z)")
"""What a line of a patch keeps although a terminal may obey it: a byte order mark, tabs and its end."""


class Hunk(NamedTuple):
    """A change with the lines around it, and the number of the first line."""

    start: int
    lines: Sequence[LinePair]


def file_header(file: str) -> str:
    """Return the two lines that name the file."""
    return f"--- {_quote_name('a', file)}\n+++ {_quote_name('b', file)}\n"


def _quote_name(side: str, file: str) -> str:
    """Return a file name as git and patch read it: in quotes where they, or a terminal, need that."""
    name = f"{side}/{os.path.normpath(file).lstrip('/')}"
    if _neutralize(name) == name and not {'"', "\\"} & {*name}:
        return f"{name}\t" if " " in name else name
    octets = (chr(byte) if chr(byte) in _PLAIN else f"\\{byte:03o}" for byte in os.fsencode(name))
    return f'"{"".join(octets)}"'


def _neutralize(text: str) -> str:
    """Return the text with nothing in it that a terminal or a build server obeys."""
    return LOG_COMMAND.sub(r"#\\", escape(text))


def format_masked(piece: Rewrite, findings: Iterable[Finding]) -> Iterator[str]:
    """Yield each changed place of a document as a hunk without context, masked as in a report."""
    fixes = sorted(((edit.span, edit, finding) for finding in findings if (edit := finding.edit)), key=itemgetter(0))
    old_spans: list[tuple[Span, str]] = []
    new_spans: list[tuple[Span, str]] = []
    shift = 0
    for span, edit, _ in fixes:
        start = span.start + shift
        old_spans.append((span, ""))
        new_spans.append((Span(start, start + len(edit.text)), ""))
        shift += len(edit.text) - (span.end - span.start)
    old = make_excerpts(decode_text(piece.old), old_spans, show_values=False)
    new = make_excerpts(decode_text(piece.new), new_spans, show_values=False)
    for (_, _, finding), before, after in zip(fixes, old, new, strict=True):
        at = f"@@ -{finding.line} +{finding.line} @@ {finding.rule} {_neutralize(finding.pointer)}"
        yield f"{at}\n-{_excerpt_line(before)}\n+{_excerpt_line(after)}\n"


def format_masked_excerpt(finding: Finding) -> str:
    """Return a change within a recording as a hunk without context, masked as in a report."""
    assert finding.excerpt is not None and finding.edit is not None and finding.edit.inner is not None  # noqa: S101, PT018
    before, new = finding.excerpt, finding.edit.inner.text
    text = json.dumps({split(finding.pointer.removeprefix("/"))[-1]: None})[:-5]  # values are masked by their keys
    masked = make_excerpts(f"{text}{new}}}", [(Span(len(text), len(text) + len(new)), "")], show_values=False)[0]
    value = masked.text[masked.start : masked.end]
    after = replace(before, text=f"{before.text[: before.start]}{value}{before.text[before.end :]}")
    at = f"@@ -{finding.line} +{finding.line} @@ {finding.rule} {_neutralize(finding.pointer)}"
    return f"{at}\n-{_excerpt_line(before)}\n+{_excerpt_line(after)}\n"


def _excerpt_line(excerpt: Excerpt) -> str:
    text = LOG_COMMAND.sub(r"#\\", excerpt.text)
    return f"{'...' * excerpt.cut_left}{text}{'...' * excerpt.cut_right}"


def find_hunks(pieces: Iterable[Rewrite]) -> Iterator[Hunk]:
    """Yield the changes of a file with the lines around them; changes near each other share a hunk."""
    hunk: list[LinePair] = []
    start, unchanged = 0, list[LinePair]()
    # a fix replaces a scalar, so both sides have the same number of lines
    pairs = (pair for piece in pieces for pair in zip(_lines(piece.old), _lines(piece.new), strict=True))
    for number, pair in enumerate(pairs, 1):
        if pair[0] != pair[1]:
            start = start or number - len(unchanged)
            hunk += [*unchanged, pair]
            unchanged = []
            continue
        unchanged.append(pair)
        if hunk and len(unchanged) > 2 * CONTEXT:
            yield Hunk(start, hunk + unchanged[:CONTEXT])
            hunk, start = [], 0
        if not hunk:
            del unchanged[:-CONTEXT]
    if hunk:
        yield Hunk(start, hunk + unchanged[:CONTEXT])


def _lines(data: bytes) -> list[str]:
    """Split at line feeds alone, and keep them."""
    *lines, last = data.decode(errors="surrogateescape").split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]


def format_hunk(hunk: Hunk) -> Iterator[str]:
    """Yield a hunk as git and patch apply it."""
    size = len(hunk.lines)
    yield f"@@ -{hunk.start},{size} +{hunk.start},{size} @@\n"
    for is_changed, pairs in groupby(hunk.lines, lambda pair: pair[0] != pair[1]):
        group = list(pairs)
        if is_changed:
            yield from (_marked("-", old) for old, _ in group)
            yield from (_marked("+", new) for _, new in group)
        else:
            yield from (_marked(" ", old) for old, _ in group)


def is_printable(hunk: Hunk) -> bool:
    """Return whether all lines of the hunk are printed as they are, so that the patch applies."""
    return all(_printable_line(line) == line for pair in hunk.lines for line in pair)


def _printable_line(line: str) -> str:
    return "".join(part if _VERBATIM.fullmatch(part) else _neutralize(part) for part in _VERBATIM.split(line))


def _marked(mark: str, line: str) -> str:
    line = _printable_line(line)
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
