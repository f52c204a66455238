"""What the readers of recordings share: fields that may be missing, and where the strings of a recording stand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, Protocol

from validator.sources.positions import Offsets

_LONGEST = 1000
"""Characters of a header or status; those that mean something are far shorter."""

_MAX_HEADERS = 200
"""Headers of a response that are looked through; no server sends that many."""

_MAX_VALUES = 10
"""Values of one header that are read."""


class Binary(str):
    """A string that its recording marks as base64 text."""


class Strings(Protocol):
    """The strings of a recording, each known by its value and the keys and indexes that lead to it."""

    def offsets(self, string: str, *path: str | int) -> Offsets:
        """Finds, when asked, where in the recording each character of a string stands, and its end."""

    def start(self, *path: str | int) -> Callable[[], int]:
        """Finds, when asked, where in the recording something begins."""


def field(value: Any, *keys: str) -> Any:
    """What is under these keys, each inside the one before; None where there is no such thing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def header(headers: Any, name: str) -> str:
    """The value of a header in lower case, with commas between several; empty where there is none."""
    if not isinstance(headers, dict):
        return ""
    listed = islice(headers.items(), _MAX_HEADERS)  # aliases can make one mapping the headers of all calls
    values = next((value for key, value in listed if key and len(key) == len(name) and key.lower() == name), "")
    return ", ".join(map(written, values[:_MAX_VALUES] if isinstance(values, list) else [values])).lower()


def written(value: Any) -> str:
    """A short string or an integer as text; empty for all else, since aliases of YAML can make that endless."""
    return str(value) if type(value) is int or (isinstance(value, str) and len(value) <= _LONGEST) else ""
