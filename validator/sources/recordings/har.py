"""HAR 1.2: the calls that a browser or a proxy has recorded.

Source: https://w3c.github.io/web-performance/specs/HAR/Overview.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall, read_period
from validator.sources.recordings.fields import Strings, as_text, field, header

_is_array_of_chunks = re.compile(r'\["[A-Za-z0-9+/=]*"(?:,"[A-Za-z0-9+/=]*")*\]').fullmatch


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a HAR."""
    return isinstance(field(value, "log", "entries"), list)


def read_calls(value: Any, strings: Strings) -> Iterator[Call | InvalidCall]:
    """Yield the entries of a HAR."""
    for index, entry in enumerate(value["log"]["entries"]):
        path = ("log", "entries", index)
        method, url = field(entry, "request", "method"), field(entry, "request", "url")
        if not isinstance(method, str) or not isinstance(url, str):
            yield InvalidCall(
                index + 1, "is not a HAR entry: it has no request with method and url", strings.start(*path)
            )
            continue
        response = field(entry, "response")
        content = field(response, "content")
        text, body = field(content, "text"), None
        if isinstance(text, str):
            offsets = strings.offsets(text, *path, "response", "content", "text")
            is_base64 = field(content, "encoding") == "base64"
            body = Body(_join_chunks(text) if is_base64 else text, is_base64, offsets)
        content_type, coding = as_text(field(content, "mimeType")), header(_headers(response), "content-encoding")
        status, offset = field(response, "status"), strings.start(*path)
        period = read_period(field(entry, "startedDateTime"), field(entry, "time"))
        call = Call(index + 1, method, url, status, content_type, coding, body, offset, period)
        if step := as_text(field(entry, "_validateRuns", "step")):
            location, error = as_text(field(response, "redirectURL")), as_text(field(response, "_error"))
            is_retried = field(entry, "_validateRuns", "retried") is True
            call = call._replace(step=step, location=location, error=error, is_retried=is_retried)
        yield call


def _join_chunks(text: str) -> str:
    """Return the base64 of a body of which Polly.js keeps each chunk, in a JSON array; any other text as it is."""
    if not _is_array_of_chunks(text):
        return text
    try:
        chunks = [base64.b64decode(chunk, validate=True) for chunk in text[2:-2].split('","')]
    except binascii.Error:
        return text
    return base64.b64encode(b"".join(chunks)).decode()


def _headers(response: Any) -> dict[str, list[Any]]:
    """Return the headers by name, as cassettes have them."""
    headers: dict[str, list[Any]] = {}
    listed = field(response, "headers")
    for pair in listed if isinstance(listed, list) else ():
        headers.setdefault(as_text(field(pair, "name")).lower(), []).append(field(pair, "value"))
    return headers
