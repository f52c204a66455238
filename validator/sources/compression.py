"""Compressed files, detected by their first bytes and decompressed as they are read."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from validator.sources.document import InputError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"
"""After a first byte of 0x50 to 0x5F: a frame without content, such as pzstd begins with (RFC 8878, 3.1.2)."""
TRUNCATED, CORRUPT = "ends before its compressed data does", "does not unpack: its data is damaged"
_BUFFER_SIZE = 256 * 1024
_ZSTD_MODULES = ("compression.zstd", "backports.zstd")
"""Python's own from 3.14 on, before that an extra package."""


class BrokenCompression(Exception):
    """The compressed data ends too early or is corrupt; the text is the reason."""


def decompress(file: io.BufferedIOBase, path: str) -> io.BufferedReader:
    """Return a reader of the decompressed content, or of the file itself if it is not compressed.

    It raises `BrokenCompression` where the compressed data breaks. Raises `InputError` if zstd is not installed.
    """
    start, file = peek(file, len(ZSTD))
    if start.startswith(GZIP):
        import gzip  # most files are not compressed

        return _open_decompressed(gzip.GzipFile(fileobj=file), zlib.error)
    if is_compressed(start):
        zstd = _import_zstd(path)
        return _open_decompressed(zstd.ZstdFile(file), zstd.ZstdError)
    return file


def is_compressed(start: bytes) -> bool:
    """Return whether a file that begins with these bytes is compressed."""
    return start.startswith((GZIP, ZSTD)) or (b"\x50" <= start[:1] <= b"\x5f" and start[1:4] == _ZSTD_SKIPPABLE)


def peek(file: io.BufferedIOBase, size: int) -> tuple[bytes, io.BufferedReader]:
    """Return the first bytes, and a reader that still has them before it; broken compression is raised by that."""
    start = b""
    with suppress(BrokenCompression):
        while len(start) < size and (piece := file.read1(size - len(start))):
            start += piece
    prefix = io.BytesIO(start)
    return start, io.BufferedReader(_RawReader(lambda size: prefix.read(size) or file.read1(size)), _BUFFER_SIZE)


def _import_zstd(path: str) -> Any:
    for name in _ZSTD_MODULES:
        with suppress(ImportError):
            return import_module(name)
    raise InputError(path, "is compressed with zstd, which takes an extra package: pip install 'validate-runs[zstd]'")


def _open_decompressed(stream: Any, error_type: type[Exception]) -> io.BufferedReader:
    reason = ""

    def read(size: int) -> bytes:
        nonlocal reason
        if not reason:
            try:
                piece: bytes = stream.read1(size)  # `read` would lose what comes before the damage
            except (OSError, EOFError, error_type) as error:
                if isinstance(error, OSError) and error.errno is not None:  # the disk, not the data
                    raise
                reason = TRUNCATED if isinstance(error, EOFError) else CORRUPT
            else:
                return piece
        raise BrokenCompression(reason)  # at each further read, too

    return io.BufferedReader(_RawReader(read, stream.close), _BUFFER_SIZE)


class _RawReader(io.RawIOBase):
    """A stream of what a function returns, which reads at most so many bytes."""

    def __init__(self, read: Callable[[int], bytes], close: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._read = read
        self._close = close

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer that BufferedReader gives
        piece = self._read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._close()
        super().close()
