"""Cassettes: the calls that vcrpy or the Ruby gem VCR has recorded, in YAML or JSON.

Sources: https://vcrpy.readthedocs.io/en/latest/advanced.html, https://github.com/vcr/vcr
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import Binary, Strings, as_text, field, header

_LISTS = ("interactions", "http_interactions")
"""Where vcrpy and VCR keep the calls."""
_BODIES = (("body", "string"), ("body", "base64_string"), ("content",))
"""Where a response may have its body: the last is that of vcrpy for httpx."""


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a cassette."""
    return any(isinstance(field(value, name), list) for name in _LISTS)


def read_calls(value: Any, strings: Strings) -> Iterator[Call | InvalidCall]:
    """Yield the calls of a cassette."""
    name = next(name for name in _LISTS if isinstance(field(value, name), list))
    firsts: dict[int, int] = {}
    repeated: set[int] = set()
    for index, interaction in enumerate(value[name]):
        first = firsts.setdefault(id(interaction), index) if isinstance(interaction, dict) else index
        if first == index:
            yield _read_call(interaction, strings, name, index)
        elif first not in repeated:
            repeated.add(first)
            reason = f"repeats call {first + 1} by an alias: a call is checked once, however many aliases it has"
            yield InvalidCall(index + 1, reason, strings.start(name, index))


def _read_call(interaction: Any, strings: Strings, name: str, index: int) -> Call | InvalidCall:
    method, url = field(interaction, "request", "method"), field(interaction, "request", "uri")
    response = field(interaction, "response")
    if not isinstance(method, str) or not isinstance(url, str) or not isinstance(response, dict):
        reason = "not a cassette interaction: no request with method and uri, or no response"
        return InvalidCall(index + 1, reason, strings.start(name, index))
    headers = response.get("headers")
    content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
    body = _body(response, strings, name, index)
    return Call(index + 1, method, url, _status(response), content_type, coding, body)


def _status(response: dict[str, Any]) -> int | None:
    status = as_text(field(response, "status", "code") or response.get("status_code"))
    return int(status) if re.fullmatch("[0-9]{3}", status) else None


def _body(response: dict[str, Any], strings: Strings, *path: str | int) -> Body | None:
    for keys in _BODIES:
        text = field(response, *keys)
        if isinstance(text, str):
            is_base64 = keys[-1] == "base64_string" or isinstance(text, Binary)
            return Body(text, is_base64, strings.offsets(text, *path, "response", *keys))
    return None
