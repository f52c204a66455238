"""Findings one to a line, for `grep` and for editors: `file:line:col: severity rule pointer: message`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from validator.core.finding import Finding
from validator.reporters import ReportItem, ReportOptions
from validator.reporters.terminal import BOLD, COLORS, painted, place, pointer, report_lines


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """A line for each finding, then the totals."""
    return report_lines(told, look, _lines)


def _lines(finding: Finding, look: ReportOptions) -> Iterator[str]:
    severity = painted(finding.severity, COLORS[finding.severity], look)
    head = f"{place(finding)}: {severity} {painted(finding.rule, BOLD, look)} {pointer(finding)}".rstrip()
    yield f"{head}: {finding.message}"
