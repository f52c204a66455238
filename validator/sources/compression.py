"""Compressed files, recognised by their first bytes and unpacked as they are read."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from importlib import import_module
from typing import Any

from validator.sources import InputError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"
"""After a first byte of 0x50 to 0x5F: a frame without content, such as pzstd begins with (RFC 8878, 3.1.2)."""
CUT, DAMAGED = "ends before its compressed data does", "does not unpack: its data is damaged"
_PIECE = 256 * 1024
"""Bytes to unpack at once."""
_ZSTD_MODULES = ("compression.zstd", "backports.zstd")
"""Python's own from 3.14 on, before that an extra package."""


class BrokenCompression(Exception):
    """The file does not unpack any further; the text says why."""


def unpacked(file: io.BufferedIOBase, path: str) -> io.BufferedReader:
    """The file's content, of which `peek` shows the beginning; reading raises `BrokenCompression` where it breaks."""
    start, file = ahead(file, len(ZSTD))
    if start.startswith(GZIP):
        import gzip  # most files are not packed

        return io.BufferedReader(_Guarded(gzip.GzipFile(fileobj=file), zlib.error), _PIECE)
    if _is_zstd(start):
        zstd = _zstd(path)
        return io.BufferedReader(_Guarded(zstd.ZstdFile(file), zstd.ZstdError), _PIECE)
    return file


def is_packed(start: bytes) -> bool:
    """Whether a file that begins like this is compressed."""
    return start.startswith(GZIP) or _is_zstd(start[: len(ZSTD)])


def _is_zstd(start: bytes) -> bool:
    return start == ZSTD or (b"\x50" <= start[:1] <= b"\x5f" and start[1:] == _ZSTD_SKIPPABLE)


def ahead(file: io.BufferedIOBase, size: int) -> tuple[bytes, io.BufferedReader]:
    """What the file begins with, and the file as if that had not been read; damage is told by who reads on to it."""
    start = b""
    with suppress(BrokenCompression):
        while len(start) < size and (piece := file.read1(size - len(start))):
            start += piece
    return start, io.BufferedReader(_Preceded(start, file), _PIECE)


def _zstd(path: str) -> Any:
    """The module that unpacks zstd."""
    for name in _ZSTD_MODULES:
        with suppress(ImportError):
            return import_module(name)
    raise InputError(path, "is compressed with zstd, which takes an extra package: pip install 'validate-runs[zstd]'")


class _Preceded(io.RawIOBase):
    """A stream before which something stands."""

    def __init__(self, start: bytes, stream: io.BufferedIOBase) -> None:
        super().__init__()
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer that BufferedReader gives
        piece = self._start[: len(buffer)] or self._stream.read1(len(buffer))
        self._start = self._start[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


class _Guarded(io.RawIOBase):
    """An unpacking stream with one kind of error for all the ways in which what it reads can be broken."""

    def __init__(self, stream: Any, broken: type[Exception]) -> None:
        super().__init__()
        self._stream = stream
        self._broken = (OSError, EOFError, broken)
        self._reason: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer that BufferedReader gives
        if self._reason:  # who tries again is told the same
            raise BrokenCompression(self._reason)
        try:
            piece = self._stream.read1(len(buffer))  # what comes before the damage is not lost
        except self._broken as error:
            if isinstance(error, OSError) and error.errno is not None:  # the disk, not the data
                raise
            self._reason = _reason(error)
            raise BrokenCompression(self._reason) from error
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _reason(error: Exception) -> str:
    return CUT if isinstance(error, EOFError) else DAMAGED
