"""Where documents stand in their files: as a line, as lines after a prefix, or as a string with escapes."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from validator.core.finding import Edit
from validator.core.problem import Span
from validator.jsontext.columns import ByteColumns, Lines, Position
from validator.jsontext.edits import hash_document
from validator.sources.document import Document, PositionMap


def position_map(document: Document) -> PositionMap:
    """Return how a document lies in its file."""
    return document.origin.positions if document.origin else FileLine(document.record)


class FileLine(NamedTuple):
    """The document is one line of the file, or the whole file."""

    number: int | None

    def map_offsets(self, text: str) -> Callable[[int], Position]:
        """Map to the columns of the document."""
        number = self.number
        return Lines(text).line_and_column if number is None else lambda offset: (number, offset + 1)

    def map_byte_columns(self, text: str) -> Callable[[Position], int]:
        """Map to the bytes of the document."""
        is_one_line = self.number is not None or text.isascii()  # in ASCII, any line serves
        return ByteColumns((lambda _number: text) if is_one_line else Lines(text).line).at


class Start(NamedTuple):
    """Where in a file a line of a document begins, counted from 1; `byte` counts the line in bytes of UTF-8."""

    line: int
    column: int
    byte: int


class LineMap(NamedTuple):
    """Each line of the document begins somewhere in the file."""

    starts: Sequence[Start]

    def map_offsets(self, text: str) -> Callable[[int], Position]:
        """Count columns from the start of the line of the document."""
        lines = Lines(text)

        def position(offset: int) -> Position:
            number, column = lines.line_and_column(offset)
            start = self.starts[number - 1]
            return start.line, start.column + column - 1

        return position

    def map_byte_columns(self, text: str) -> Callable[[Position], int]:
        """Count bytes from the start of the line of the document."""
        columns = ByteColumns(Lines(text).line)

        def byte_column(place: Position) -> int:
            line, column = place
            number = bisect_left(self.starts, (line, column + 1))  # the last line that begins at or before the place
            start = self.starts[number - 1]
            return start.byte - 1 + columns.at((number, column - start.column + 1))

        return byte_column


class OuterText:
    """A text that contains documents and lies in a file; it is located once for all of them.

    Without `positions`, it is the whole file: a recording.
    """

    def __init__(self, text: str, positions: PositionMap = FileLine(None)) -> None:  # noqa: B008  # it is immutable
        self.text = text
        self._positions = positions

    @cached_property
    def digest(self) -> str:
        """The hash of the text."""
        return hash_document(self.text)

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text)

    @cached_property
    def place(self) -> Callable[[int], Position]:
        """A function from an offset in the text to a place in the file."""
        return self._positions.map_offsets(self.text)

    @cached_property
    def byte_column(self) -> Callable[[Position], int]:
        """A function from a place in the file to its column in bytes."""
        return self._positions.map_byte_columns(self.text)


Offsets: TypeAlias = Callable[[int | None], Sequence[int]]
"""Returns the offset in the outer text of each character of a string, and of its end; or only the first so many."""


@dataclass(frozen=True)
class _Inside:
    """The document lies in another text."""

    outer: OuterText

    def map_byte_columns(self, _text: str) -> Callable[[Position], int]:
        """Map to the bytes of the file."""
        return self.outer.byte_column


@dataclass(frozen=True)
class EscapedString(_Inside):
    """The document is a string with escapes; `offsets` is called only when there is something to place."""

    offsets: Offsets

    def map_offsets(self, _text: str) -> Callable[[int], Position]:
        """Map each character to its escape sequence."""
        place, offsets = self.outer.place, self.offsets(None)
        return lambda offset: place(offsets[offset])

    def map_edits(self, text: str) -> Callable[[Edit], Edit]:
        """Return a function from an edit of the document to one of the file.

        The value is escaped as its document is. The edit has no digest if it cannot be made, because the value is
        written in several lines or in an unusual way.
        """
        outer, offsets = self.outer, self.offsets(None)
        is_escaped = outer.text[offsets[text.find('"')]] == "\\"

        def map_edit(edit: Edit) -> Edit:
            span = Span(offsets[edit.span.start], offsets[edit.span.end])
            written = outer.text[span.start : span.end]
            if _unescape(written, is_escaped=is_escaped) != text[edit.span.start : edit.span.end]:
                return edit._replace(digest="")
            return Edit(span, json.dumps(edit.text)[1:-1] if is_escaped else edit.text, outer.digest, edit)

        return map_edit


def _unescape(written: str, *, is_escaped: bool) -> str | None:
    """Return the text that is written so; None if it is not certain."""
    try:
        return str(json.loads(f'"{written}"')) if is_escaped else written
    except ValueError:
        return None


@dataclass(frozen=True)
class Opaque(_Inside):
    """The document was unpacked from a string: everything has the place where that begins."""

    start: Callable[[], int]

    def map_offsets(self, _text: str) -> Callable[[int], Position]:
        """Map every offset to the same place."""
        place = self.outer.place(self.start())
        return lambda _offset: place


@dataclass(frozen=True)
class Nested(_Inside):
    """The document lies in several lines of the text: an event stream in a recording."""

    inner: PositionMap

    def map_offsets(self, text: str) -> Callable[[int], Position]:
        """Map offsets to a line and column of the outer text first, then to the file."""
        inner, outer = self.inner.map_offsets(text), self.outer

        def position(offset: int) -> Position:
            line, column = inner(offset)
            return outer.place(outer.lines.start(line) + column - 1)

        return position
