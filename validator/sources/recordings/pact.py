"""Pacts: examples of calls that a consumer expects of a provider. They are parts of answers, and are only counted.

Source: https://github.com/pact-foundation/pact-specification
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Call, InvalidCall
from validator.sources.recordings.fields import Strings, field

_LISTS = ("interactions", "messages")


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a pact."""
    if not isinstance(field(value, "consumer"), dict) or not isinstance(field(value, "provider"), dict):
        return False
    return any(isinstance(field(value, name), list) for name in _LISTS)


def read_calls(value: Any, strings: Strings) -> Iterator[Call | InvalidCall]:
    """Yield the interactions and messages, as calls that return no runs."""
    paths = [(name, index) for name in _LISTS if isinstance(value.get(name), list) for index in range(len(value[name]))]
    for record, path in enumerate(paths, 1):
        yield Call(record, "", "", None, "", "", None, strings.start(*path))
