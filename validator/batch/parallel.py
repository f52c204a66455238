"""Split files into tasks for several processes, and put their results back in order.

The unit is `check_range`. Worker processes of this machine and of a cluster run the same function, so that the results
do not depend on where they come from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from validator.batch.paths import Parallelism, size_of
from validator.batch.session import Result, check_documents
from validator.core.finding import Finding
from validator.core.results import DocumentResult
from validator.engine.checker import Checker
from validator.sources.compression import is_compressed
from validator.sources.detect import is_jsonl
from validator.sources.document import InputError
from validator.sources.files import STANDARD_INPUT, FileRange, Opener, input_error, open_local, read_file
from validator.sources.jsonl import is_single_document

_CHUNK_BYTES = 1024 * 1024
_START_BYTES = 64 * 1024


class RangeResult(NamedTuple):
    """The results of a range of a file, and how many lines begin in it; records count from the start of the range."""

    lines: int
    results: list[Result]


def check_range(file: FileRange, checker: Checker, max_bytes: int, opener: Opener = open_local) -> RangeResult:
    """Check the lines of a file that begin in a range of bytes, or the whole of a file of any kind."""
    return count_lines(file, list(check_documents(read_file(file, max_bytes, opener), checker)), opener)


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


def split_file(file: FileRange, size: int, opener: Opener = open_local) -> Iterator[FileRange]:
    """Yield a file in ranges of this size if it is JSON Lines and not compressed; otherwise as it is."""
    total = 0
    if is_jsonl(file.path):
        with suppress(OSError, ValueError, InputError), opener(file.path) as opened:
            start = opened.read(_START_BYTES)
            if opened.seekable() and not is_compressed(start) and not is_single_document(start):
                total = opened.seek(0, os.SEEK_END)
    if total <= size:
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
        yield replace(result, document=replace(result.document, record=record), findings=findings)


def _move_finding(finding: Finding, record: int, lines: int) -> Finding:
    line, end_line = (finding.line or 0) + lines, (finding.end_line or 0) + lines
    return replace(finding, record=record, line=line, end_line=end_line)


def check_files(
    files: Iterable[FileRange | InputError],
    checker: Checker,
    max_bytes: int,
    jobs: int,
    parallelism: Parallelism,
    on_progress: Callable[[int], None] | None,
) -> Iterator[Result]:
    """Check files in worker processes, and yield the results in the order of the files."""
    from validator.batch.workers import run_tasks

    lines, path = 0, None
    errors: set[str] = set()
    for file, range_result in run_tasks(_make_tasks(files, parallelism), checker, max_bytes, jobs):
        if file is None or file.path != path or not file.start:
            lines, path = 0, file and file.path
            errors.clear()
        for result in move_down(range_result.results, lines):
            if isinstance(result, InputError):  # of every range of a file that cannot be read
                if str(result) in errors:
                    continue
                errors.add(str(result))
            yield result
        lines += range_result.lines
        if on_progress is not None and file is not None:
            on_progress(size_of(file))


def _make_tasks(
    files: Iterable[FileRange | InputError], parallelism: Parallelism
) -> Iterator[list[FileRange] | InputError]:
    """Yield small files together and large files in ranges; standard input and errors by themselves."""
    batch: list[FileRange] = []
    size = 0
    for file in files:
        is_small = (
            isinstance(file, FileRange) and file.path != STANDARD_INPUT and size_of(file) < parallelism.task_bytes
        )
        if batch and (not is_small or size >= parallelism.task_bytes or len(batch) >= parallelism.max_files):
            yield batch
            batch, size = [], 0
        if isinstance(file, InputError):
            yield file
        elif is_small:
            batch.append(file)
            size += size_of(file)
        else:
            yield from ([part] for part in split_file(file, parallelism.task_bytes))
    if batch:
        yield batch
