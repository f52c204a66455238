"""The library's front door: one call that checks a value, a text or a file, and the same compiled for many calls."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from validator.adapters import documents_of
from validator.batch.session import Record, check_together
from validator.core.finding import Finding
from validator.core.options import (
    CheckOptions,
    ContractName,
    Expect,
    FindingOptions,
    FormChoice,
    Order,
    check_vocabulary,
    lowest_failing,
)
from validator.core.phrases import printed
from validator.core.results import DocumentInfo, DocumentResult, Summary
from validator.core.severity import Severity
from validator.engine.checker import Checker
from validator.reporters.base import ReportOptions, Tally
from validator.reporters.registry import load_reporter
from validator.rules.selection import OFF, severities


def validate(
    source: object,
    *,
    contract: ContractName = "observed",
    form: FormChoice = "auto",
    expect: Expect = "auto",
    order: Order | None = None,
    limit: int | None = None,
    now: float | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity | str] | None = None,
    listing: bool = False,
    history: bool = False,
) -> Report:
    """Check a list-runs response, a run, or an array of either, and report every finding of any severity.

    `source` is a dict, list or other mapping as `json.loads` returns it, the JSON text itself (`str` or UTF-8 `bytes`),
    a `Path` to a file or a folder (never its name as a `str`), a response of httpx, requests or the openai package's
    `with_raw_response`, or a model that has `model_dump` (a page, a run). Findings of a text, a file or a response have
    lines and columns; those of a value or a model have pointers only.

    `contract` says which schemas apply (observed or published), `form` which key names (auto, wire, sdk), `expect`
    what the document is to be (auto, page, run). `order` (asc, desc) and `limit` (runs on a page, 1 to 100) are what
    the request asked for. `now` is the clock of the time rules in Unix seconds, by default the present. `select` and
    `ignore` take names, groups and globs of rules, `severity` maps them to error, warning, info or off. With `listing`
    the documents of the source (files of a folder, lines, elements of an array) are the pages of one listing, with
    `history` they are snapshots of the same runs, in their order; a recording is followed by itself.

    Raises `UnknownRule` (a `ValueError`) for a word that names no rule, `ValueError` for an option outside its
    vocabulary, `OSError` for a path that cannot be read, and `TypeError` for a source that is none of the above or that
    raises while it is read or written as JSON. A value that contains itself is a finding (too-deep), as is an integer
    of more digits than Python writes (too-large).

    Schemas and rules are compiled at the first call for each contract, form and set of severities, and then kept.
    Calls from several threads are safe.

    Source of the contract: https://platform.openai.com/docs/api-reference/runs/listRuns and what genuine servers send.
    """
    validator = Validator(
        contract=contract,
        form=form,
        expect=expect,
        order=order,
        limit=limit,
        now=now,
        select=select,
        ignore=ignore,
        severity=severity,
        listing=listing,
        history=history,
    )
    return validator.validate(source)


class Validator:
    """The options of `validate`, read once and then applied to any number of sources.

    Takes the same keyword arguments as `validate`, with the same meaning and the same errors. Without `now`, the clock
    of the time rules is the present of each call. A validator keeps nothing of what it has checked but the names of
    harmless unknown keys, and may be shared by threads.

    Raises `UnknownRule` (a `ValueError`) for a word that names no rule, and `ValueError` for an option outside its
    vocabulary.
    """

    def __init__(
        self,
        *,
        contract: ContractName = "observed",
        form: FormChoice = "auto",
        expect: Expect = "auto",
        order: Order | None = None,
        limit: int | None = None,
        now: float | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        severity: Mapping[str, Severity | str] | None = None,
        listing: bool = False,
        history: bool = False,
    ) -> None:
        self._settings = settings(
            contract=contract,
            form=form,
            expect=expect,
            order=order,
            limit=limit,
            now=now,
            select=select,
            ignore=ignore,
            severity=severity,
        )
        self._has_clock = now is not None
        self._listing = listing
        self._history = history

    def validate(self, source: object) -> Report:
        """Check a source of any kind that the function `validate` takes, and report every finding of any severity.

        Raises `OSError` for a path that cannot be read and `TypeError` for a source of another kind.
        """
        return report(source, self._current(), listing=self._listing, history=self._history)

    def is_valid(self, source: object) -> bool:
        """Whether a source has no finding of severity error: `validate(source).ok`, without places, words and excerpts.

        Raises what `validate` raises.
        """
        chosen = self._current()._replace(findings=FindingOptions(max_findings=0))
        return not any(
            reaches(one, Severity.ERROR)
            for one in _checked(source, chosen, listing=self._listing, history=self._history)
        )

    def _current(self) -> CheckOptions:
        return self._settings if self._has_clock else self._settings._replace(now=time.time())


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
        for _ in tally.count(self.checked):
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
        from validator.reporters.wording import summary_line  # only for those who look

        return f"<Report: {summary_line(self.summary, ReportOptions(contract=self.contract))}>"

    def __str__(self) -> str:
        return "".join(load_reporter("text")(self.checked, ReportOptions(contract=self.contract)))


def report(source: object, chosen: CheckOptions, *, listing: bool = False, history: bool = False) -> Report:
    """What `validate` reports, under settings that are ready."""
    return Report(contract=chosen.contract, checked=tuple(_checked(source, chosen, listing=listing, history=history)))


def _checked(source: object, chosen: CheckOptions, *, listing: bool, history: bool) -> Iterator[DocumentResult]:
    ready = Checker(chosen)
    if type(source) is Record:
        return iter((source.check(ready),))
    return check_together(documents_of(source), ready, listing=listing, history=history)


def settings(
    *,
    contract: ContractName = "observed",
    form: FormChoice = "auto",
    expect: Expect = "auto",
    order: Order | None = None,
    limit: int | None = None,
    now: float | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity | str] | None = None,
) -> CheckOptions:
    """The settings that the options of `validate` mean; raises `ValueError` for what is none."""
    check_vocabulary("contract", contract, ("observed", "published"))
    check_vocabulary("form", form, ("auto", "wire", "sdk"))
    check_vocabulary("expect", expect, ("auto", "page", "run"))
    check_vocabulary("order", order, (None, "asc", "desc"))
    if limit is not None and not (type(limit) is int and 1 <= limit <= 100):
        raise ValueError(f"limit is {printed(limit)}, expected an integer from 1 to 100")
    if now is not None and not _is_finite(now):
        raise ValueError(f"now is {printed(now)}, expected Unix seconds")
    return CheckOptions(
        severities=_severities(_words("select", select), _words("ignore", ignore), _levels(severity)),
        now=time.time() if now is None else now,
        contract=contract,
        form=form,
        expect=expect,
        order=order,
        limit=limit,
    )


def _is_finite(now: float) -> bool:
    try:
        return math.isfinite(now)
    except (TypeError, OverflowError):
        return False


def _words(name: str, words: Iterable[str]) -> tuple[str, ...]:
    """The words of an option; a single one is iterable too."""
    each = tuple(words) if isinstance(words, Iterable) and not isinstance(words, str) else (words,)
    if not all(isinstance(word, str) for word in each):
        raise ValueError(f"{name} is {printed(words)}, expected names, groups or globs of rules")
    return each


@lru_cache(maxsize=64)
def _severities(
    select: tuple[str, ...], ignore: tuple[str, ...], levels: tuple[tuple[str, Severity | str], ...]
) -> Mapping[str, Severity]:
    return severities(select, ignore, dict(levels))


def _levels(severity: Mapping[str, Severity | str] | None) -> tuple[tuple[str, Severity | str], ...]:
    if severity is None:
        return ()
    if not isinstance(severity, Mapping):
        raise ValueError(f"severity is {printed(severity)}, expected a mapping such as {{'usage': 'warning'}}")
    for word in _words("severity", severity):
        check_vocabulary(f"severity of {word!r}", severity[word], (*map(str, Severity), OFF))
    return tuple(severity.items())
