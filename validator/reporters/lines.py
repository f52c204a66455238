"""What `text` and `concise` share: lines for each finding, styles of the terminal, the summary line at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from validator.core.phrases import count, file_name
from validator.core.results import CleanRecords, DocumentInfo, Summary
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters.base import Alike, AlikeCounter, ReportItem, ReportOptions, Tally, Truncation
from validator.reporters.wording import alike_place, summary_line

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none

FindingLines: TypeAlias = "Callable[[Finding, ReportOptions], Iterator[str]]"

BOLD, DIM, GREEN = "1", "2", "1;32"
COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def paint(text: str, style: str, options: ReportOptions) -> str:
    """Return the text in a style of the terminal, if colors are wanted."""
    return f"\x1b[{style}m{text}\x1b[0m" if options.color and text and style else text


def render_lines(
    items: Iterable[ReportItem], options: ReportOptions, finding_lines: FindingLines, *, for_readers: bool = False
) -> Iterator[str]:
    """Yield the lines of every finding, what was left out after those of each file, and the summary line.

    With `for_readers`, the worst findings of a document come first, and of those that are alike only the first have
    lines; the others are counted.
    """
    for line in _lines(items, options, finding_lines, for_readers):
        yield defuse(line) + "\n"


def defuse(line: str) -> str:
    """Return a line with no command to a build server in it; it keeps its length, so that carets stay in place."""
    return LOG_COMMAND.sub(r"#\\", line)


def _lines(
    items: Iterable[ReportItem], options: ReportOptions, finding_lines: FindingLines, for_readers: bool
) -> Iterator[str]:
    tally, clean, counter = Tally(), _CleanRecordCounter(), AlikeCounter()
    name, shown, hidden, explained = "", 0, 0, ""
    is_verbose, folds = options.verbose and not options.quiet, for_readers and not options.verbose
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
        for finding in _worst_first(item.findings) if for_readers else item.findings:
            if counter.add(finding) or not folds:
                shown += 1
                if options.max_shown is None or shown <= options.max_shown:
                    explained = explained or (finding.rule if for_readers else "")
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
    if options.quiet:
        return
    if explained:
        yield f"For more about a rule: validate-runs --explain {explained}"
    summary = tally.summary
    style = _summary_style(summary, options) if options.color else ""
    yield from (paint(line, style, options) for line in wrapped(summary_line(summary, options), options))


def wrapped(text: str, options: ReportOptions) -> list[str]:
    """Return the lines of a text on a terminal; elsewhere it stays on one."""
    if not options.wrap or len(text) <= options.width:
        return [text]
    import textwrap  # only for long lines

    return textwrap.wrap(text, options.width, subsequent_indent="  ", break_on_hyphens=False)


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a document by severity, after what explains them."""
    return sorted(findings, key=lambda finding: (not finding.explains_document, finding.severity.rank))


def _summary_style(summary: Summary, options: ReportOptions) -> str:
    if any(summary.count(severity) for severity in Severity if severity.fails(options.fail_on)):
        return COLORS[Severity.ERROR]
    return "" if summary.shown_documents(options.show) else GREEN


def alike_lines(kinds: Iterable[Alike], name: str, options: ReportOptions) -> Iterator[str]:
    """Yield a line for each kind of findings that has more than are shown above, then an empty one."""
    alike = None
    for alike in kinds:
        rule = paint(alike.last.rule, COLORS[alike.last.severity], options)
        yield f"... and {alike.number:,} more {rule} in {name}, {alike_place(alike)}"
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
