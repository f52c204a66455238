"""Files, folders and standard input, read within limits."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from validator.sources import PassedOver, SourceError, containers, unreadable
from validator.sources.containers import KINDS, SUFFIXES, Found
from validator.sources.opened import Opened
from validator.sources.unpacking import BrokenCompression, unpacked
from validator.wording import either

STANDARD_INPUT = "-"


def documents(paths: Iterable[str], max_bytes: int) -> Found:
    """The documents of these paths in their order; in place of what cannot be had stands an error."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield from _standard_input(max_bytes)
        elif os.path.isdir(path):
            yield from _folder(path, max_bytes)
        else:
            yield from _file(path, max_bytes)


def _folder(folder: str, max_bytes: int) -> Found:
    empty = True
    for path in _walk(folder):
        for one in (path,) if isinstance(path, SourceError) else _file(path, max_bytes, is_named=False):
            empty = empty and isinstance(one, PassedOver)
            yield one
    if empty:
        yield SourceError(folder, f"nothing to check: no {either(f'*{suffix}' for suffix in KINDS)} in this folder")


def _walk(folder: str) -> Iterator[str | SourceError]:
    """The files to check below a folder, sorted by name; without hidden folders, each folder once for all its links."""
    seen: set[tuple[int, int]] = set()
    errors: list[SourceError] = []
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=lambda error: errors.append(_error(error))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        try:
            status = os.stat(parent)
        except OSError as error:  # it was there a moment ago
            errors.append(_error(error))
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        yield from (os.path.join(parent, name) for name in sorted(names) if name.lower().endswith(SUFFIXES))
    yield from errors


def _file(path: str, max_bytes: int, *, is_named: bool = True) -> Found:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        yield _error(error, path)
        return
    with open(descriptor, "rb") as file:
        if refused := _refused(path, os.fstat(descriptor).st_mode):
            yield SourceError(path, refused)
            return
        os.set_blocking(descriptor, True)
        yield from _documents(path, file, max_bytes, is_named=is_named)


def _standard_input(max_bytes: int) -> Found:
    if sys.stdin is None:  # the shell can close it: <&-
        yield SourceError(STANDARD_INPUT, "is closed")
        return
    yield from _documents(STANDARD_INPUT, sys.stdin.buffer, max_bytes, is_named=True)


def _documents(path: str, file: BinaryIO, max_bytes: int, *, is_named: bool) -> Found:
    """What is in an open file, up to where it ceases to be readable."""
    try:
        yield from containers.documents(Opened(path, unpacked(file, path), max_bytes, is_named))
    except BrokenCompression as broken:
        yield unreadable(path, "broken-compression", str(broken))
    except SourceError as error:
        yield error
    except OSError as error:
        yield _error(error, path)


def _refused(path: str, mode: int) -> str | None:
    """Why a special file is not read; a pipe is, where the shell put it on the command line."""
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and path.startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/"))):
        return None
    return "is neither a regular file nor a folder"


def _error(error: OSError | ValueError, path: str | None = None) -> SourceError:
    if isinstance(error, OSError):
        return SourceError(path or str(error.filename), (error.strerror or str(error)).lower())
    return SourceError(path or "", "is not a possible file name")
