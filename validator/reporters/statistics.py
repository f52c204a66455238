"""Counts by rule instead of findings, the most frequent first: as lines, or as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from validator.reporters.base import ReportItem, ReportOptions, Tally
from validator.reporters.json_objects import VERSION, dump
from validator.reporters.lines import BOLD, COLORS, paint
from validator.reporters.wording import summary_line


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a line for each rule that has findings, then the totals."""
    tally = Tally()
    tally.count_all(items)
    rows = tally.rule_counts(options.show)
    width = max((len(str(row.number)) for row in rows), default=0)
    for number, severity, rule in rows:
        yield f"{number:{width}}  {paint(f'{severity:7}', COLORS[severity], options)}  {paint(rule, BOLD, options)}\n"
    if not options.quiet:
        yield f"{summary_line(tally.summary, options)}\n"


def render_json(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a document: version, contract, statistics (rule, severity, count), summary, which counts everything."""
    tally = Tally()
    tally.count_all(items)
    counts = [
        {"rule": rule, "severity": severity, "count": number}
        for number, severity, rule in tally.rule_counts(options.show)
    ]
    report = {"version": VERSION, "contract": options.contract, "statistics": counts, "summary": asdict(tally.summary)}
    yield dump(report, indent=2)
