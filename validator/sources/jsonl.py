"""JSON Lines: a document on each line, read in blocks of lines however long the file is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from validator.jsontext.parse import has_wide_encoding
from validator.sources.compression import BrokenCompression
from validator.sources.document import (
    JSON_WHITESPACE,
    Document,
    InputError,
    LineBlock,
    SkippedRecords,
    SourceItem,
    unreadable_document,
)
from validator.sources.reader import Reader

_EVENT_START = rb'\{\s*"event"\s*:\s*"[\w.]+"\s*,\s*"data"\s*:'
_EVENT = rb'\{.*"event"\s*:\s*"'
BLOCK_SIZE = 256 * 1024
FILE_SHRANK = "became shorter while it was read"


def read_documents(reader: Reader, start: bytes) -> Iterator[SourceItem]:
    """Yield the lines in blocks, or one finding for a file that is one document of several lines or in UTF-16.

    `start` is the beginning of the file, which the reader still has before it.
    """
    if has_wide_encoding(start):
        yield Document(reader.name, start, 1)
    elif _spans_lines(start):
        message = "begins a document of several lines, but every line of a JSON Lines file is one: name it .json"
        yield unreadable_document(reader.name, "not-json", message, record=1)
    else:
        is_blank = True
        for item in read_lines(reader):
            is_blank = is_blank and isinstance(item, LineBlock) and not item.data.strip(JSON_WHITESPACE)
            yield item
        if is_blank and reader.is_named:
            yield InputError(reader.name, "nothing to check: it has no lines")
        elif is_blank:
            yield SkippedRecords(reader.name, 0, other="empty")


def read_lines(reader: Reader, size: int | None = None) -> Iterator[SourceItem]:
    """Yield the lines that begin in the next `size` bytes, in blocks; where a limit may be exceeded, each by itself."""
    record = 1
    for data, broken in _read_blocks(reader, size):
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        block = LineBlock(reader.name, record, data, lines)
        yield from (block,) if len(data) <= reader.max_values else _check_lines(block, reader)
        record += len(lines)
        if broken is not None:
            yield unreadable_document(reader.name, "broken-compression", str(broken), record=record)


def _check_lines(block: LineBlock, reader: Reader) -> Iterator[Document]:
    for record, line in block.records():
        if len(line) > reader.max_bytes:
            yield reader.too_large(record)
        elif line.strip(JSON_WHITESPACE):
            yield reader.document(line, record)


def _read_blocks(reader: Reader, size: int | None) -> Iterator[tuple[bytes, BrokenCompression | None]]:
    """Yield complete lines, and the error after the last; a line above the size limit is cut behind that."""
    position = 0
    while size is None or position < size:
        block = b""
        try:
            # `read` would wait for a full block from a slow pipe
            read = reader.file.read1 if size is None else reader.file.read
            block = read(BLOCK_SIZE if size is None else min(BLOCK_SIZE, size - position))
            position += len(block)
            if not block:
                break
            if not block.endswith(b"\n"):
                rest, skipped = read_line(reader)
                block += rest
                position += len(rest) + skipped
        except BrokenCompression as broken:
            yield block[: block.rfind(b"\n") + 1], broken
            return
        yield block, None
    if size is not None and position < size:
        raise InputError(reader.name, FILE_SHRANK)


def read_line(reader: Reader) -> tuple[bytes, int]:
    """Read to the end of a line; return it, cut behind the size limit, and the number of bytes skipped."""
    rest = reader.file.readline(reader.max_bytes + 1)
    skipped = 0
    if len(rest) > reader.max_bytes and not rest.endswith(b"\n"):
        while (piece := reader.file.readline(BLOCK_SIZE)) and not piece.endswith(b"\n"):
            skipped += len(piece)
        skipped += len(piece)
    return rest, skipped


def is_inseparable(start: bytes) -> bool:
    """Return whether a file with this beginning cannot be split by lines, whatever its name.

    It is one document, an event stream whose events belong together, or blank, of which the whole file tells.
    """
    return not start.strip(JSON_WHITESPACE) or has_wide_encoding(start) or _spans_lines(start) or begins_events(start)


def begins_events(start: bytes) -> bool:
    """Return whether a file of JSON Lines with this beginning is an event stream, as SDKs write it down."""
    line = start.removeprefix(b"\xef\xbb\xbf").lstrip(JSON_WHITESPACE).partition(b"\n")[0]
    if re.match(_EVENT_START, line):
        return True
    try:
        value = json.loads(line) if re.match(_EVENT, line) else None
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("event"), str) and "data" in value


def _spans_lines(start: bytes) -> bool:
    """Return whether a document begins here that the first line does not end, and the second line continues it."""
    first, feed, rest = start.removeprefix(b"\xef\xbb\xbf").lstrip(JSON_WHITESPACE).partition(b"\n")
    if not feed or first[:1] not in (b"{", b"["):
        return False
    if not first[1:].strip(JSON_WHITESPACE):
        return True
    second, feed, _ = rest.lstrip(b"\r\n").partition(b"\n")
    return _is_truncated(first) and (second[:1] not in (b"{", b"[") or (bool(feed) and _is_truncated(second)))


def _is_truncated(line: bytes) -> bool:
    """Return whether a line is valid JSON up to its end, which comes too early."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):  # not UTF-8, or too deep to know
        pass
    return False
