"""What a recorded body is, by what it begins with."""

from __future__ import annotations

import re

_START = 200
_stream_begins = re.compile(r"(?:event|data|id|retry|) ?:").match


def is_json(body: str | bytes) -> bool:
    """Whether it begins as an object or array of JSON does."""
    return _start(body).startswith(("{", "["))


def is_event_stream(body: str | bytes) -> bool:
    """Whether it begins as an event stream does."""
    return _stream_begins(_start(body)) is not None


def _start(body: str | bytes) -> str:
    if isinstance(body, str):
        return body.removeprefix("\ufeff").lstrip()[:_START]
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:_START].decode("utf-8", "replace")
