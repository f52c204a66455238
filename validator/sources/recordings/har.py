"""HAR 1.2: the calls that a browser or a proxy has recorded.

Source: https://w3c.github.io/web-performance/specs/HAR/Overview.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from validator.core.options import Period
from validator.sources.recordings.calls import Body, Call, NoCall, Requests
from validator.sources.recordings.fields import Strings, field, header, written

_EPOCH = datetime.fromtimestamp(0, UTC)
_LONGEST = 24 * 60 * 60 * 1000
"""No call takes a day; a duration beyond that is a mistake."""


def is_har(value: Any) -> bool:
    """Whether a JSON value has the outer form of a HAR."""
    return isinstance(field(value, "log", "entries"), list)


def calls(value: Any, strings: Strings) -> Iterator[Call | NoCall]:
    """The entries of a HAR, in their order."""
    requests = Requests()
    for index, entry in enumerate(value["log"]["entries"]):
        path = ("log", "entries", index)
        asked = requests.request(field(entry, "request", "method"), field(entry, "request", "url"))
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
        kind, coding = written(field(content, "mimeType")), header(_headers(response), "content-encoding")
        yield Call(index + 1, asked, field(response, "status"), kind, coding, body, _period(entry))


def _period(entry: Any) -> Period | None:
    """When the call of an entry was; without its duration, the moment when it began."""
    try:
        began = datetime.fromisoformat(field(entry, "startedDateTime"))
    except (TypeError, ValueError):
        return None
    if began.tzinfo is None:  # it may have been any time of the day
        return None
    begin = (began - _EPOCH).total_seconds()
    milliseconds = field(entry, "time")
    return begin, begin + milliseconds / 1000 if _is_duration(milliseconds) else begin


def _is_duration(value: Any) -> bool:
    """Whether it is a number of milliseconds; -1 stands for none."""
    return type(value) in (int, float) and 0 <= value < _LONGEST


def _headers(response: Any) -> dict[str, list[Any]]:
    """The headers by name, as cassettes have them."""
    headers: dict[str, list[Any]] = {}
    listed = field(response, "headers")
    for one in listed if isinstance(listed, list) else ():
        headers.setdefault(written(field(one, "name")).lower(), []).append(field(one, "value"))
    return headers
