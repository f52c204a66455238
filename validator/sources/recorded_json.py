"""Recordings in JSON: a HAR, or a cassette."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from validator.locate import locate
from validator.parse import parse, text_of
from validator.pointer import join
from validator.sources import Document, PassedOver, SourceError, cassette, har, unreadable
from validator.sources.frames import Recording
from validator.sources.opened import Opened
from validator.sources.recordings import documents as documents_of_calls

_character = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]")
"""What stands for one character in a string of JSON."""


def documents(opened: Opened, data: bytes, *, otherwise: str = "") -> Iterator[Document | PassedOver | SourceError]:
    """The documents in a recording; a JSON text that is none is a document itself, or what `otherwise` says."""
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
    yield from documents_of_calls(opened, Recording(text), list(calls(parsed.value, JsonStrings(text))))


class JsonStrings:
    """The strings of a JSON text, all found in one walk when the first is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._wanted: set[tuple[str, bool]] = set()
        self._starts: dict[str, int] = {}

    def offsets(self, _string: str, *path: str | int) -> Callable[[], Sequence[int]]:
        """Finds, when asked, where each character of a string stands, and its end."""
        start = self.start(*path)

        def found() -> Sequence[int]:
            return [*self._characters(start())]

        return found

    def start(self, *path: str | int) -> Callable[[], int]:
        """Finds, when asked, where something begins."""
        pointer = join(*path)
        self._wanted.add((pointer, False))
        return partial(self._start, pointer)

    def _start(self, pointer: str) -> int:
        if not self._starts:
            self._starts = {found: span.start for (found, _), span in locate(self._text, self._wanted).items()}
        return self._starts[pointer]

    def _characters(self, start: int) -> Iterator[int]:
        at = start + 1
        while self._text[at] != '"':
            yield at
            at = _character.match(self._text, at).end()  # type: ignore[union-attr]  # it was read as JSON
        yield at
