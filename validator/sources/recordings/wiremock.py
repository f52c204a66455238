"""Mappings of WireMock: stubs that it has recorded or that were written, one or several in a file.

Source: https://wiremock.org/docs/stubbing/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import (
    JsonStrings,
    as_text,
    field,
    fit_pattern,
    header,
    is_response,
    parsed_body,
    with_query,
)

_URLS = ("url", "urlPath", "urlPathTemplate")
_PATTERNS = ("urlPathPattern", "urlPattern")


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of one mapping or of a list of them."""
    mappings = field(value, "mappings")
    if isinstance(mappings, list):
        return not mappings or any(map(_is_mapping, mappings))
    return _is_mapping(value) and _url(value) is not None


def read_calls(value: Any, strings: JsonStrings) -> Iterator[Call | InvalidCall]:
    """Yield the mappings; one without a URL fits any call, and returns no runs."""
    mappings = field(value, "mappings")
    paths = [("mappings", index) for index in range(len(mappings))] if isinstance(mappings, list) else [()]
    for record, path in enumerate(paths, 1):
        mapping = mappings[path[1]] if path else value
        if not _is_mapping(mapping):
            reason = "is not a mapping of WireMock: it has no request or no response"
            yield InvalidCall(record, reason, strings.start(*path))
            continue
        response = mapping["response"]
        method, url, headers = _method(mapping), _url(mapping) or "", response.get("headers")
        content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
        body, status = _body(response, strings, *path, "response"), response.get("status", 200)
        call = Call(record, method, url, status, content_type, coding, body, strings.start(*path), is_stub=True)
        yield call._replace(is_partial=field(mapping, "request", "url") is None)


def _is_mapping(value: Any) -> bool:
    return isinstance(field(value, "request"), dict) and is_response(field(value, "response"))


def _method(mapping: Any) -> str:
    """Return the method of a mapping; one for any method answers GET, too."""
    method = field(mapping, "request", "method")
    return "GET" if method in (None, "ANY") else str(method)


def _url(mapping: Any) -> str | None:
    """Return the URL of a mapping; what its patterns leave open is `{any}`, and the query in a pattern is left out."""
    request = mapping["request"]
    url = next((request[key] for key in _URLS if isinstance(request.get(key), str)), None)
    if url is None:
        pattern = next((request[key] for key in _PATTERNS if isinstance(request.get(key), str)), None)
        url = None if pattern is None else fit_pattern(pattern)
    parameters = field(request, "queryParameters")
    if url is None or not isinstance(parameters, dict):
        return url
    return with_query(url, {name: as_text(field(matcher, "equalTo")) for name, matcher in parameters.items()})


def _body(response: dict[str, Any], strings: JsonStrings, *path: str | int) -> Body | None:
    """Return the body; None if it is in a file of its own."""
    if "jsonBody" in response:
        text, offsets = strings.value(*path, "jsonBody")
        return Body(text, False, offsets)
    for key in ("body", "base64Body"):
        body = response.get(key)
        if isinstance(body, str):
            return Body(body, key == "base64Body", strings.offsets(body, *path, key))
    value = parsed_body(response, strings, *path)
    return Body(value[0], False, value[1]) if value else None
