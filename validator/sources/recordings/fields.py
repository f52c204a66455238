"""What the readers of recordings share: fields that may be missing, and where the strings of a recording stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol
from urllib.parse import urlencode

from validator.sources.positions import Offsets

_MAX_LENGTH = 1000
"""Characters of a header or status; meaningful ones are far shorter."""
_MAX_HEADERS = 200
"""Headers of a response that are searched; no server sends that many."""
_MAX_VALUES = 10
"""Values of one header that are read."""
_PARSED_BODIES = ("body", "data", "json", "parsed_body")
"""Where a response may have its body as a value: saved by hand, as axios has it, or by a serializer of vcrpy."""
_WILDCARD = r"(?:\[[^\]]*\]|\\[wd]|\.)(?:[*+]|\{[0-9,]*\})|\([^()]*\)|\*"
"""What stands for any text in a regular expression or glob."""
_MAX_PATTERN = 1000
_TEXT_OF_BODY = ("string", "base64_string", "encoding")
"""Keys of an object that has the text of a body."""


class Binary(str):
    """A string that its recording marks as base64 text."""


class Strings(Protocol):
    """The strings of a recording, each identified by its value and the keys and indexes that lead to it."""

    def offsets(self, string: str, *path: str | int) -> Offsets:
        """Return a function that locates each character of a string in the text, and its end."""

    def start(self, *path: str | int) -> Callable[[], int]:
        """Return a function that locates the beginning of a value in the text."""

    def value(self, *path: str | int) -> tuple[str, Offsets] | None:
        """Return an object or array as JSON, and a function that locates its characters; None if it is endless."""


class JsonStrings(Strings, Protocol):
    """The strings of a recording in JSON, where no value is endless and bodies may be values themselves."""

    def value(self, *path: str | int) -> tuple[str, Offsets]:
        """Return the text of a value, and a function that locates each character of it, and its end."""

    def lines(self, lines: Sequence[str], *path: str | int) -> tuple[str, Offsets]:
        """Return the text that an array of strings forms, and a function that locates each character of it."""


def field(value: Any, *keys: str) -> Any:
    """Return what these keys lead to, each inside the one before; None if there is no such thing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def elements(value: Any, key: str) -> list[Any]:
    """Return the array under a key; without one, no elements."""
    member = field(value, key)
    return member if isinstance(member, list) else []


def is_response(value: Any) -> bool:
    """Return whether a value may be a recorded response; a page or run itself has no status and no headers."""
    return isinstance(value, dict) and "object" not in value


def parsed_body(response: dict[str, Any], strings: Strings, *path: str | int) -> tuple[str, Offsets] | None:
    """Return the text of a body that is a value in the recording, and where it stands."""
    for key in _PARSED_BODIES:
        body = response.get(key)
        if isinstance(body, list) or (isinstance(body, dict) and not any(name in body for name in _TEXT_OF_BODY)):
            return strings.value(*path, key)
    return None


def fit_pattern(pattern: str) -> str:
    """Return a path that fits a pattern: what that leaves open is `{any}`, and its query is left out."""
    path = pattern[:_MAX_PATTERN].partition(r"\?")[0].strip("^$").removesuffix("(").removesuffix(".*")
    return re.sub(_WILDCARD, "{any}", path).replace("\\", "")


def with_query(url: str, values: Mapping[str, str]) -> str:
    """Return a URL with these parameters behind those that it has; the value of one without text is `{any}`."""
    query = urlencode({name: value or "{any}" for name, value in values.items()})
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def header(headers: Any, name: str) -> str:
    """Return the value of a header in lower case, with commas between several; empty if there is none."""
    if not isinstance(headers, dict):
        return ""
    pairs = islice(headers.items(), _MAX_HEADERS)  # aliases can make one mapping the headers of all calls
    values = next((value for key, value in pairs if key and len(key) == len(name) and key.lower() == name), "")
    return ", ".join(map(as_text, values[:_MAX_VALUES] if isinstance(values, list) else [values])).lower()


def as_text(value: Any) -> str:
    """Return a short string or an integer as text; empty for everything else, since aliases can make it endless."""
    return str(value) if type(value) is int or (isinstance(value, str) and len(value) <= _MAX_LENGTH) else ""
