"""Reporters: documents that were checked in, text out. One file each, imported only when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from typing import NamedTuple, TypeAlias

from validator.core.formats import OF_COMMANDS
from validator.core.results import CleanRecords, DocumentResult, Summary
from validator.core.sanitize import sanitize
from validator.core.severity import Severity
from validator.sources.document import InputError

ReportItem: TypeAlias = DocumentResult | CleanRecords | InputError
"""What reports are made of: documents, and what could not be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
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


Reporter: TypeAlias = Callable[[Iterable[ReportItem], ReportOptions], Iterator[str]]
"""Takes documents as they come and yields what to write; it keeps no document that it need not keep."""


def reporter(module: str) -> Reporter:
    """The reporter of a module named in `FORMATS` or `STATISTICS`; whatever it yields, nothing obeys."""
    report: Reporter = import_module(f"{__name__}.{module}").report

    def harmless_report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
        return sanitize(report(told, look), color=look.color, commands=module in OF_COMMANDS)

    return harmless_report


class CutOff(NamedTuple):
    """How many findings of a file `--max-findings` has cut off."""

    file: str | None
    findings: int


class Tally:
    """Adds up documents as they go by, so that nobody has to keep them for the totals."""

    def __init__(self) -> None:
        self.documents = self.runs = self.suppressed = 0
        self.findings: Counter[tuple[str, Severity]] = Counter()
        self.unread: list[InputError] = []
        """What could not be opened."""

    def passing(self, told: Iterable[ReportItem]) -> Iterator[DocumentResult]:
        """The documents, each counted before it is handed on; sound records are counted only."""
        for one in told:
            if isinstance(one, InputError):
                self.unread.append(one)
                continue
            if isinstance(one, CleanRecords):
                self.documents += one.documents
                self.runs += one.runs
                continue
            self.documents += 1
            self.runs += one.document.runs
            self.findings.update(one.totals)
            self.suppressed += len(one.suppressed)
            yield one

    def passing_files(self, told: Iterable[ReportItem]) -> Iterator[DocumentResult | CutOff]:
        """The documents as `passing` hands them on; after the last of a file, what was cut off in it."""
        for file, documents in groupby(self.passing(told), key=lambda one: one.document.file):
            cut_off = 0
            for one in documents:
                cut_off += one.beyond_cap
                yield one
            if cut_off:
                yield CutOff(file, cut_off)

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
