"""Recordings in YAML: a cassette, read event by event, so that neither depth nor aliases can exhaust anything."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import yaml

from validator.core.problem import Problem
from validator.jsontext.parse import foreign, text_of
from validator.sources import Document, InputError, Origin, SkippedRecords, unreadable
from validator.sources.positions import Offsets, Opaque, Recording
from validator.sources.reader import Reader
from validator.sources.recordings.calls import documents as documents_of_calls
from validator.sources.recordings.cassette import calls, is_cassette
from validator.sources.recordings.fields import Binary

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 100
_NULL = ("", "~", "null", "Null", "NULL")

_escaped = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n|.)", re.DOTALL)
_SHORT = dict(zip("nt\tr0abvfeN_LP", "\n\t\t\r\0\a\b\v\f\x1b\x85\xa0\u2028\u2029", strict=True))
"""What an escape of one letter stands for; any other stands for itself."""
_MAY_FOLD = " \t\n"
"""Characters that a scalar may hold more or less of than stands in the text."""


def documents(opened: Reader, data: bytes) -> Iterator[Document | SkippedRecords | InputError]:
    """The documents in a cassette; a file that was only come across and is none is left alone."""
    text = text_of(data)
    try:
        value = _value(text, opened.max_values)
    except _TooManyNodes as error:
        at = error.problem_mark.index
        origin = Origin(Opaque(Recording(text), lambda: at))
        yield opened.too_many("nodes", opened.max_values, "one YAML file", origin=origin)
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = getattr(error, "position", 0) if mark is None else mark.index
        yield from _none(opened, "is not YAML from here on", text, at)
        return
    if not is_cassette(value):
        yield from _none(opened, "is no cassette: it has no list of interactions or http_interactions", text, 0)
        return
    if other := foreign(data):
        yield _foreign(opened, text, other)
        return
    yield from documents_of_calls(opened, Recording(text), calls(value, YamlStrings(text, value)))


def _none(opened: Reader, reason: str, text: str, at: int) -> Iterator[Document]:
    if opened.is_named:
        frame = Opaque(Recording(text), lambda: at)
        yield unreadable(opened.name, "broken-recording", reason, origin=Origin(frame))


def _foreign(opened: Reader, text: str, problem: Problem) -> Document:
    frame = Opaque(Recording(text), lambda: problem.span.start if problem.span else 0)
    return unreadable(opened.name, problem.rule, problem.message, origin=Origin(frame))


class _Scalar(str):
    """A string of YAML, and where and how it is written."""

    __slots__ = ("end", "start", "style")  # a file may have millions

    start: int
    end: int
    style: str


class _BinaryScalar(_Scalar, Binary):
    """A string of YAML that is written in base64."""

    __slots__ = ()


class _List(list[Any]):
    __slots__ = ("start",)

    start: int


class _Map(dict[Any, Any]):
    __slots__ = ("start",)

    start: int


_NO_KEY = object()


class _Open:
    """A container that is being filled: in a mapping, keys and values take turns."""

    def __init__(self, container: _List | _Map) -> None:
        self._container = container
        self._key: Any = _NO_KEY

    def put(self, node: Any) -> None:
        """Add a node: an element, a key, or the value of the key before it."""
        if isinstance(self._container, list):
            self._container.append(node)
        elif self._key is _NO_KEY:
            self._key = node if isinstance(node, str) else None
        else:
            self._container[self._key] = node
            self._key = _NO_KEY


def _value(text: str, max_nodes: int) -> Any:
    """The first document of a YAML text; of scalars only strings and null, since nothing else is asked for."""
    nodes = 0
    root = _List()
    around: list[_Open] = [_Open(root)]
    anchors: dict[str | None, Any] = {None: None}
    events: Iterator[Any] = yaml.parse(text, _LOADER)
    for event in events:
        nodes += isinstance(event, yaml.NodeEvent)
        if nodes > max_nodes:
            raise _TooManyNodes(event.start_mark)
        match event:
            case yaml.DocumentEndEvent():
                break
            case yaml.CollectionEndEvent():
                around.pop()
            case yaml.AliasEvent():
                around[-1].put(anchors.get(event.anchor))
            case yaml.NodeEvent():
                node = anchors[event.anchor] = _node(event)
                around[-1].put(node)
                if isinstance(node, _List | _Map):
                    around.append(_Open(node))
        if len(around) > _DEEPEST:
            raise _TooDeep(event.start_mark)
    return root[0] if root else None


def _node(event: Any) -> _Scalar | _List | _Map | None:
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    node = _List() if isinstance(event, yaml.SequenceStartEvent) else _Map()
    node.start = event.start_mark.index
    return node


class _TooDeep(yaml.YAMLError):
    """Nothing that a recorder writes is nested like this."""

    def __init__(self, mark: Any) -> None:
        super().__init__()
        self.problem_mark = mark


class _TooManyNodes(_TooDeep):
    """There are more nodes than may be built."""


def _scalar(event: Any) -> _Scalar | None:
    style = event.style or ""
    if not style and event.value in _NULL:
        return None
    scalar = (_BinaryScalar if str(event.tag).endswith("binary") else _Scalar)(event.value)
    scalar.start, scalar.end, scalar.style = event.start_mark.index, event.end_mark.index, style
    return scalar


class YamlStrings:
    """The strings of a YAML text, which know where they stand."""

    def __init__(self, text: str, value: Any) -> None:
        self._text = text
        self._value = value

    def offsets(self, string: str, *_path: str | int) -> Offsets:
        """Finds, when asked, where each character of a string stands, and its end."""
        assert isinstance(string, _Scalar)  # noqa: S101  # all strings of the value are
        return lambda most: array("Q", islice(_offsets(self._text, string), most))

    def start(self, *path: str | int) -> Callable[[], int]:
        """Finds, when asked, where something begins, or the innermost thing around it that has a place."""

        def found() -> int:
            value, start = self._value, 0
            for part in path:
                value = value[part]
                start = getattr(value, "start", start)
            return start

        return found


def _offsets(text: str, scalar: _Scalar) -> Iterator[int]:
    """Where each character of a scalar stands: blanks and line ends may be folded, everything else stands in order."""
    written = iter(_written(text, scalar))
    last = "", scalar.start
    here = next(written, None)
    for character in scalar:
        if character not in _MAY_FOLD:
            while here and here[0] != character:
                last, here = here, next(written, None)
        yield (here or last)[1]
        if here and here[0] == character:
            last, here = here, next(written, None)
    yield scalar.end


def _written(text: str, scalar: _Scalar) -> Iterable[tuple[str, int]]:
    """The characters that a scalar is written with, and the offset of each; an escape is one character."""
    at, end = _inside(text, scalar)
    while at < end:
        if scalar.style == '"' and text[at] == "\\":
            found = _escaped.match(text, at)
            stop = found.end() if found else at + 1
            yield _unescaped(text[at + 1 : stop]), at
        else:
            stop = at + 2 if scalar.style == "'" and text[at] == "'" else at + 1
            yield text[at], at
        at = stop


def _inside(text: str, scalar: _Scalar) -> tuple[int, int]:
    """Where the characters of a scalar begin and end, without tag, quotes and the head of a block."""
    if scalar.style in ("|", ">"):
        return text.find("\n", scalar.start) + 1, scalar.end
    if scalar.style:
        return text.find(scalar.style, scalar.start) + 1, scalar.end - 1
    return scalar.start, scalar.end


def _unescaped(escape: str) -> str:
    return chr(int(escape[1:], 16)) if escape[0] in "xuU" and len(escape) > 1 else _SHORT.get(escape, escape)
