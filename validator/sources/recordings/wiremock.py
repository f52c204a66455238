"""Mappings of WireMock: the calls that it has recorded, one or several in a file.

Source: https://wiremock.org/docs/stubbing/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import JsonStrings, field, header

_URLS = ("url", "urlPath", "urlPathPattern", "urlPattern", "urlPathTemplate")


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of one mapping or of a list of them."""
    return isinstance(field(value, "mappings"), list) or _url(value) is not None


def read_calls(value: Any, strings: JsonStrings) -> Iterator[Call | InvalidCall]:
    """Yield the mappings."""
    mappings = field(value, "mappings")
    paths = [("mappings", index) for index in range(len(mappings))] if isinstance(mappings, list) else [()]
    for record, path in enumerate(paths, 1):
        mapping = mappings[path[1]] if path else value
        url = _url(mapping)
        if url is None:
            reason = "is not a mapping of WireMock: it has no request with a URL, or no response"
            yield InvalidCall(record, reason, strings.start(*path))
            continue
        response = mapping["response"]
        method, headers = field(mapping, "request", "method"), response.get("headers")
        content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
        body = _body(response, strings, *path, "response")
        yield Call(
            record, str(method), url, response.get("status", 200), content_type, coding, body, strings.start(*path)
        )


def _url(mapping: Any) -> str | None:
    """Return the URL, or the pattern of URLs, of a mapping that has a response."""
    urls = (field(mapping, "request", key) for key in _URLS) if isinstance(field(mapping, "response"), dict) else ()
    return next((url for url in urls if isinstance(url, str)), None)


def _body(response: dict[str, Any], strings: JsonStrings, *path: str | int) -> Body | None:
    """Return the body; None if it is in a file of its own."""
    if "jsonBody" in response:
        text, offsets = strings.value(*path, "jsonBody")
        return Body(text, False, offsets)
    for key in ("body", "base64Body"):
        body = response.get(key)
        if isinstance(body, str):
            return Body(body, key == "base64Body", strings.offsets(body, *path, key))
    return None
