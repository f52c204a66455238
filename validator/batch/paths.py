"""Check paths: in this process, or in several where there is enough to do."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice

from validator.batch.ranges import Parallelism, check_file, divisible_bytes, read_unless_unrelated, size_of
from validator.batch.session import Result, check_documents, limit_findings, make_series, skip_other_objects
from validator.core.files import STANDARD_INPUT
from validator.engine.checker import Checker
from validator.sources.document import InputError
from validator.sources.exclusion import DEFAULT_EXCLUSION, Exclusion
from validator.sources.files import FileRange, Opener, expand_paths, open_local

_BUFFER_BYTES = 256 * 1024


PARALLELISM = Parallelism()
"""What applies unless the caller says otherwise."""


def check_paths(
    paths: Iterable[str],
    checker: Checker,
    max_bytes: int,
    *,
    jobs: int = 1,
    exclusion: Exclusion = DEFAULT_EXCLUSION,
    listing: bool = False,
    history: bool = False,
    stdin_name: str | None = None,
    on_progress: Callable[[int], None] | None = None,
    parallelism: Parallelism | None = None,
) -> Iterator[Result]:
    """Check files and folders, and yield the results in the order of the paths, the same for any number of `jobs`.

    `max_bytes` bounds one document. In folders, `exclusion` says what is left out. As pages of one `listing` or
    snapshots of one `history`, documents are checked one after the other. `stdin_name` is the file that standard input
    stands for. `on_progress` is called with the number of bytes that were read since the last call.
    """
    paths = [*paths]
    files = expand_paths(paths, exclusion)
    if stdin_name is not None:
        files = (_named(file, stdin_name) for file in files)
    parallelism = parallelism or PARALLELISM
    is_large = False
    if jobs > 1 and not (listing or history):
        first, size = [], 0
        for file in files:
            first.append(file)
            size += size_of(file)
            if is_large := size >= parallelism.min_bytes:
                break
        if is_large and len(first) == 1:  # a file that cannot be split is checked here, where its progress shows
            first += islice(files, 1)
            is_large = len(first) > 1 or _can_be_split(first[0], parallelism)
        files = chain(first, files)
    if is_large:
        from validator.batch.parallel import check_in_processes  # a few small files do without processes

        results = check_in_processes(files, checker, max_bytes, jobs, parallelism, on_progress)
    else:
        results = _check_here(files, checker, max_bytes, _opener(on_progress), listing=listing, history=history)
    named = {STANDARD_INPUT} if exclusion.is_forced else {STANDARD_INPUT, *paths}
    return limit_findings(skip_other_objects(results, named), checker.options.findings.max_findings)


def _named(file: FileRange | InputError, stdin_name: str) -> FileRange | InputError:
    if isinstance(file, FileRange) and file.path == STANDARD_INPUT:
        return file._replace(name=stdin_name)
    return file


def _can_be_split(file: FileRange | InputError, parallelism: Parallelism) -> bool:
    """Return whether a file can be checked in several ranges."""
    return isinstance(file, FileRange) and divisible_bytes(file) > parallelism.task_bytes


def count_bytes(paths: Iterable[str], exclusion: Exclusion = DEFAULT_EXCLUSION) -> int:
    """Return the size of these files and folders, as far as it is known."""
    return sum(map(size_of, expand_paths(paths, exclusion)))


def _check_here(
    files: Iterable[FileRange | InputError],
    checker: Checker,
    max_bytes: int,
    opener: Opener,
    *,
    listing: bool,
    history: bool,
) -> Iterator[Result]:
    if listing or history:
        sources = (
            (file,) if isinstance(file, InputError) else read_unless_unrelated(file, max_bytes, opener)
            for file in files
        )
        series = make_series(checker, listing=listing, history=history)
        yield from check_documents(chain.from_iterable(sources), checker, series)
        return
    for file in files:
        if isinstance(file, InputError):
            yield file
            continue
        try:
            yield from check_file(file, checker, max_bytes, opener)
        except MemoryError:
            yield InputError(file.path, "takes more memory than there is")


def _opener(on_progress: Callable[[int], None] | None) -> Opener:
    """Return what opens files so that the bytes read of them are reported."""
    if on_progress is None:
        return open_local

    @contextmanager
    def open_reported(path: str) -> Iterator[io.BufferedReader]:
        with open_local(path) as file:
            yield io.BufferedReader(_ReportingFile(file, on_progress), _BUFFER_BYTES)

    return open_reported


class _ReportingFile(io.RawIOBase):
    def __init__(self, file: io.BufferedReader, on_progress: Callable[[int], None]) -> None:
        super().__init__()
        self._file = file
        self._on_progress = on_progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer that BufferedReader gives
        size = self._file.readinto1(buffer)
        self._on_progress(size)
        return size
