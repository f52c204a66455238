"""Assertions for tests: `assert_valid_runs(response)` and `assert response == valid_runs`, with pytest or without.

Nothing is imported that checks before something is to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

if TYPE_CHECKING:
    from validator.core.options import CheckOptions, ContractName, Expect, FormChoice, Order
    from validator.core.severity import Severity
    from validator.report import Report
    from validator.verdict import Verdict


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
    fail_on: Severity | str


@dataclass(slots=True)
class Watch:
    """What a test runner knows of the assertions in one test."""

    defaults: Callable[[], Options]
    """Options for what a call leaves unsaid."""
    reports: list[Report] = field(default_factory=list)
    """What was found, check by check."""
    outlines: bool = False
    """Whether what was found is to tell of every run, sound ones too."""
    failed: Verdict | None = None
    """Of the last assertion that failed."""


_watches: list[Watch] = []


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Let all assertions take their defaults from a watch and report to it, until the block ends."""
    _watches.append(watch)
    try:
        yield
    finally:
        _watches.pop()


def check_names(taker: str, names: Iterable[str]) -> None:
    """Raise `TypeError` for what is no option; the text suggests one."""
    for name in names:
        if name not in Options.__annotations__:
            from validator.core.phrases import closest, either  # most names are right

            meant = closest(name, Options.__annotations__)
            rest = f"did you mean {meant!r}" if meant else f"expected {either(Options.__annotations__)}"
            raise TypeError(f"{taker} has no option {name!r}, {rest}")


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
    verdict = _verdict(response, options)
    if verdict.accepts:
        return
    _note_failure(verdict)
    from validator.report import ValidationFailed

    raise ValidationFailed(verdict.text(_BESIDE_THE_MARGIN))


class ValidRuns:
    """What is equal to every valid response: `assert response == valid_runs`.

    Called with options it gives another that has them: `assert response == valid_runs(ignore=["page-too-long"])`.
    """

    __hash__ = None  # type: ignore[assignment]  # what equals many different things has no hash

    def __init__(self, **options: Unpack[Options]) -> None:
        check_names("valid_runs()", options)
        self._options = options

    def __call__(self, **options: Unpack[Options]) -> ValidRuns:
        """The same with other options."""
        return ValidRuns(**(self._options | options))

    def __eq__(self, response: object) -> bool:
        __tracebackhide__ = True
        return self._compared(response, expected=True)

    def __ne__(self, response: object) -> bool:
        __tracebackhide__ = True
        return not self._compared(response, expected=False)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        return f"valid_runs({options})" if options else "valid_runs"

    def _compared(self, response: object, *, expected: bool) -> bool:
        verdict = _verdict(response, self._options)
        if verdict.accepts is not expected:
            _note_failure(verdict)
        return verdict.accepts


valid_runs = ValidRuns()
"""What is equal to every valid response."""

_BESIDE_THE_MARGIN = 72
"""Columns that pytest leaves of 80 for the message of an exception."""


def read(options: Options) -> tuple[CheckOptions, Mapping[str, bool], Severity]:
    """The settings, which series there are, and the lowest severity that fails.

    Raises `ValueError` for an option outside its vocabulary.
    """
    from validator.api import settings
    from validator.core.options import lowest_failing

    rest: dict[str, Any] = {**options}
    fail_on = lowest_failing(rest.pop("fail_on", "error"))
    series = {name: rest.pop(name, False) for name in ("listing", "history")}
    return settings(**rest), series, fail_on


def _verdict(response: object, options: Options) -> Verdict:
    from validator.api import report
    from validator.verdict import Verdict

    watch = _watches[-1] if _watches else None
    chosen, series, fail_on = read({**watch.defaults(), **options} if watch else options)
    chosen = chosen._replace(outlines=watch is not None and watch.outlines)
    verdict = Verdict(report(response, chosen, **series), fail_on)
    if watch:
        watch.reports.append(verdict.report)
    return verdict


def _note_failure(verdict: Verdict) -> None:
    if _watches:
        _watches[-1].failed = verdict
