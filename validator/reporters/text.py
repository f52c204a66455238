"""The report for people: each finding with the line it is in, a caret under the place, and the run around it.

    page.json:41:25 error token-total-mismatch /data/0/usage/total_tokens
       41 |         "total_tokens": 36
          |                         ^^ is 36, but prompt_tokens 31 + completion_tokens 4 is 35
          = run run_abc123 (completed) · validate-runs --explain token-total-mismatch

A message that does not fit beside the carets goes below them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from validator.core.phrases import escape
from validator.reporters import ReportItem, ReportOptions
from validator.reporters.terminal import BOLD, COLORS, DIM, painted, place, pointer, report_lines

if TYPE_CHECKING:
    from validator.core.finding import Excerpt, Finding  # most documents have none

_NARROWEST = 40
"""Columns that excerpts and messages take, however narrow the terminal says it is."""
_CUT = "..."


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """A block of lines for each finding, then the totals."""
    return report_lines(told, look, _lines)


def _lines(finding: Finding, look: ReportOptions) -> Iterator[str]:
    severity = painted(finding.severity, COLORS[finding.severity], look)
    yield f"{place(finding)} {severity} {painted(finding.rule, BOLD, look)} {pointer(finding)}".rstrip()
    number = f"{finding.line or '':5}"
    room = max(look.width - len(number) - len(" | "), _NARROWEST)
    if finding.excerpt is not None and finding.excerpt.text.strip():
        yield from _in_place(finding, finding.excerpt, number, room, look)
    else:
        yield from _note(finding.message, number, room, look)
    yield from _context(finding, number, room, look)
    yield ""


def _in_place(finding: Finding, excerpt: Excerpt, number: str, room: int, look: ReportOptions) -> Iterator[str]:
    """The line, and carets with the message beside them if it fits there, else below."""
    line, indent, length = _fitted(excerpt, room)
    carets = " " * indent + painted("^" * length, COLORS[finding.severity], look)
    fits = indent + length + 1 + _columns(finding.message) <= room
    yield f"{painted(f'{number} |', DIM, look)} {line}"
    yield f"{painted(f'{_blank(number)} |', DIM, look)} {carets}" + (f" {finding.message}" if fits else "")
    if not fits:
        yield from _note(finding.message, number, room, look)


def _note(text: str, number: str, room: int, look: ReportOptions) -> Iterator[str]:
    """A text below the excerpt."""
    import textwrap  # for what was found alone

    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) if look.wrap else [text]
    yield f"{painted(f'{_blank(number)} =', DIM, look)} {lines[0]}"
    yield from (f"{_blank(number)}   {line}" for line in lines[1:])


def _context(finding: Finding, number: str, room: int, look: ReportOptions) -> Iterator[str]:
    """Where the finding stands and what tells more, in one note; in several where a terminal would break a command."""
    parts = [f"validate-runs --explain {finding.rule}"]
    if finding.run_id is not None:
        status = "" if finding.run_status is None else f" ({escape(finding.run_status)})"
        parts.insert(0, f"run {escape(finding.run_id)}{status}")
    if finding.record is not None:
        parts.insert(0, f"record {finding.record}")
    whole = " · ".join(parts)
    for note in parts if look.wrap and _columns(whole) > room else [whole]:
        yield from _note(note, number, room, look)


def _fitted(excerpt: Excerpt, room: int) -> tuple[str, int, int]:
    """As much of an excerpt as fits, with the place near its middle; and the columns before and of the place."""
    edges = [0, *accumulate(map(_width, excerpt.text))]
    start, end, whole = edges[excerpt.start], edges[excerpt.end], edges[-1]
    first, last = 0, len(excerpt.text)
    if whole + len(_CUT) * (excerpt.cut_left + excerpt.cut_right) > room:
        space = room - 2 * len(_CUT)
        left = max(0, min(start - (space - min(end - start, space)) // 2, whole - space))
        first, last = bisect_left(edges, left), bisect_right(edges, left + space) - 1
    before = _CUT if excerpt.cut_left or first else ""
    after = _CUT if excerpt.cut_right or last < len(excerpt.text) else ""
    length = max(1, min(end, edges[last]) - start)
    return before + excerpt.text[first:last] + after, len(before) + start - edges[first], length


def _blank(number: str) -> str:
    return " " * len(number)


def _columns(text: str) -> int:
    return sum(map(_width, text))


@lru_cache(maxsize=1024)
def _width(character: str) -> int:
    """The columns that terminals give a character."""
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
