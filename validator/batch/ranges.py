"""Check a file range by range: split it, check each range, and move the results down to their lines.

Worker processes of this machine and of a cluster run the same `check_range`, so that the results do not depend on
where they come from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from validator.batch.session import Result, check_documents, is_unrelated_archive
from validator.core.files import STANDARD_INPUT
from validator.core.results import DocumentResult
from validator.engine.checker import Checker
from validator.sources.compression import is_compressed
from validator.sources.detect import is_jsonl
from validator.sources.document import InputError, SkippedRecords, SourceItem
from validator.sources.files import FileRange, Opener, input_error, open_local, read_file
from validator.sources.jsonl import is_inseparable

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none

_CHUNK_BYTES = 1024 * 1024
_START_BYTES = 64 * 1024


class Parallelism(NamedTuple):
    """When and how work is spread over processes; it decides how fast results come, never what they are.

    Less than `min_bytes` is checked in this process. A task is a range of `task_bytes` of a JSON Lines file, or small
    files of that many bytes together, at most `max_files`.
    """

    min_bytes: int = 16 * 1024 * 1024
    task_bytes: int = 4 * 1024 * 1024
    max_files: int = 256


class RangeResult(NamedTuple):
    """The results of a range of a file, and how many lines begin in it; records count from the start of the range."""

    lines: int
    results: list[Result]


def check_range(file: FileRange, checker: Checker, max_bytes: int, opener: Opener = open_local) -> RangeResult:
    """Check the lines of a file that begin in a range of bytes, or the whole of a file of any kind."""
    return count_lines(file, list(check_file(file, checker, max_bytes, opener)), opener)


def check_file(file: FileRange, checker: Checker, max_bytes: int, opener: Opener = open_local) -> Iterator[Result]:
    """Check a file, or the lines that begin in a range of it, and yield the results in order."""
    return check_documents(read_unless_unrelated(file, max_bytes, opener), checker)


def read_unless_unrelated(file: FileRange, max_bytes: int, opener: Opener) -> Iterator[SourceItem]:
    """Yield what is in a file; JSON Lines that were found in a folder are skipped if no line is about runs."""
    if file.stop is None and _is_unrelated(file, max_bytes, opener):
        return iter((SkippedRecords(file.path, 0, other="JSON Lines without runs"),))
    return read_file(file, max_bytes, opener)


def _is_unrelated(file: FileRange, max_bytes: int, opener: Opener) -> bool:
    """Return whether a file was found in a folder and is JSON Lines that are plainly something else.

    It is read up to the first line that is not.
    """
    if file.is_named or not is_jsonl(file.path):
        return False
    return is_unrelated_archive(read_file(file, max_bytes, opener))


def count_lines(file: FileRange, results: list[Result], opener: Opener = open_local) -> RangeResult:
    """Count the lines that begin in the range: as many as end before each of its bytes.

    If they cannot be counted, the records after the range have wrong numbers, which is an `InputError`.
    """
    if file.stop is None:
        return RangeResult(0, results)
    lines = 0 if file.start else 1
    position, end = max(file.start - 1, 0), file.stop - 1
    try:
        with opener(file.path) as opened:
            opened.seek(position)
            while position < end and (chunk := opened.read(min(_CHUNK_BYTES, end - position))):
                lines += chunk.count(b"\n")
                position += len(chunk)
    except (OSError, InputError) as error:
        failure = error if isinstance(error, InputError) else input_error(error, file.path)
        is_reported = any(isinstance(result, InputError) for result in results)
        return RangeResult(0, results if is_reported else [*results, failure])
    return RangeResult(lines, results)


def divisible_bytes(file: FileRange, opener: Opener = open_local) -> int:
    """Return the size of a file that can be split, JSON Lines without compression; 0 for any other."""
    if is_jsonl(file.path):
        with suppress(OSError, ValueError, InputError), opener(file.path) as opened:
            start = opened.read(_START_BYTES)
            if opened.seekable() and not is_compressed(start) and not is_inseparable(start):
                return opened.seek(0, os.SEEK_END)
    return 0


def split_file(file: FileRange, size: int, max_bytes: int, opener: Opener = open_local) -> Iterator[FileRange]:
    """Yield a file in ranges of this size if it can be split; otherwise, and if it is to be skipped, as it is."""
    total = divisible_bytes(file, opener)
    if total <= size or _is_unrelated(file, max_bytes, opener):
        yield file
        return
    for begin in range(0, total, size):
        yield file._replace(start=begin, stop=min(begin + size, total))


def move_down(results: Iterable[Result], lines: int) -> Iterator[Result]:
    """Yield the results of a range with so many lines of the file before it."""
    for result in results:
        if not lines or not isinstance(result, DocumentResult):
            yield result
            continue
        record = (result.document.record or 0) + lines
        findings = tuple(_move_finding(finding, record, lines) for finding in result.findings)
        yield result._replace(document=result.document._replace(record=record), findings=findings)


def _move_finding(finding: Finding, record: int, lines: int) -> Finding:
    from dataclasses import replace  # only for findings

    line, end_line = (finding.line or 0) + lines, (finding.end_line or 0) + lines
    return replace(finding, record=record, line=line, end_line=end_line)


def size_of(file: FileRange | InputError) -> int:
    """Return the bytes of a file or a range of it; 0 where that is not known."""
    if isinstance(file, InputError) or file.path == STANDARD_INPUT:
        return 0
    if file.stop is not None:
        return file.stop - file.start
    try:
        return os.path.getsize(file.path)
    except (OSError, ValueError):  # it is reported when it is read
        return 0
