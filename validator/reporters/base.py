"""What every output format shares: the items of a report, its options, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from validator.core.pointer import template
from validator.core.results import CleanRecords, DocumentResult, StatementResult, Summary
from validator.core.severity import Severity
from validator.sources.document import InputError

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none

MAX_ALIKE = 3
"""Findings of one rule at one pointer template that a report for people shows of a file."""

ReportItem: TypeAlias = DocumentResult | CleanRecords | InputError
"""The parts of a report: documents, records without findings, and inputs that could not be opened."""


class ReportOptions(NamedTuple):
    """How a report looks: `show` is the lowest severity in it, `width` the columns of an excerpt.

    With `wrap`, for a terminal, messages are wrapped to that width too; in a pipe they stay on one line, for `grep`.
    `quiet` leaves findings only; `verbose` adds what each document is, and shows all findings that are alike. With a
    `baseline`, findings are new or suppressed. `fail_on` is the lowest severity that fails the check (None: none does).
    `max_shown` limits the findings in text (None: all). With `hints`, the last line names options of the command.
    `statements` are the verdicts on a live server, `conclusion` the line that sums them up.
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
    max_shown: int | None = None
    hints: bool = False
    statements: Sequence[StatementResult] = ()
    conclusion: str = ""


Reporter: TypeAlias = Callable[[Iterable[ReportItem], ReportOptions], Iterator[str]]
"""Takes items one by one and yields text; it stores no item longer than it needs it."""


class Truncation(NamedTuple):
    """How many findings of a file `--max-findings` left out."""

    file: str | None
    findings: int


class Alike(NamedTuple):
    """Findings of a file that are not shown because they are like others: how many, where, and the last of them."""

    number: int
    template: str
    last: Finding


class AlikeCounter:
    """Counts the findings of a file by rule, severity and pointer template: the pointer with `*` for indexes."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Severity, str], tuple[int, Finding]] = {}

    def add(self, finding: Finding) -> bool:
        """Count a finding, and return whether it is one of the first of its kind, which are shown."""
        kind = (finding.rule, finding.severity, template(finding.pointer))
        number, _ = self._seen.get(kind, (0, finding))
        self._seen[kind] = number + 1, finding
        return number < MAX_ALIKE

    def take(self) -> list[Alike]:
        """Return the findings that are not shown, and begin with the next file."""
        seen, self._seen = self._seen, {}
        return [
            Alike(number - MAX_ALIKE, template, last)
            for (_, _, template), (number, last) in seen.items()
            if number > MAX_ALIKE
        ]


class RuleCount(NamedTuple):
    """How many findings of one severity a rule has."""

    number: int
    severity: Severity
    rule: str


class Tally:
    """Counts items as they pass, so that no report has to keep them for the totals."""

    def __init__(self) -> None:
        self.documents = self.runs = self.suppressed = self.truncated = self.fixable = self.camel_case = 0
        self.documents_by_severity: Counter[Severity] = Counter()
        self.findings: Counter[tuple[str, Severity]] = Counter()
        self.files_by_rule: Counter[tuple[str, Severity]] = Counter()
        """The number of files in which a rule has findings."""
        self._last_files: dict[tuple[str, Severity], str | None] = {}
        self.input_errors: list[InputError] = []
        """Inputs that could not be opened."""

    def count(self, items: Iterable[ReportItem]) -> Iterator[DocumentResult]:
        """Yield the documents, each after it is counted; other items are only counted."""
        for item in items:
            if isinstance(item, InputError):
                self.input_errors.append(item)
            elif isinstance(item, CleanRecords):
                self.documents += item.documents
                self.runs += item.runs
            else:
                self.documents += 1
                self.runs += item.document.runs
                self.camel_case += item.document.form == "sdk"
                self._count_findings(item)
                self.suppressed += len(item.suppressed)
                self.truncated += item.truncated
                self.fixable += item.fixable
                yield item

    def _count_findings(self, result: DocumentResult) -> None:
        file = result.document.file
        self.findings.update(result.totals)
        if result.totals:
            self.documents_by_severity[min((severity for _, severity in result.totals), key=lambda one: one.rank)] += 1
        for key in result.totals:
            if key not in self._last_files or self._last_files[key] != file:  # the documents of a file are together
                self._last_files[key] = file
                self.files_by_rule[key] += 1

    def count_all(self, items: Iterable[ReportItem]) -> None:
        """Count the items, for reports that show totals only."""
        for _ in self.count(items):
            pass

    def count_by_file(self, items: Iterable[ReportItem]) -> Iterator[DocumentResult | Truncation]:
        """Yield the documents as `count` does; after the last of a file, how many findings of it were left out."""
        for file, documents in groupby(self.count(items), key=lambda result: result.document.file):
            truncated = 0
            for result in documents:
                truncated += result.truncated
                yield result
            if truncated:
                yield Truncation(file, truncated)

    def rule_counts(self, show: Severity) -> list[RuleCount]:
        """Return the counts to show, the most frequent first; of equals the most severe, then by name."""
        counts = [RuleCount(number, severity, rule) for (rule, severity), number in self.findings.items()]
        shown = (row for row in counts if row.severity.reaches(show))
        return sorted(shown, key=lambda row: (-row.number, row.severity.rank, row.rule))

    @property
    def summary(self) -> Summary:
        """The totals so far."""
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
            fixable=self.fixable,
            documents_by_severity=self.documents_by_severity,
            camel_case=self.camel_case,
        )
