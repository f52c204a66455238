"""A report: everything that was found in what was checked."""

from __future__ import annotations

from dataclasses import dataclass

from validator.core.finding import Finding
from validator.core.options import lowest_failing
from validator.core.results import DocumentInfo, DocumentResult, Summary
from validator.core.severity import Severity
from validator.reporters import ReportOptions, Tally, reporter


class ValidationFailed(AssertionError):
    """Raised by `Report.raise_for_findings`; its text is the text report."""


def reaches(checked: DocumentResult, threshold: Severity) -> bool:
    """Whether a finding of a document is at least as severe as the threshold."""
    return any(severity.reaches(threshold) for _, severity in checked.totals)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """What was found, document by document.

    `contract` is the name of the contract that was applied.
    """

    contract: str
    checked: tuple[DocumentResult, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error."""
        return not self.reaches(Severity.ERROR)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in order of document, then place, then rule."""
        return tuple(finding for one in self.checked for finding in one.findings)

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """What each document turned out to be."""
        return tuple(one.document for one in self.checked)

    @property
    def summary(self) -> Summary:
        """Documents, runs, and findings by severity."""
        tally = Tally()
        for _ in tally.passing(self.checked):
            pass
        return tally.summary

    def reaches(self, threshold: Severity) -> bool:
        """Whether a finding is at least as severe as the threshold."""
        return any(reaches(one, threshold) for one in self.checked)

    def raise_for_findings(self, fail_on: Severity | str = Severity.ERROR) -> None:
        """Raise `ValidationFailed`, whose text is the text report, if a finding is at least as severe as `fail_on`.

        Raises `ValueError` for a severity that is none.
        """
        if self.reaches(lowest_failing(fail_on)):
            raise ValidationFailed(str(self))

    def __repr__(self) -> str:
        from validator.reporters.terminal import last_line  # only for those who look

        return f"<Report: {last_line(self.summary, ReportOptions(contract=self.contract))}>"

    def __str__(self) -> str:
        return "".join(reporter("text")(self.checked, ReportOptions(contract=self.contract)))
