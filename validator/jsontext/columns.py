"""Lines and columns of offsets in a text, in code points and in bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import TypeAlias

from validator.core.phrases import Verbatim
from validator.core.problem import AtOffset

Position: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1; columns count code points."""
_BLOCK = 8 * 1024
"""Characters whose lines are counted together."""


class Lines:
    """The lines of a text: turns any number of offsets into positions.

    Lines are counted block by block, since a text can have as many lines as characters.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks = [(1, 0)]
        """For each block, the number of the line that it begins in, and where that line begins."""
        for start in range(0, len(text) - _BLOCK, _BLOCK):
            number, line = self._blocks[-1]
            feed = text.rfind("\n", start, start + _BLOCK)
            feeds = text.count("\n", start, start + _BLOCK)
            self._blocks.append((number + feeds, line if feed < 0 else feed + 1))

    def line_and_column(self, offset: int) -> Position:
        """Return the position of an offset. Only a line feed ends a line."""
        start = min(offset // _BLOCK, len(self._blocks) - 1) * _BLOCK
        number, line = self._blocks[start // _BLOCK]
        feed = self._text.rfind("\n", start, offset)
        return number + self._text.count("\n", start, offset), offset - (line if feed < 0 else feed + 1) + 1

    def start(self, number: int) -> int:
        """Return the offset of a line."""
        block = bisect_left(self._blocks, (number, 0)) - 1
        if block < 0:
            return 0
        at = block * _BLOCK
        for _ in range(number - self._blocks[block][0]):
            at = self._text.index("\n", at) + 1
        return at

    def line(self, number: int) -> str:
        """Return the text of a line, with its end."""
        start = self.start(number)
        return self._text[start : self._text.find("\n", start) + 1 or None]


class ByteColumns:
    """Columns in bytes of UTF-8, fast for positions that come in about the order of the text."""

    def __init__(self, line: Callable[[int], str]) -> None:
        self._line_of = line
        self._number, self._line, self._column, self._byte = 0, "", 1, 1

    def at(self, position: Position) -> int:
        """Return the column in bytes, counted from the position before, so that an endless line is read once."""
        number, column = position
        if number != self._number:
            self._number, self._line, self._column, self._byte = number, self._line_of(number), 1, 1
        if self._line.isascii():
            return column
        first, last = sorted((self._column, column))
        between = len(self._line[first - 1 : last - 1].encode("utf-8", "surrogatepass"))
        self._byte += between if column == last else -between
        self._column = column
        return self._byte


def format_offsets(values: Iterable[object], to_position: Callable[[int], Position], line: int) -> tuple[object, ...]:
    """Return the values of a message with positions in place of offsets, without the line if that is `line`."""
    return tuple(_format(to_position(value.offset), line) if isinstance(value, AtOffset) else value for value in values)


def _format(position: Position, here: int) -> Verbatim:
    line, column = position
    return Verbatim(f"column {column}" if line == here else f"line {line}, column {column}")
