"""The slow way to read a document: its value, and everything about it that two parsers could read differently."""

from __future__ import annotations

import json
import math
from typing import Any

from validator.doubt import HALF, MOST_DIGITS
from validator.pointer import join
from validator.problem import Offset, Problem, Span
from validator.scan import Token, Unreadable, parts, tokens, unquoted

_NOT_FINITE = "non-finite-number"
_REPEATED = "duplicate-key"
LAST_COUNTS = "; only the last value is checked"
"""What a message adds that holds for documents only."""
_MOST_REPEATED = 5
"""Repeated keys of a document that are reported; the others are counted."""


def explained(text: str) -> tuple[Any, tuple[tuple[str, Problem], ...], bool]:
    """The value of a document, its problems in order of place, each with the name of its rule, and if it was readable.

    Of a repeated key the last value counts, and a number too large for a double is infinite. What cannot be read has
    the value None and one problem.
    """
    reading = _Reading(text)
    try:
        reading.read()
    except Unreadable as stopped:
        return None, ((stopped.rule, stopped.problem),), False
    return reading.document[0], tuple(reading.problems), True


class _Reading:
    """A document that is put together from its tokens, and what is found amiss on the way."""

    def __init__(self, text: str) -> None:
        self.document: list[Any] = []
        self.problems: list[tuple[str, Problem]] = []
        self._text = text
        self._holders: list[Any] = [self.document]
        self._keys: list[dict[str | int, int]] = []
        self._repeated = 0

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
        self._count_unlisted()

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
        if digits.isdigit() and len(digits) <= MOST_DIGITS:
            self._put(token, int(written))
            return
        value = float(written)
        self._put(token, value)
        if digits.isdigit():
            self._report(_NOT_FINITE, token, f"has {{}} digits, but {MOST_DIGITS} are the most", len(digits))
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
        if not value.isascii() and (half := HALF.search(value)):
            message = f"has half of a surrogate pair, U+{ord(half[0]):04X}, without the other half"
            self._report("lone-surrogate", token, message)

    def _repeat(self, token: Token, first: int) -> None:
        self._repeated += 1
        if self._repeated <= _MOST_REPEATED:
            message = f"repeats a key that stands at {{}} already{LAST_COUNTS}"
            self._report(_REPEATED, token, message, Offset(first))

    def _count_unlisted(self) -> None:
        """Tell in the last repetition that is reported how many are not."""
        unlisted = self._repeated - _MOST_REPEATED
        if unlisted > 0:
            at = max(index for index, (rule, _) in enumerate(self.problems) if rule == _REPEATED)
            rule, problem = self.problems[at]
            others = "repetition in this document is" if unlisted == 1 else "repetitions in this document are"
            message = f"{problem.message}; {{}} more {others} not listed"
            self.problems[at] = rule, problem._replace(message=message, values=(*problem.values, unlisted))

    def _report(self, rule: str, token: Token, message: str, *values: object) -> None:
        pointer, span = join(*parts(token.path)), Span(token.start, token.end)
        self.problems.append((rule, Problem(pointer, message, values, on_key=token.kind == "key", span=span)))
