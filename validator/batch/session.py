"""Documents in turn: one file of many records, or many files that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from validator.core.results import CleanRecords, DocumentResult
from validator.engine.checker import Checker
from validator.jsontext import parse
from validator.sources.document import JSON_WHITESPACE, Document, InputError, LineBlock, SkippedRecords, expand_blocks

if TYPE_CHECKING:
    from validator.engine.series import Series

Result: TypeAlias = DocumentResult | CleanRecords | SkippedRecords | InputError
"""What there is to tell of something that was to be checked."""


def check_all(
    found: Iterable[Document | LineBlock | SkippedRecords | InputError],
    checker: Checker,
    series: Series | None = None,
    *,
    in_bulk: bool = True,
) -> Iterator[Result]:
    """Check documents in turn; `in_bulk`, of sound records, which may be millions, only the number is told.

    The settings can ask for the outlines of all runs: then each record is told of.
    With a `series`, all documents belong to it; without, those of a recording belong together. Calls of a recording are
    checked as they began and told of in the order of their file.
    """
    in_bulk = in_bulk and not checker.options.findings.outlines
    at_once = in_bulk and series is None
    documents = _without_accepted(found, checker) if at_once else expand_blocks(found)
    return _as_they_stand(_checked(documents, checker, series, in_bulk=in_bulk))


def _without_accepted(
    found: Iterable[Document | LineBlock | SkippedRecords | InputError], checker: Checker
) -> Iterator[Document | CleanRecords | SkippedRecords | InputError]:
    """The same with documents in the place of blocks of lines; of those that are accepted at once, their number."""
    for one in found:
        if isinstance(one, LineBlock):
            yield from _accepted(one, checker)
        else:
            yield one


def _accepted(block: LineBlock, checker: Checker) -> Iterator[Document | CleanRecords]:
    """How many lines are accepted at once, which are nearly all, and the documents on the others."""
    read = parse.accept
    if parse.accept_moderate is not None and not parse.may_overflow(block.data):
        read = parse.accept_moderate
    others: list[Document] = []
    documents = runs = 0
    for record, line in block.lines():
        try:
            value = read(line)
        except (ValueError, RecursionError):  # also of a blank line
            if line.strip(JSON_WHITESPACE):
                others.append(Document(block.file, line, record))
            continue
        if number := checker.count_accepted(value):
            documents += 1
            runs += number
        else:
            others.append(Document(block.file, line, record, parsed=parse.Parsed(value, (), True, None)))
    if documents:
        yield CleanRecords(documents, runs, block.file)
    yield from others


def _checked(
    found: Iterable[Document | CleanRecords | SkippedRecords | InputError],
    checker: Checker,
    series: Series | None,
    *,
    in_bulk: bool,
) -> Iterator[tuple[Result, int]]:
    """What there is to tell of each, in the order in which they come, and the turn of it."""
    documents = runs = kept = 0
    file: str | None = None
    own: Series | None = series
    for one, is_last in _with_end(found) if series else ((one, False) for one in found):
        if not isinstance(one, Document):
            yield one, 0
            continue
        if one.file != file:
            file, kept, own = one.file, 0, series
        result = _for_request(one, checker).check(one)
        if own is None and one.origin is not None:
            own = _series(checker)
        if own is not None:
            result.problems.extend(own.check(result, is_last=is_last))
        room = None if checker.options.findings.max_findings is None else checker.options.findings.max_findings - kept
        checked = checker.result(result, room)
        kept += len(checked.findings)
        if one.record is None or checked.totals or not in_bulk:
            yield checked, one.origin.sequence if one.origin else 0
        else:
            documents += 1
            runs += checked.document.runs
    if documents:
        yield CleanRecords(documents, runs, file), 0


def _as_they_stand(results: Iterable[tuple[Result, int]]) -> Iterator[Result]:
    """The results in the order of their files: those with turns are held back until all of their file are there."""
    held: list[DocumentResult] = []
    for one, turn in results:
        if held and not (isinstance(one, DocumentResult) and one.document.file == held[0].document.file):
            yield from _by_record(held)
        if isinstance(one, DocumentResult) and turn:
            held.append(one)
        else:
            yield one
    yield from _by_record(held)


def _by_record(held: list[DocumentResult]) -> Iterator[DocumentResult]:
    """Those that were held back, in their order."""
    yield from sorted(held, key=lambda one: one.document.record or 0)
    held.clear()


def _series(checker: Checker) -> Series:
    from validator.engine.series import Series  # most documents stand alone

    return Series(checker)


def _with_end(found: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Each, and whether it is the last document: for that one is held back until the next has come, or could have."""
    held: list[Any] = []
    for one in found:
        if isinstance(one, Document):
            yield from ((before, False) for before in held)
            held.clear()
        held.append(one)
    ends = not any(isinstance(one, InputError) for one in held)
    yield from ((one, ends) for one in held)


def _for_request(document: Document, checker: Checker) -> Checker:
    """The checker for what the request of a recorded page has asked for, unless the user has said that."""
    if document.origin is None or document.origin.request is None or not document.origin.request.lists_runs:
        return checker
    request, settings = document.origin.request, checker.options
    return checker.for_request(settings.order or request.order, settings.limit or request.limit)
