"""`--fix` and `--diff`: what is wrong beyond doubt is set right, or shown as it would be."""

from __future__ import annotations

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
from validator.cli import diff as patches
from validator.cli.console import told
from validator.cli.exit_codes import FOUND
from validator.core import files as own_files
from validator.core.finding import Edit, Finding
from validator.core.options import CheckOptions
from validator.core.phrases import count, escape, listed
from validator.core.problem import Span
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.jsontext.edits import HasChanged
from validator.jsontext.rewriting import Edits, Rewritten, rewrite, rewritten
from validator.reporters import ReportItem
from validator.sources.compression import ZSTD, is_compressed
from validator.sources.files import STANDARD_INPUT, open_standard_input


@dataclass(slots=True)
class Fixable:
    """What can be fixed in a file, by record and place; in a recording, where it is not done, only how much."""

    name: str
    findings: defaultdict[int | None, dict[Span, Finding]] = field(default_factory=lambda: defaultdict(dict))
    in_recording: int = 0
    noted: Counter[Severity] = field(default_factory=Counter)
    """The same, with those of a file that is named twice as often as they were found."""

    def add(self, finding: Finding, edit: Edit) -> None:
        """Take note of a finding."""
        self.noted[finding.severity] += 1
        if edit.digest:
            self.findings[finding.record][edit.span] = finding
        else:
            self.in_recording += 1

    @property
    def edits(self) -> Edits:
        """What is to be done."""
        return {record: [one.edit for one in found.values() if one.edit] for record, found in self.findings.items()}

    @property
    def counts(self) -> Counter[Severity]:
        """How many findings that mends."""
        return Counter(finding.severity for found in self.findings.values() for finding in found.values())


def without_limits(settings: CheckOptions) -> CheckOptions:
    """The settings with which every finding that is shown is there, with its fix if it has one."""
    return settings._replace(edits=True, max_findings=None, max_excerpts=0, outlines=False)


def refuse_streams(files: Iterable[str]) -> None:
    """Say at once that nothing but files is rewritten."""
    for file in files:
        is_pipe = False
        with suppress(OSError):  # it will be told when its turn comes
            is_pipe = file == STANDARD_INPUT or _is_pipe(file)
        if is_pipe:
            name = "standard input" if file == STANDARD_INPUT else file
            raise click.UsageError(f"--fix rewrites files, and {name} is none: --diff shows what it would change")


def _is_pipe(file: str) -> bool:
    return stat.S_ISFIFO(os.stat(file).st_mode)


@contextmanager
def standard_input_kept(files: Iterable[str]) -> Iterator[None]:
    """Let standard input be read twice, if it is read."""
    if STANDARD_INPUT not in files or sys.stdin is None:
        yield
        return
    before = sys.stdin
    with ExitStack() as stack:
        try:
            kept = stack.enter_context(TemporaryFile("w+", encoding="utf-8"))
            copyfileobj(open_standard_input(), kept.buffer)
            kept.seek(0)
        except OSError as error:
            why = own_files.reason(error)
            raise click.ClickException(f"standard input cannot be kept, to be read once more: {why}") from None
        sys.stdin = kept
        stack.callback(setattr, sys, "stdin", before)
        yield


def collect_fixes(
    results: Iterable[Result | ReportItem], show: Severity
) -> tuple[Sequence[Fixable], Counter[Severity]]:
    """What can be fixed, file by file, and how much was found altogether of what is shown."""
    fixable: dict[str, Fixable] = {}
    found: Counter[Severity] = Counter()
    for one in counted(results, found, show):
        for finding in one.findings if isinstance(one, DocumentResult) else ():
            if finding.edit is not None:
                name = finding.file or ""
                fixable.setdefault(os.path.realpath(name), Fixable(name)).add(finding, finding.edit)
    return list(fixable.values()), found


def counted(
    results: Iterable[Result | ReportItem], found: Counter[Severity], show: Severity
) -> Iterator[Result | ReportItem]:
    """The same results; what is found in them and shown is counted as they go by."""
    for one in results:
        if isinstance(one, DocumentResult):
            for (_, severity), number in one.totals.items():
                found[severity] += number if severity.reaches(show) else 0
        yield one


