"""The limits of a document that every reader can handle: levels, digits, complete characters."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import Any

MAX_DEPTH = 256
"""Levels of arrays and objects that a document may have."""

MAX_DIGITS = 4300
"""Digits that an integer may have: as many as Python's `int` reads by default."""

LONE_SURROGATE = "[\ud800-\udfff]"
"""The pattern of half of a surrogate pair: what is left of a character that was cut in two."""

_TOO_LONG: int = 10**MAX_DIGITS


def exceeds_limits(value: Any) -> bool:
    """Return whether a value is too deep, or has such a number or character anywhere; level by level."""
    level = [value]
    for _ in range(MAX_DEPTH):
        if any(map(_is_bad_scalar, level)):
            return True
        members = (
            chain(item, item.values()) if isinstance(item, dict) else item
            for item in level
            if isinstance(item, (dict, list))
        )
        level = [*chain.from_iterable(members)]
    return any(isinstance(item, (dict, list)) or _is_bad_scalar(item) for item in level)


def _is_bad_scalar(value: Any) -> bool:
    match value:
        case float():
            return not math.isfinite(value)
        case str():
            return not value.isascii() and re.search(LONE_SURROGATE, value) is not None
        case int():
            return abs(value) >= _TOO_LONG
        case _:
            return False
