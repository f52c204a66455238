"""An open file on its way to its documents, unpacked if it was packed."""

from __future__ import annotations

import io
from typing import NamedTuple

from validator.sources import Document, unreadable
from validator.sources.unpacking import ahead

_PIECE = 1024 * 1024
"""Bytes to read at once, as what is asked for is allocated."""
_START = 64 * 1024
"""Bytes that tell what a file holds."""


class TooMuch(Exception):
    """The bodies of a recording have more bytes together than may be read: `most`."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class Room:
    """What has been read of the bodies of a recording, which aliases, codings and compression multiply."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, size: int, most: int) -> None:
        """Take note of what was read; raises `TooMuch` from when on that is more than it may be."""
        self._taken += size
        if self._taken > most:
            raise TooMuch(most)


class Opened(NamedTuple):
    """A file that can be read: its name as the user gave it, and the most that may be read of one document.

    `is_named` is False for a file that was come across in a folder: nobody said that there are runs in it.
    """

    name: str
    file: io.BufferedReader
    max_bytes: int
    is_named: bool = True

    def ahead(self) -> tuple[bytes, Opened]:
        """What the file begins with, and the file as if that had not been read."""
        start, file = ahead(self.file, _START)
        return start, self._replace(file=file)

    def whole(self) -> bytes | None:
        """All of it, or None where that is more than may be read of one document."""
        pieces: list[bytes] = []
        room = self.max_bytes + 1
        while room and (piece := self.file.read(min(room, _PIECE))):
            pieces.append(piece)
            room -= len(piece)
        return b"".join(pieces) if room else None

    def too_large(self, record: int | None = None) -> Document:
        """What is told of a document that is larger than may be read."""
        message = "is larger than {} bytes, the most that is read of one document (--max-bytes)"
        return unreadable(self.name, "too-large", message, self.max_bytes, record=record)

    def too_much(self, most: int, record: int) -> Document:
        """What is told of a body of a recording when those before it have used up what may be read of them all."""
        message = "is not read: the bodies of this recording have more than {} bytes together (--max-bytes)"
        return unreadable(self.name, "too-large", message, most, record=record)
