"""Files, folders and standard input, read within limits."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import NamedTuple, TypeAlias

from validator.core.files import STANDARD_INPUT, explain_os_error
from validator.core.phrases import join_or
from validator.sources import detect, jsonl
from validator.sources.compression import BrokenCompression, decompress, peek
from validator.sources.detect import FORMATS, SUFFIXES, UNREAD_SUFFIXES
from validator.sources.document import (
    Document,
    InputError,
    SkippedRecords,
    SourceItem,
    expand_blocks,
    unreadable_document,
)
from validator.sources.exclusion import DEFAULT_EXCLUSION, Exclusion
from validator.sources.reader import Reader

_NUMBER = re.compile("([0-9]+)")
_SEARCHED = SUFFIXES + UNREAD_SUFFIXES
_READ_SIZE = 256 * 1024
"""Bytes to read at once of a line that is skipped."""
_MAX_BYTES = sys.maxsize // 2
"""Beyond any memory; from twice that on, `read` does not take it for a size."""

Opener: TypeAlias = Callable[[str], AbstractContextManager[io.BufferedReader]]
"""Opens a path for reading bytes."""


class FileRange(NamedTuple):
    """A file to read, or the lines of it that begin from byte `start` on and before byte `stop`.

    `is_named` is False for a file that was found in a folder. Findings have `name`, if there is one, for the path.
    """

    path: str
    is_named: bool = True
    start: int = 0
    stop: int | None = None
    name: str | None = None


def read_paths(paths: Iterable[str], max_bytes: int) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the documents of these paths in their order, and an error for each path that cannot be read."""
    for file in expand_paths(paths):
        if isinstance(file, InputError):
            yield file
        else:
            yield from expand_blocks(read_file(file, max_bytes))


def expand_globs(paths: Iterable[str]) -> Iterator[str]:
    """Yield these paths, and for a glob that no shell has expanded what it matches; itself if there is nothing."""
    for path in paths:
        if ("*" in path or "?" in path) and not os.path.lexists(path):
            from glob import glob  # nearly all shells expand globs themselves

            yield from sorted(glob(path, recursive=True), key=_natural_order) or (path,)
        else:
            yield path


def expand_paths(paths: Iterable[str], exclusion: Exclusion = DEFAULT_EXCLUSION) -> Iterator[FileRange | InputError]:
    """Yield these files and the files in these folders, each once, in order; in folders, without what is excluded."""
    seen: set[str] = set()
    for path in paths:
        if path == STANDARD_INPUT or not os.path.isdir(path):
            is_named = path == STANDARD_INPUT or not exclusion.is_forced
            if (is_named or not exclusion.excludes_named(path)) and _is_new(path, seen):
                yield FileRange(path, is_named)
            continue
        is_empty = True
        for file in _walk(path, exclusion):
            is_empty = False
            if isinstance(file, InputError):
                yield file
            elif _is_new(file, seen):
                yield FileRange(file, is_named=False)
        if is_empty:
            reason = f"nothing to check: no {join_or(f'*{suffix}' for suffix in FORMATS)} in this folder"
            is_excluded = next(_walk(path, Exclusion(uses_gitignore=False)), None) is not None
            why = " that is neither excluded nor ignored by .gitignore" if is_excluded else ""
            yield InputError(path, f"{reason}{why}")


def _is_new(path: str, seen: set[str]) -> bool:
    """Return whether a path was not seen before, and remember it."""
    place = path
    with suppress(OSError):  # the working folder is gone
        place = path if path == STANDARD_INPUT else os.path.abspath(path)
    is_new = place not in seen
    seen.add(place)
    return is_new


def _walk(folder: str, exclusion: Exclusion) -> Iterator[str | InputError]:
    """Yield the files to check below a folder, in order, then what could not be read.

    Hidden folders are skipped, and a folder that several links lead to is read once. Links out of the folder are not
    followed: the user who names a folder need not know everything in it.
    """
    visited: set[tuple[int, int]] = set()
    errors: list[InputError] = []
    waiting = [(folder, exclusion.inherited(folder))]
    while waiting:  # `os.walk` is recursive before Python 3.12
        parent, inherited = waiting.pop()
        try:
            folders, names, outward = _list_folder(parent, folder)
            status = os.stat(parent)
        except OSError as error:
            errors.append(input_error(error))
            continue
        if (status.st_dev, status.st_ino) in visited:
            continue
        visited.add((status.st_dev, status.st_ino))
        ignored = exclusion.below(parent, inherited)
        folders, names, outward = (exclusion.select(parent, listed, ignored) for listed in (folders, names, outward))
        errors += (InputError(path, "is a link out of the folder: name it to have it checked") for path in outward)
        yield from names
        waiting += ((path, ignored) for path in reversed(folders))
    yield from errors