def apply_fixes(fixable: Iterable[Fixable], codes: set[int], *, quiet: bool) -> Sequence[Fixable]:
    """Fix what can be, and tell of the rest; returns what is fixed."""
    return [one for one in _rewritable(fixable, codes, quiet=quiet) if _is_rewritten(one, codes)]


def _is_rewritten(one: Fixable, codes: set[int]) -> bool:
    with _told_of(one, codes):
        rewrite(one.name, one.edits)
        return True
    return False


def diff(
    fixable: Iterable[Fixable], shown: list[Fixable], codes: set[int], *, show_values: bool, quiet: bool
) -> Iterator[str]:
    """The changes as a unified diff; the files that it shows are added to `shown`."""
    for one in _rewritable(fixable, codes, quiet=quiet):
        with _told_of(one, codes), _opened(one.name) as file:
            for number, part in enumerate(_parts(one, rewritten(file, one.edits), show_values=show_values)):
                if number == 0:
                    shown.append(one)
                    codes.add(FOUND)
                    yield patches.header("<stdin>" if one.name == STANDARD_INPUT else one.name)
                yield part


def _parts(one: Fixable, pieces: Iterable[Rewritten], *, show_values: bool) -> Iterator[str]:
    if not show_values:
        for piece in pieces:
            if piece.record in one.findings:
                yield from patches.masked(piece, list(one.findings[piece.record].values()))
        return
    is_printable = True
    for hunk in patches.hunks(pieces):
        is_printable = is_printable and patches.is_printable(hunk)
        yield from patches.in_full(hunk)
    if not is_printable:
        told(f"{escape(one.name)}: control characters are escaped here, so that this patch does not apply")


@contextmanager
def _told_of(one: Fixable, codes: set[int]) -> Iterator[None]:
    """Tell of what keeps a file from being read again, or rewritten."""
    try:
        yield
    except HasChanged:
        codes.add(told(f"{escape(one.name)}: has changed since it was checked, and is left as it is"))
    except OSError as error:
        codes.add(told(f"{escape(one.name)}: cannot be fixed: {own_files.reason(error)}"))


def _rewritable(fixable: Iterable[Fixable], codes: set[int], *, quiet: bool) -> Iterator[Fixable]:
    """The files that can be fixed; of the others it is told why they are not."""
    for one in fixable:
        with _told_of(one, codes):
            if not (why_not := _why_not(one)):
                yield one
            elif not quiet:
                number = one.in_recording + one.counts.total()
                told(f"{escape(one.name)}: {count(number, 'finding')} could be fixed, but {why_not}")


def _why_not(one: Fixable) -> str:
    if one.in_recording:
        return "a recording is not rewritten"
    if one.name != STANDARD_INPUT and _is_pipe(one.name):
        return "a pipe is read only once: hand it over as standard input"
    with _opened(one.name) as file:
        return "a packed file is not rewritten" if is_compressed(file.read(len(ZSTD))) else ""


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """A file, or standard input once more."""
    if name != STANDARD_INPUT:
        with open(name, "rb") as file:
            yield file
        return
    sys.stdin.buffer.seek(0)
    yield sys.stdin.buffer


def summary(done: Sequence[Fixable], verb: str, remaining: Counter[Severity]) -> str:
    """`2 errors and 1 warning fixed in 1 file; 1 error remains`."""
    rest = f"{_words(remaining)} remain{'s' if remaining.total() == 1 else ''}" if remaining.total() else ""
    if not done:
        return "; ".join(filter(None, ("nothing to fix", rest)))
    mended = sum((one.counts for one in done), Counter[Severity]())
    return f"{_words(mended)} {verb} in {count(len(done), 'file')}; {rest or 'nothing remains'}"


def noted(fixable: Iterable[Fixable]) -> Counter[Severity]:
    """How many of the findings that is."""
    return sum((one.noted for one in fixable), Counter[Severity]())


def _words(counts: Counter[Severity]) -> str:
    return listed(count(counts[severity], severity) for severity in Severity if counts[severity])
