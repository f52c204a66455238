"""An open file and the limits within which its documents are read."""

from __future__ import annotations

import io
import re
from itertools import islice
from typing import NamedTuple

from validator.sources.compression import peek
from validator.sources.document import Document, Origin, unreadable_document

_READ_SIZE = 1024 * 1024
"""Bytes to read at once, since `read` allocates as much as it is asked for."""
_PEEK_SIZE = 64 * 1024
"""Bytes from which the format of a file is detected."""
_BYTES_PER_VALUE = 12
"""Bytes of the size limit for each value that a document may have; genuine values take 17 and more, without blanks."""
_BYTES_PER_PART = 128
"""Bytes of the size limit for each call of a recording or line of an event; genuine calls take hundreds."""
_MIN_LIMIT = 1000
"""Values and parts that are allowed under the smallest size limit."""

_VALUE_STARTS = rb'(?s)(?:[^",\[{]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{][ \t\r\n]*+[\]}])*+(?:,|\[|\{|\Z)'
"""Matches up to each comma and each bracket that opens a container with members: one for every value but the first."""


class ByteBudgetExceeded(Exception):
    """The bodies of a recording have more than `limit` bytes together."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class ByteBudget:
    """The bytes read of the bodies of a recording, which aliases and compression can multiply."""

    def __init__(self) -> None:
        self._spent = 0

    def spend(self, size: int, limit: int) -> None:
        """Add to the bytes that were read; raises `BudgetExceeded` as soon as they exceed the limit."""
        self._spent += size
        if self._spent > limit:
            raise ByteBudgetExceeded(limit)


class Reader(NamedTuple):
    """An open file: its name as the user gave it, and the maximal number of bytes of one document.

    `is_named` is False for a file that was found in a folder: nobody claims that it has runs.
    """

    name: str
    file: io.BufferedReader
    max_bytes: int
    is_named: bool = True

    @property
    def max_values(self) -> int:
        """The maximal number of values of one document; a text of at most so many bytes needs no counting."""
        return min(self.max_bytes, max(_MIN_LIMIT, self.max_bytes // _BYTES_PER_VALUE))

    @property
    def max_parts(self) -> int:
        """The maximal number of calls of a recording, and of lines of an event."""
        return max(_MIN_LIMIT, self.max_bytes // _BYTES_PER_PART)

    def peek(self) -> tuple[bytes, Reader]:
        """Return the beginning of the file, and a reader that still has it before it."""
        start, file = peek(self.file, _PEEK_SIZE)
        return start, self._replace(file=file)

    def read_all(self) -> bytes | None:
        """Read the file to its end; return None if it is larger than a document may be."""
        pieces: list[bytes] = []
        rest = self.max_bytes + 1
        while rest and (piece := self.file.read(min(rest, _READ_SIZE))):
            pieces.append(piece)
            rest -= len(piece)
        return b"".join(pieces) if rest else None

    def document(self, data: bytes | str, record: int | None = None, origin: Origin | None = None) -> Document:
        """Return the document with this text, or a finding that it has too many values to be built."""
        return self.check_values(data, record, origin) or Document(
            self.name, data, record, origin=origin, is_named=self.is_named or record is not None
        )

    def check_values(
        self, data: bytes | str, record: int | None = None, origin: Origin | None = None
    ) -> Document | None:
        """Return a finding if the text has more values than one document may have, else None."""
        if len(data) <= self.max_values or not _has_more_values(data, self.max_values):
            return None
        return self.too_many("values", self.max_values, "one document", record, origin)

    def too_many(
        self, parts: str, limit: int, container: str, record: int | None = None, origin: Origin | None = None
    ) -> Document:
        """Return the finding that `container` has more than `limit` parts."""
        message = f"has more than {{}} {parts}, the most that are read of {container} (--max-bytes raises the limit)"
        return unreadable_document(self.name, "too-large", message, limit, record=record, origin=origin)

    def too_large(self, record: int | None = None, origin: Origin | None = None) -> Document:
        """Return the finding that a document has more than `max_bytes` bytes."""
        message = "is larger than {} bytes, the most that is read of one document (--max-bytes)"
        return unreadable_document(self.name, "too-large", message, self.max_bytes, record=record, origin=origin)

    def over_budget(self, limit: int, record: int, origin: Origin) -> Document:
        """Return the finding that a body was not read because the bodies up to it have more than `limit` bytes."""
        message = "is not read: the bodies of this recording have more than {} bytes together (--max-bytes)"
        return unreadable_document(self.name, "too-large", message, limit, record=record, origin=origin)


def _has_more_values(data: bytes | str, limit: int) -> bool:
    """Return whether a text has more JSON values than `limit`, without building any; it need not be valid JSON."""
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if sum(map(data.count, (b",", b"[", b"{"))) < limit:
        return False
    return any(islice(re.finditer(_VALUE_STARTS, data), limit + 1, None))  # the pattern matches twice at the end
