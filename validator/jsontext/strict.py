"""Parse a document slowly: its value, and every problem that two parsers could read differently."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

from validator.core.pointer import join
from validator.core.problem import AtOffset, Problem, Span
from validator.jsontext.limits import LONE_SURROGATE, MAX_DIGITS
from validator.jsontext.tokenizer import Token, Unreadable, keys_of, tokenize, unquote

LAST_COUNTS = "; only the last value is checked"
"""The end of a message that applies to documents only."""

_NOT_FINITE = "non-finite-number"
_REPEATED = "duplicate-key"
_SURROGATE = "lone-surrogate"
_MAX_REPEATED = 5
"""Repeated keys of a document that are reported; the others are counted."""
_MAX_POINTER_CHARACTERS = 4_000_000
"""Characters of all pointers in a document, so that a long key is not repeated without end."""
_UNLISTED = {
    _REPEATED: ("repetition", "repetitions"),
    _NOT_FINITE: ("number like this", "numbers like this"),
    _SURROGATE: ("half like this", "halves like this"),
}
"""Names of the problems that are counted and not listed."""


def parse_explained(text: str) -> tuple[Any, tuple[Problem, ...], bool]:
    """Return the value of a document, its problems in the order of the text, and whether it was readable.

    Of a repeated key the last value counts, and a number too large for a double is infinite. A text that is not
    readable has the value None and one problem.
    """
    try:
        # A text can stop being JSON after a long way that is not worth building.
        for _ in tokenize(text, skip_to=len(text)):
            pass
    except Unreadable as error:
        return None, (error.problem,), False
    builder = _Builder(text)
    return builder.build(), tuple(builder.problems), True


class _Builder:
    """Builds a document from its tokens, and collects problems on the way."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._document: list[Any] = []
        self._containers: list[Any] = [self._document]
        self._keys: list[dict[str | int, int]] = []
        """For each open container, its keys and where each begins first."""
        self._counts: Counter[str] = Counter()
        self._characters_left = _MAX_POINTER_CHARACTERS

    def build(self) -> Any:
        add = {
            "open": self._open,
            "close": self._close,
            "key": self._add_key,
            "string": self._add_string,
            "number": self._add_number,
            "literal": self._add_literal,
        }
        for token in tokenize(self._text):
            add[token.kind](token)
        self._count_unlisted()
        return self._document[0]

    def _open(self, token: Token) -> None:
        container: Any = {} if self._text[token.start] == "{" else []
        self._add(token, container)
        self._containers.append(container)
        self._keys.append({})

    def _close(self, _token: Token) -> None:
        self._containers.pop()
        self._keys.pop()

    def _add_key(self, token: Token) -> None:
        first = self._keys[-1].setdefault(token.part, token.start)
        if first != token.start:
            message = f"repeats a key that stands at {{}} already{LAST_COUNTS}"
            self._report(_REPEATED, token, message, AtOffset(first))
        self._check_surrogates(token, str(token.part))

    def _add_string(self, token: Token) -> None:
        value = unquote(self._text, token.start, token.end)
        self._add(token, value)
        self._check_surrogates(token, value)

    def _add_number(self, token: Token) -> None:
        number = self._text[token.start : token.end]
        digits = number.removeprefix("-")
        if digits.isdigit() and len(digits) <= MAX_DIGITS:
            self._add(token, int(number))
            return
        value = float(number)
        self._add(token, value)
        if digits.isdigit():
            self._report(_NOT_FINITE, token, f"has {{}} digits, but {MAX_DIGITS} are the most", len(digits))
        elif math.isinf(value):
            self._report(_NOT_FINITE, token, "is beyond the range of a double, which ends at about 1.8e308")

    def _add_literal(self, token: Token) -> None:
        literal = self._text[token.start : token.end]
        value = json.loads(literal)
        self._add(token, value)
        if isinstance(value, float):
            self._report(_NOT_FINITE, token, f"is {literal}, which JSON does not have; no number is written null")

    def _add(self, token: Token, value: Any) -> None:
        container = self._containers[-1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[token.part] = value

    def _check_surrogates(self, token: Token, value: str) -> None:
        if not value.isascii() and (half := re.search(LONE_SURROGATE, value)):
            message = f"has half of a surrogate pair, U+{ord(half[0]):04X}, without the other half"
            self._report(_SURROGATE, token, message)

    def _report(self, rule: str, token: Token, message: str, *values: object) -> None:
        """Report a problem, or only count it; the first of each rule is always listed."""
        self._counts[rule] += 1
        count = self._counts[rule]
        if (count > 1 and self._characters_left < 0) or (rule == _REPEATED and count > _MAX_REPEATED):
            return
        pointer, span = join(*keys_of(token.path)), Span(token.start, token.end)
        self._characters_left -= len(pointer)
        explains = (pointer,) if rule == _NOT_FINITE else ()  # the schemas reject it too, if this rule is ignored
        self.problems.append(
            Problem(pointer, message, values, explains=explains, on_key=token.kind == "key", span=span, rule=rule)
        )

    def _count_unlisted(self) -> None:
        """Add to the last listed problem of each rule how many are not listed."""
        for rule, (singular, plural) in _UNLISTED.items():
            listed = [index for index, problem in enumerate(self.problems) if problem.rule == rule]
            unlisted = self._counts[rule] - len(listed)
            if unlisted > 0:
                problem = self.problems[listed[-1]]
                others = f"{singular} in this document is" if unlisted == 1 else f"{plural} in this document are"
                message = f"{problem.message}; {{}} more {others} not listed"
                self.problems[listed[-1]] = problem._replace(message=message, values=(*problem.values, unlisted))
