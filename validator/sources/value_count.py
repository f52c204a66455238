"""How many values a JSON text has, counted without building any."""

from __future__ import annotations

import re
from itertools import islice

_marks = re.compile(
    rb'(?:[^",\[{]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{][ \t\r\n]*+[\]}])*+(?:[,\[{]|\Z)', re.DOTALL
).finditer
"""Finds each comma and each bracket that opens a container with members: in front of every value but the first."""


def has_more_values(data: bytes | str, limit: int) -> bool:
    """Whether a JSON text has more values than this; of a text that is not JSON, what looks like values counts."""
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if sum(map(data.count, (b",", b"[", b"{"))) < limit:
        return False
    return any(islice(_marks(data), limit + 1, None))  # the pattern matches twice at the end
