"""Check documents one after the other: records of a file, calls of a recording, or files that belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from validator.core.limit import FindingLimit
from validator.core.options import CheckOptions
from validator.core.phrases import count, join_and
from validator.core.problem import Problem
from validator.core.resource import RUN
from validator.core.results import CleanRecords, DocumentResult
from validator.engine.checked import CheckedDocument
from validator.engine.checker import Checker
from validator.engine.classify import classify
from validator.engine.shapes import is_other_object
from validator.jsontext import parse
from validator.sources.document import JSON_WHITESPACE, Document, InputError, LineBlock, SkippedRecords, expand_blocks

if TYPE_CHECKING:
    from validator.engine.series import Series

Result: TypeAlias = DocumentResult | CleanRecords | SkippedRecords | InputError
"""The result of an input."""
_NAMES = (*RUN.owners, "first_id", "last_id", "has_more")
_WORDS = tuple(word.encode() for word in (RUN.object, *_NAMES, *(name.replace("_", "") for name in _NAMES)))
"""What a line with runs or a page of them has, in any spelling, in small letters."""


def limit_findings(results: Iterable[Result], max_findings: int | None) -> Iterator[Result]:
    """Yield the results with what a `FindingLimit` admits of each file, however many records it has."""
    limit = FindingLimit(max_findings)
    for result in results:
        if not isinstance(result, DocumentResult):
            yield result
            continue
        limit.enter(result.document.file, result.document.record)
        findings = tuple(
            finding for finding in result.findings if limit.admit(finding.rule, finding.severity, finding.pointer)
        )
        omitted = len(result.findings) - len(findings)
        yield result._replace(findings=findings, truncated=result.truncated + omitted) if omitted else result


def check_documents(
    inputs: Iterable[Document | LineBlock | SkippedRecords | InputError],
    checker: Checker,
    series: Series | None = None,
    *,
    merge_clean: bool = True,
) -> Iterator[Result]:
    """Check documents, and yield the results in the order of their files.

    With `merge_clean`, records without findings, of which there may be millions, are only counted, unless the options
    ask for outlines of all runs. All documents belong to the `series`, if there is one; otherwise those of a recording
    belong together. Calls of a recording are checked in the order in which they began.
    """
    merge_clean = merge_clean and not checker.options.findings.outlines
    documents = _accept_lines(inputs, checker) if merge_clean and series is None else expand_blocks(inputs)
    results = _in_file_order(_check_each(documents, checker, series, merge_clean=merge_clean))
    return (result for result in results if not _is_clean_error_response(result))


def _is_clean_error_response(result: Result) -> bool:
    """Return whether a result has nothing to report: anything else without runs has a finding."""
    return isinstance(result, DocumentResult) and not (result.document.kind or result.totals or result.other)


def _accept_lines(
    inputs: Iterable[Document | LineBlock | SkippedRecords | InputError], checker: Checker
) -> Iterator[Document | CleanRecords | SkippedRecords | InputError]:
    """Yield, for each block of lines, how many are accepted at once, which are nearly all, and the other documents."""
    for block in inputs:
        if not isinstance(block, LineBlock):
            yield block
            continue
        read = parse.parse_fast
        if parse.parse_bounded is not None and not parse.may_overflow(block.data):
            read = parse.parse_bounded
        others: list[Document] = []
        documents = runs = 0
        for record, line in block.records():
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


def _check_each(
    inputs: Iterable[Document | CleanRecords | SkippedRecords | InputError],
    checker: Checker,
    series: Series | None,
    *,
    merge_clean: bool,
) -> Iterator[tuple[Result, int]]:
    """Yield the results in the order of the inputs, each with its sequence number in a recording, or 0."""
    limit = FindingLimit(checker.options.findings.max_findings)
    documents = runs = 0
    file: str | None = None
    other_file: str | None = None
    checked_inputs = _check_in_series(inputs, checker, series)
    for checked in checked_inputs if series is None else _check_end(checked_inputs, checker, series):
        if not isinstance(checked, CheckedDocument):
            yield checked, 0
            continue
        document = checked.document
        if checked.is_other_line:
            result = checker.result(checked, FindingLimit(1 if document.file != other_file else 0))
            yield result._replace(other=checked.classified.other), 0
            other_file = document.file
            continue
        file = document.file
        limit.enter(file, document.record)
        result = checker.result(checked, limit)
        if document.record is None or result.totals or not merge_clean:
            yield result, document.origin.sequence if document.origin else 0
        elif not document.is_recorded_error:
            documents += 1
            runs += result.document.runs
    if documents:
        yield CleanRecords(documents, runs, file), 0


def _check_in_series(
    inputs: Iterable[Document | CleanRecords | SkippedRecords | InputError], checker: Checker, series: Series | None
) -> Iterator[CheckedDocument | CleanRecords | SkippedRecords | InputError]:
    """Check each document, in its recording or in the series; the answers of a recording wait for its end."""
    file: str | None = None
    current = series
    answers: list[CheckedDocument] = []
    for document in inputs:
        is_other = isinstance(document, SkippedRecords) or (isinstance(document, Document) and document.file != file)
        if is_other and answers and current is not None:
            yield from _check_answers(answers, current, checker)
            answers = []
        if not isinstance(document, Document):
            yield document
            continue
        if document.file != file:
            file, current = document.file, series
        if current is None and document.origin is not None:
            current = make_series(checker)
        checked = _check_document(document, checker, current)
        is_answer = document.origin is not None and document.origin.request is not None
        if not isinstance(checked, CheckedDocument) or checked.is_other_line or not (answers or is_answer):
            yield checked
        else:
            needs_values = checked.problems or checker.options.findings.outlines
            answers.append(checked if needs_values else checked.without_values())
    if answers and current is not None:
        yield from _check_answers(answers, current, checker)


def _check_document(document: Document, checker: Checker, series: Series | None) -> CheckedDocument | SkippedRecords:
    """Check a document, also against those before it in the series; one that was found in a folder may be skipped."""
    checked = _checker_for(document, checker).check(document)
    if checked.classified.other and not document.is_named:
        return SkippedRecords(document.file or "", 0, other=checked.classified.other)
    if series is None and any(part.events for part in checked.classified.parts):
        series = make_series(checker)
    if series is not None and not checked.is_other_line:
        checked.problems.extend(series.check(checked))
    return checked


def _check_answers(answers: list[CheckedDocument], series: Series, checker: Checker) -> Iterator[CheckedDocument]:
    """Add to the answers of a recording what is wrong with them together."""
    problems: dict[int | None, list[Problem]] = {}
    for record, problem in series.check_answers():
        problems.setdefault(record, []).append(problem)
    for checked in answers:
        yield _with_problems(checked, problems.get(checked.document.record, ()), checker)


def _checker_for(document: Document, checker: Checker) -> Checker:
    """Return the checker for what the request of a recorded answer asked for; the options say what it leaves out.

    Whether that is a page or a run is known in a recording, whatever the options expect of all documents.
    """
    request = document.origin and document.origin.request
    if not request or not request.returns_runs:
        return checker
    options = checker.options
    if document.file is not None:
        options = options._replace(expect="auto")
    if request.lists_runs:
        order, limit = request.order_or(options.order), request.page_limit_or(options.limit)
        options = options._replace(order=order, limit=limit)
    return checker.with_options(options)


def make_series(checker: Checker, *, listing: bool = False, history: bool = False) -> Series:
    """Return a series to which documents can belong: of a recording, or a listing, or a history."""
    from validator.engine.series import Series  # most documents stand alone

    return Series(checker, listing=listing, history=history)


def _check_end(
    results: Iterable[CheckedDocument | CleanRecords | SkippedRecords | InputError], checker: Checker, series: Series
) -> Iterator[CheckedDocument | CleanRecords | SkippedRecords | InputError]:
    """Yield the results; the last page of a listing waits for the end, and what is no page comes before it."""
    page: CheckedDocument | None = None
    is_complete = True
    for checked in results:
        if page is not None and page.document is not series.last_page:
            yield page
            page = None
        if isinstance(checked, CheckedDocument) and checked.document is series.last_page:
            page, is_complete = checked, True
            continue
        is_complete = is_complete and not isinstance(checked, InputError)
        yield checked
    if page is not None:
        yield _with_problems(page, series.check_end() if is_complete else (), checker)


def _with_problems(checked: CheckedDocument, problems: Sequence[Problem], checker: Checker) -> CheckedDocument:
    """Return a document with more problems; one without any has no values, and is checked again."""
    if not problems:
        return checked
    full = checked if checked.problems else _checker_for(checked.document, checker).check(checked.document)
    return full._replace(problems=[*full.problems, *problems])


def _in_file_order(results: Iterable[tuple[Result, int]]) -> Iterator[Result]:
    """Yield the results; those with a sequence number wait until all of their file are there, and are sorted."""
    waiting: list[DocumentResult] = []
    for result, sequence in results:
        file = result.document.file if isinstance(result, DocumentResult) else None
        if waiting and (file is None or file != waiting[0].document.file):
            yield from sorted(waiting, key=_record)
            waiting.clear()
        if isinstance(result, DocumentResult) and sequence:
            waiting.append(result)
        else:
            yield result
    yield from sorted(waiting, key=_record)


def _record(result: DocumentResult) -> int:
    return result.document.record or 0


def check_together(
    documents: Iterable[Document],
    checker: Checker,
    *,
    named: Container[str | None],
    listing: bool = False,
    history: bool = False,
) -> Iterator[DocumentResult]:
    """Check all documents of a caller: each, and as pages of one listing or snapshots of a history.

    `named` are the files that the caller named; those of a folder have other names.
    """
    series = make_series(checker, listing=listing, history=history) if listing or history else None
    by_file = ([*group] for _, group in groupby(documents, key=lambda document: document.file))
    documents = chain.from_iterable(
        group for group in by_file if group[0].file in named or not is_unrelated_archive(group)
    )
    results = skip_other_objects(check_documents(documents, checker, series, merge_clean=False), named)
    return (result for result in results if isinstance(result, DocumentResult))


def skip_other_objects(results: Iterable[Result], named: Container[str | None]) -> Iterator[Result]:
    """Yield the results; other objects of the API on the lines of an archive are only counted.

    Where a file has nothing else, it is skipped if it was found in a folder, as is JSON of that kind. If it is `named`,
    the first of them is a finding: what is said to hold runs and holds none never passes.
    """
    for file, results_of_file in groupby(results, key=_file):
        first: DocumentResult | None = None
        others: Counter[str] = Counter()
        is_empty = True
        for result in results_of_file:
            if isinstance(result, DocumentResult) and result.other:
                first = first or result
                others[result.other.partition(" ")[2]] += 1
                continue
            is_empty = is_empty and isinstance(result, InputError)
            yield result
        kinds = tuple(count(n, kind) for kind, n in others.items())
        if first and is_empty:
            yield first if file in named else SkippedRecords(file or "", 0, other=f"an archive of {join_and(kinds)}")
        elif others:
            yield SkippedRecords(file or "", others.total(), kinds)


def is_unrelated_archive(items: Iterable[object]) -> bool:
    """Return whether JSON Lines are plainly something else, such as a log.

    The first line is, and so is every line with a word that runs and pages have. Other objects of the API are
    something else too, but their kinds are reported (`skip_other_objects`).
    """
    is_first = True
    for item in items:
        if isinstance(item, LineBlock):
            lines = item.documents() if is_first or _may_be_about_runs(item.data) else iter(())
        elif isinstance(item, Document) and item.record is not None and not item.origin and not item.problem:
            lines = iter((item,))
        else:
            return False
        for document in lines:
            if is_first or _may_be_about_runs(document.data):
                value = parse.parse(document.data).value
                if not classify(value).other or (is_first and is_other_object(value)):
                    return False
            is_first = False
    return not is_first


def _may_be_about_runs(data: bytes | str) -> bool:
    text = (data if isinstance(data, bytes) else data.encode()).lower()
    return any(word in text for word in _WORDS)


def _file(result: Result) -> str | None:
    return result.document.file if isinstance(result, DocumentResult) else result.file


class Recording:
    """The documents of one recording: all are checked when the result of the first is wanted."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._results: Sequence[DocumentResult] = ()
        self._options: CheckOptions | None = None

    def check(self, checker: Checker) -> Sequence[DocumentResult]:
        """Return the result of each document, in the order of the file."""
        options = checker.options._replace(now=0.0)  # a moment later the same is true
        if options != self._options:
            results = _in_file_order(_check_each(self._documents, checker, None, merge_clean=False))
            self._results = [result for result in results if isinstance(result, DocumentResult)]
            self._options = options
        return self._results


class Record(NamedTuple):
    """One document of a recording, by its number among the results, from 0."""

    recording: Recording
    number: int

    def check(self, checker: Checker) -> DocumentResult:
        """Return the result of the document."""
        return self.recording.check(checker)[self.number]
