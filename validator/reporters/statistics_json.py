"""Counts by rule as a JSON document: version, contract, statistics (rule, severity, count), summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.json import VERSION, dumped
from validator.reporters.statistics import rows


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """The counts of the severities to show; the summary counts everything."""
    tally = Tally()
    for _ in tally.passing(told):
        pass
    counts = [
        {"rule": rule, "severity": severity, "count": number} for number, severity, rule in rows(tally.findings, look)
    ]
    whole = {"version": VERSION, "contract": look.contract, "statistics": counts, "summary": asdict(tally.summary)}
    yield dumped(whole, indent=2)
