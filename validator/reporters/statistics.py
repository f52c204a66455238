"""Counts by rule instead of findings, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from validator.core.severity import Severity
from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.terminal import BOLD, COLORS, last_line, painted

Row: TypeAlias = tuple[int, Severity, str]
"""How often, how bad, which rule."""


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """A row for each rule that was broken, then the totals."""
    tally = Tally()
    for _ in tally.passing(told):
        pass
    found = rows(tally.findings, look)
    width = max((len(str(number)) for number, _, _ in found), default=0)
    for number, severity, rule in found:
        yield f"{number:{width}}  {painted(f'{severity:7}', COLORS[severity], look)}  {painted(rule, BOLD, look)}\n"
    if not look.quiet:
        yield f"{last_line(tally.summary, look)}\n"


def rows(findings: Counter[tuple[str, Severity]], look: ReportOptions) -> list[Row]:
    """The counts of the severities to show, the most frequent first; of equals the worst, then by name."""
    shown = [(number, severity, rule) for (rule, severity), number in findings.items() if severity.reaches(look.show)]
    return sorted(shown, key=lambda row: (-row[0], list(Severity).index(row[1]), row[2]))
