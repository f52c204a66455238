"""Collections of Postman: the responses that were saved as examples of requests.

Source: https://schema.postman.com/json/collection/v2.1.0/docs/index.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import Strings, as_text, elements, field, header


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a collection."""
    return isinstance(field(value, "info"), dict) and isinstance(field(value, "item"), list)


def read_calls(value: Any, strings: Strings) -> Iterator[Call | InvalidCall]:
    """Yield the saved responses of all requests, in folders too."""
    records = count(1)
    for path, item in _items(value):
        for index, response in enumerate(elements(item, "response")):
            request = field(response, "originalRequest") or field(item, "request")
            method, url = "GET" if isinstance(request, str) else field(request, "method"), _url(request)
            place = (*path, "response", index)
            if not isinstance(method, str) or url is None:
                reason = "is not a response of Postman: it has no request with method and url"
                yield InvalidCall(next(records), reason, strings.start(*place))
                continue
            headers = {
                as_text(field(pair, "key")).lower(): field(pair, "value") for pair in elements(response, "header")
            }
            content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
            text = field(response, "body")
            body = Body(text, False, strings.offsets(text, *place, "body")) if isinstance(text, str) else None
            record, status, start = next(records), field(response, "code"), strings.start(*place)
            yield Call(record, method, url, status, content_type, coding, body, start, is_stub=True)


def _items(value: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for index, item in enumerate(elements(value, "item")):
        yield (*path, "item", index), item
        yield from _items(item, *path, "item", index)


def _url(request: Any) -> str | None:
    """Return the URL of a request: a string, an object with the whole as `raw`, or one with its parts alone."""
    url = field(request, "url") if isinstance(request, dict) else request
    if isinstance(url, dict):
        parts = field(url, "path")
        url = url.get("raw") or ("/".join(("", *map(as_text, parts))) if isinstance(parts, list) else None)
    return url if isinstance(url, str) else None
