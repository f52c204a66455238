"""An open file on its way to its documents, unpacked if it was packed."""

from __future__ import annotations

import io
from typing import NamedTuple

from validator.sources import Document, Origin, unreadable
from validator.sources.compression import ahead

_PIECE = 1024 * 1024
"""Bytes to read at once, as what is asked for is allocated."""
_START = 64 * 1024
"""Bytes that tell what a file holds."""
_BYTES_PER_VALUE = 12
"""Bytes of the largest document for each value that it may have; genuine ones take 17 and more, without blanks."""
_BYTES_PER_PART = 128
"""The same for each call of a recording and each line of an event; genuine calls take hundreds."""
_MIN_LIMIT = 1000
"""Values and parts that the smallest documents may have."""


class TooMuch(Exception):
    """The bodies of a recording have more bytes together than may be read: `most`."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class ByteBudget:
    """What has been read of the bodies of a recording, which aliases, codings and compression multiply."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, size: int, most: int) -> None:
        """Take note of what was read; raises `TooMuch` from when on that is more than it may be."""
        self._taken += size
        if self._taken > most:
            raise TooMuch(most)


class Reader(NamedTuple):
    """A file that can be read: its name as the user gave it, and the most that may be read of one document.

    `is_named` is False for a file that was come across in a folder: nobody said that there are runs in it.
    """

    name: str
    file: io.BufferedReader
    max_bytes: int
    is_named: bool = True

    @property
    def max_values(self) -> int:
        """The most values that one document may have; a text of no more bytes than this needs no counting."""
        return min(self.max_bytes, max(_MIN_LIMIT, self.max_bytes // _BYTES_PER_VALUE))

    @property
    def max_parts(self) -> int:
        """The most calls that a recording may have, and the most lines that an event may have."""
        return max(_MIN_LIMIT, self.max_bytes // _BYTES_PER_PART)

    def ahead(self) -> tuple[bytes, Reader]:
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

    def document(self, data: bytes | str, record: int | None = None, origin: Origin | None = None) -> Document:
        """The document with this text, or the finding that it has too many values to be built."""
        return self.too_many_values(data, record, origin) or Document(self.name, data, record, origin=origin)

    def too_many_values(
        self, data: bytes | str, record: int | None = None, origin: Origin | None = None
    ) -> Document | None:
        """The finding that a text has more values than may be built of one document; None where it has not."""
        if len(data) <= self.max_values:
            return None
        from validator.sources.value_count import has_more_values  # few documents are that long

        if not has_more_values(data, self.max_values):
            return None
        return self.too_many("values", self.max_values, "one document", record, origin)

    def too_many(
        self, parts: str, limit: int, whole: str, record: int | None = None, origin: Origin | None = None
    ) -> Document:
        """The finding that something has more parts than are read of it."""
        message = f"has more than {{}} {parts}, the most that are read of {whole} (--max-bytes raises the limit)"
        return unreadable(self.name, "too-large", message, limit, record=record, origin=origin)

    def too_large(self, record: int | None = None) -> Document:
        """What is told of a document that is larger than may be read."""
        message = "is larger than {} bytes, the most that is read of one document (--max-bytes)"
        return unreadable(self.name, "too-large", message, self.max_bytes, record=record)

    def too_much(self, most: int, record: int) -> Document:
        """What is told of a body of a recording when those before it have used up what may be read of them all."""
        message = "is not read: the bodies of this recording have more than {} bytes together (--max-bytes)"
        return unreadable(self.name, "too-large", message, most, record=record)
