"""Where documents stand in their files: as a line, as lines after a prefix, or as a string with escapes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from validator.jsontext.locate import ByteColumns, Lines, Place
from validator.sources.document import Document, PositionMap
from validator.sources.reader import ByteBudget


def position_map(document: Document) -> PositionMap:
    """Return how a document lies in its file."""
    return document.origin.positions if document.origin else FileLine(document.record)


class FileLine(NamedTuple):
    """The document is one line of the file, or the whole file."""

    number: int | None

    def map_offsets(self, text: str) -> Callable[[int], Place]:
        """Columns are those of the document."""
        number = self.number
        return Lines(text).line_and_column if number is None else lambda offset: (number, offset + 1)

    def map_byte_columns(self, text: str) -> Callable[[Place], int]:
        """Bytes are those of the document."""
        is_one_line = self.number is not None or text.isascii()  # in ASCII, any line will do
        return ByteColumns((lambda _number: text) if is_one_line else Lines(text).line).at


class Start(NamedTuple):
    """Where in a file a line of a document begins, counted from 1; `byte` counts the line in bytes of UTF-8."""

    line: int
    column: int
    byte: int


class LineMap(NamedTuple):
    """Each line of the document begins somewhere in the file."""

    starts: Sequence[Start]

    def map_offsets(self, text: str) -> Callable[[int], Place]:
        """Columns count from the start of the line of the document."""
        lines = Lines(text)

        def position(offset: int) -> Place:
            number, column = lines.line_and_column(offset)
            start = self.starts[number - 1]
            return start.line, start.column + column - 1

        return position

    def map_byte_columns(self, text: str) -> Callable[[Place], int]:
        """Bytes count from the start of the line of the document."""
        columns = ByteColumns(Lines(text).line)

        def byte_column(place: Place) -> int:
            line, column = place
            number = bisect_left(self.starts, (line, column + 1))  # the last line that begins at or before the place
            start = self.starts[number - 1]
            return start.byte - 1 + columns.at((number, column - start.column + 1))

        return byte_column


class Recording:
    """The text of a recording, whose lines are counted once for all documents, and the budgets of its bodies.

    Bodies in base64 have a budget of their own, so that the plain ones are read whatever those unpack to. Without
    aliases, plain bodies have no more bytes than the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain_budget = ByteBudget()
        self.packed_budget = ByteBudget()

    @cached_property
    def lines(self) -> Lines:
        """The lines, counted when they are first asked for."""
        return Lines(self.text)

    def map_byte_columns(self, _text: str) -> Callable[[Place], int]:
        """Bytes are those of the recording."""
        return ByteColumns(self.lines.line).at


Offsets: TypeAlias = Callable[[int | None], Sequence[int]]
"""Returns the offset in the recording of each character of a string, and of its end; or only the first so many."""


class EscapedString(NamedTuple):
    """The document is a string of a recording; `offsets` is called only when there is something to place."""

    recording: Recording
    offsets: Offsets

    def map_offsets(self, _text: str) -> Callable[[int], Place]:
        """Each character has the place of its escape sequence."""
        offsets = self.offsets(None)
        return lambda offset: self.recording.lines.line_and_column(offsets[offset])

    def map_byte_columns(self, text: str) -> Callable[[Place], int]:
        """Bytes are those of the recording."""
        return self.recording.map_byte_columns(text)


class Opaque(NamedTuple):
    """The document was unpacked from a string of a recording: everything has the place where that begins."""

    recording: Recording
    start: Callable[[], int]

    def map_offsets(self, _text: str) -> Callable[[int], Place]:
        """Every offset has the same place."""
        place = self.recording.lines.line_and_column(self.start())
        return lambda _offset: place

    def map_byte_columns(self, text: str) -> Callable[[Place], int]:
        """Bytes are those of the recording."""
        return self.recording.map_byte_columns(text)


class OuterText:
    """A text that lies in a file and contains documents; its lines and characters are located once for all of them."""

    def __init__(self, positions: PositionMap, text: str) -> None:
        self._positions = positions
        self._text = text

    @cached_property
    def position(self) -> Callable[[int, int], Place]:
        """A function from a line and column of the text to a place in the file."""
        start = Lines(self._text).start
        position = self._positions.map_offsets(self._text)
        return lambda line, column: position(start(line) + column - 1)

    @cached_property
    def byte_column(self) -> Callable[[Place], int]:
        """A function from a place in the file to its column in bytes."""
        return self._positions.map_byte_columns(self._text)


class Nested(NamedTuple):
    """The document lies in another text, which lies in the file: an event stream in a recording."""

    outer: OuterText
    inner: PositionMap

    def map_offsets(self, text: str) -> Callable[[int], Place]:
        """Offsets map to the outer text first, then to the file."""
        inner, outer = self.inner.map_offsets(text), self.outer.position
        return lambda offset: outer(*inner(offset))

    def map_byte_columns(self, _text: str) -> Callable[[Place], int]:
        """Bytes are those of the file."""
        return self.outer.byte_column
