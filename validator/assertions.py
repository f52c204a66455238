"""Assertions for tests: `assert_valid_runs(response)` and `assert response == valid_runs`, with pytest or without.

pytest imports this module in every session, so the engine and the reporters are imported at the first check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from validator.core.options import SHOWN, lowest_failing
from validator.core.phrases import count, find_similar, join_or
from validator.core.severity import Severity

if TYPE_CHECKING:
    from validator.api import Report, Validator
    from validator.core.finding import Finding
    from validator.core.options import ContractName, Expect, FormChoice, Order


class Options(TypedDict, total=False):
    """The options of `validate`, and `fail_on`: the lowest severity that fails (error, warning or info)."""

    contract: ContractName
    form: FormChoice
    expect: Expect
    order: Order
    limit: int
    listing: bool
    history: bool
    now: float
    select: Iterable[str]
    ignore: Iterable[str]
    severity: Mapping[str, Severity | str]
    show_values: bool
    fail_on: Severity | str


WIDTH = 80
"""Columns of the text of a failure, if no test runner knows better."""


@dataclass(slots=True)
class Watch:
    """What a test runner gives to the assertions of one test, and what it learns from them."""

    defaults: Callable[[], Options]
    """Options that a call does not give itself."""
    reports: list[Report] = field(default_factory=list)
    """One report for each check."""
    outlines: bool = False
    """Whether the reports describe every run, not only findings."""
    failed: Verdict | None = None
    """The verdict of the last assertion that failed."""
    width: int = WIDTH
    """Columns of the terminal."""


_watches: list[Watch | None] = []
MAX_SHOWN = 20
"""Findings in the text of a failure; of those that are alike, it has three."""
_MARGIN = 8
"""Columns that pytest takes before each line of the message of an exception."""


@contextmanager
def watch_assertions(watch: Watch | None) -> Iterator[None]:
    """Let all assertions in the block take their defaults from the watch and report to it; None ends an outer watch."""
    _watches.append(watch)
    try:
        yield
    finally:
        _watches.pop()


def check_names(callee: str, names: Iterable[str]) -> None:
    """Raise `TypeError` for an unknown option; the text suggests a known one."""
    for name in names:
        if name not in Options.__annotations__:
            suggestion = find_similar(name, Options.__annotations__)
            hint = f"did you mean {suggestion!r}" if suggestion else f"expected {join_or(Options.__annotations__)}"
            raise TypeError(f"{callee} has no option {name!r}, {hint}")


def assert_valid_runs(response: object, **options: Unpack[Options]) -> None:
    """Check a list-runs response, and raise `ValidationFailed` (an `AssertionError`) with everything that is wrong.

    `response` is whatever `validate` takes: a response of httpx, requests or the openai package's `with_raw_response`,
    a page or run of its client, JSON text, a parsed value, a `Path`. The options are those of `validate`, and
    `fail_on`, the lowest severity that fails: error (the default), warning or info.

    Raises `TypeError` for a response that is none of these and for an unknown option, `UnknownRule` (a `ValueError`)
    for a word that names no rule, and `ValueError` for an option outside its vocabulary.
    """
    __tracebackhide__ = True
    check_names("assert_valid_runs()", options)
    verdict = _check(response, options)
    if verdict.passed:
        return
    record_failure(verdict)
    from validator.api import ValidationFailed

    raise ValidationFailed(verdict.text(exception_width()))


def exception_width() -> int:
    """Return the columns that the message of an exception has."""
    watch = current_watch()
    return (watch.width if watch else WIDTH) - _MARGIN


class ValidRuns:
    """An object that is equal to every valid response: `assert response == valid_runs`.

    A call with options returns one that checks with them: `assert response == valid_runs(ignore=["page-too-long"])`.
    """

    __hash__ = None  # type: ignore[assignment]  # it equals many different values

    def __init__(self, **options: Unpack[Options]) -> None:
        check_names("valid_runs()", options)
        self._options = options

    def __call__(self, *responses: object, **options: Unpack[Options]) -> ValidRuns:
        """Return one with these options too; raises `TypeError` for a response, which is to be compared."""
        if responses:
            raise TypeError("valid_runs() takes options: write `assert response == valid_runs`")
        return ValidRuns(**(self._options | options))

    def __eq__(self, response: object) -> bool:
        __tracebackhide__ = True
        return self._equals(response, expected=True)

    def __ne__(self, response: object) -> bool:
        __tracebackhide__ = True
        return not self._equals(response, expected=False)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        return f"valid_runs({options})" if options else "valid_runs"

    def _equals(self, response: object, *, expected: bool) -> bool:
        verdict = _check(response, self._options)
        if verdict.passed is not expected:
            record_failure(verdict)
        return verdict.passed


valid_runs = ValidRuns()
"""An object that is equal to every valid response."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report, and the lowest severity that fails the check."""

    report: Report
    fail_on: Severity

    @property
    def passed(self) -> bool:
        """Whether no finding is that severe."""
        return not self.report.reaches(self.fail_on)

    @property
    def headline(self) -> str:
        """The failure in one line, which pytest cuts at the terminal's width: what is wrong comes first.

        If nothing was found, the failure is that a finding was expected.
        """
        if self.passed:
            level = self.fail_on if self.fail_on is Severity.ERROR else f"{self.fail_on} or worse"
            return f"no {level} in {self._subject}, expected at least one"
        worst = min(self.report.findings, key=lambda finding: finding.severity.rank)
        return f"{worst.sentence} [{worst.rule}]{self._others(worst)}"

    def text(self, width: int = WIDTH) -> str:
        """Return the headline and below it the text report, in which the width counts columns."""
        return f"{self.headline}\n\n{self._text_of_findings(width)}"

    def _text_of_findings(self, width: int) -> str:
        from validator.reporters.base import ReportOptions
        from validator.reporters.registry import load_reporter

        show = SHOWN.or_lower(self.fail_on)
        shown = (
            result._replace(findings=tuple(finding for finding in result.findings if finding.severity.reaches(show)))
            for result in self.report.results
        )
        options = ReportOptions(contract=self.report.contract, show=show, width=width, wrap=True, max_shown=MAX_SHOWN)
        return "".join(load_reporter("text")(shown, options)).rstrip()

    @property
    def _subject(self) -> str:
        documents = self.report.documents
        if len(documents) > 1:
            return count(len(documents), "document")
        runs = count(documents[0].runs, "run")
        names = {"page": f"page of {runs}", "run": "run", "runs": f"array of {runs}"}
        return names.get(documents[0].kind or "", "document")

    def _others(self, first: Finding) -> str:
        """Return ` and 2 more errors` or ` and 1 more error, 2 warnings`."""
        summary = self.report.summary
        counts = {severity: summary.count(severity) for severity in Severity if severity.fails(self.fail_on)}
        counts[first.severity] -= 1
        words = [
            count(number, f"more {severity}" if severity is first.severity else severity)
            for severity, number in counts.items()
            if number
        ]
        return f" and {', '.join(words)}" if words else ""


def read_options(options: Options) -> tuple[Validator, Severity]:
    """Return a validator with these options, and the lowest severity that fails.

    Raises `ValueError` for an option outside its vocabulary.
    """
    from validator.api import Validator

    rest: dict[str, Any] = {**options}
    fail_on = lowest_failing(rest.pop("fail_on", "error"))
    return Validator(**rest), fail_on


def current_watch() -> Watch | None:
    """Return what the test runner gives to the assertions of the test that runs."""
    return _watches[-1] if _watches else None


def _check(response: object, options: Options) -> Verdict:
    watch = current_watch()
    validator, fail_on = read_options({**watch.defaults(), **options} if watch else options)
    if watch and watch.outlines:
        validator = validator.with_outlines()
    verdict = Verdict(validator.validate(response), fail_on)
    if watch:
        watch.reports.append(verdict.report)
    return verdict


def record_failure(verdict: Verdict) -> None:
    """Tell the test runner which assertion failed."""
    if watch := current_watch():
        watch.failed = verdict
