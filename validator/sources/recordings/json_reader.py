"""Recordings in JSON, and where their strings stand."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from validator.core.pointer import join, split
from validator.core.problem import Span
from validator.jsontext.locate import find_elements, find_end, locate
from validator.jsontext.parse import decode_text, parse
from validator.sources.document import Document, InputError, SkippedRecords, unreadable_document
from validator.sources.positions import Offsets, OuterText
from validator.sources.reader import Reader
from validator.sources.recordings import calls, find_module

_escapes = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.").finditer
"""Finds each escape sequence of a JSON string that stands for one character."""
_rest_of_string: Callable[[str, int], re.Match[str]]
_rest_of_string = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+').match  # type: ignore[assignment]  # it matches anywhere


def read_documents(
    reader: Reader, data: bytes, *, must_be_har: bool = False
) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the documents in a recording; a JSON text that is not a recording is a document itself."""
    if finding := reader.check_values(data):
        yield finding
        return
    parsed = parse(data)
    module = find_module(parsed.value, is_yaml=False) if parsed.readable else None
    if module:
        text = decode_text(data)
        strings = JsonStrings(text)
        repeated = (
            problem
            for problem in parsed.problems
            if problem.rule == "duplicate-key"
            and problem.span
            and not strings.is_in_value(problem.span)
            and "headers" not in split(problem.pointer)[:-1]  # names of headers may repeat
        )
        yield from calls.read_documents(reader, OuterText(text), module.read_calls(parsed.value, strings), repeated)
    elif parsed.readable and must_be_har:
        yield unreadable_document(reader.name, "broken-recording", "is not a HAR: it has no list `log.entries`")
    else:
        yield Document(reader.name, data, parsed=parsed, is_named=reader.is_named)


class JsonStrings:
    """The strings of a JSON text; the beginnings of all elements of a list are located in one walk."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lists: dict[int, tuple[tuple[str | int, ...], Sequence[int]]] = {}
        """Of the latest list at each level of lists in lists, its path, and where its elements begin."""
        self._values: list[Span] = []

    def offsets(self, _string: str, *path: str | int) -> Offsets:
        """Return a function that locates each character of a string in the text, and its end."""
        return partial(self._offsets, path)

    def start(self, *path: str | int) -> Callable[[], int]:
        """Return a function that locates the beginning of a value in the text."""
        return partial(self._start, path)

    def _start(self, path: tuple[str | int, ...]) -> int:
        start = begin = 0
        for level, depth in enumerate(depth for depth, part in enumerate(path) if isinstance(part, int)):
            known, elements = self._lists.get(level, ((), ()))
            if not elements or known != path[:depth]:
                elements = array("Q", find_elements(self._text, join(*path[begin:depth]), start))
                self._lists[level] = path[:depth], elements
            start, begin = elements[int(path[depth])], depth + 1
        place = join(*path[begin:]), False
        return locate(self._text, {place}, start)[place].start

    def value(self, *path: str | int) -> tuple[str, Offsets]:
        """Return the text of a value, and a function that locates each character of it, and its end."""
        start = self._start(path)
        end = find_end(self._text, start)
        self._values.append(Span(start, end))
        return self._text[start:end], lambda limit: range(start, end + 1)[:limit]

    def is_in_value(self, span: Span) -> bool:
        """Return whether a part of the text is in one of the values that were taken: a body, checked by itself."""
        return any(value.start <= span.start < value.end for value in self._values)

    def lines(self, lines: Sequence[str], *path: str | int) -> tuple[str, Offsets]:
        """Return the text that an array of strings forms, and a function that locates each character of it."""

        def offsets(limit: int | None) -> Sequence[int]:
            at = self._start(path) + 1
            joined = array("Q", [at])
            for _ in lines:
                joined.pop()
                joined.extend(_string_offsets(self._text, self._text.index('"', at) + 1))
                at = joined[-1] + 1
            return joined[:limit]

        return "".join(lines), offsets

    def _offsets(self, path: tuple[str | int, ...], limit: int | None) -> Sequence[int]:
        at = self._start(path) + 1
        return [at] if limit == 1 else _string_offsets(self._text, at)[:limit]


def _string_offsets(text: str, at: int) -> array[int]:
    """Return the offsets of the characters of a string whose first is at this offset, and of its end."""
    offsets = array("Q")
    end = _rest_of_string(text, at).end()
    for escape in _escapes(text, at, end):
        offsets.extend(range(at, escape.start() + 1))
        at = escape.end()
    offsets.extend(range(at, end + 1))
    return offsets
