"""Locate pointers in the text of a document: the offsets of values and keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from json import JSONDecoder
from typing import NamedTuple, TypeAlias

from validator.core.pointer import split
from validator.core.problem import Span

_Tree: TypeAlias = "dict[str, _Tree]"
"""The keys and indexes to look for, each with those to look for in its value."""

_SPACE = "[ \t\n\r]*+"
_past_separator: Callable[[str, int], re.Match[str]]
_past_separator = re.compile(f"{_SPACE}[,:]?{_SPACE}").match  # type: ignore[assignment]  # it matches anywhere
_simple_member = re.compile(
    rf'{_SPACE},?{_SPACE}"([^"\\]*+)"{_SPACE}:{_SPACE}(?:"[^"\\]*+"|[^]["{{}}, \t\n\r]++)'
).match
"""A member whose value is a scalar, and that has no escapes: nearly every one."""

_decode = JSONDecoder(strict=False, parse_int=str, parse_float=str).raw_decode
"""Reads a value in C, and returns where it ends. Numbers stay text, as an integer can have too many digits to read."""

_STRIDE = 200
"""The least number of characters between landmarks, which bounds their memory."""


@dataclass(slots=True)
class _Node:
    """A value on the way to a pointer: its span, that of its key, and the values in it that were found."""

    value: Span
    key: Span
    children: dict[str, _Node] = field(default_factory=dict)


class Landmark(NamedTuple):
    """Where a value begins that the walk has passed, and the keys and indexes that lead to it."""

    start: int
    keys: tuple[str | int, ...]


class WalkResult(NamedTuple):
    """The result of a walk: the spans asked for, and landmarks in the order of the text."""

    spans: dict[tuple[str, bool], Span]
    landmarks: Sequence[Landmark]


class _Container(NamedTuple):
    """An array or object that the walk is in. `indexes` are those of the next elements; None for an object."""

    keys: tuple[str | int, ...]
    node: _Node
    wanted: _Tree
    indexes: Iterator[int] | None


def find_end(text: str, start: int) -> int:
    """Return the offset behind the value that begins at `start`, in a document that `parse` could read."""
    return _decode(text, start)[1]


def locate(text: str, pointers: Collection[tuple[str, bool]], start: int = 0) -> dict[tuple[str, bool], Span]:
    """Return the span of each (relative pointer, of the key?) in the text of a document that `parse` could read.

    The document begins at `start`; something may follow it.

    The span of a scalar is all of it, of a container its opening bracket, of a missing value that of its nearest
    existing ancestor. Of repeated keys the last counts, as it does for the value. One walk finds all; it enters only
    the containers on the way, and skips everything else in C.
    """
    return walk(text, pointers, start).spans


def walk(text: str, pointers: Collection[tuple[str, bool]], start: int = 0) -> WalkResult:
    """Locate pointers, and return landmarks too, at which a reader can enter the text."""
    if not pointers:
        return WalkResult({}, ())
    wanted: _Tree = {}
    for pointer, _ in pointers:
        tree = wanted
        for part in split(pointer):
            tree = tree.setdefault(part, {})
    root, landmarks = _walk(text, wanted, start)
    return WalkResult({(pointer, on_key): _span(root, pointer, on_key) for pointer, on_key in pointers}, landmarks)


def find_elements(text: str, pointer: str, start: int = 0) -> Iterator[int]:
    """Yield where each element begins of the array at a pointer in the document that begins at `start`."""
    at = locate(text, {(pointer, False)}, start)[pointer, False].end
    while text[at := _past_separator(text, at).end()] != "]":
        yield at
        at = _decode(text, at)[1]


def _walk(text: str, wanted: _Tree, start: int) -> tuple[_Node, list[Landmark]]:
    """Find all that is wanted; without recursion, so that no depth of nesting exhausts the stack."""
    start = _past_separator(text, start).end()
    if not wanted and text[start] in "[{":  # its end is not needed, and takes as much memory as its value
        span = Span(start, start + 1)
        return _Node(span, span), [Landmark(start, ())]
    root, at = _reach(text, start, wanted)
    landmarks = [Landmark(root.value.start, ())]
    containers = _enter(text, (), root, wanted)
    while containers:
        container = containers[-1]
        while (member := _simple_member(text, at)) and member[1] not in container.wanted:
            at = member.end()
        at = _past_separator(text, at).end()
        if text[at] in "]}":
            containers.pop()
            at += 1
            continue
        part: str | int
        if container.indexes:
            part, key, start = next(container.indexes), None, at
        else:
            part, key_end = _decode(text, at)
            key, start = Span(at, key_end), _past_separator(text, key_end).end()
        if start - landmarks[-1].start >= _STRIDE:
            landmarks.append(Landmark(start, (*container.keys, part)))
        inner = container.wanted.get(str(part))
        if inner is None:
            at = _decode(text, start)[1]
            continue
        node, at = _reach(text, start, inner, key)
        container.node.children[str(part)] = node
        containers += _enter(text, (*container.keys, part), node, inner)
    return root, landmarks


def _enter(text: str, keys: tuple[str | int, ...], node: _Node, wanted: _Tree) -> list[_Container]:
    """Return the container to walk next, if this is one and something in it is wanted."""
    bracket = text[node.value.start]
    if not wanted or bracket not in "[{":
        return []
    return [_Container(keys, node, wanted, count() if bracket == "[" else None)]


def _reach(text: str, at: int, wanted: _Tree, key: Span | None = None) -> tuple[_Node, int]:
    """Return the value that begins here, and where to go on: in it if something in it is wanted, else behind it."""
    is_container = text[at] in "[{"
    end = at + 1 if is_container and wanted else _decode(text, at)[1]
    value = Span(at, at + 1 if is_container else end)
    return _Node(value, key or value), end


def _span(root: _Node, pointer: str, on_key: bool) -> Span:
    node = root
    for part in split(pointer):
        if part not in node.children:
            return node.value
        node = node.children[part]
    return node.key if on_key else node.value
