"""Recordings of the test proxy of the Azure SDKs, with which the OpenAI SDK for .NET is tested, too.

Source: https://github.com/Azure/azure-sdk-tools/tree/main/tools/test-proxy
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import JsonStrings, field, header

_is_text = re.compile(r"text/|\S*(?:json|xml)\b").match


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of a recording of the test proxy."""
    return isinstance(field(value, "Entries"), list)


def read_calls(value: Any, strings: JsonStrings) -> Iterator[Call | InvalidCall]:
    """Yield the entries of the recording."""
    for index, entry in enumerate(value["Entries"]):
        method, url = field(entry, "RequestMethod"), field(entry, "RequestUri")
        if not isinstance(method, str) or not isinstance(url, str):
            reason = "is not an entry of the test proxy: it has no RequestMethod and RequestUri"
            yield InvalidCall(index + 1, reason, strings.start("Entries", index))
            continue
        headers = field(entry, "ResponseHeaders")
        content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
        is_text = not content_type or _is_text(content_type) is not None
        body = _body(entry.get("ResponseBody"), is_text, strings, "Entries", index, "ResponseBody")
        status, offset = entry.get("StatusCode"), strings.start("Entries", index)
        yield Call(index + 1, method, url, status, content_type, coding, body, offset)


def _body(value: Any, is_text: bool, strings: JsonStrings, *path: str | int) -> Body | None:
    """Return the body: JSON is a value, other text is a string or an array of lines, the rest is base64."""
    if value is None:
        return None
    if isinstance(value, str):
        return Body(value, not is_text, strings.offsets(value, *path))
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        text, offsets = strings.lines(value, *path)
    else:
        text, offsets = strings.value(*path)
    return Body(text, False, offsets)
