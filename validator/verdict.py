"""Whether a report is good enough, and how a test says that it is not: one line for the summary, then every finding."""

from __future__ import annotations

from dataclasses import dataclass, replace

from validator.core.finding import Finding
from validator.core.options import SHOWN
from validator.core.phrases import count
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.report import Report
from validator.reporters import ReportOptions, reporter
from validator.reporters.terminal import pointer

WIDTH = 80
"""Columns that a failure keeps within where its lines can be broken."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report, and the lowest severity that is not accepted in it."""

    report: Report
    fail_on: Severity

    @property
    def accepts(self) -> bool:
        """Whether nothing in the report is as severe as that."""
        return not self.report.reaches(self.fail_on)

    @property
    def headline(self) -> str:
        """The failure in one line, which pytest cuts at the terminal's width: the rule comes first.

        Where nothing was found, the failure is that something was expected.
        """
        if self.accepts:
            return f"no {_or_worse(self.fail_on)} in {self._subject}, expected at least one"
        worst = min(self.report.findings, key=lambda finding: list(Severity).index(finding.severity))
        return f"{worst.rule}{_at(worst)}{self._others(worst)} in {self._subject}: {worst.message}"

    def text(self, width: int = WIDTH) -> str:
        """The headline, then the text report of what the command would show."""
        show = SHOWN.or_lower(self.fail_on)
        shown = (_only(one, show) for one in self.report.checked)
        look = ReportOptions(contract=self.report.contract, show=show, width=width, wrap=True)
        return "".join((self.headline, "\n\n", *reporter("text")(shown, look))).rstrip()

    def _others(self, first: Finding) -> str:
        """` and 2 more errors`, ` and 1 more error, 2 warnings`."""
        totals = self.report.summary
        counts = {severity: totals.count(severity) for severity in Severity if severity.reaches(self.fail_on)}
        counts[first.severity] -= 1
        words = [
            count(number, f"more {severity}" if severity is first.severity else severity)
            for severity, number in counts.items()
            if number
        ]
        return f" and {', '.join(words)}" if words else ""

    @property
    def _subject(self) -> str:
        """`page of 20 runs`, `run`, `array of 3 runs`, `3 documents`."""
        documents = self.report.documents
        if len(documents) != 1:
            return count(len(documents), "document")
        runs = count(documents[0].runs, "run")
        return {"page": f"page of {runs}", "run": "run", "runs": f"array of {runs}"}.get(
            documents[0].kind or "", "document"
        )


def _or_worse(severity: Severity) -> str:
    return severity if severity is Severity.ERROR else f"{severity} or worse"


def _at(finding: Finding) -> str:
    """The pointer; for the whole document the place, where there is one."""
    if finding.pointer:
        return f" at {pointer(finding)}"
    return f" at line {finding.line}, column {finding.column}" if finding.line else ""


def _only(one: DocumentResult, show: Severity) -> DocumentResult:
    return replace(one, findings=tuple(finding for finding in one.findings if finding.severity.reaches(show)))
