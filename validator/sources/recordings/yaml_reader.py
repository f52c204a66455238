"""Recordings in YAML, parsed event by event, so that neither depth nor aliases can exhaust anything."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import yaml

from validator.core.phrases import Shown
from validator.core.problem import AtOffset, Problem, Span
from validator.jsontext.parse import LFS_POINTER, decode_text, detect_non_json
from validator.jsontext.strict import LAST_COUNTS
from validator.sources.document import Document, InputError, Origin, SkippedRecords, unreadable_document
from validator.sources.positions import Offsets, Opaque, OuterText
from validator.sources.reader import Reader
from validator.sources.recordings import calls, find_module
from validator.sources.recordings.fields import Binary

_MAX_DEPTH = 100
"""Levels of nesting; no recorder writes as many."""
_MAX_REPEATED = 5
"""Repeated keys that are reported."""
_NULL = ("", "~", "null", "Null", "NULL")

_is_literal = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false").fullmatch
"""Finds the plain scalars that are numbers or booleans, of which YAML has the spellings of JSON, too."""
_match_escape = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n|.)", re.DOTALL).match
_SHORT_ESCAPES = dict(zip("nt\tr0abvfeN_LP", "\n\t\t\r\0\a\b\v\f\x1b\x85\xa0\u2028\u2029", strict=True))
"""What an escape sequence of one letter stands for; any other letter stands for itself."""
_FOLDABLE = " \t\n"
"""Characters of which a scalar may have more or fewer than its text has, since YAML folds lines."""


def read_documents(reader: Reader, data: bytes) -> Iterator[Document | SkippedRecords | InputError]:
    """Yield the documents in a recording.

    A file that was found in a folder and is not a recording is skipped, but not silently if it seems to hold runs.
    """
    text = decode_text(data)
    recording = OuterText(text)
    try:
        value, second, repeated = _parse(text, reader.max_values)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        origin = _origin(recording, getattr(error, "position", 0) if mark is None else mark.index)
        if isinstance(error, _TooManyNodes):
            yield reader.too_many("nodes", reader.max_values, "one YAML file", origin=origin)
        elif reader.is_named or calls.find_run(text):
            yield unreadable_document(reader.name, "broken-recording", "is not valid YAML from here on", origin=origin)
    else:
        module = find_module(value, is_yaml=True)
        if module is None:
            if reader.is_named:
                reason = "is not a VCR cassette: it has no list `interactions` or `http_interactions`"
                fault = detect_non_json(data) or Problem("", reason, rule="broken-recording")
                yield unreadable_document(reader.name, fault.rule, fault.message, origin=_origin(recording, 0))
            elif data.startswith(LFS_POINTER):
                yield SkippedRecords(reader.name, 0, unchecked="skipped: Git LFS has not fetched it (git lfs pull)")
            elif calls.find_run(text):
                yield SkippedRecords(
                    reader.name, 0, unchecked="skipped: it seems to hold runs, but is not a VCR cassette"
                )
        elif problem := detect_non_json(data):
            origin = _origin(recording, problem.span.start if problem.span else 0)
            yield unreadable_document(reader.name, problem.rule, problem.message, origin=origin)
        else:
            yield from calls.read_documents(
                reader, recording, module.read_calls(value, YamlStrings(text, value)), repeated
            )
            if second is not None and calls.find_run(text, second):
                reason = "has a second YAML document from here on, but a cassette is only one"
                yield unreadable_document(reader.name, "broken-recording", reason, origin=_origin(recording, second))


def _origin(recording: OuterText, offset: int) -> Origin:
    return Origin(Opaque(recording, lambda: offset))


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


class _TooManyNodes(yaml.MarkedYAMLError):
    """There are more nodes than may be built."""


def _parse(text: str, max_nodes: int) -> tuple[Any, int | None, list[Problem]]:
    """Return the first document of a YAML text, where the second begins, if there is one, and keys that are repeated.

    Scalars are only strings and null, since no others are needed.
    """
    count = 0
    repeated: list[Problem] = []
    root = _List()
    levels: list[tuple[_List | _Map, list[Any]]] = [(root, root)]  # each open container, and the nodes in it
    anchors: dict[str | None, Any] = {None: None}
    events: Iterator[Any] = yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # in C, if there is a wheel
    for event in events:
        count += isinstance(event, yaml.NodeEvent)
        if count > max_nodes:
            raise _TooManyNodes(problem_mark=event.start_mark)
        match event:
            case yaml.DocumentEndEvent():
                break
            case yaml.CollectionEndEvent():
                container, nodes = levels.pop()
                if isinstance(container, dict):
                    keys = (key if isinstance(key, str) else None for key in nodes[::2])
                    container.update(zip(keys, nodes[1::2], strict=True))
                    if len(container) < len(nodes) // 2 and not _is_in_headers(levels):
                        repeated += islice(_find_repeated(nodes[::2]), _MAX_REPEATED - len(repeated))
            case yaml.AliasEvent():
                levels[-1][1].append(anchors.get(event.anchor))
            case yaml.NodeEvent():
                node = anchors[event.anchor] = _node(event)
                levels[-1][1].append(node)
                if isinstance(node, _List | _Map):
                    levels.append((node, node if isinstance(node, list) else []))
        if len(levels) > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem_mark=event.start_mark)
    second: Any = next(events, None)
    has_second = type(second) is yaml.DocumentStartEvent
    return root[0] if root else None, second.start_mark.index if has_second else None, repeated


def _is_in_headers(levels: Sequence[tuple[_List | _Map, list[Any]]]) -> bool:
    """Return whether what stands last in the open containers is under a key `headers`; names of headers may repeat."""
    return any(isinstance(container, dict) and nodes[-2:-1] == ["headers"] for container, nodes in levels)


def _find_repeated(keys: Sequence[Any]) -> Iterator[Problem]:
    """Yield a problem for each key that stands before; `<<` may stand in a mapping several times."""
    firsts: dict[str, _Scalar] = {}
    for key in keys:
        if isinstance(key, _Scalar) and key != "<<" and (first := firsts.setdefault(key, key)) is not key:
            message, span = f"repeats the key {{}}, which stands at {{}} already{LAST_COUNTS}", Span(key.start, key.end)
            values = Shown(key), AtOffset(first.start)
            yield Problem("", message, values, span=span, identity=key, rule="duplicate-key")


def _node(event: Any) -> _Scalar | _List | _Map | None:
    is_scalar = isinstance(event, yaml.ScalarEvent)
    if not is_scalar:
        container = _List() if isinstance(event, yaml.SequenceStartEvent) else _Map()
        container.start = event.start_mark.index
        return container
    style = event.style or ""
    if not style and event.value in _NULL:
        return None
    scalar = (_BinaryScalar if str(event.tag).endswith("binary") else _Scalar)(event.value)
    scalar.start, scalar.end, scalar.style = event.start_mark.index, event.end_mark.index, style
    return scalar


class YamlStrings:
    """The strings of a YAML text; each carries its place."""

    def __init__(self, text: str, value: Any) -> None:
        self._text = text
        self._value = value
        self._left = len(text)
        """Parts that may still be written as JSON; there are more only where aliases repeat values."""

    def offsets(self, string: str, *_path: str | int) -> Offsets:
        """Return a function that locates each character of a string in the text, and its end."""
        assert isinstance(string, _Scalar)  # noqa: S101  # all strings of the value are
        return lambda limit: array("Q", islice(_offsets(self._text, string), limit))

    def start(self, *path: str | int) -> Callable[[], int]:
        """Return a function that locates the beginning of a value, or of the innermost value around it."""

        def start() -> int:
            value, offset = self._value, 0
            for part in path:
                value = value[part]
                offset = getattr(value, "start", offset)
            return offset

        return start

    def value(self, *path: str | int) -> tuple[str, Offsets] | None:
        """Return an object or array as JSON, and a function that locates each character: where its scalar begins."""
        value = self._value
        for part in path:
            value = value[part]
        written = [text for text, _ in islice(_write_json(value), self._left)]
        self._left -= len(written)
        if not self._left:
            return None

        def offsets(limit: int | None) -> Sequence[int]:
            places = array("Q", (at for text, at in _write_json(value) for _ in text))
            places.append(places[-1])
            return places[:limit]

        return "".join(written), offsets


def _write_json(root: _List | _Map) -> Iterator[tuple[str, int]]:
    """Yield an object or array as JSON in parts, each with the offset where it stands; aliases can make it endless."""
    at = root.start
    levels = [_parts(root)]
    while levels:
        for part in levels[-1]:
            if isinstance(part, _List | _Map):
                at = part.start
                levels.append(_parts(part))
                break
            if isinstance(part, _Scalar):
                is_literal = not part.style and _is_literal(part)
                yield part if is_literal else json.dumps(part, ensure_ascii=False), part.start
                at = part.end
            else:
                text, place = part or ("null", None)
                at = at if place is None else place
                yield text, at
        else:
            levels.pop()


def _parts(node: _List | _Map) -> Iterator[Any]:
    """Yield the values of an object or array, and keys and signs as pairs of a text and an offset, if that is known."""
    is_list = isinstance(node, _List)
    yield "[" if is_list else "{", None
    for index, item in enumerate(node):
        if index:
            yield ",", None
        if not is_list:
            key = "null" if item is None else item
            yield f"{json.dumps(key, ensure_ascii=False)}:", getattr(item, "start", None)
        yield item if is_list else node[item]
    yield "]" if is_list else "}", None


def _offsets(text: str, scalar: _Scalar) -> Iterator[int]:
    """Yield the offset of each character of a scalar, and of its end.

    Recorders write nearly every body as a quoted scalar that is folded over many lines: white space may differ between
    the scalar and its text, everything else stands in order.
    """
    written = _written(text, scalar)
    last = "", scalar.start
    here = next(written, None)
    for character in scalar:
        if character not in _FOLDABLE:
            while here and here[0] != character:
                last, here = here, next(written, None)
        yield (here or last)[1]
        if here and here[0] == character:
            last, here = here, next(written, None)
    yield scalar.end


def _written(text: str, scalar: _Scalar) -> Iterator[tuple[str, int]]:
    """Yield the characters with which a scalar is written, and the offset of each; an escape is one character."""
    style, at, end = scalar.style, scalar.start, scalar.end
    if style in ("|", ">"):  # after the header of the block
        at = text.find("\n", at) + 1
    elif style:  # between the quotes, after a tag or anchor
        at, end = text.find(style, at) + 1, end - 1
    while at < end:
        stop = at + 1
        character = text[at]
        if style == '"' and character == "\\":
            escape = _match_escape(text, at)
            stop = escape.end() if escape else stop
            character = _unescape(text[at + 1 : stop])
        elif style == "'" == character:
            stop = at + 2
        yield character, at
        at = stop


def _unescape(escape: str) -> str:
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _SHORT_ESCAPES.get(escape, escape)
