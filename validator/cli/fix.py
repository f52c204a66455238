"""`--fix` and `--diff`: apply the fixes of findings to the files, or show them as a diff."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

import click

from validator.batch.session import Result
from validator.cli.check import check_and_report, check_options, count_findings, open_baseline, report_items, run_checks
from validator.cli.console import CLEAN, FINDINGS, fail, warn
from validator.cli.diff import file_header, find_hunks, format_hunk, format_masked, format_masked_excerpt, is_printable
from validator.cli.options import CliOptions
from validator.cli.output import plan_reports, print_text
from validator.core.files import STANDARD_INPUT, explain_os_error
from validator.core.finding import Edit, Finding
from validator.core.options import CheckOptions
from validator.core.phrases import count, escape, join_and
from validator.core.problem import Span
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.jsontext.edits import Edits, HasChanged, Rewrite, apply_edits, replace_spans, rewrite_file, rewrites
from validator.jsontext.parse import decode_text
from validator.reporters.base import ReportItem
from validator.sources.compression import ZSTD, is_compressed
from validator.sources.document import Document, SourceItem
from validator.sources.files import FileRange, Opener, open_standard_input, read_file


@dataclass(slots=True)
class FileFixes:
    """The findings of a file that have a fix, by record and span.

    Those in a recording are under no record, since their edits are edits of the file; `inner` has the edits of each of
    its documents, by record and span. `unfixable` counts findings whose fix cannot be written into their recording.
    `counts` counts the others by severity; those of a file that is named twice count twice.
    """

    name: str
    findings: defaultdict[int | None, dict[Span, Finding]] = field(default_factory=lambda: defaultdict(dict))
    inner: defaultdict[int | None, dict[Span, Edit]] = field(default_factory=lambda: defaultdict(dict))
    unfixable: int = 0
    counts: Counter[Severity] = field(default_factory=Counter)

    def add(self, finding: Finding, edit: Edit) -> None:
        """Add a finding and its fix."""
        if not edit.digest:
            self.unfixable += 1
            return
        self.counts[finding.severity] += 1
        if edit.inner is not None:
            self.inner[finding.record][edit.inner.span] = edit.inner
        self.findings[None if edit.inner else finding.record][edit.span] = finding

    @property
    def edits(self) -> Edits:
        """The edits by record."""
        return {
            record: [finding.edit for finding in findings.values() if finding.edit]
            for record, findings in self.findings.items()
        }

    @property
    def distinct_counts(self) -> Counter[Severity]:
        """The number of findings that the edits fix, by severity."""
        return Counter(finding.severity for findings in self.findings.values() for finding in findings.values())


def fix_files(options: CliOptions) -> int:
    """Apply the fixes, then check all files again and report; return the exit code."""
    settings, reports = check_options(options), plan_reports(options)
    for file in options.files:
        if file == STANDARD_INPUT or _is_pipe(file):
            name = "standard input" if file == STANDARD_INPUT else file
            raise click.UsageError(f"--fix rewrites files, and {name} is not one: --diff shows what it would change")
    codes = {CLEAN}
    with _checked_for_fixes(options, settings) as results:
        fixes = collect_fixes(results)
    fixed = _apply_fixes(fixes, codes, options)
    remaining: Counter[Severity] = Counter()
    codes.add(check_and_report(options, settings, reports, remaining))
    if not options.quiet:
        warn(_summarize(fixed, "fixed", remaining))
    return max(codes)


def diff_files(options: CliOptions) -> int:
    """Print the fixes as a unified diff instead of a report; return the exit code."""
    settings = check_options(options)
    codes: set[int] = {CLEAN}
    shown: list[FileFixes] = []
    counts: Counter[Severity] = Counter()
    with _rewindable_standard_input(options.files):
        with _checked_for_fixes(options, settings) as results:
            counted = count_findings(results, counts, options.show)
            fixes = collect_fixes(report_items(counted, options._replace(fail_on=None), codes))
        codes.add(print_text(_diff(fixes, shown, codes, options), lambda: None))
    if not options.quiet:
        remaining = counts - sum((file.counts for file in shown), Counter[Severity]())
        warn(_summarize(shown, "would be fixed", remaining))
        if shown and not options.show_values:
            warn("this is for reading; --show-values prints a patch that applies")
    return max(codes)


@contextmanager
def _checked_for_fixes(options: CliOptions, settings: CheckOptions) -> Iterator[Iterator[Result]]:
    """Yield the results with all findings that are shown and not accepted, and their fixes."""
    excerpts = None if options.diff else 0
    findings = settings.findings._replace(edits=True, max_findings=None, max_excerpts=excerpts, outlines=False)
    settings = settings._replace(findings=findings)
    with run_checks(options, settings, open_baseline(options, settings)) as (results, _):
        yield results


def collect_fixes(results: Iterable[Result | ReportItem]) -> Sequence[FileFixes]:
    """Return the findings that have a fix, file by file."""
    fixes: dict[str, FileFixes] = {}
    for result in results:
        for finding in result.findings if isinstance(result, DocumentResult) else ():
            if finding.edit is not None:
                name = finding.file or ""
                fixes.setdefault(os.path.realpath(name), FileFixes(name)).add(finding, finding.edit)
    return list(fixes.values())


def _apply_fixes(fixes: Iterable[FileFixes], codes: set[int], options: CliOptions) -> Sequence[FileFixes]:
    """Rewrite the files that can be, and return those that were."""
    fixed = []
    for file in _rewritable(fixes, codes, options):
        with _report_errors(file, codes):
            rewrite_file(file.name, file.edits)
            fixed.append(file)
    return fixed


def _diff(fixes: Iterable[FileFixes], shown: list[FileFixes], codes: set[int], options: CliOptions) -> Iterator[str]:
    """Yield the changes as a unified diff; add the files that it shows to `shown`."""
    for file in _rewritable(fixes, codes, options):
        with _report_errors(file, codes), _opened(file.name) as data:
            for number, part in enumerate(_file_diff(file, rewrites(data, file.edits), options.show_values)):
                if number == 0:
                    shown.append(file)
                    codes.add(FINDINGS)
                    yield file_header("<stdin>" if file.name == STANDARD_INPUT else file.name)
                yield part


def _file_diff(file: FileFixes, pieces: Iterable[Rewrite], show_values: bool) -> Iterator[str]:
    if not show_values:
        if file.inner:
            findings = file.findings[None]
            yield from (format_masked_excerpt(findings[span]) for span in sorted(findings))
            return
        for piece in pieces:
            if piece.record in file.findings:
                yield from format_masked(piece, list(file.findings[piece.record].values()))
        return
    is_patch = True
    for hunk in find_hunks(pieces):
        is_patch = is_patch and is_printable(hunk)
        yield from format_hunk(hunk)
    if not is_patch:
        warn(f"{escape(file.name)}: control characters are escaped, so this patch does not apply")


@contextmanager
def _report_errors(file: FileFixes, codes: set[int]) -> Iterator[None]:
    """Print why a file cannot be read again or rewritten."""
    try:
        yield
    except HasChanged:
        codes.add(fail(f"{escape(file.name)}: changed since it was checked; left unfixed"))
    except OSError as error:
        codes.add(fail(f"{escape(file.name)}: cannot be fixed: {explain_os_error(error)}"))


def _rewritable(fixes: Iterable[FileFixes], codes: set[int], options: CliOptions) -> Iterator[FileFixes]:
    """Yield the files that can be rewritten; print why the others cannot."""
    unfixable = {}
    for file in fixes:
        if file.unfixable:
            unfixable[file.name] = file.unfixable
        if not file.findings:
            continue
        with _report_errors(file, codes):
            obstacle = _obstacle(file, options.max_bytes)
            if not obstacle:
                yield file
            elif not options.quiet:
                number = count(file.distinct_counts.total(), "finding")
                warn(f"{escape(file.name)}: {number} could be fixed, but {obstacle}")
    if unfixable and not options.quiet:
        names = [*unfixable]
        where = escape(names[0]) if len(names) == 1 else f"{len(names)} recordings"
        number = count(sum(unfixable.values()), "finding")
        warn(f"{where}: {number} could be fixed, but not in base64, event streams, or values folded over lines")
        for name in names if options.verbose and len(names) > 1 else ():
            warn(f"{escape(name)}: {count(unfixable[name], 'finding')} left unfixed")


def _obstacle(file: FileFixes, max_bytes: int) -> str:
    """Return why a file cannot be rewritten; empty if it can."""
    if file.name != STANDARD_INPUT and _is_pipe(file.name):
        return "a pipe is read only once: hand it over as standard input"
    with _opened(file.name) as data:
        if is_compressed(data.read(len(ZSTD))):
            return "a compressed file is not rewritten"
    if file.inner and not _is_faithful(file, max_bytes):
        return "the recording cannot be rewritten so that nothing else in it changes"
    return ""


def _is_faithful(file: FileFixes, max_bytes: int) -> bool:
    """Return whether a rewritten recording is read as the same documents with nothing but the fixed values changed."""
    with _opened(file.name) as opened:
        old = opened.read()
    new = apply_edits(old, file.edits[None])
    before, after = ([*read_file(FileRange(file.name), max_bytes, _opener(data))] for data in (old, new))
    expected = [
        item._replace(data=replace_spans(decode_text(item.data), file.inner[item.record].values()))
        if isinstance(item, Document) and item.record in file.inner
        else item
        for item in before
    ]
    return [*map(_content, expected)] == [*map(_content, after)]


def _content(item: SourceItem) -> object:
    return (item.record, item.data, item.problem) if isinstance(item, Document) else item


def _opener(data: bytes) -> Opener:
    @contextmanager
    def open_copy(_path: str) -> Iterator[io.BufferedReader]:
        yield io.BufferedReader(io.BytesIO(data))

    return open_copy


def _is_pipe(file: str) -> bool:
    with suppress(OSError):  # reported when the file is read
        return stat.S_ISFIFO(os.stat(file).st_mode)
    return False


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input once more."""
    if name != STANDARD_INPUT:
        with open(name, "rb") as file:
            yield file
        return
    sys.stdin.buffer.seek(0)
    yield sys.stdin.buffer


