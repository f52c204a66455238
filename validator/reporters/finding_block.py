"""A finding as a block of lines: the line of the document, a caret under the place, and the run around it.

    page.json:41:25 error token-total-mismatch /data/0/usage/total_tokens
       41 |         "total_tokens": 36
          |                         ^^ is 36, but prompt_tokens 31 + completion_tokens 4 is 35
          = run run_abc123 (completed) · validate-runs --explain token-total-mismatch

A message that does not fit beside the carets goes below them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from validator.core.phrases import escape
from validator.reporters.base import ReportOptions
from validator.reporters.lines import BOLD, COLORS, DIM, paint
from validator.reporters.wording import pointer

if TYPE_CHECKING:
    from validator.core.finding import Excerpt, Finding  # most documents have none

_MIN_WIDTH = 40
"""Columns of excerpts and messages, however narrow the terminal is."""
_ELLIPSIS = "..."


def finding_block(finding: Finding, options: ReportOptions) -> Iterator[str]:
    """Yield the lines of a finding and an empty one."""
    severity = paint(finding.severity, COLORS[finding.severity], options)
    yield f"{finding.position} {severity} {paint(finding.rule, BOLD, options)} {pointer(finding)}".rstrip()
    number = f"{finding.line or '':5}"
    width = max(options.width - len(number) - len(" | "), _MIN_WIDTH)
    if finding.excerpt is not None and finding.excerpt.text.strip():
        yield from _excerpt_lines(finding, finding.excerpt, number, width, options)
    else:
        yield from _note_lines(finding.message, number, width, options)
    yield from _context_lines(finding, number, width, options)
    yield ""


def _excerpt_lines(
    finding: Finding, excerpt: Excerpt, number: str, width: int, options: ReportOptions
) -> Iterator[str]:
    """Yield the line, and carets with the message beside them if it fits there, else below."""
    line, indent, length = _fit(excerpt, width)
    carets = " " * indent + paint("^" * length, COLORS[finding.severity], options)
    fits = indent + length + 1 + _columns(finding.message) <= width
    yield f"{paint(f'{number} |', DIM, options)} {line}"
    yield f"{paint(f'{_blank(number)} |', DIM, options)} {carets}" + (f" {finding.message}" if fits else "")
    if not fits:
        yield from _note_lines(finding.message, number, width, options)


def _note_lines(text: str, number: str, width: int, options: ReportOptions) -> Iterator[str]:
    """Yield a text below the excerpt."""
    import textwrap  # only for findings

    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) if options.wrap else [text]
    yield f"{paint(f'{_blank(number)} =', DIM, options)} {lines[0]}"
    yield from (f"{_blank(number)}   {line}" for line in lines[1:])


def _context_lines(finding: Finding, number: str, width: int, options: ReportOptions) -> Iterator[str]:
    """Yield record, run and command in one note; in several where a terminal would break the command."""
    parts = [f"validate-runs --explain {finding.rule}"]
    if finding.run_id is not None:
        status = "" if finding.run_status is None else f" ({escape(finding.run_status)})"
        parts.insert(0, f"run {escape(finding.run_id)}{status}")
    request = "" if finding.request is None or finding.file is None else escape(finding.request)
    record = "" if finding.record is None else f"record {finding.record}"
    if request or record:
        parts.insert(0, ": ".join(filter(None, (record, request))))
    full = " · ".join(parts)
    for note in parts if options.wrap and _columns(full) > width else [full]:
        yield from _note_lines(note, number, width, options)


def _fit(excerpt: Excerpt, width: int) -> tuple[str, int, int]:
    """Return as much of an excerpt as fits, the place near its middle; and the columns before and of the place."""
    edges = [0, *accumulate(map(_width, excerpt.text))]
    start, end, full = edges[excerpt.start], edges[excerpt.end], edges[-1]
    first, last = 0, len(excerpt.text)
    if full + len(_ELLIPSIS) * (excerpt.cut_left + excerpt.cut_right) > width:
        space = width - 2 * len(_ELLIPSIS)
        left = max(0, min(start - (space - min(end - start, space)) // 2, full - space))
        first, last = bisect_left(edges, left), bisect_right(edges, left + space) - 1
    before = _ELLIPSIS if excerpt.cut_left or first else ""
    after = _ELLIPSIS if excerpt.cut_right or last < len(excerpt.text) else ""
    length = max(1, min(end, edges[last]) - start)
    return before + excerpt.text[first:last] + after, len(before) + start - edges[first], length


def _blank(number: str) -> str:
    return " " * len(number)


def _columns(text: str) -> int:
    return sum(map(_width, text))


@lru_cache(maxsize=1024)
def _width(character: str) -> int:
    """Return the columns of a character in a terminal."""
    from unicodedata import category, east_asian_width  # only for findings

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
