"""Where a pointer stands in the text of a document: offsets, lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from json import JSONDecoder
from typing import NamedTuple, TypeAlias

from validator.core.phrases import Verbatim
from validator.core.pointer import split
from validator.core.problem import AtOffset, Span

_Wanted: TypeAlias = "dict[str, _Wanted]"
"""The keys and indexes to look for, and what to look for in each."""

Place: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1; columns count code points."""

_BLOCK = 8 * 1024
"""Characters whose lines are counted at once."""

_SPACE = "[ \t\n\r]*+"
_past_separator: Callable[[str, int], re.Match[str]]
_past_separator = re.compile(f"{_SPACE}[,:]?{_SPACE}").match  # type: ignore[assignment]  # it matches anywhere
_simple_member = re.compile(
    rf'{_SPACE},?{_SPACE}"([^"\\]*+)"{_SPACE}:{_SPACE}(?:"[^"\\]*+"|[^]["{{}}, \t\n\r]++)'
).match
"""A member whose value is a scalar, and that has no escapes: nearly every one."""

_decode = JSONDecoder(strict=False, parse_int=str, parse_float=str).raw_decode
"""Reads a value in C and tells where it ends. Numbers stay text, for an integer can have too many digits to read."""

_STRIDE = 200
"""Characters between landmarks, at least: there are never more of them than a document of that size should cost."""


