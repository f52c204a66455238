"""JSON Lines: a document on each line, read line by line however long the file is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from validator.sources import Document, unreadable
from validator.sources.opened import Opened
from validator.sources.unpacking import BrokenCompression

_BLANK = b" \t\r\n"


def documents(opened: Opened) -> Iterator[Document]:
    """The documents on the lines; the lines of one document that is spread over them are told once."""
    start, opened = opened.ahead()
    if is_spread(start):
        message = "begins a document of several lines, but every line of a JSON Lines file is one: name it .json"
        yield unreadable(opened.name, "not-json", message, record=1)
    else:
        yield from lines(opened)


def lines(opened: Opened, size: int | None = None) -> Iterator[Document]:
    """The documents on the lines that begin in the first `size` bytes. Only line feeds end lines; blank ones count."""
    name, file, limit = opened.name, opened.file, opened.max_bytes + 1
    record, position = 0, 0
    while size is None or position < size:
        record += 1
        try:
            line = file.readline(limit)
            position += len(line)
            is_whole = len(line) < limit or line.endswith(b"\n")
            if not is_whole:
                position += _skipped(opened)
        except BrokenCompression as broken:
            yield unreadable(name, "broken-compression", str(broken), record=record)
            return
        if not line:
            return
        if not is_whole:
            yield opened.too_large(record)
        elif line.strip(_BLANK):
            yield Document(name, line, record)


def _skipped(opened: Opened) -> int:
    """Pass over the rest of a line that is too long to be read, and tell how long that was."""
    size = 0
    while piece := opened.file.readline(opened.max_bytes):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return size


def is_spread(start: bytes) -> bool:
    """Whether this begins a document of many lines: the first is none, and no other begins on the second."""
    first, feed, rest = start.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK).partition(b"\n")
    if not feed or first[:1] not in (b"{", b"["):
        return False
    return not first[1:].strip(_BLANK) or (_is_torn(first) and rest.lstrip(b"\r\n")[:1] not in (b"{", b"["))


def _is_torn(line: bytes) -> bool:
    """Whether a line is JSON until it ends, too early."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):  # not UTF-8, or too deep to tell
        pass
    return False
