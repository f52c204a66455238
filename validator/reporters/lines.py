"""What `text` and `concise` share: lines for each finding, styles of the terminal, the summary line at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from validator.core.phrases import count, file_name, shorten_pointer
from validator.core.results import CleanRecords, DocumentInfo
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters.base import Alike, AlikeCounter, ReportItem, ReportOptions, Tally, Truncation
from validator.reporters.wording import alike_place, summary_line

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none

FindingLines: TypeAlias = "Callable[[Finding, ReportOptions], Iterator[str]]"

BOLD, DIM = "1", "2"
COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def paint(text: str, style: str, options: ReportOptions) -> str:
    """Return the text in a style of the terminal, if colors are wanted."""
    return f"\x1b[{style}m{text}\x1b[0m" if options.color and text and style else text


def render_lines(
    items: Iterable[ReportItem], options: ReportOptions, finding_lines: FindingLines, *, folds: bool = False
) -> Iterator[str]:
    """Yield the lines of every finding, what was left out after those of each file, and the summary line.

    Where it folds, only the first findings of those that are alike have lines; the others are counted.
    """
    for line in _lines(items, options, finding_lines, folds and not options.verbose):
        yield defuse(line) + "\n"


def defuse(line: str) -> str:
    """Return a line with no command to a build server in it; it keeps its length, so that carets stay in place."""
    return LOG_COMMAND.sub(r"#\\", line)


def _lines(
    items: Iterable[ReportItem], options: ReportOptions, finding_lines: FindingLines, folds: bool
) -> Iterator[str]:
    tally, clean, counter = Tally(), _CleanRecordCounter(), AlikeCounter()
    name, shown, hidden = "", 0, 0
    is_verbose = options.verbose and not options.quiet
    for item in tally.count_by_file(clean.count(items) if is_verbose else items):
        document = None if isinstance(item, Truncation) else item.document
        if document is None or file_name(document.file, document.request) != name:
            yield from alike_lines(counter.take(), name, options)
        if isinstance(item, Truncation):
            more, file = count(item.findings, "more finding"), file_name(item.file)
            yield f"... and {more} in {file} (--max-findings 0 shows all)"
            continue
        name = file_name(item.document.file, item.document.request)
        if is_verbose:
            yield from clean.lines(before=item.document.file)
            yield _description(item.document)
        for finding in item.findings:
            if counter.add(finding) or not folds:
                shown += 1
                if options.max_shown is None or shown <= options.max_shown:
                    yield from finding_lines(finding, options)
                else:
                    hidden += 1
        if not folds:
            counter.take()
    yield from alike_lines(counter.take(), name, options)
    if hidden:
        yield f"... and {count(hidden, 'more finding')} of other kinds"
        yield ""
    yield from clean.lines()
    if not options.quiet:
        yield summary_line(tally.summary, options)


def alike_lines(kinds: Iterable[Alike], name: str, options: ReportOptions) -> Iterator[str]:
    """Yield a line for each kind of findings that has more than are shown above, then an empty one."""
    alike = None
    for alike in kinds:
        last = alike.last
        severity = paint(last.severity, COLORS[last.severity], options)
        what = f"{severity} {paint(last.rule, BOLD, options)} {shorten_pointer(alike.template)}".rstrip()
        yield f"{name}: {alike.number} more like this: {what}, {alike_place(alike)}"
    if alike:
        yield ""


class _CleanRecordCounter:
    """Counts the records without findings by file, until a line reports all of them."""

    def __init__(self) -> None:
        self._counts: dict[str | None, tuple[int, int]] = {}

    def count(self, items: Iterable[ReportItem]) -> Iterator[ReportItem]:
        """Yield the items, and count the clean records among them."""
        for item in items:
            if isinstance(item, CleanRecords) and item.documents:
                records, runs = self._counts.get(item.file, (0, 0))
                self._counts[item.file] = records + item.documents, runs + item.runs
            yield item

    def lines(self, before: str | None = None) -> Iterator[str]:
        """Yield a line for each file that comes before this one."""
        for file in [file for file in self._counts if file != before]:
            records, runs = self._counts.pop(file)
            yield f"{file_name(file)}: {count(records, 'record')} without findings ({count(runs, 'run')})"


def _description(document: DocumentInfo) -> str:
    record = "" if document.record is None else f" record {document.record}"
    kind = {"page": "page of {}", "run": "a single run", "runs": "array of {}", None: "not recognised"}[document.kind]
    traits = [kind.format(count(document.runs, "run"))]
    if document.form:
        traits.append(f"{document.form} form")
    if document.generation:
        traits.append(document.generation)
    return f"{file_name(document.file, document.request)}{record}: {', '.join(traits)}"
