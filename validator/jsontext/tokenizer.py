"""Split the text of a JSON document into tokens: the grammar of RFC 8259, to the letter, with every position.

The fast parsers decide whether a text is valid; this one is for what comes after, as it has positions. It needs no
recursion, so no depth of nesting can exhaust the stack, and linear time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Literal, NamedTuple, TypeAlias

from validator.core.problem import Problem, Span
from validator.jsontext.limits import MAX_DEPTH
from validator.jsontext.syntax_errors import COLON, COMMA_OR_END, END, KEY, KEY_OR_END, VALUE, describe_syntax_error

TokenKind: TypeAlias = Literal["open", "close", "key", "string", "number", "literal"]
"""`literal` is true, false, null, and NaN, Infinity and -Infinity, which are read so that they can be reported."""

LinkedPath: TypeAlias = "tuple[LinkedPath, str | int] | None"
"""The way to a value: the path of its container, and its key or index there. None is that of the document."""


class Token(NamedTuple):
    """A span of the text. A key has the path of its value, the brackets of a container that of the container."""

    kind: TokenKind
    start: int
    end: int
    path: LinkedPath

    @property
    def part(self) -> str | int:
        """Return the key or index at the end of the path."""
        return self.path[1] if self.path else ""


class Unreadable(Exception):
    """The text stops being JSON here, or is deeper than readers have to follow."""

    def __init__(self, rule: str, problem: Problem) -> None:
        self.problem = problem._replace(rule=rule)


class _Container(NamedTuple):
    """An array or object that is open."""

    opening: Token
    bracket: str
    indexes: Iterator[int]


_SPACE = "[ \t\n\r]*+"
_STRING = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+"'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_LITERAL = "(?:true|false|null|NaN|-?Infinity)"
_WORD_ENDS = "(?![0-9A-Za-z_.+-])"
_ENDS = rf"(?={_SPACE}[,\]}}])"

_value = re.compile(rf"{_SPACE}(?:({_STRING})|({_NUMBER}){_WORD_ENDS}|({_LITERAL}){_WORD_ENDS}|([\[{{]))").match
_KINDS: tuple[TokenKind, ...] = ("string", "number", "literal", "open")
_FIRST = {
    "{": re.compile(rf"{_SPACE}(?:({_STRING}){_SPACE}:|(}}))").match,
    "[": re.compile(rf"{_SPACE}(?:(?!\])()|(\]))").match,
}
_LATER = {
    "{": re.compile(rf"{_SPACE}(?:,{_SPACE}({_STRING}){_SPACE}:|(}}))").match,
    "[": re.compile(rf"{_SPACE}(?:(,)|(\]))").match,
}
"""What may follow in an object or array, first and after a member: another member (group 1) or the end (group 2)."""
_KEY = f"{_STRING}{_SPACE}:{_SPACE}"
_SCALAR = f"(?:{_STRING}|{_NUMBER}{_WORD_ENDS}|{_LITERAL}{_WORD_ENDS})"
_FLAT_LEVELS = 3
_FLAT = _SCALAR
for _ in range(_FLAT_LEVELS):
    _array = rf"\[(?:{_SPACE}{_FLAT}{_SPACE}(?:,(?!{_SPACE}\])|(?=\])))*+{_SPACE}\]"
    _object = rf"\{{(?:{_SPACE}{_KEY}{_FLAT}{_SPACE}(?:,(?!{_SPACE}\}})|(?=\}})))*+{_SPACE}\}}"
    _FLAT = f"(?:{_SCALAR}|{_array}|{_object})"
_FLAT_MEMBERS = {"{": f"{_SPACE},{_SPACE}{_KEY}{_FLAT}{_ENDS}", "[": f"{_SPACE},{_SPACE}{_FLAT}{_ENDS}"}
_flat_members = {bracket: re.compile(f"(?:{member})*+").match for bracket, member in _FLAT_MEMBERS.items()}
"""Match members in a row that have no more than so many levels."""
_flat_elements = re.compile(f"{_SPACE},{_SPACE}{_FLAT}").finditer
_comma = re.compile(f"{_SPACE},").match
_string = re.compile(_SPACE + _STRING).match
_end = re.compile(rf"{_SPACE}\Z").match


def tokenize(text: str, at: int = 0, keys: Iterable[str | int] = (), *, skip_to: int = 0) -> Iterator[Token]:
    """Yield the tokens of a document in order, without commas and colons; raise `Unreadable` where it stops being one.

    They begin with the value at the offset `at`, to which these keys and indexes lead. Before the offset `skip_to`,
    members that have no more than three levels may be left out, which is much faster.
    """
    path: LinkedPath = None
    containers: list[_Container] = []
    for part in keys:
        opening = Token("open", at, at, path)
        containers.append(
            _Container(opening, "[", count(part + 1)) if isinstance(part, int) else _Container(opening, "{", count())
        )
        path = path, part
    while True:
        token = _value_token(text, at, path, containers)
        yield token
        at, following = token.end, _LATER
        if token.kind == "open":
            containers.append(_Container(token, text[token.start], count()))
            following = _FIRST
        while containers:
            opening, bracket, indexes = containers[-1]
            if at < skip_to and following is _LATER and len(containers) + _FLAT_LEVELS <= MAX_DEPTH:
                at = _skip(text, at, skip_to, containers[-1])
            match = following[bracket](text, at)
            if match is None:
                raise _missing_member(text, at, containers, first=following is _FIRST)
            at = match.end()
            if match.lastindex == 1:
                break
            containers.pop()
            yield Token("close", at - 1, at, opening.path)
            following = _LATER
        else:
            if _end(text, at) is None:
                raise _not_json(text, at, END, [])
            return
        if bracket == "[":
            path = opening.path, next(indexes)
        else:
            key = match.span(1)
            path = opening.path, unquote(text, *key)
            yield Token("key", *key, path)


def _skip(text: str, at: int, stop: int, container: _Container) -> int:
    """Return where the flat members end that begin here, short of `stop`; elements of an array are counted."""
    members = _flat_members[container.bracket](text, at, stop)
    end = members.end() if members else at
    if container.bracket == "[":
        for _ in zip(_flat_elements(text, at, end), container.indexes, strict=False):
            pass
    return end


def unquote(text: str, start: int, end: int) -> str:
    """Return the value of the string token between these offsets."""
    inside = text[start + 1 : end - 1]
    return inside if "\\" not in inside else str(json.loads(text[start:end]))


def keys_of(path: LinkedPath) -> tuple[str | int, ...]:
    """Return the keys and indexes of a path, outermost first."""
    keys: list[str | int] = []
    while path is not None:
        path, part = path
        keys.append(part)
    return tuple(reversed(keys))


def _value_token(text: str, at: int, path: LinkedPath, containers: list[_Container]) -> Token:
    match = _value(text, at)
    if match is None or match.lastindex is None:
        raise _not_json(text, at, VALUE, containers)
    token = Token(_KINDS[match.lastindex - 1], *match.span(match.lastindex), path)
    if token.kind == "open" and len(containers) == MAX_DEPTH:
        problem = Problem("", f"is nested more than {MAX_DEPTH} levels deep", span=Span(token.start, token.end))
        raise Unreadable("too-deep", problem)
    return token


def _missing_member(text: str, at: int, containers: list[_Container], *, first: bool) -> Unreadable:
    """Return the error where neither a member of the innermost container follows nor its end."""
    if not first:
        comma = _comma(text, at)
        if comma is None:
            return _not_json(text, at, COMMA_OR_END[containers[-1].bracket], containers)
        at = comma.end()
    key = _string(text, at)
    if key is not None:
        return _not_json(text, key.end(), COLON, containers)
    return _not_json(text, at, KEY_OR_END if first else KEY, containers)


def _not_json(text: str, at: int, expected: str, containers: list[_Container]) -> Unreadable:
    opening = containers[-1].opening.start if containers else 0
    return Unreadable("not-json", describe_syntax_error(text, at, expected, opening))
