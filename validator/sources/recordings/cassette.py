"""Cassettes: the calls that vcrpy or the Ruby gem VCR has recorded, in YAML or JSON.

Sources: https://vcrpy.readthedocs.io/en/latest/advanced.html, https://github.com/vcr/vcr
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, NoCall, Requests
from validator.sources.recordings.fields import Binary, Strings, field, header, written

_LISTS = ("interactions", "http_interactions")
"""Where vcrpy and VCR keep the calls."""
_BODIES = (("body", "string"), ("body", "base64_string"), ("content",))
"""Where a response may have its body: the last is that of vcrpy for httpx."""


def is_cassette(value: Any) -> bool:
    """Whether a value has the outer form of a cassette."""
    return any(isinstance(field(value, name), list) for name in _LISTS)


def calls(value: Any, strings: Strings) -> Iterator[Call | NoCall]:
    """The calls of a cassette, in their order."""
    name = next(name for name in _LISTS if isinstance(field(value, name), list))
    firsts: dict[int, int] = {}
    repeated: set[int] = set()
    requests = Requests()
    for index, interaction in enumerate(value[name]):
        first = firsts.setdefault(id(interaction), index) if isinstance(interaction, dict) else index
        if first == index:
            yield _call(interaction, requests, strings, name, index)
        elif first not in repeated:
            repeated.add(first)
            reason = f"is call {first + 1} once more, by an alias: it is checked once, however many there are"
            yield NoCall(index + 1, reason, strings.start(name, index))


def _call(interaction: Any, requests: Requests, strings: Strings, name: str, index: int) -> Call | NoCall:
    asked = requests.request(field(interaction, "request", "method"), field(interaction, "request", "uri"))
    response = field(interaction, "response")
    if asked is None or not isinstance(response, dict):
        reason = "is no call of a cassette, which has a request with method and uri, and a response"
        return NoCall(index + 1, reason, strings.start(name, index))
    headers = response.get("headers")
    return Call(
        index + 1,
        asked,
        _status(response),
        header(headers, "content-type"),
        header(headers, "content-encoding"),
        _body(response, strings, name, index),
    )


def _status(response: dict[str, Any]) -> int | None:
    status = written(field(response, "status", "code") or response.get("status_code"))
    return int(status) if re.fullmatch("[0-9]{3}", status) else None


def _body(response: dict[str, Any], strings: Strings, *path: str | int) -> Body | None:
    for keys in _BODIES:
        text = field(response, *keys)
        if isinstance(text, str):
            is_base64 = keys[-1] == "base64_string" or isinstance(text, Binary)
            return Body(text, is_base64, strings.offsets(text, *path, "response", *keys))
    return None
