"""Cassettes: the calls that descendants of the Ruby gem VCR have recorded, in YAML or JSON.

These are VCR, vcrpy, go-vcr, the R package vcr, ExVCR and PHP-VCR.

Sources: https://github.com/vcr/vcr, https://vcrpy.readthedocs.io/en/latest/advanced.html,
https://github.com/dnaeon/go-vcr, https://github.com/ropensci/vcr, https://github.com/parroty/exvcr,
https://github.com/php-vcr/php-vcr
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall, read_period
from validator.sources.recordings.fields import (
    Binary,
    Strings,
    as_text,
    field,
    header,
    is_response,
    parsed_body,
)

_LISTS = ("interactions", "http_interactions")
"""Where recorders keep the calls; for ExVCR and PHP-VCR, the list is the whole file."""
_URLS = ("uri", "url")
_STATUSES = (("status", "code"), ("status", "status_code"), ("status_code",), ("code",), ("status",))
"""Where a response may have its status: as VCR, R, ExVCR, go-vcr and PHP-VCR write it."""
_BODIES = (("body", "string"), ("body", "base64_string"), ("content",), ("body",))
"""Where a response may have its body: as VCR, vcrpy for httpx, and go-vcr, ExVCR and PHP-VCR write it."""


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a cassette."""
    if isinstance(value, list):
        first = value[0] if value else None
        return _url(first) is not None and is_response(field(first, "response"))
    lists = (items for name in _LISTS if isinstance(items := field(value, name), list))
    return any(not items or any(map(_is_interaction, items)) for items in lists)


def read_calls(value: Any, strings: Strings) -> Iterator[Call | InvalidCall]:
    """Yield the calls of a cassette."""
    path = next(((name,) for name in _LISTS if isinstance(field(value, name), list)), ())
    firsts: dict[int, int] = {}
    repeated: set[int] = set()
    for index, interaction in enumerate(field(value, *path)):
        first = firsts.setdefault(id(interaction), index) if isinstance(interaction, dict) else index
        if first == index:
            yield _read_call(interaction, strings, *path, index)
        elif first not in repeated:
            repeated.add(first)
            reason = f"repeats call {first + 1} by an alias: a call is checked once, however many aliases it has"
            yield InvalidCall(index + 1, reason, strings.start(*path, index))


def _is_interaction(value: Any) -> bool:
    """Return whether a value may be an interaction, if a damaged one; other objects have neither of these keys."""
    return not isinstance(value, dict) or "request" in value or "response" in value


def _read_call(interaction: Any, strings: Strings, *path: str | int) -> Call | InvalidCall:
    record = int(path[-1]) + 1
    method, url = field(interaction, "request", "method"), _url(interaction)
    response = field(interaction, "response")
    if not isinstance(method, str) or url is None or not is_response(response):
        reason = "is not a cassette interaction: it has no request with method and uri or url, or no response"
        return InvalidCall(record, reason, strings.start(*path))
    headers = response.get("headers")
    content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
    body, offset = _body(response, strings, *path), strings.start(*path)
    call = Call(record, method, url, _status(response), content_type, coding, body, offset)
    return _complete(call, field(interaction, "_validateRuns"))


def _complete(call: Call, own: Any) -> Call:
    """Return a call with what `validate-runs live` has recorded besides; others record no more than when it ended."""
    if not (step := as_text(field(own, "step"))):
        return call
    location, error, mime_type = (as_text(field(own, name)) for name in ("redirectURL", "error", "mimeType"))
    with suppress(ValueError):
        period = read_period(field(own, "startedDateTime"), float(as_text(field(own, "time"))))
        call = call._replace(period=period)
    is_retried = field(own, "retried") == "true"
    return call._replace(step=step, content_type=mime_type, location=location, error=error, is_retried=is_retried)


def _url(interaction: Any) -> str | None:
    urls = (field(interaction, "request", key) for key in _URLS)
    return next((url for url in urls if isinstance(url, str)), None)


def _status(response: dict[str, Any]) -> int | None:
    statuses = (as_text(field(response, *keys)) for keys in _STATUSES)
    return next((int(status) for status in statuses if re.fullmatch("[0-9]{3}", status)), None)


def _body(response: dict[str, Any], strings: Strings, *path: str | int) -> Body | None:
    in_file = field(response, "body", "file")  # as the R package vcr writes it
    is_in_file = in_file is True or as_text(in_file).lower() in ("true", "yes")
    if response.get("binary") is True or is_in_file:  # or a term of Erlang
        return None
    for keys in _BODIES:
        text = field(response, *keys)
        if isinstance(text, str):
            is_base64 = keys[-1] == "base64_string" or isinstance(text, Binary)
            return Body(text, is_base64, strings.offsets(text, *path, "response", *keys))
    value = parsed_body(response, strings, *path, "response")
    return Body(value[0], False, value[1]) if value else None
