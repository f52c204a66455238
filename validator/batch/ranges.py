"""Archives in pieces: what one process checks at a time, and how its findings get their place in the whole.

The unit is `check_range`. Worker processes of this machine and of a cluster run the same function, so that findings do
not depend on who found them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from validator.batch.session import Result, check_all
from validator.core.finding import Finding
from validator.core.results import DocumentResult
from validator.engine.checker import Checker
from validator.sources.compression import is_compressed
from validator.sources.detect import is_jsonl
from validator.sources.document import InputError
from validator.sources.files import FileRange, Opener, input_error, open_local, read_file
from validator.sources.jsonl import is_single_document

_CHUNK = 1024 * 1024
_START = 64 * 1024


class Range(NamedTuple):
    """What was found in a piece of a file, and how many lines begin in it; records count from the piece's own start."""

    lines: int
    results: list[Result]


def check_range(piece: FileRange, checker: Checker, max_bytes: int, opening: Opener = open_local) -> Range:
    """Check the lines of a file that begin in a range of bytes, or the whole of a file of any kind."""
    return with_lines(piece, list(check_all(read_file(piece, max_bytes, opening), checker)), opening)


def with_lines(piece: FileRange, results: list[Result], opening: Opener = open_local) -> Range:
    """What was found in a piece, and its lines; if they cannot be counted, what follows is misplaced: that is told."""
    if piece.stop is None:
        return Range(0, results)
    try:
        return Range(_lines_in(piece, piece.stop, opening), results)
    except (OSError, InputError) as error:
        told = any(isinstance(one, InputError) for one in results)
        failed = error if isinstance(error, InputError) else input_error(error, piece.path)
        return Range(0, results if told else [*results, failed])


def _lines_in(piece: FileRange, stop: int, opening: Opener) -> int:
    """How many lines begin in a range of bytes: as many as end before each of its bytes."""
    number = 0 if piece.start else 1
    at, end = max(piece.start - 1, 0), stop - 1
    with opening(piece.path) as file:
        file.seek(at)
        while at < end and (chunk := file.read(min(_CHUNK, end - at))):
            number += chunk.count(b"\n")
            at += len(chunk)
    return number


def ranges(piece: FileRange, size: int, opening: Opener = open_local) -> Iterator[FileRange]:
    """A file as pieces of this size, if it is JSON Lines and not packed; else the file as it is."""
    total = _size(piece, opening) if is_jsonl(piece.path) else 0
    if total <= size:
        yield piece
        return
    for start in range(0, total, size):
        yield piece._replace(start=start, stop=start + size if start + size < total else total)


def _size(piece: FileRange, opening: Opener) -> int:
    """The size of a file that can be read in ranges, otherwise 0."""
    with suppress(OSError, ValueError, InputError), opening(piece.path) as file:
        start = file.read(_START)
        if file.seekable() and not is_compressed(start) and not is_single_document(start):
            return file.seek(0, os.SEEK_END)
    return 0


def moved(results: list[Result], lines: int) -> Iterator[Result]:
    """The results of a range before which stand so many lines."""
    for one in results:
        yield _moved(one, lines) if lines and isinstance(one, DocumentResult) else one


def _moved(one: DocumentResult, lines: int) -> DocumentResult:
    record = (one.document.record or 0) + lines
    findings = tuple(_moved_finding(finding, record, lines) for finding in one.findings)
    return replace(one, document=replace(one.document, record=record), findings=findings)


def _moved_finding(finding: Finding, record: int, lines: int) -> Finding:
    line, end_line = (finding.line or 0) + lines, (finding.end_line or 0) + lines
    return replace(finding, record=record, line=line, end_line=end_line)
