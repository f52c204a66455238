"""Calls that nock has recorded, a library for Node.js.

Source: https://github.com/nock/nock#recording
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import JsonStrings, as_text, field, header

_match_hex = re.compile("(?:[0-9a-fA-F]{2})+").fullmatch


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a recording of nock."""
    return isinstance(value, list) and bool(value) and _is_call(value[0]) and "status" in value[0]


def read_calls(value: Any, strings: JsonStrings) -> Iterator[Call | InvalidCall]:
    """Yield the calls of the recording."""
    for index, call in enumerate(value):
        if not _is_call(call):
            yield InvalidCall(
                index + 1, "is not a call of nock: it has no scope, method and path", strings.start(index)
            )
            continue
        headers = _headers(call)
        content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
        is_hex = bool(coding) or call.get("responseIsBinary") is True
        body = _body(call.get("response"), is_hex, strings, index, "response")
        url = f"{call['scope']}{call['path']}"
        yield Call(index + 1, call["method"], url, call.get("status"), content_type, coding, body, strings.start(index))


def _is_call(call: Any) -> bool:
    return all(isinstance(field(call, key), str) for key in ("scope", "method", "path"))


def _headers(call: dict[str, Any]) -> Any:
    """Return the headers by name; nock writes names and values in turns, or a mapping."""
    headers = call.get("rawHeaders")
    return dict(zip(map(as_text, headers[::2]), headers[1::2], strict=False)) if isinstance(headers, list) else headers


def _body(value: Any, is_hex: bool, strings: JsonStrings, *path: str | int) -> Body | None:
    """Return the body: JSON is a value, other text is a string, and what is binary or compressed is hexadecimal."""
    if value is None:
        return None
    chunks = value if isinstance(value, list) else [value]
    if is_hex and chunks and all(isinstance(chunk, str) and _match_hex(chunk) for chunk in chunks):
        return Body(base64.b64encode(bytes.fromhex("".join(chunks))).decode(), True, strings.value(*path)[1])
    if isinstance(value, str):
        return Body(value, False, strings.offsets(value, *path))
    text, offsets = strings.value(*path)
    return Body(text, False, offsets)
