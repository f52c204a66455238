"""JSON Lines: a document on each line, read in blocks of lines however long the file is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from validator.jsontext.parse import is_wide
from validator.sources import BLANK, Document, InputError, LineBlock, unreadable
from validator.sources.compression import BrokenCompression
from validator.sources.reader import Reader

_BLOCK = 256 * 1024
"""Bytes that are taken at once."""
SHRUNK = "became shorter while it was read"


def documents(opened: Reader) -> Iterator[Document | LineBlock]:
    """The lines; what is spread over them, or written in wide characters, is reported once."""
    start, opened = opened.ahead()
    if is_wide(start):
        yield Document(opened.name, start, 1)
    elif is_spread(start):
        message = "begins a document of several lines, but every line of a JSON Lines file is one: name it .json"
        yield unreadable(opened.name, "not-json", message, record=1)
    else:
        yield from lines(opened)


def lines(opened: Reader, size: int | None = None) -> Iterator[Document | LineBlock]:
    """The lines that begin in the first `size` bytes; where one may be larger than may be read, each is looked at."""
    record = 1
    for data, broken in _blocks(opened, size):
        block = LineBlock(opened.name, record, data)
        yield from (block,) if len(data) <= opened.max_values else _one_by_one(block, opened)
        record += data.count(b"\n") + (data[-1:] not in b"\n")  # the last line of a file may have no line feed
        if broken is not None:
            yield unreadable(opened.name, "broken-compression", str(broken), record=record)


def _one_by_one(block: LineBlock, opened: Reader) -> Iterator[Document]:
    for record, line in block.lines():
        if len(line) > opened.max_bytes:
            yield opened.too_large(record)
        elif line.strip(BLANK):
            yield opened.document(line, record)


def _blocks(opened: Reader, size: int | None) -> Iterator[tuple[bytes, BrokenCompression | None]]:
    """Whole lines, as many as come at once, and why there are no more; of one that is too long, the beginning."""
    position = 0
    while size is None or position < size:
        block = b""
        try:
            # a pipe may be slow to bring as much as that, a range is of a file
            block = opened.file.read1(_BLOCK) if size is None else opened.file.read(min(_BLOCK, size - position))
            position += len(block)
            if not block:
                break
            if not block.endswith(b"\n"):
                rest, skipped = _rest(opened)
                block += rest
                position += len(rest) + skipped
        except BrokenCompression as broken:
            yield block[: block.rfind(b"\n") + 1], broken
            return
        yield block, None
    if size is not None and position < size:
        raise InputError(opened.name, SHRUNK)


def _rest(opened: Reader) -> tuple[bytes, int]:
    """The rest of the line, as far as it may be read, and how much of it was passed over."""
    rest = opened.file.readline(opened.max_bytes + 1)
    skipped = 0
    if len(rest) > opened.max_bytes and not rest.endswith(b"\n"):
        while (piece := opened.file.readline(_BLOCK)) and not piece.endswith(b"\n"):
            skipped += len(piece)
        skipped += len(piece)
    return rest, skipped


def is_one(start: bytes) -> bool:
    """Whether a file that begins like this is one document, whatever it is called: it cannot be taken line by line."""
    return is_wide(start) or is_spread(start)


def is_spread(start: bytes) -> bool:
    """Whether this begins a document of many lines: the first is none, and the second goes on with it."""
    first, feed, rest = start.removeprefix(b"\xef\xbb\xbf").lstrip(BLANK).partition(b"\n")
    if not feed or first[:1] not in (b"{", b"["):
        return False
    return not first[1:].strip(BLANK) or (_is_torn(first) and _goes_on(rest.lstrip(b"\r\n")))


def _goes_on(rest: bytes) -> bool:
    """Whether no document begins here, or one that ends too early again."""
    second, feed, _ = rest.partition(b"\n")
    return second[:1] not in (b"{", b"[") or (bool(feed) and _is_torn(second))


def _is_torn(line: bytes) -> bool:
    """Whether a line is JSON until it ends, too early."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):  # not UTF-8, or too deep to tell
        pass
    return False
