"""Files, folders and standard input, read within limits."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from validator.finding import Problem, Span
from validator.sources import Document, SourceError

STANDARD_INPUT = "-"
SUFFIXES = (".json",)
"""What is looked for in folders; a file that is named is read whatever its name."""
_PIECE = 1024 * 1024
"""Bytes to read at once."""


def documents(paths: Iterable[str], max_bytes: int) -> Iterator[Document | SourceError]:
    """The documents of these paths in their order; in place of what cannot be had stands an error."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield _standard_input(max_bytes)
        elif os.path.isdir(path):
            yield from _folder(path, max_bytes)
        else:
            yield _file(path, max_bytes)


def _folder(folder: str, max_bytes: int) -> Iterator[Document | SourceError]:
    empty = True
    for path in _walk(folder):
        empty = False
        yield path if isinstance(path, SourceError) else _file(path, max_bytes)
    if empty:
        yield SourceError(
            folder, f"nothing to check: no {' or '.join(f'*{suffix}' for suffix in SUFFIXES)} in this folder"
        )


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


def _file(path: str, max_bytes: int) -> Document | SourceError:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return _error(error, path)
    with open(descriptor, "rb") as file:
        if refused := _refused(path, os.fstat(descriptor).st_mode):
            return SourceError(path, refused)
        os.set_blocking(descriptor, True)
        return _read(path, file, max_bytes)


def _standard_input(max_bytes: int) -> Document | SourceError:
    if sys.stdin is None:  # the shell can close it: <&-
        return SourceError(STANDARD_INPUT, "is closed")
    return _read(STANDARD_INPUT, sys.stdin.buffer, max_bytes)


def _read(path: str, file: BinaryIO, max_bytes: int) -> Document | SourceError:
    """What the file holds, up to one byte more than is allowed; in pieces, as what is asked for is allocated."""
    pieces: list[bytes] = []
    room = max_bytes + 1
    try:
        while room and (piece := file.read(min(room, _PIECE))):
            pieces.append(piece)
            room -= len(piece)
    except OSError as error:
        return _error(error, path)
    return _document(path, b"".join(pieces), max_bytes)


def _refused(path: str, mode: int) -> str | None:
    """Why a special file is not read; a pipe is, where the shell put it on the command line."""
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and path.startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/"))):
        return None
    return "is neither a regular file nor a folder"


def _error(error: OSError | ValueError, path: str | None = None) -> SourceError:
    if isinstance(error, OSError):
        return SourceError(path or str(error.filename), (error.strerror or str(error)).lower())
    return SourceError(path or "", "is not a possible file name")


def _document(path: str, data: bytes, max_bytes: int) -> Document:
    if len(data) <= max_bytes:
        return Document(file=path, data=data)
    message = "is larger than {} bytes, the most that is read of one document (--max-bytes)"
    return Document(file=path, data=b"", problem=("too-large", Problem("", message, (max_bytes,), span=Span(0, 0))))
