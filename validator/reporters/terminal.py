"""What the reports for people have in common: how a file is named, colours, what was cut off, the last line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from validator.core.phrases import count, escape
from validator.core.results import CleanRecords, DocumentInfo, Summary
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters import CutOff, ReportItem, ReportOptions, Tally

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none

FindingLines: TypeAlias = "Callable[[Finding, ReportOptions], Iterator[str]]"

BOLD, DIM = "1", "2"
COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}

_LONGEST_POINTER = 200


def report_lines(told: Iterable[ReportItem], look: ReportOptions, finding_lines: FindingLines) -> Iterator[str]:
    """Every finding, what was cut off after those of each file, and the last line."""
    for line in _lines(told, look, finding_lines):
        yield LOG_COMMAND.sub(r"#\\", line) + "\n"  # as long as before: carets stay in place


def _lines(told: Iterable[ReportItem], look: ReportOptions, finding_lines: FindingLines) -> Iterator[str]:
    tally, sound = Tally(), _SoundRecords()
    is_verbose = look.verbose and not look.quiet
    for one in tally.passing_files(sound.noted(told) if is_verbose else told):
        if isinstance(one, CutOff):
            yield f"... and {count(one.findings, 'more finding')} in {file_name(one.file)} (--max-findings 0 shows all)"
            continue
        if is_verbose:
            yield from sound.lines(before=one.document.file)
            yield _description(one.document)
        for finding in one.findings:
            yield from finding_lines(finding, look)
    yield from sound.lines()
    if not look.quiet:
        yield last_line(tally.summary, look)


class _SoundRecords:
    """The records that reports hear of in numbers alone, added up by file until a line can tell of all of them."""

    def __init__(self) -> None:
        self._of_files: dict[str | None, tuple[int, int]] = {}

    def noted(self, told: Iterable[ReportItem]) -> Iterator[ReportItem]:
        """The same, noted as they go by."""
        for one in told:
            if isinstance(one, CleanRecords) and one.documents:
                records, runs = self._of_files.get(one.file, (0, 0))
                self._of_files[one.file] = records + one.documents, runs + one.runs
            yield one

    def lines(self, before: str | None = None) -> Iterator[str]:
        """A line for each file that comes before this one."""
        for file in [file for file in self._of_files if file != before]:
            records, runs = self._of_files.pop(file)
            yield f"{file_name(file)}: {count(records, 'sound record')} ({count(runs, 'run')})"


def file_name(file: str | None) -> str:
    """A file as a line may begin with it: no build server takes it for a command."""
    if file is None:
        return "<document>"
    if file == "-":
        return "<stdin>"
    return escape(f"./{file}" if file.lstrip().startswith("::") else file)


def place(finding: Finding) -> str:
    """`file:line:column`, or the file alone where there is no text to point into."""
    file = file_name(finding.file)
    return file if finding.line is None else f"{file}:{finding.line}:{finding.column}"


def pointer(finding: Finding) -> str:
    """The pointer, without its middle where keys are endless."""
    text = escape(finding.pointer)
    return text if len(text) <= _LONGEST_POINTER else f"{text[:99]}…{text[-100:]}"


def painted(text: str, style: str, look: ReportOptions) -> str:
    """The text in a style of the terminal, if colours are wanted."""
    return f"\x1b[{style}m{text}\x1b[0m" if look.color and text else text


def last_line(summary: Summary, look: ReportOptions) -> str:
    """`2 errors, 1 warning in 1 document (3 runs); 4 infos hidden, 7 suppressed`, or `ok: 3 runs in 1 document`.

    Where what is hidden fails the check: `failed: 3 runs in 1 document; 4 infos hidden (--show info shows what fails)`.
    """
    if not summary.documents:
        return "nothing was checked"
    shown = [_counted(summary, severity) for severity in Severity if severity.reaches(look.show)]
    hidden = ", ".join(filter(None, (_counted(summary, one) for one in Severity if not one.reaches(look.show))))
    fails = "" if any(shown) else _failing(summary, look)
    remedy = f" (--show {fails} shows what fails)" if fails else ""
    unseen = [
        f"{hidden} hidden{remedy}" if hidden else "",
        f"{summary.suppressed} suppressed" if summary.suppressed else "",
    ]
    documents, runs = count(summary.documents, "document"), count(summary.runs, "run")
    found = ", ".join(filter(None, shown))
    verdict = "failed" if fails else "ok"
    said = f"{found} in {documents} ({runs})" if found else f"{verdict}: {runs} in {documents}"
    return f"{said}; {', '.join(filter(None, unseen))}" if any(unseen) else said


def _failing(summary: Summary, look: ReportOptions) -> Severity | None:
    """The lowest severity that was found and fails the check."""
    fail_on = look.fail_on
    if fail_on is None:
        return None
    return next((one for one in reversed(Severity) if one.reaches(fail_on) and summary.count(one)), None)


def _counted(summary: Summary, severity: Severity) -> str:
    number = summary.count(severity)
    return count(number, severity) if number else ""


def _description(document: DocumentInfo) -> str:
    name = file_name(document.file)
    record = "" if document.record is None else f" record {document.record}"
    what = {"page": "page of {}", "run": "a single run", "runs": "array of {}", None: "not recognised"}[document.kind]
    traits = [what.format(count(document.runs, "run"))]
    if document.form:
        traits.append(f"{document.form} form")
    if document.generation:
        traits.append(document.generation)
    return f"{name}{record}: {', '.join(traits)}"