def _list_folder(parent: str, top: str) -> tuple[list[str], list[str], list[str]]:
    """Return the sorted names of the folders, of the files to check, and of links that lead out of the top folder."""
    folders: list[str] = []
    names: list[str] = []
    outward: list[str] = []
    with os.scandir(parent) as entries:
        for entry in entries:
            is_folder = _is_folder(entry)
            if entry.name.startswith(".") if is_folder else not entry.name.lower().endswith(_SEARCHED):
                continue
            is_outside = entry.is_symlink() and not _is_inside(entry.path, top)
            (outward if is_outside else folders if is_folder else names).append(entry.name)
    for listed in (folders, names, outward):
        listed.sort(key=_natural_order)
    return folders, names, outward


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):  # a link in a circle
        return entry.is_dir()
    return False


def _is_inside(path: str, folder: str) -> bool:
    """Return whether a path, with its links resolved, is in the folder or is the folder."""
    top = os.path.join(os.path.realpath(folder), "")
    return os.path.join(os.path.realpath(path), "").startswith(top)


def _natural_order(name: str) -> tuple[list[str | int], str]:
    """Return a sort key by which page-2 comes before page-10."""
    return [int(part) if index % 2 else part for index, part in enumerate(_NUMBER.split(name))], name


def read_file(file: FileRange, max_bytes: int, opener: Opener | None = None) -> Iterator[SourceItem]:
    """Yield the documents of a file or a range of it, and an error where it stops being readable."""
    path, max_bytes = file.path, min(max_bytes, _MAX_BYTES)
    try:
        with (opener or open_local)(path) as stream:
            if file.stop is None:
                yield from detect.read_documents(
                    Reader(file.name or path, decompress(stream, path), max_bytes, file.is_named)
                )
            else:
                start = _seek_line(stream, file.start, file.stop)
                yield from jsonl.read_lines(Reader(path, stream, max_bytes, file.is_named), file.stop - start)
    except BrokenCompression as broken:
        yield unreadable_document(path, "broken-compression", str(broken))
    except InputError as error:
        yield error
    except (OSError, ValueError) as error:
        yield input_error(error, path)


def _seek_line(file: io.BufferedReader, start: int, stop: int) -> int:
    """Seek to the first line that begins at or after `start`, and return its offset; not far beyond `stop`."""
    if not start:
        return 0
    offset = start - 1
    file.seek(offset)
    line = b""
    while offset < stop and not line.endswith(b"\n") and (line := file.readline(_READ_SIZE)):
        offset += len(line)
    return offset


@contextmanager
def open_local(path: str) -> Iterator[io.BufferedReader]:
    """Open a file of this machine, or standard input; raises `InputError` for what is not read."""
    if path == STANDARD_INPUT:
        if sys.stdin is None:  # the shell can close it: <&-
            raise InputError(STANDARD_INPUT, "is closed")
        start, stream = peek(open_standard_input(), 1)
        if not start:
            raise InputError(path, "nothing came on standard input: the command before the pipe may have failed")
        yield stream
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if re.match("https?://", path, re.IGNORECASE):
            raise InputError(
                path, "is a URL: `validate-runs live URL` checks a server, curl -s URL | validate-runs - a response"
            ) from None
        if re.match("[a-z0-9]+://", path, re.IGNORECASE):
            raise InputError(
                path, "is not a local file: check_archive of validator.dask reads URLs of storages"
            ) from None
        if os.path.islink(path):
            raise InputError(path, "is a link to a file that does not exist") from None
        if "*" in path or "?" in path:
            raise InputError(path, "no file matches this pattern") from None
        raise
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not _is_readable_kind(path, status.st_mode):
            raise InputError(path, "is neither a regular file nor a folder")
        os.set_blocking(descriptor, True)
        yield file
        if os.fstat(descriptor).st_size < status.st_size:
            raise InputError(path, jsonl.FILE_SHRANK)


def open_standard_input() -> io.BufferedReader:
    """Return the bytes of standard input, set to wait for data even if another process has set it not to."""
    with suppress(OSError):  # a replacement in memory has no descriptor
        os.set_blocking(sys.stdin.fileno(), True)
    return sys.stdin.buffer  # type: ignore[return-value]  # it is buffered


def _is_readable_kind(path: str, mode: int) -> bool:
    """Return whether a path is a regular file, or a pipe that the shell put on the command line."""
    return stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and path.startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/")))


def input_error(error: OSError | ValueError, path: str | None = None) -> InputError:
    """Return the error of a path that could not be opened, or not read to its end."""
    if isinstance(error, OSError):
        return InputError(path or str(error.filename), explain_os_error(error))
    return InputError(path or "", "is not a possible file name")
