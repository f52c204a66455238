"""Server-sent events: the runs in an event stream.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Literal, NamedTuple

from validator.core.phrases import Shown, count
from validator.core.resource import RUN
from validator.jsontext.parse import parse
from validator.sources.compression import BrokenCompression
from validator.sources.document import Document, InputError, Origin, PositionMap, SkippedRecords, unreadable_document
from validator.sources.positions import LineMap, Start
from validator.sources.reader import Reader

_has_run = re.compile(rf'"object"\s*:\s*"{re.escape(RUN.object)}"'.encode()).search
_begins_error = re.compile(rb'\s*\{\s*"error"\s*:').match
_needs_data = re.compile(r"thread\.|(?:done|error)$").match
_DONE = b"[DONE]"
_END = Start(0, 0, 0)
"""Where the file ends; no line begins there."""
_READ_SIZE = 64 * 1024
"""Bytes of a line to read at once."""
_MAX_PARSED = 1024 * 1024
"""Bytes of data of an event with a foreign name that are parsed to see whether they are a run."""
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not begin a character."""


class _Event(NamedTuple):
    """An event: its name, its data, and where in the stream each line of the data begins.

    `data` is None if it exceeds a limit; `starts` has only the first line then. `lines` is the number of lines. Without
    data there are no lines; `starts` has the line that stands in the place of the data, or that of the event's name.
    `joined` is the name that the event had before it got another, and where that stands: a blank line is missing.
    """

    name: str | None
    data: bytes | None
    starts: tuple[Start, ...]
    lines: int
    joined: tuple[str, Start] | None = None

    @property
    def is_run(self) -> bool:
        """Whether it has a run, whatever its name: one that is too large, or no JSON, only has to look like it."""
        if self.data is None or RUN.is_event(self.name or ""):
            return self.lines > 0
        has_run = _has_run(self.data) is not None
        if not has_run or self.name is None or len(self.data) > _MAX_PARSED:
            return has_run
        parsed = parse(self.data)
        return not parsed.readable or RUN.is_in_event(self.name, parsed.value)

    @property
    def is_error(self) -> bool:
        """Whether the event says that the stream failed; some servers leave out its name."""
        return self.name == "error" or bool(self.name is None and self.data and _begins_error(self.data))

    @property
    def ends_stream(self) -> bool:
        """Whether a stream ends here, done or failed; in a file, another may follow."""
        return self.name == "done" or self.data == _DONE or self.is_error

    @property
    def is_of_threads(self) -> bool:
        """Whether only the API of threads has an event with this name."""
        names = (self.name, self.joined and self.joined[0])
        return any(name is not None and name.startswith("thread.") for name in names)


