"""All that was named, checked in its order: in this process, or by several where there is enough to do."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from validator.batch.per_file import of_files
from validator.batch.session import Result, check_all
from validator.engine.checker import Checker
from validator.sources.document import InputError
from validator.sources.files import STANDARD_INPUT, FileRange, Opener, expand_paths, open_local, read_file

MIN_PARALLEL_BYTES = 16 * 1024 * 1024
"""Bytes for which it pays to start processes."""
RANGE_BYTES = 4 * 1024 * 1024
"""Bytes of JSON Lines that one task takes."""
_BATCH = 4 * 1024 * 1024
"""Bytes of small files that one task takes together."""
_PIECE = 256 * 1024
_MOST = 256
"""Files that one task takes together."""


def survey(
    paths: Iterable[str],
    checker: Checker,
    max_bytes: int,
    jobs: int,
    *,
    apart: frozenset[str] = frozenset(),
    listing: bool = False,
    history: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Iterator[Result]:
    """What there is to tell of these paths, the same whatever the number of processes.

    What lies `apart` by its real path is left out in folders. As pages of one `listing` or snapshots of a `history`,
    documents are checked one after the other. `tell` is told how many bytes were read, as they are.
    """
    return of_files(
        _results(expand_paths(paths, apart), checker, max_bytes, jobs, listing, history, tell),
        checker.options.findings.max_findings,
    )


def size_of(paths: Iterable[str], apart: frozenset[str] = frozenset()) -> int:
    """How many bytes these paths hold without what lies apart, as far as that is known."""
    return sum(_size(one) for one in expand_paths(paths, apart))


def _results(
    found: Iterator[FileRange | InputError],
    checker: Checker,
    max_bytes: int,
    jobs: int,
    listing: bool,
    history: bool,
    tell: Callable[[int], None] | None,
) -> Iterator[Result]:
    opening = open_local if tell is None else _counted(tell)
    if listing or history:
        return _together(found, checker, max_bytes, opening, listing=listing, history=history)
    if jobs > 1:
        is_enough, found = _enough(found)
        if is_enough:
            return _spread(found, checker, max_bytes, jobs, tell)
    return _here(found, checker, max_bytes, opening)


def _counted(tell: Callable[[int], None]) -> Opener:
    """Opens files so that what is read of them is told."""

    @contextmanager
    def opened(path: str) -> Iterator[io.BufferedReader]:
        with open_local(path) as file:
            yield io.BufferedReader(_Counted(file, tell), _PIECE)

    return opened


class _Counted(io.RawIOBase):
    def __init__(self, file: io.BufferedReader, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._file = file
        self._tell = tell

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer that BufferedReader gives
        size = self._file.readinto1(buffer)
        self._tell(size)
        return size


def _enough(found: Iterator[FileRange | InputError]) -> tuple[bool, Iterator[FileRange | InputError]]:
    """Whether there is so much to check that processes pay, and all that there is to check."""
    seen: list[FileRange | InputError] = []
    size = 0
    for one in found:
        seen.append(one)
        size += _size(one)
        if size >= MIN_PARALLEL_BYTES:
            return True, chain(seen, found)
    return False, iter(seen)


def _size(one: FileRange | InputError) -> int:
    if isinstance(one, InputError) or one.path == STANDARD_INPUT:
        return 0
    if one.stop is not None:
        return one.stop - one.start
    try:
        return os.path.getsize(one.path)
    except (OSError, ValueError):  # it will be told when its turn comes
        return 0


def _here(
    found: Iterable[FileRange | InputError], checker: Checker, max_bytes: int, opening: Opener
) -> Iterator[Result]:
    for one in found:
        if isinstance(one, InputError):
            yield one
            continue
        try:
            yield from check_all(read_file(one, max_bytes, opening), checker)
        except MemoryError:
            yield InputError(one.path, "takes more memory than there is")


def _together(
    found: Iterable[FileRange | InputError],
    checker: Checker,
    max_bytes: int,
    opening: Opener,
    *,
    listing: bool,
    history: bool,
) -> Iterator[Result]:
    from validator.engine.series import Series  # most documents stand alone

    documents = (
        one
        for piece in found
        for one in ((piece,) if isinstance(piece, InputError) else read_file(piece, max_bytes, opening))
    )
    return check_all(documents, checker, Series(checker, listing=listing, history=history))


def _spread(
    found: Iterable[FileRange | InputError],
    checker: Checker,
    max_bytes: int,
    jobs: int,
    tell: Callable[[int], None] | None,
) -> Iterator[Result]:
    from validator.batch.ranges import moved  # a few small files do without processes
    from validator.batch.workers import spread

    lines, path = 0, None
    told: set[str] = set()
    for piece, (number, results) in spread(_tasks(found), checker, max_bytes, jobs):
        if piece is None or piece.path != path or not piece.start:
            lines, path = 0, piece and piece.path
            told.clear()
        yield from _once(moved(results, lines), told)
        lines += number
        if tell is not None and piece is not None:
            tell(_size(piece))


def _once(results: Iterable[Result], told: set[str]) -> Iterator[Result]:
    """The same; what keeps all pieces of a file from being read is told with the first."""
    for one in results:
        if not isinstance(one, InputError):
            yield one
        elif str(one) not in told:
            told.add(str(one))
            yield one


def _tasks(found: Iterable[FileRange | InputError]) -> Iterator[list[FileRange] | InputError]:
    """Small files together, large archives in ranges; standard input and what is not there by themselves."""
    from validator.batch.ranges import ranges  # as above

    batch: list[FileRange] = []
    size = 0
    for one in found:
        is_small = isinstance(one, FileRange) and one.path != STANDARD_INPUT and _size(one) < _BATCH
        if batch and (not is_small or size >= _BATCH or len(batch) >= _MOST):
            yield batch
            batch, size = [], 0
        if isinstance(one, InputError):
            yield one
        elif is_small:
            batch.append(one)
            size += _size(one)
        else:
            yield from ([piece] for piece in ranges(one, RANGE_BYTES))
    if batch:
        yield batch
