"""Reporters: documents that were checked in, text out. One file each, imported only when it is asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TypeAlias

from validator.finding import Checked, Sound, Summary
from validator.severity import Severity
from validator.sources import SourceError

__all__ = ["LOG_COMMAND", "Look", "Reporter", "Tally", "Told", "reporter"]

Told: TypeAlias = Checked | Sound | SourceError
"""What reports are made of: documents, and what could not be opened."""

LOG_COMMAND = re.compile(r"##(?=\w*\[)")
"""What begins `##[group]` and `##vso[...]`: build servers obey these wherever in a line of output they stand.

Commands that begin with `::` are obeyed only at the start of a line, where no report puts what it has read.
Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a report is to look: `show` is the lowest severity in it, `width` the columns that an excerpt may take.

    With `wrap`, for a terminal, messages are broken to that width too; in a pipe they stay whole, for `grep`.
    `quiet` leaves findings and nothing else; `verbose` adds what each document turned out to be. With a `baseline`,
    findings are new or suppressed. `fail_on` is the lowest severity that fails the check (None: none does).
    """

    contract: str
    show: Severity = Severity.INFO
    width: int = 80
    wrap: bool = False
    color: bool = False
    quiet: bool = False
    verbose: bool = False
    baseline: bool = False
    fail_on: Severity | None = Severity.ERROR


Reporter: TypeAlias = Callable[[Iterable[Told], Look], Iterator[str]]
"""Takes documents as they come and yields what to write; it keeps no document that it need not keep."""


def reporter(module: str) -> Reporter:
    """The reporter of a module named in `FORMATS` or `STATISTICS`."""
    report: Reporter = import_module(f"{__name__}.{module}").report
    return report


@dataclass(slots=True)
class Tally:
    """Adds up documents as they go by, so that nobody has to keep them for the totals."""

    documents: int = 0
    runs: int = 0
    findings: Counter[tuple[str, Severity]] = field(default_factory=Counter)
    suppressed: int = 0
    unread: list[SourceError] = field(default_factory=list)
    """What could not be opened."""

    def passing(self, told: Iterable[Told]) -> Iterator[Checked]:
        """The documents, each counted before it is handed on; sound records are counted only."""
        for one in told:
            if isinstance(one, SourceError):
                self.unread.append(one)
                continue
            if isinstance(one, Sound):
                self.documents += one.documents
                self.runs += one.runs
                continue
            self.documents += 1
            self.runs += one.document.runs
            self.findings.update(one.totals)
            self.suppressed += len(one.suppressed)
            yield one

    @property
    def summary(self) -> Summary:
        """The totals of what has gone by so far."""
        counts = dict.fromkeys(Severity, 0)
        for (_, severity), count in self.findings.items():
            counts[severity] += count
        error, warning, info = (counts[severity] for severity in Severity)
        return Summary(
            documents=self.documents,
            runs=self.runs,
            error=error,
            warning=warning,
            info=info,
            suppressed=self.suppressed,
        )
