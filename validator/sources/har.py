"""HAR 1.2: the calls that a browser or a proxy has recorded.

Source: https://w3c.github.io/web-performance/specs/HAR/Overview.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.sources.recorded import Strings, field, header
from validator.sources.recordings import Body, Call, NoCall, request


def is_har(value: Any) -> bool:
    """Whether a JSON value has the outer form of a HAR."""
    return isinstance(field(value, "log", "entries"), list)


def calls(value: Any, strings: Strings) -> Iterator[Call | NoCall]:
    """The entries of a HAR, in their order."""
    for index, entry in enumerate(value["log"]["entries"]):
        path = ("log", "entries", index)
        asked = request(field(entry, "request", "method"), field(entry, "request", "url"))
        if asked is None:
            reason = "is no entry of a HAR, which has a request with method and url"
            yield NoCall(index + 1, reason, strings.start(*path))
            continue
        response = field(entry, "response")
        content = field(response, "content")
        text, body = field(content, "text"), None
        if isinstance(text, str):
            place = strings.offsets(text, *path, "response", "content", "text")
            body = Body(text, field(content, "encoding") == "base64", place)
        kind, coding = str(field(content, "mimeType")), header(_headers(response), "content-encoding")
        yield Call(index + 1, asked, field(response, "status"), kind, coding, body)


def _headers(response: Any) -> dict[str, list[Any]]:
    """The headers by name, as cassettes have them."""
    headers: dict[str, list[Any]] = {}
    listed = field(response, "headers")
    for one in listed if isinstance(listed, list) else ():
        headers.setdefault(str(field(one, "name")).lower(), []).append(field(one, "value"))
    return headers
