"""A finding as a block of lines: the sentence, the place, the line of the document with carets, and the run around it.

error token-total-mismatch: total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35
--> page.json:41:25 /data/0/usage/total_tokens
41 |         "total_tokens": 36
|                         ^^
= run run_abc123 (completed)
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
    yield from _sentence_lines(finding, options)
    place, shown = finding.position, pointer(finding)
    has_room = not options.wrap or len("  -->  ") + len(place) + len(shown) <= options.width
    yield f"  {paint('-->', DIM, options)} {place} {shown if has_room else ''}".rstrip()
    number = f"{finding.line or '':5}"
    width = max(options.width - len(number) - len(" | "), _MIN_WIDTH)
    if finding.excerpt is not None and finding.excerpt.text.strip():
        yield from _excerpt_lines(finding, finding.excerpt, number, width, options)
    if context := " · ".join(filter(None, ("" if has_room else shown, _context(finding)))):
        yield f"{paint(f'{_blank(number)} =', DIM, options)} {context}"
    yield ""


def _sentence_lines(finding: Finding, options: ReportOptions) -> Iterator[str]:
    """Yield severity, rule and sentence; wrapped for a terminal."""
    import textwrap  # only for findings

    severity, rule, text = finding.severity, f"{finding.rule}:", finding.sentence
    lines = [text]
    if options.wrap:
        indent = " " * (len(severity) + len(rule) + 2)
        width = max(options.width, _MIN_WIDTH)
        wrap = textwrap.TextWrapper(width, indent, "  ", break_long_words=False, break_on_hyphens=False).wrap
        lines = [line.removeprefix(indent) for line in wrap(text)]
    head = f"{paint(severity, COLORS[severity], options)} {paint(rule, BOLD, options)}"
    yield f"{head} {paint(lines[0], BOLD, options)}"
    yield from (f"  {paint(line.lstrip(), BOLD, options)}" for line in lines[1:])


def _excerpt_lines(
    finding: Finding, excerpt: Excerpt, number: str, width: int, options: ReportOptions
) -> Iterator[str]:
    """Yield the line, and carets under the place."""
    line, indent, length = _fit(excerpt, width)
    carets = " " * indent + paint("^" * length, COLORS[finding.severity], options)
    yield f"{paint(f'{number} |', DIM, options)} {line}"
    yield f"{paint(f'{_blank(number)} |', DIM, options)} {carets}"


def _context(finding: Finding) -> str:
    """Return the record, unless it is the line; the request, unless it names the document; and the run."""
    parts = []
    request = "" if finding.request is None or finding.file is None else escape(finding.request)
    is_line = finding.record == finding.line and finding.request is None
    record = "" if finding.record is None or is_line else f"record {finding.record}"
    if request or record:
        parts.append(": ".join(filter(None, (record, request))))
    if finding.run_id is not None:
        status = "" if finding.run_status is None else f" ({escape(finding.run_status)})"
        parts.append(f"run {escape(finding.run_id)}{status}")
    return " · ".join(parts)


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


@lru_cache(maxsize=1024)
def _width(character: str) -> int:
    """Return the columns of a character in a terminal."""
    from unicodedata import category, east_asian_width  # only for findings

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
