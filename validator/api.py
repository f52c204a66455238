"""The library: `validate` for one check, `Validator` for many with the same options, and their `Report`."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from os import PathLike, fspath
from typing import Any

from validator.adapters import documents_of
from validator.batch.session import Record, check_together
from validator.core.files import write_atomic
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
from validator.core.phrases import escape, join_and, safe_repr
from validator.core.results import DocumentInfo, DocumentResult, Summary
from validator.core.severity import OFF, Severity
from validator.engine.checker import Checker
from validator.reporters.base import ReportOptions, Tally
from validator.reporters.registry import FORMATS, load_reporter
from validator.sources.document import Document


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
    show_values: bool = False,
) -> Report:
    """Check a list-runs response, a run, or an array of either, and report every finding of any severity.

    `source` is a dict, list or other mapping as `json.loads` returns it, the JSON text itself (`str` or UTF-8
    `bytes`), a `Path` to a file or a folder (never its name as a `str`) or a list of these, a response of an HTTP
    client (httpx, requests, urllib3, aiohttp once it is read, the openai package's `with_raw_response`, test clients of
    Django and Werkzeug) or of Starlette, a list of responses in the order in which they came, a model that has
    `model_dump` or `to_dict` (a page, a run), or a dataclass. What an iterator yields is checked as a list.
    Findings of a text, a file or a response have lines and columns; those of a value or a model have pointers only. A
    response is compared with its request, must be in wire form unless `form` says otherwise, and is an API error if
    its status is 400 or more. If it is an event stream, each run in it is a document.

    `contract` says which schemas apply (observed or published), `form` which key names (auto, wire, sdk), `expect`
    what the document is to be (auto, page, run). `order` (asc, desc) and `limit` (runs on a page, 1 to 100) are what
    the request asked for. `now` is the clock of the time rules in Unix seconds, by default the present. `select` and
    `ignore` take names, groups and globs of rules, `severity` maps them to error, warning, info or off. With `listing`
    the documents of the source (files of a folder, lines, elements of an array) are the pages of one listing, with
    `history` they are snapshots of the same runs, in their order; a recording is followed by itself. With `show_values`
    messages and excerpts show all text, which may be private.

    Raises `UnknownRule` (a `ValueError`) for a word that names no rule, `ValueError` for an option outside its
    vocabulary or options that leave no rule, `OSError` for a path that cannot be read or holds no runs, and `TypeError`
    for a source that is none of the above or that raises while it is read or written as JSON. A value that contains
    itself is a finding (too-deep), as is an integer of more digits than Python writes (too-large).

    Warns with `UncheckedRunsWarning`, once for each file, of what may hold runs and is not checked: calls that were
    recorded without body or status, runs that came from another path, a page in YAML.

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
        show_values=show_values,
    )
    return validator.validate(source)