class Lines:
    """The lines of a text, for turning any number of offsets into places.

    They are counted block by block, since a text can have as many lines as characters.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks = [(1, 0)]
        """The number of the line that each block begins in, and where that line begins."""
        for start in range(0, len(text) - _BLOCK, _BLOCK):
            number, line = self._blocks[-1]
            feed = text.rfind("\n", start, start + _BLOCK)
            feeds = text.count("\n", start, start + _BLOCK)
            self._blocks.append((number + feeds, line if feed < 0 else feed + 1))

    def line_and_column(self, offset: int) -> Place:
        """The place of an offset. Only a line feed ends a line."""
        start = min(offset // _BLOCK, len(self._blocks) - 1) * _BLOCK
        number, line = self._blocks[start // _BLOCK]
        feed = self._text.rfind("\n", start, offset)
        return number + self._text.count("\n", start, offset), offset - (line if feed < 0 else feed + 1) + 1

    def start(self, number: int) -> int:
        """Where a line begins."""
        block = bisect_left(self._blocks, (number, 0)) - 1
        if block < 0:
            return 0
        at = block * _BLOCK
        for _ in range(number - self._blocks[block][0]):
            at = self._text.index("\n", at) + 1
        return at

    def line(self, number: int) -> str:
        """The text of a line, with its end."""
        start = self.start(number)
        return self._text[start : self._text.find("\n", start) + 1 or None]


class ByteColumns:
    """Columns counted in bytes of UTF-8, for places that come in about the order of the text."""

    def __init__(self, line: Callable[[int], str]) -> None:
        self._line_of = line
        self._number, self._line, self._column, self._byte = 0, "", 1, 1

    def at(self, place: Place) -> int:
        """The column of a place; counted on from the one before, so that an endless line is gone through once."""
        number, column = place
        if number != self._number:
            self._number, self._line, self._column, self._byte = number, self._line_of(number), 1, 1
        if self._line.isascii():
            return column
        first, last = sorted((self._column, column))
        between = len(self._line[first - 1 : last - 1].encode("utf-8", "surrogatepass"))
        self._byte += between if column == last else -between
        self._column = column
        return self._byte


def in_words(values: Iterable[object], place: Callable[[int], Place], here: int) -> tuple[object, ...]:
    """The values of a message with every `AtOffset` put as a place; of one in the line `here` the column is enough."""
    return tuple(_in_words(place(value.offset), here) if isinstance(value, AtOffset) else value for value in values)


def _in_words(place: Place, here: int) -> Verbatim:
    line, column = place
    return Verbatim(f"column {column}" if line == here else f"line {line}, column {column}")


@dataclass(slots=True)
class _Found:
    """A value on the way to a pointer: where it stands, where its key does, and what was found in it."""

    value: Span
    key: Span
    inside: dict[str, _Found] = field(default_factory=dict)


class Landmark(NamedTuple):
    """Where a value begins that the walk has passed, and the keys and indexes that lead to it."""

    start: int
    keys: tuple[str | int, ...]


class Walk(NamedTuple):
    """What one walk over a text has found: the places asked for, and landmarks in the order of the text."""

    spans: dict[tuple[str, bool], Span]
    landmarks: Sequence[Landmark]


class _Entered(NamedTuple):
    """A container that is being walked."""

    keys: tuple[str | int, ...]
    found: _Found
    wanted: _Wanted
    indexes: Iterator[int] | None
    """The numbers of the elements to come; None for an object."""


def locate(text: str, places: Collection[tuple[str, bool]], start: int = 0) -> dict[tuple[str, bool], Span]:
    """The place of each (relative pointer, on the key?) in the text of a document that `parse` could read.

    The document begins at `start`; something may follow it.

    The place of a scalar is all of it, of a container its opening bracket, of what does not exist that of its
    nearest existing ancestor. Of repeated keys the last counts, as it does for the value. One walk finds all; it
    enters only the containers on the way and passes over everything else in C.
    """
    return walk(text, places, start).spans


def walk(text: str, places: Collection[tuple[str, bool]], start: int = 0) -> Walk:
    """The same places, with landmarks at which the text can be entered without reading all that stands before."""
    if not places:
        return Walk({}, ())
    root, landmarks = _walk(text, _wanted(pointer for pointer, _ in places), start)
    return Walk({(pointer, on_key): _place(root, pointer, on_key) for pointer, on_key in places}, landmarks)


def elements(text: str, pointer: str) -> Iterator[int]:
    """Where each element of the array at a pointer begins."""
    place = pointer, False
    at = locate(text, {place})[place].end
    while text[at := _past_separator(text, at).end()] != "]":
        yield at
        at = _decode(text, at)[1]


def _wanted(pointers: Iterable[str]) -> _Wanted:
    wanted: _Wanted = {}
    for pointer in pointers:
        inside = wanted
        for part in split(pointer):
            inside = inside.setdefault(part, {})
    return wanted


def _walk(text: str, wanted: _Wanted, start: int) -> tuple[_Found, list[Landmark]]:
    """Find all that is wanted and there; without recursion, so that no depth of nesting exhausts the stack."""
    start = _past_separator(text, start).end()
    if not wanted and text[start] in "[{":  # its end is of no use, and takes as much memory as its value
        place = Span(start, start + 1)
        return _Found(place, place), [Landmark(start, ())]
    root, at = _reach(text, start, wanted)
    landmarks = [Landmark(root.value.start, ())]
    entered = _enter(text, (), root, wanted)
    while entered:
        container = entered[-1]
        at = _next_member(text, at, container)
        if text[at] in "]}":
            entered.pop()
            at += 1
            continue
        member, key_end, start = _member(text, at, container.indexes)
        if start - landmarks[-1].start >= _STRIDE:
            landmarks.append(Landmark(start, (*container.keys, member)))
        if (part := str(member)) not in container.wanted:
            at = _decode(text, start)[1]
            continue
        key = None if container.indexes else Span(at, key_end)
        found, at = _reach(text, start, container.wanted[part], key)
        container.found.inside[part] = found
        entered += _enter(text, (*container.keys, member), found, container.wanted[part])
    return root, landmarks


def _enter(text: str, keys: tuple[str | int, ...], found: _Found, wanted: _Wanted) -> list[_Entered]:
    """The container to walk next, if this is one and something in it is wanted."""
    bracket = text[found.value.start]
    if not wanted or bracket not in "[{":
        return []
    return [_Entered(keys, found, wanted, count() if bracket == "[" else None)]


def _next_member(text: str, at: int, container: _Entered) -> int:
    """Where the next member begins that may be wanted, or the closing bracket."""
    while (member := _simple_member(text, at)) and member[1] not in container.wanted:
        at = member.end()
    return _past_separator(text, at).end()


def _member(text: str, at: int, indexes: Iterator[int] | None) -> tuple[str | int, int, int]:
    """The key or index of the member that begins here, where its key ends, and where its value begins."""
    if indexes:
        return next(indexes), at, at
    key, end = _decode(text, at)
    return key, end, _past_separator(text, end).end()


def _reach(text: str, at: int, wanted: _Wanted, key: Span | None = None) -> tuple[_Found, int]:
    """The value that begins here, and where to go on: in it if something there is wanted, else behind it."""
    is_container = text[at] in "[{"
    end = at + 1 if is_container and wanted else _decode(text, at)[1]
    value = Span(at, at + 1 if is_container else end)
    return _Found(value, key or value), end


def _place(root: _Found, pointer: str, on_key: bool) -> Span:
    found = root
    for part in split(pointer):
        if part not in found.inside:
            return found.value
        found = found.inside[part]
    return found.key if on_key else found.value