@contextmanager
def _rewindable_standard_input(files: Iterable[str]) -> Iterator[None]:
    """Replace standard input, if it is among the files, by a copy that can be read twice."""
    if STANDARD_INPUT not in files or sys.stdin is None:
        yield
        return
    with ExitStack() as stack:
        try:
            copy = stack.enter_context(TemporaryFile("w+", encoding="utf-8"))
            copyfileobj(open_standard_input(), copy.buffer)
            copy.seek(0)
        except OSError as error:
            raise click.ClickException(f"cannot buffer standard input: {explain_os_error(error)}") from None
        stack.callback(setattr, sys, "stdin", sys.stdin)
        sys.stdin = copy
        yield


def _summarize(fixed: Sequence[FileFixes], verb: str, remaining: Counter[Severity]) -> str:
    """Return `2 errors and 1 warning fixed in 1 file; 1 error remains`."""
    rest = f"{_counted(remaining)} remain{'s' if remaining.total() == 1 else ''}" if remaining.total() else ""
    if not fixed:
        return "; ".join(filter(None, ("nothing to fix", rest)))
    counts = sum((file.distinct_counts for file in fixed), Counter[Severity]())
    return f"{_counted(counts)} {verb} in {count(len(fixed), 'file')}; {rest or 'nothing remains'}"


def _counted(counts: Counter[Severity]) -> str:
    return join_and(count(counts[severity], severity) for severity in Severity if counts[severity])