class Validator:
    """Checks any number of sources with the same options.

    Takes the same keyword arguments as `validate`, with the same meaning and the same errors. Without `now`, the clock
    of the time rules is the present of each call. A validator keeps nothing of what it has checked but the names of
    unknown keys that are never a finding. Threads may share it.

    Raises `UnknownRule` (a `ValueError`) for a word that names no rule, and `ValueError` for an option outside its
    vocabulary or options that leave no rule.
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
        show_values: bool = False,
    ) -> None:
        check_vocabulary("contract", contract, ("observed", "published"))
        check_vocabulary("form", form, ("auto", "wire", "sdk"))
        check_vocabulary("expect", expect, ("auto", "page", "run"))
        check_vocabulary("order", order, (None, "asc", "desc"))
        if limit is not None and not (type(limit) is int and 1 <= limit <= 100):
            raise ValueError(f"limit is {safe_repr(limit)}, expected an integer from 1 to 100")
        if now is not None and not _is_finite(now):
            raise ValueError(f"now is {safe_repr(now)}, expected Unix seconds")
        self._options = CheckOptions(
            severities=_severities(_words("select", select), _words("ignore", ignore), _levels(severity)),
            now=0.0 if now is None else now,
            contract=contract,
            form=form,
            expect=expect,
            order=order,
            limit=limit,
            findings=FindingOptions(show_values=show_values),
        )
        self._has_clock = now is not None
        self._series = {"listing": listing, "history": history}

    @property
    def options(self) -> CheckOptions:
        """The options of a check that begins now."""
        return self._options if self._has_clock else self._options._replace(now=time.time())

    def with_outlines(self) -> Validator:
        """Return the same validator, whose reports outline every run, with or without findings."""
        other = copy(self)
        other._options = self._options._replace(findings=self._options.findings._replace(outlines=True))
        return other

    def validate(self, source: object) -> Report:
        """Check a source of any kind that the function `validate` takes, and report every finding of any severity.

        Raises `OSError` for a path that cannot be read or holds no runs, and `TypeError` for a source of another kind.
        """
        return Report(contract=self._options.contract, results=tuple(self._check(source, self.options)))

    def is_valid(self, source: object) -> bool:
        """Return `validate(source).ok`, without the cost of positions, messages and excerpts.

        Raises what `validate` raises.
        """
        options = self.options._replace(findings=FindingOptions(max_findings=0))
        return not any(result.fails(Severity.ERROR) for result in self._check(source, options))

    def _check(self, source: object, options: CheckOptions) -> Iterator[DocumentResult]:
        checker = Checker(options)
        if type(source) is Record:
            return iter((source.check(checker),))
        if issubclass(type(source), Report):
            raise TypeError("cannot check a report, which is the result of a check: use its raise_for_findings()")
        documents, paths = documents_of(source)
        named: set[str | None] = {source.file} if isinstance(source, Document) else {*paths} or {None}
        results = check_together(documents, checker, named=named, **self._series)
        if not paths:
            return results
        first = next(results, None)
        if first is None:  # which must not pass for a valid source
            raise OSError(f"{escape(join_and(sorted(paths)))}: nothing to check: it holds no runs")
        return chain((first,), results)


class ValidationFailed(AssertionError):
    """Raised by `Report.raise_for_findings`; its text is the text report."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """The results of a check, one for each document; `contract` is the name of the contract that was applied.

    It has the length of its findings and iterates over them. It has no truth value, since a report without findings is
    a good one: use `ok`.
    """

    contract: str
    results: tuple[DocumentResult, ...]

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not self.reaches(Severity.ERROR)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, ordered by document, position and rule."""
        return tuple(finding for result in self.results for finding in result.findings)

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """What each document is: its kind, form, and number of runs."""
        return tuple(result.document for result in self.results)

    @property
    def summary(self) -> Summary:
        """How many documents, runs, and findings of each severity there are."""
        tally = Tally()
        for _ in tally.count(self.results):
            pass
        return tally.summary

    def reaches(self, threshold: Severity | str) -> bool:
        """Return whether a finding is at least as severe as the threshold."""
        threshold = Severity(threshold)
        return any(result.fails(threshold) for result in self.results)

    def raise_for_findings(self, fail_on: Severity | str = Severity.ERROR) -> None:
        """Raise `ValidationFailed`, whose text is the text report, if a finding is at least as severe as `fail_on`.

        Raises `ValueError` for a severity that is none.
        """
        if self.reaches(lowest_failing(fail_on)):
            raise ValidationFailed(str(self))

    def to_json(self) -> str:
        """Return the JSON report, as `--format json` prints it."""
        return self._text("json")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON report as a dict: version, contract, documents, findings, summary."""
        report: dict[str, Any] = json.loads(self.to_json())
        return report

    def write(self, format: str, path: str | PathLike[str]) -> None:  # noqa: A002  # as `--format`
        """Write a report in an output format of the command, such as sarif, junit, markdown or html, in UTF-8.

        The old file stays until the new one is complete. Raises `ValueError` for a format that is none and `OSError`
        if the file cannot be written. Formats that list all runs (junit, html) list those with findings.
        """
        check_vocabulary("format", format, FORMATS)
        write_atomic(fspath(path), (part.encode("utf-8", "backslashreplace") for part in self._parts(format)))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        raise TypeError("a report has no truth value: use report.ok, or len(report) for the number of findings")

    def __repr__(self) -> str:
        from validator.reporters.wording import summary_line  # only for those who look

        return f"<Report: {summary_line(self.summary, ReportOptions(contract=self.contract))}>"

    def __str__(self) -> str:
        return self._text("text")

    def _text(self, name: str) -> str:
        return "".join(self._parts(name))

    def _parts(self, name: str) -> Iterator[str]:
        return load_reporter(name)(self.results, self._report_options())

    def _report_options(self) -> ReportOptions:
        return ReportOptions(contract=self.contract)


def _is_finite(now: float) -> bool:
    try:
        return math.isfinite(now)
    except (TypeError, OverflowError):
        return False


def _words(name: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the words of an option as a tuple; a single word is an error, although it is iterable."""
    each = tuple(words) if isinstance(words, Iterable) and not isinstance(words, str) else (words,)
    if not all(isinstance(word, str) for word in each):
        raise ValueError(f"{name} is {safe_repr(words)}, expected names, groups or globs of rules")
    return each


@lru_cache(maxsize=64)
def _severities(
    select: tuple[str, ...], ignore: tuple[str, ...], levels: tuple[tuple[str, Severity | str], ...]
) -> Mapping[str, Severity] | None:
    if not (select or ignore or levels):
        return None
    from validator.rules.selection import effective_severities  # imports all rules

    return effective_severities(select, ignore, dict(levels))


def _levels(severity: Mapping[str, Severity | str] | None) -> tuple[tuple[str, Severity | str], ...]:
    if severity is None:
        return ()
    if not isinstance(severity, Mapping):
        raise ValueError(f"severity is {safe_repr(severity)}, expected a mapping such as {{'usage': 'warning'}}")
    for word in _words("severity", severity):
        check_vocabulary(f"severity of {word!r}", severity[word], (*map(str, Severity), OFF))
    return tuple(severity.items())
