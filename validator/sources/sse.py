"""Server-sent events: the runs that an event stream brings.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from validator.core.resource import RUN
from validator.sources import Document, InputError, Origin, PositionMap, SkippedRecords, unreadable
from validator.sources.compression import BrokenCompression
from validator.sources.positions import LineMap, Start
from validator.sources.reader import Reader

_brings_run = re.compile(rf'"object"\s*:\s*"{re.escape(RUN.object)}"'.encode()).search
_DONE = b"[DONE]"
_PIECE = 64 * 1024
"""Bytes of a line to read at once."""
_CONTINUATIONS = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not begin a character."""


class Event(NamedTuple):
    """One event: its name, its data, and where in the stream each line of the data begins.

    `data` is None where there is more of it than may be read, `starts` has the first line alone then; `lines` counts
    the lines.
    """

    name: str | None
    data: bytes | None
    starts: tuple[Start, ...]
    lines: int


def documents(opened: Reader) -> Iterator[Document | SkippedRecords | InputError]:
    """The runs in the stream, event by event."""
    found = passed_over = 0
    for one in runs(opened, lambda frame: frame):
        if isinstance(one, SkippedRecords):
            passed_over = one.number
        else:
            found += 1
        yield one
    if not found and opened.is_named:
        yield InputError(opened.name, f"nothing to check: none of its {passed_over} events brings a run")


def runs(
    opened: Reader, framed: Callable[[PositionMap], PositionMap], base: Origin | None = None, record: int | None = None
) -> Iterator[Document | SkippedRecords]:
    """The runs of the streams in a file or body, one after another, then how many events were none.

    `framed` tells how the stream lies in its file; `base` and `record` are those of the call that it answers.
    """
    held: Document | None = None
    stream, passed_over = base.stream if base else 0, 0
    events = enumerate(_events(opened), 1)
    while True:
        try:
            number, event = next(events)
        except StopIteration:
            break
        except BrokenCompression as broken:
            if held:
                yield held
            yield unreadable(opened.name, "broken-compression", str(broken))
            return
        if event.data is not None and not _is_run(event):
            passed_over += 1
            if _ends(event):
                yield from _last(held, is_torn=False)
                held, stream = None, stream if base else stream + 1
            continue
        if held:
            yield held
        held = _document(opened, event, framed, base, record or number, stream)
    yield from _last(held, is_torn=True)
    yield SkippedRecords(opened.name, passed_over)


def _last(held: Document | None, *, is_torn: bool) -> Iterator[Document]:
    """The last run of a stream, knowing that it is."""
    if held and held.origin:
        yield held._replace(origin=held.origin._replace(is_last=True, is_torn=is_torn))


def _document(
    opened: Reader,
    event: Event,
    framed: Callable[[PositionMap], PositionMap],
    base: Origin | None,
    record: int,
    stream: int,
) -> Document:
    frame = framed(LineMap(event.starts))
    origin = (base or Origin(frame))._replace(frame=frame, event=event.name, stream=stream)
    if event.lines > opened.max_parts:
        return opened.too_many("lines", opened.max_parts, "one event", record, origin)
    if event.data is None:
        return opened.too_large(record)._replace(origin=origin)
    return opened.document(event.data, record, origin)


def _is_run(event: Event) -> bool:
    if event.name is None:
        return bool(event.data and _brings_run(event.data))
    return RUN.is_event(event.name)


def _ends(event: Event) -> bool:
    """Whether a stream ends with this event, done or failed; in a file, another may follow."""
    return event.name in ("done", "error") or event.data == _DONE


def _events(opened: Reader) -> Iterator[Event]:
    name: str | None = None
    data: list[bytes] = []
    starts: list[Start] = []
    lines, room = 0, opened.max_bytes + 1
    for number, column, byte, line in chain(_lines(opened), [(0, 0, 0, b"")]):
        if not line:
            if lines:
                is_whole = room >= 0 and lines <= opened.max_parts
                yield Event(name, b"\n".join(data) if is_whole else None, tuple(starts), lines)
            name, data, starts, lines, room = None, [], [], 0, opened.max_bytes + 1
            continue
        field, _, value = line.partition(b":")
        if field == b"event":
            name = value.decode("utf-8", "replace").removeprefix(" ")
        elif field == b"data":
            value = value.removeprefix(b" ")
            before = len(line) - len(value)
            starts.append(Start(number, column + before, byte + before))
            data.append(value)
            lines += 1
            room -= len(value) + 1
            if room < 0 or lines > opened.max_parts:
                del data[:], starts[1:]  # it is enough to know where it begins


def _lines(opened: Reader) -> Iterator[tuple[int, int, int, bytes]]:
    """The lines without their ends, and where each begins; of a line that is too long, its beginning.

    LF, CR, or both together end a line of the stream; places count by line feeds alone, as everywhere.
    """
    number = 1
    while piece := opened.file.readline(_PIECE):
        if number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        if piece.endswith(b"\n") and piece.find(b"\r", 0, -2) < 0:
            yield number, 1, 1, piece.rstrip(b"\r\n")
        else:
            yield from _split(opened, piece, number)
        number += 1


def _split(opened: Reader, piece: bytes, number: int) -> Iterator[tuple[int, int, int, bytes]]:
    """The same up to the next line feed, where that is far or carriage returns stand before it."""
    limit = opened.max_bytes + len("data: ") + 1
    column = byte = 1
    start, room = (number, 1, 1), limit
    held: list[bytes] = []
    while piece:
        for part in piece.splitlines(keepends=True):
            column += len(part.translate(None, _CONTINUATIONS))
            byte += len(part)
            if part == b"\n" and not held:  # of a CRLF that two pieces have cut
                continue
            if room > 0:
                held.append(part[:room])
                room -= len(part)
            if part.endswith((b"\n", b"\r")):
                yield *start, b"".join(held).rstrip(b"\r\n")
                start, held, room = (number, column, byte), [], limit
        piece = b"" if piece.endswith(b"\n") else opened.file.readline(_PIECE)
    if held:
        yield *start, b"".join(held)
