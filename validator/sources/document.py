"""A document, where it stands in its file, and what else a reader yields: blocks of lines, counts and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from validator.core.exchange import Request, Response
from validator.core.problem import Problem, Span

if TYPE_CHECKING:
    from validator.core.options import Period
    from validator.jsontext.columns import Position
    from validator.jsontext.parse import Parsed

JSON_WHITESPACE = b" \t\r\n"


class PositionMap(Protocol):
    """How the text of a document lies in its file."""

    def map_offsets(self, text: str) -> Callable[[int], Position]:
        """Return a function from an offset in the text to its line and column in the file."""

    def map_byte_columns(self, text: str) -> Callable[[Position], int]:
        """Return a function from a line and column in the file to the column counted in bytes of UTF-8."""


class Origin(NamedTuple):
    """Where a document stands in its file, and how it came about.

    In an event stream, `event` is the name of the event, "" without one, and `stream` distinguishes the streams of a
    recording. Of the last run of a stream, `stream_end` says how the stream ends: with "done", or without ("missing").
    After an error, or an event without data, the end of the run is unknown, and `stream_end` is None.

    `period` is when the recorded call began and ended. Where the calls of a recording do not stand in the order in
    which they began, `sequence` is the 1-based number of the call in that order; elsewhere it is 0. A stub or a saved
    example is one of many possible responses, and came neither before nor after another.
    """

    positions: PositionMap
    request: Request | None = None
    response: Response | None = None
    event: str | None = None
    stream: int = 0
    stream_end: Literal["done", "missing"] | None = None
    period: Period | None = None
    sequence: int = 0
    is_stub: bool = False


class Document(NamedTuple):
    """One JSON text to check.

    `file` is the name as the user gave it (None for a value), `record` its 1-based number in a file of many.
    `problem` is the reason why a document could not be read; `data` is empty then.
    `has_positions` is False for a text that was made from a value: its places mean nothing to the user.
    Without an `origin`, a document with a record is that line of its file, and one without a record is the whole file.
    `parsed` is the parsed data, if it has been parsed already.
    `is_named` is False for the document of a file that was found in a folder: nobody claims that it has runs.
    """

    file: str | None
    data: bytes | str
    record: int | None = None
    problem: Problem | None = None
    has_positions: bool = True
    origin: Origin | None = None
    parsed: Parsed | None = None
    is_named: bool = True

    @property
    def has_error_status(self) -> bool:
        """Whether it has no runs: an `error` event, a 4xx or 5xx response, in a live check any but a 2xx response."""
        request, response = self.exchange
        is_error_event = self.origin is not None and self.origin.event == "error"
        is_live = request is not None and request.step != ""
        return is_error_event or (response is not None and (response.is_error or (is_live and not response.is_success)))

    @property
    def is_recorded_error(self) -> bool:
        """Whether it is such a response in a recording, which may be right; one that a caller gives is not."""
        return self.file is not None and self.has_error_status

    @property
    def request_label(self) -> str | None:
        """What a report calls the exchange, such as `GET /v1/threads/thread_A/runs 500`; None where it is unknown."""
        request, response = self.exchange
        status = str(response.status) if response and response.status is not None else ""
        return " ".join(filter(None, (request.label if request else "response", status))) if response else None

    @property
    def is_event(self) -> bool:
        """Whether it is the data of an event of a stream."""
        return self.origin is not None and self.origin.event is not None

    @property
    def exchange(self) -> tuple[Request | None, Response | None]:
        """The request that the document answers and the response that it came in; None for the events of a stream."""
        if self.origin is None or self.is_event:
            return None, None
        return self.origin.request, self.origin.response


class LineBlock(NamedTuple):
    """Complete lines of a JSON Lines file, none above the size limit: together, and each without its line feed.

    `record` is the number of the first.
    """

    file: str
    record: int
    data: bytes
    lines: Sequence[bytes]

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Return the lines with their numbers."""
        return enumerate(self.lines, self.record)

    def documents(self) -> Iterator[Document]:
        """Return the documents on the lines that are not blank."""
        return (Document(self.file, line, record) for record, line in self.records() if line.strip(JSON_WHITESPACE))


class SkippedRecords(NamedTuple):
    """The number of calls of a recording, or of events of a stream, that return no runs and are not checked.

    `reasons` say why calls for runs returned none; `unchecked` are those of the reasons that may hide runs.
    `other` is what a file in a folder is that has nothing to do with runs: `a list of messages`.
    """

    file: str
    number: int
    reasons: tuple[str, ...] = ()
    unchecked: str = ""
    other: str = ""


class InputError(Exception):
    """A file or folder cannot be opened or has nothing to check; the text is the reason, without the name."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file, reason)  # pickle passes these to the constructor
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


SourceItem: TypeAlias = Document | LineBlock | SkippedRecords | InputError


def unreadable_document(
    file: str, rule: str, message: str, *values: object, record: int | None = None, origin: Origin | None = None
) -> Document:
    """Return a document without data, whose problem says why it could not be read."""
    problem = Problem("", message, values, span=Span(0, 0), rule=rule)
    return Document(file=file, data=b"", record=record, problem=problem, origin=origin)


def expand_blocks(items: Iterable[SourceItem]) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the items, with the documents of each block in its place."""
    for item in items:
        if isinstance(item, LineBlock):
            yield from item.documents()
        else:
            yield item
