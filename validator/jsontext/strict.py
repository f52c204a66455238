"""The slow way to read a document: its value, and everything about it that two parsers could read differently."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from validator.core.pointer import join
from validator.core.problem import AtOffset, Problem, Span
from validator.jsontext.limits import LONE_SURROGATE, MAX_DIGITS
from validator.jsontext.tokenizer import Token, Unreadable, parts, tokens, unquoted

_NOT_FINITE = "non-finite-number"
_REPEATED = "duplicate-key"
_HALF = "lone-surrogate"
LAST_COUNTS = "; only the last value is checked"
"""What a message adds that holds for documents only."""
_MOST_REPEATED = 5
"""Repeated keys of a document that are reported; the others are counted."""
_LONGEST_POINTERS = 4_000_000
"""Characters that the pointers of a document may have together, so that a long key is not repeated without end."""
_UNLISTED = {
    _REPEATED: ("repetition", "repetitions"),
    _NOT_FINITE: ("number like this", "numbers like this"),
    _HALF: ("half like this", "halves like this"),
}
"""What is counted, where it is not reported."""


def explained(text: str) -> tuple[Any, tuple[Problem, ...], bool]:
    """The value of a document, its problems in order of place, and if it was readable.

    Of a repeated key the last value counts, and a number too large for a double is infinite. What cannot be read has
    the value None and one problem.
    """
    try:
        # A text can end being JSON after a long way that is not worth building.
        for _ in tokens(text, skip_to=len(text)):
            pass
    except Unreadable as stopped:
        return None, (stopped.problem,), False
    reading = _Reading(text)
    reading.read()
    return reading.document[0], tuple(reading.problems), True


class _Reading:
    """A document that is put together from its tokens, and what is found amiss on the way."""

    def __init__(self, text: str) -> None:
        self.document: list[Any] = []
        self.problems: list[Problem] = []
        self._text = text
        self._holders: list[Any] = [self.document]
        self._keys: list[dict[str | int, int]] = []
        self._found: Counter[str] = Counter()
        self._room = _LONGEST_POINTERS

    def read(self) -> None:
        take = {
            "open": self._open,
            "close": self._close,
            "key": self._key,
            "string": self._string,
            "number": self._number,
            "literal": self._literal,
        }
        for token in tokens(self._text):
            take[token.kind](token)
        for rule, (one, several) in _UNLISTED.items():
            self._count_unlisted(rule, one, several)

    def _open(self, token: Token) -> None:
        container: Any = {} if self._text[token.start] == "{" else []
        self._put(token, container)
        self._holders.append(container)
        self._keys.append({})

    def _close(self, _token: Token) -> None:
        self._holders.pop()
        self._keys.pop()

    def _key(self, token: Token) -> None:
        first = self._keys[-1].setdefault(token.part, token.start)
        if first != token.start:
            self._repeat(token, first)
        self._look_for_halves(token, str(token.part))

    def _string(self, token: Token) -> None:
        value = unquoted(self._text, token.start, token.end)
        self._put(token, value)
        self._look_for_halves(token, value)

    def _number(self, token: Token) -> None:
        written = self._text[token.start : token.end]
        digits = written.removeprefix("-")
        if digits.isdigit() and len(digits) <= MAX_DIGITS:
            self._put(token, int(written))
            return
        value = float(written)
        self._put(token, value)
        if digits.isdigit():
            self._report(_NOT_FINITE, token, f"has {{}} digits, but {MAX_DIGITS} are the most", len(digits))
        elif math.isinf(value):
            self._report(_NOT_FINITE, token, "is beyond the range of a double, which ends at about 1.8e308")

    def _literal(self, token: Token) -> None:
        written = self._text[token.start : token.end]
        value = json.loads(written)
        self._put(token, value)
        if isinstance(value, float):
            self._report(_NOT_FINITE, token, f"is {written}, which JSON does not have; no number is written null")

    def _put(self, token: Token, value: Any) -> None:
        holder = self._holders[-1]
        if isinstance(holder, list):
            holder.append(value)
        else:
            holder[token.part] = value

    def _look_for_halves(self, token: Token, value: str) -> None:
        if not value.isascii() and (half := LONE_SURROGATE.search(value)):
            message = f"has half of a surrogate pair, U+{ord(half[0]):04X}, without the other half"
            self._report(_HALF, token, message)

    def _repeat(self, token: Token, first: int) -> None:
        self._report(_REPEATED, token, f"repeats a key that stands at {{}} already{LAST_COUNTS}", AtOffset(first))

    def _count_unlisted(self, rule: str, one: str, several: str) -> None:
        """Tell in the last such problem that is reported how many are not."""
        listed = [index for index, problem in enumerate(self.problems) if problem.rule == rule]
        unlisted = self._found[rule] - len(listed)
        if unlisted > 0:
            problem = self.problems[listed[-1]]
            others = f"{one} in this document is" if unlisted == 1 else f"{several} in this document are"
            message = f"{problem.message}; {{}} more {others} not listed"
            self.problems[listed[-1]] = problem._replace(message=message, values=(*problem.values, unlisted))

    def _report(self, rule: str, token: Token, message: str, *values: object) -> None:
        self._found[rule] += 1
        if self._is_full(rule):
            return
        pointer, span = join(*parts(token.path)), Span(token.start, token.end)
        self._room -= len(pointer)
        problem = Problem(pointer, message, values, on_key=token.kind == "key", span=span, rule=rule)
        if rule == _NOT_FINITE:  # the schemas have their say too, in case this is left out
            problem = problem._replace(explains=(pointer,))
        self.problems.append(problem)

    def _is_full(self, rule: str) -> bool:
        """Whether what was found just now is only counted; the first of each rule is listed."""
        found = self._found[rule]
        return (found > 1 and self._room < 0) or (rule == _REPEATED and found > _MOST_REPEATED)
