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

from validator.core.phrases import either
from validator.sources import Document, InputError, SkippedRecords, each_document, unreadable
from validator.sources import detect as containers
from validator.sources import jsonl as json_lines
from validator.sources.compression import BrokenCompression, unpacked
from validator.sources.detect import KINDS, SUFFIXES, Found
from validator.sources.reader import Reader

STANDARD_INPUT = "-"
_NUMBER = re.compile("([0-9]+)")
_is_url = re.compile("[a-z]+://", re.IGNORECASE).match
_PART = 256 * 1024
"""Bytes to read at once of a line that is passed over."""
_MOST = sys.maxsize // 2
"""Beyond any memory; from twice that on, no reader takes it for a size."""


class Piece(NamedTuple):
    """A file to read, or the lines of it that begin from byte `start` on and before byte `stop`.

    `is_named` is False for a file that was come across in a folder.
    """

    path: str
    is_named: bool = True
    start: int = 0
    stop: int | None = None


def documents(paths: Iterable[str], max_bytes: int) -> Iterator[Document | SkippedRecords | InputError]:
    """The documents of these paths in their order; in place of what cannot be had stands an error."""
    for piece in pieces(paths):
        if isinstance(piece, InputError):
            yield piece
        else:
            yield from each_document(read(piece, max_bytes))


def pieces(paths: Iterable[str], apart: frozenset[str] = frozenset()) -> Iterator[Piece | InputError]:
    """The files that these paths mean, in their order; in folders without those `apart`, which are real paths."""
    for path in paths:
        if path == STANDARD_INPUT or not os.path.isdir(path):
            yield Piece(path)
        else:
            yield from _folder(path, apart)


def _folder(folder: str, apart: frozenset[str]) -> Iterator[Piece | InputError]:
    empty = True
    for path in _walk(folder, apart):
        empty = False
        yield path if isinstance(path, InputError) else Piece(path, is_named=False)
    if empty:
        yield InputError(folder, f"nothing to check: no {either(f'*{suffix}' for suffix in KINDS)} in this folder")


def _walk(folder: str, apart: frozenset[str]) -> Iterator[str | InputError]:
    """The files to check below a folder, in order; without hidden folders, each folder once for all its links.

    A link that leads out of the folder is not followed: who names a folder need not know all that is in it.
    """
    seen: set[tuple[int, int]] = set()
    errors: list[InputError] = []
    for parent, folders, names, outward in _listed(folder, errors):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=_by_name)
        try:
            status = os.stat(parent)
        except OSError as error:  # it was there a moment ago
            errors.append(source_error(error))
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        here = os.path.realpath(parent) if apart else parent
        errors += (
            InputError(os.path.join(parent, name), "is a link out of the folder: name it to have it checked")
            for name in sorted(outward, key=_by_name)
            if os.path.join(here, name) not in apart
        )
        yield from (
            os.path.join(parent, name)
            for name in sorted(names, key=_by_name)
            if name.lower().endswith(SUFFIXES) and os.path.join(here, name) not in apart
        )
    yield from errors


def _listed(folder: str, errors: list[InputError]) -> Iterator[tuple[str, list[str], list[str], list[str]]]:
    """What `os.walk` tells, which before Python 3.12 calls itself for each level: no depth is too much here.

    The links to folders and to files to check that lead out of the folder stand by themselves, at the end.
    """
    waiting = [folder]
    while waiting:
        parent = waiting.pop()
        folders: list[str] = []
        names: list[str] = []
        outward: list[str] = []
        try:
            with os.scandir(parent) as entries:
                for entry in entries:
                    is_folder = _is_folder(entry)
                    if not entry.is_symlink() or _is_in(entry.path, folder):
                        (folders if is_folder else names).append(entry.name)
                    elif entry.name.lower().endswith(SUFFIXES) or (is_folder and not entry.name.startswith(".")):
                        outward.append(entry.name)
        except OSError as error:
            errors.append(source_error(error))
            continue
        yield parent, folders, names, outward
        waiting += (os.path.join(parent, name) for name in reversed(folders))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):  # a link that leads round and round
        return entry.is_dir()
    return False


def _is_in(path: str, folder: str) -> bool:
    """Whether all links of a path lead to something in the folder, or to the folder itself."""
    top = os.path.join(os.path.realpath(folder), "")
    return os.path.join(os.path.realpath(path), "").startswith(top)


def _by_name(name: str) -> tuple[list[str | int], str]:
    """What names are sorted by: the numbers in them count as such, so that page-2 comes before page-10."""
    return [int(part) if at % 2 else part for at, part in enumerate(_NUMBER.split(name))], name


def read(piece: Piece, max_bytes: int, opening: Opening | None = None) -> Found:
    """The documents in a file or a piece of one, up to where it ceases to be readable."""
    path, max_bytes = piece.path, min(max_bytes, _MOST)
    try:
        with (opening or opened_here)(path) as file:
            if piece.stop is None:
                yield from containers.documents(Reader(path, unpacked(file, path), max_bytes, piece.is_named))
            else:
                at = _first_line(file, piece.start, piece.stop)
                yield from json_lines.lines(Reader(path, file, max_bytes, piece.is_named), piece.stop - at)
    except BrokenCompression as broken:
        yield unreadable(path, "broken-compression", str(broken))
    except InputError as error:
        yield error
    except (OSError, ValueError) as error:
        yield source_error(error, path)


def _first_line(file: io.BufferedReader, start: int, stop: int) -> int:
    """Go to the first line that begins from `start` on, just after another has ended; not far beyond `stop`."""
    if not start:
        return 0
    at = start - 1
    file.seek(at)
    line = b""
    while at < stop and not line.endswith(b"\n") and (line := file.readline(_PART)):
        at += len(line)
    return at


Opening: TypeAlias = Callable[[str], AbstractContextManager[io.BufferedReader]]
"""What opens a path for reading bytes."""


@contextmanager
def opened_here(path: str) -> Iterator[io.BufferedReader]:
    """A file of this machine, or standard input; raises `InputError` for what is not read."""
    if path == STANDARD_INPUT:
        if sys.stdin is None:  # the shell can close it: <&-
            raise InputError(STANDARD_INPUT, "is closed")
        yield standard_input()
        return
    descriptor = _descriptor(path)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if refused := _refused(path, status.st_mode):
            raise InputError(path, refused)
        os.set_blocking(descriptor, True)
        yield file
        if os.fstat(descriptor).st_size < status.st_size:
            raise InputError(path, json_lines.SHRUNK)


def _descriptor(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if _is_url(path):
            raise InputError(path, "is a URL, and nothing is fetched: curl -s URL | validate-runs -") from None
        raise


def standard_input() -> io.BufferedReader:
    """Standard input, which waits for what comes late, whoever has set it not to."""
    with suppress(OSError):  # what stands in for it may be no file
        os.set_blocking(sys.stdin.fileno(), True)
    return sys.stdin.buffer  # type: ignore[return-value]  # it is buffered


def _refused(path: str, mode: int) -> str | None:
    """Why a special file is not read; a pipe is, where the shell put it on the command line."""
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and path.startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/"))):
        return None
    return "is neither a regular file nor a folder"


def source_error(error: OSError | ValueError, path: str | None = None) -> InputError:
    """The error as it is told of a path that is not opened or not read to its end."""
    if isinstance(error, OSError):
        return InputError(path or str(error.filename), (error.strerror or str(error)).lower())
    return InputError(path or "", "is not a possible file name")
