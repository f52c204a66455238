"""The assertion for tests of a server: `assert_live_listing(app, thread=...)`, with pytest or without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any

from validator.api import ValidationFailed
from validator.assertions import WIDTH, Verdict, current_watch, exception_width, record_failure
from validator.core.options import lowest_failing
from validator.core.phrases import count
from validator.core.results import DocumentResult, StatementResult
from validator.core.severity import Severity
from validator.live.known import mark_required
from validator.live.listing import LiveReport, check_listing
from validator.live.statements import BY_ID, require_ids

_SHARED = ("contract", "select", "ignore", "severity", "now", "fail_on")
"""Options that the check of a server shares with that of a response: defaults of pytest's markers apply."""


def assert_live_listing(
    target: object, *, require: Iterable[str] = (), fail_on: Severity | str | None = None, **options: Any
) -> LiveReport:
    """Raise `ValidationFailed` (an `AssertionError`) unless a server lists runs as the API does; return the report.

    Takes what `check_listing` takes, and raises what that raises. `require` has ids of statements that must be
    verified, or is "all"; `fail_on` is the lowest severity of a finding that fails, by default error.
    """
    __tracebackhide__ = True
    watch = current_watch()
    defaults: dict[str, Any] = {}
    if watch:
        defaults = {name: value for name, value in watch.defaults().items() if name in _SHARED}
    default = defaults.pop("fail_on", Severity.ERROR)
    lowest = lowest_failing(default if fail_on is None else fail_on)
    required = tuple(BY_ID) if require == "all" else require_ids("require", require)
    report = check_listing(target, **{**defaults, **options})
    if watch:
        watch.reports.append(report if options.get("record") else _without_file(report))
    marked = mark_required(report.statements, required, require_ids("known", options.get("known", ())))
    verdict = LiveVerdict(report, lowest, tuple(result.id for result in marked if result.is_required))
    if not verdict.passed:
        record_failure(verdict)
        raise ValidationFailed(verdict.text(exception_width()))
    return report


@dataclass(frozen=True)
class LiveVerdict(Verdict):
    """The report on a server, the lowest severity that fails the check, and the statements that must be verified."""

    report: LiveReport
    required: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no finding is that severe, and every required statement is verified."""
        return super().passed and not self._open

    @property
    def headline(self) -> str:
        """The failure in one line, which pytest cuts at the terminal's width: the statement comes first."""
        failing = self._failing or self._open
        if not failing:
            return super().headline
        more = f" and {count(len(failing) - 1, 'more statement')}" if len(failing) > 1 else ""
        first = failing[0]
        verdict = first.verdict if first.severity else f"required, but {first.verdict}"
        raised = f"; the application raised {self.report.raised[0]}" if self.report.raised else ""
        return f"{first.id}{more} {verdict}: {first.reason or first.title}{raised}"

    def text(self, width: int = WIDTH) -> str:
        """Return the headline, and below it the statements that are not kept, the findings, and the conclusion.

        What was created on the server, and what an application raised, comes last.
        """
        lines = []
        for statement in self.report.statements:
            if statement.verdict not in ("kept", "not asked") or statement in self._open:
                why = statement.reason if statement.is_open and statement.reason else statement.title
                line = f"{statement.verdict:13}{statement.id:24}{why}"
                lines += wrap(line, width, subsequent_indent=" " * 37)
        created = [f"created on the server: {line}" for line in self.report.created]
        raised = [f"raised by the application: {line}" for line in self.report.raised]
        parts = (*lines, "", self._text_of_findings(width), self.report.conclusion, *created, *raised)
        return f"{self.headline}\n\n" + "\n".join(parts)

    @property
    def _failing(self) -> list[StatementResult]:
        """The statements with findings that fail the check, the most severe first."""
        failing = [
            (statement.severity.rank, place, statement)
            for place, statement in enumerate(self.report.statements)
            if statement.severity is not None and statement.severity.fails(self.fail_on)
        ]
        return [statement for *_, statement in sorted(failing)]

    @property
    def _open(self) -> list[StatementResult]:
        """The statements that must be verified and are not."""
        return [
            statement for statement in self.report.statements if statement.id in self.required and statement.is_open
        ]


def _without_file(report: LiveReport) -> LiveReport:
    """Return a report whose recording is no file: a session names the test instead."""
    return replace(report, results=tuple(map(_forget_file, report.results)))


def _forget_file(result: DocumentResult) -> DocumentResult:
    findings = tuple(replace(finding, file=None) for finding in result.findings)
    return result._replace(document=result.document._replace(file=None), findings=findings)
