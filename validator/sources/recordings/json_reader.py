"""Recordings in JSON: a HAR, or a cassette."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from validator.core.pointer import join
from validator.jsontext.locate import elements, locate
from validator.jsontext.parse import parse, text_of
from validator.sources import Document, InputError, SkippedRecords, unreadable
from validator.sources.positions import Offsets, Recording
from validator.sources.reader import Reader
from validator.sources.recordings import cassette, har
from validator.sources.recordings.calls import documents as documents_of_calls

_escapes = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.").finditer
"""Finds what stands for one character in a string of JSON, but for the characters that stand for themselves."""
_rest_of_string: Callable[[str, int], re.Match[str]]
_rest_of_string = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+').match  # type: ignore[assignment]  # it matches anywhere


def documents(opened: Reader, data: bytes, *, otherwise: str = "") -> Iterator[Document | SkippedRecords | InputError]:
    """The documents in a recording; a JSON text that is none is a document itself, or what `otherwise` says."""
    if refused := opened.too_many_values(data):
        yield refused
        return
    parsed = parse(data)
    if not parsed.readable:
        yield Document(opened.name, data)  # it will be told where it ceases to be JSON
        return
    text = text_of(data)
    if har.is_har(parsed.value):
        calls = har.calls
    elif cassette.is_cassette(parsed.value):
        calls = cassette.calls
    elif otherwise:
        yield unreadable(opened.name, "broken-recording", otherwise)
        return
    else:
        yield Document(opened.name, data)
        return
    yield from documents_of_calls(opened, Recording(text), calls(parsed.value, JsonStrings(text)))


class JsonStrings:
    """The strings of a JSON text; where its calls begin is found in one walk, when the first place is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._calls: Sequence[int] = ()

    def offsets(self, _string: str, *path: str | int) -> Offsets:
        """Finds, when asked, where each character of a string stands, and its end."""
        return partial(self._characters, path)

    def start(self, *path: str | int) -> Callable[[], int]:
        """Finds, when asked, where something begins."""
        return partial(self._start, path)

    def _start(self, path: tuple[str | int, ...]) -> int:
        depth, index = next((depth, part) for depth, part in enumerate(path) if isinstance(part, int))
        self._calls = self._calls or array("Q", elements(self._text, join(*path[:depth])))
        place = join(*path[depth + 1 :]), False
        return locate(self._text, {place}, self._calls[index])[place].start

    def _characters(self, path: tuple[str | int, ...], most: int | None) -> Sequence[int]:
        at = self._start(path) + 1
        if most == 1:
            return [at]
        found = array("Q")
        end = _rest_of_string(self._text, at).end()
        for escape in _escapes(self._text, at, end):
            found.extend(range(at, escape.start() + 1))
            at = escape.end()
        found.extend(range(at, end + 1))
        return found[:most]
