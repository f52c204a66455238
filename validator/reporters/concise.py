"""Findings one to a line, for `grep` and for editors: `file:line:col: severity rule pointer: message`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from validator.core.finding import Finding
from validator.reporters.base import ReportItem, ReportOptions
from validator.reporters.lines import BOLD, COLORS, paint, render_lines
from validator.reporters.wording import pointer


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a line for each finding, then the totals."""
    return render_lines(items, options, _lines)


def _lines(finding: Finding, options: ReportOptions) -> Iterator[str]:
    severity = paint(finding.severity, COLORS[finding.severity], options)
    head = f"{finding.position}: {severity} {paint(finding.rule, BOLD, options)} {pointer(finding)}".rstrip()
    yield f"{head}: {finding.message if finding.pointer else finding.sentence}"
