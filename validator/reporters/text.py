"""The report for people: a block of lines for each finding, then the totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from validator.reporters.base import ReportItem, ReportOptions
from validator.reporters.finding_block import finding_block
from validator.reporters.lines import render_lines


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield the report."""
    return render_lines(items, options, finding_block)