def read_documents(reader: Reader) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the runs and the faulty events in a file, then the number of the other events.

    A file in a folder that has no event at all may be an error that a server sent in place of a stream.
    """
    has_runs, faults, skipped = False, 0, SkippedRecords(reader.name, 0)
    for item in read_runs(reader, lambda positions: positions):
        if isinstance(item, SkippedRecords):
            skipped = item
        else:
            has_runs, faults = has_runs or not item.has_error_status, faults + item.has_error_status
            yield item
    if reader.is_named:
        yield skipped
        if not has_runs:
            yield InputError(reader.name, f"nothing to check: no run in {count(skipped.number + faults, 'event')}")
    elif not has_runs and not faults and not skipped.number:
        yield no_events(reader)
    else:
        yield skipped._replace(other="" if has_runs or faults else "an event stream without runs")


def no_events(reader: Reader, record: int | None = None, origin: Origin | None = None) -> Document:
    """Return the finding that what should be an event stream has no event."""
    message = 'has no event of a stream; expected lines that begin with "data: "'
    return unreadable_document(reader.name, "not-json", message, record=record, origin=origin)


def read_runs(
    reader: Reader,
    place: Callable[[PositionMap], PositionMap],
    call: Origin | None = None,
    record: int | None = None,
) -> Iterator[Document | SkippedRecords]:
    """Yield the runs and the faulty events of the streams in a file or body, then the number of the other events.

    Errors and missing data are those of the API of threads only where a call or an event before says that it is one; a
    stream that begins with an error is taken for one.
    `place` makes positions in the stream positions in the file; `call` and `record` belong to a recorded call.
    """
    last: Document | None = None
    stream, skipped, is_of_threads = call.stream if call else 0, 0, call is not None
    events = enumerate(_read_events(reader), 1)
    while True:
        try:
            number, event = next(events)
        except StopIteration:
            break
        except BrokenCompression as broken:
            if last:
                yield last
            yield unreadable_document(reader.name, "broken-compression", str(broken))
            return
        is_run = event.is_run
        is_of_threads = is_of_threads or is_run or event.is_of_threads or (number == 1 and event.is_error)
        is_fault = is_of_threads and (event.lines == 0 or event.is_error or event.joined is not None)
        if last and (is_run or is_fault):
            yield last
            last = None
        if is_run or is_fault:
            positions = place(LineMap((event.joined[1],) if event.joined else event.starts))
            name = "error" if event.is_error else event.name or ""
            origin = (call or Origin(positions))._replace(positions=positions, event=name, stream=stream)
            document = _document(reader, event, origin, record or number)
            if is_fault:
                yield document
            else:
                last = document
        else:
            skipped += 1
        if event.ends_stream:
            if last:
                yield _with_end(last, "done")
            last, stream = None, stream if call else stream + 1
    if last:
        yield _with_end(last, "missing")
    yield SkippedRecords(reader.name, skipped)


def _with_end(document: Document, end: Literal["done", "missing"]) -> Document:
    """Return the last run of a stream, marked as such."""
    return document._replace(origin=document.origin and document.origin._replace(stream_end=end))


def _document(reader: Reader, event: _Event, origin: Origin, record: int) -> Document:
    if event.joined:
        message = "begins the event {} in the event {}, so that clients get one event with the data of both; "
        message += "expected a blank line before it"
        names = Shown(event.name or ""), Shown(event.joined[0])
        return unreadable_document(reader.name, "joined-events", message, *names, record=record, origin=origin)
    if event.lines == 0:
        message = 'is the event {} without data, which clients ignore or fail at; data has to begin with "data: "'
        name = Shown(event.name or "")
        return unreadable_document(reader.name, "event-without-data", message, name, record=record, origin=origin)
    if event.lines > reader.max_parts:
        return reader.too_many("lines", reader.max_parts, "one event", record, origin)
    if event.data is None:
        return reader.too_large(record, origin)
    return reader.document(event.data, record, origin)


def _read_events(reader: Reader) -> Iterator[_Event]:
    name: str | None = None
    data: list[bytes] = []
    starts: list[Start] = []
    named_at, stray = _END, _END
    joined: tuple[str, Start] | None = None
    lines, rest = 0, reader.max_bytes + 1
    for start, line in chain(_read_lines(reader), [(_END, b"")]):
        if not line:
            if lines:
                is_within_limits = rest >= 0 and lines <= reader.max_parts
                yield _Event(name, b"\n".join(data) if is_within_limits else None, tuple(starts), lines, joined)
            elif name and _needs_data(name) and (start, stray) != (_END, _END):  # which is an event that broke off
                yield _Event(name, b"", (named_at if stray == _END else stray,), 0)
            name, data, starts, stray, lines, rest = None, [], [], _END, 0, reader.max_bytes + 1
            joined = None
            continue
        field, _, value = line.partition(b":")
        if field == b"event":
            before, name = name, value.decode("utf-8", "replace").removeprefix(" ")
            if before is not None and (lines or name != before):
                joined = joined or (before, start)
            named_at = start
        elif field == b"data":
            value = value.removeprefix(b" ")
            prefix = len(line) - len(value)
            starts.append(Start(start.line, start.column + prefix, start.byte + prefix))
            data.append(value)
            lines += 1
            rest -= len(value) + 1
            if rest < 0 or lines > reader.max_parts:
                del data[:], starts[1:]  # the finding needs only the place where the data begins
        elif line.startswith((b"{", b"[")):
            stray = start  # what was meant to be data


def _read_lines(reader: Reader) -> Iterator[tuple[Start, bytes]]:
    """Yield the lines without their ends, cut behind the size limit, and where each begins.

    LF, CR, or CRLF end a line of the stream; places in the file count line feeds alone, as everywhere.
    """
    number = 1
    while piece := reader.file.readline(_READ_SIZE):
        if number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        if piece.endswith(b"\n") and piece.find(b"\r", 0, -2) < 0:
            yield Start(number, 1, 1), piece.rstrip(b"\r\n")
        else:
            yield from _split_at_returns(reader, piece, number)
        number += 1


def _split_at_returns(reader: Reader, piece: bytes, number: int) -> Iterator[tuple[Start, bytes]]:
    """Yield the lines up to the next line feed, which is far away or has carriage returns before it."""
    limit = reader.max_bytes + len("data: ") + 1
    column = byte = 1
    start, rest = Start(number, 1, 1), limit
    line: list[bytes] = []
    while piece:
        for part in piece.splitlines(keepends=True):
            column += len(part.translate(None, _CONTINUATION_BYTES))
            byte += len(part)
            if part == b"\n" and not line:  # of a CRLF that was cut between two reads
                continue
            if rest > 0:
                line.append(part[:rest])
                rest -= len(part)
            if part.endswith((b"\n", b"\r")):
                yield start, b"".join(line).rstrip(b"\r\n")
                start, line, rest = Start(number, column, byte), [], limit
        piece = b"" if piece.endswith(b"\n") else reader.file.readline(_READ_SIZE)
    if line:
        yield start, b"".join(line)
