"""What a parser may let pass that is not for everybody to read: too many levels, endless numbers, half characters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

MAX_DEPTH = 256
"""Levels of arrays and objects that a document may have."""

MAX_DIGITS = 4300
"""Digits that an integer may have: as many as Python's `int` reads unless it is told otherwise."""

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: what is left of a character that was cut in two."""

_TOO_LONG: int = 10**MAX_DIGITS


def is_doubtful(value: Any) -> bool:
    """Whether there is such a thing anywhere in a value; level by level, whatever its depth."""
    level = [value]
    for _ in range(MAX_DEPTH):
        if any(map(_is_doubtful_scalar, level)):
            return True
        level = [member for one in level for member in _members(one)]
    return any(isinstance(one, dict | list) or _is_doubtful_scalar(one) for one in level)


def _members(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return chain(value, value.values())
        case list():
            return value
        case _:
            return ()


def _is_doubtful_scalar(value: Any) -> bool:
    match value:
        case float():
            return not math.isfinite(value)
        case str():
            return not value.isascii() and LONE_SURROGATE.search(value) is not None
        case int():
            return abs(value) >= _TOO_LONG
        case _:
            return False
