"""How documents lie in their files: as a line, as lines behind a prefix, or as a string with escapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from validator.jsontext.locate import Lines, Place
from validator.sources import Document, PositionMap
from validator.sources.reader import ByteBudget


class Line(NamedTuple):
    """The document is one line of the file, all of it."""

    number: int

    def position(self, _text: str) -> Callable[[int], Place]:
        """Columns are those of the document."""
        return lambda offset: (self.number, offset + 1)


def position(document: Document, text: str) -> Callable[[int], Place]:
    """What turns offsets in the text of a document into places in its file."""
    if document.origin is not None:
        return document.origin.frame.position(text)
    return Lines(text).line_and_column if document.record is None else Line(document.record).position(text)


def line_text(document: Document, text: str) -> Callable[[int], str]:
    """What finds a line of the file in which something of a document stands; any ASCII does for any other."""
    if document.origin is not None:
        return document.origin.frame.line_text(text)
    if document.record is not None or text.isascii():
        return lambda _number: text
    return Lines(text).line


class Start(NamedTuple):
    """Where in a file something begins; all are counted from 1, `byte` in the line as `column` is."""

    line: int
    column: int
    byte: int


class LineMap(NamedTuple):
    """Each line of the document begins somewhere in the file: `starts` has the place of each."""

    starts: Sequence[Start]

    def position(self, text: str) -> Callable[[int], Place]:
        """Lines are found one by one; columns count from where each begins."""
        lines = Lines(text)

        def place(offset: int) -> Place:
            line, column = lines.line_and_column(offset)
            start = self.starts[line - 1]
            return start.line, start.column + column - 1

        return place

    def line_text(self, text: str) -> Callable[[int], str]:
        """What of the document stands in a line of the file; what stands before is as long in characters and bytes."""
        parts: dict[int, list[tuple[Start, str]]] = {}
        for start, own in zip(self.starts, text.split("\n"), strict=False):
            parts.setdefault(start.line, []).append((start, own))
        return lambda number: _line(parts.get(number, ()))


def _line(parts: Iterable[tuple[Start, str]]) -> str:
    line, size = "", 0
    for start, own in parts:
        line += _filler(start.column - 1 - len(line), start.byte - 1 - size) + own
        size = start.byte - 1 + len(own.encode("utf-8", "surrogatepass"))
    return line


def _filler(length: int, size: int) -> str:
    """A text of so many characters and so many bytes of UTF-8."""
    wide, rest = divmod(size - length, 3)
    filler = "\U0001f642" * wide + ("", "\u00e9", "\u20ac")[rest]
    return filler + " " * (length - len(filler))


class Recording:
    """The text of a recording, whose lines are counted once for all that is found in it, and what its bodies have.

    Bodies in base64 have a room of their own, so that the plain ones are read whatever those unpack to. Without
    aliases, plain ones have no more than the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = ByteBudget()
        self.packed = ByteBudget()

    @cached_property
    def lines(self) -> Lines:
        """The lines, counted when they are first asked for."""
        return Lines(self.text)


Offsets: TypeAlias = Callable[[int | None], Sequence[int]]
"""Finds where each character of a string stands in its recording, and its end; or only so many of the first."""


class EscapedString(NamedTuple):
    """The document is a string of a recording, whose `offsets` are asked for only when there is something to place."""

    recording: Recording
    offsets: Offsets

    def position(self, _text: str) -> Callable[[int], Place]:
        """Through the escapes of the string."""
        offsets = self.offsets(None)
        return lambda offset: self.recording.lines.line_and_column(offsets[offset])

    def line_text(self, _text: str) -> Callable[[int], str]:
        """Lines of the recording."""
        return self.recording.lines.line


class Opaque(NamedTuple):
    """The document was unpacked from a string of a recording: all of it has the place where that begins."""

    recording: Recording
    start: Callable[[], int]

    def position(self, _text: str) -> Callable[[int], Place]:
        """The one place."""
        place = self.recording.lines.line_and_column(self.start())
        return lambda _offset: place

    def line_text(self, _text: str) -> Callable[[int], str]:
        """Lines of the recording."""
        return self.recording.lines.line


class Enclosing:
    """A text that lies in a file and holds documents: where its lines and characters stand is found once for all."""

    def __init__(self, frame: PositionMap, text: str) -> None:
        self._frame = frame
        self._text = text

    @cached_property
    def place(self) -> Callable[[int, int], Place]:
        """What turns a line and column of the text into a place in the file."""
        start = Lines(self._text).start
        outer = self._frame.position(self._text)
        return lambda line, column: outer(start(line) + column - 1)

    @cached_property
    def line(self) -> Callable[[int], str]:
        """What finds a line of the file that the text lies in."""
        return self._frame.line_text(self._text)


class Nested(NamedTuple):
    """The document lies in another text, which itself lies in the file: an event stream in a recording."""

    outer: Enclosing
    inner: PositionMap

    def position(self, text: str) -> Callable[[int], Place]:
        """A place in the text around it first, then that of the character there in the file."""
        inner, outer = self.inner.position(text), self.outer.place
        return lambda offset: outer(*inner(offset))

    def line_text(self, _text: str) -> Callable[[int], str]:
        """Lines of the file."""
        return self.outer.line
