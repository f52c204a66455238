"""The content codings of a recorded body, undone as a client undoes them.

Source: https://www.rfc-editor.org/rfc/rfc9110#section-8.4
"""

from __future__ import annotations

import io
import zlib

from validator.sources.compression import CUT, DAMAGED, BrokenCompression, is_packed, unpacked
from validator.sources.reader import ByteBudget, Reader
from validator.sources.recordings.body_kinds import is_event_stream, is_json

_MOST = 4
"""Codings on top of each other that are undone; servers use one, a proxy may add another."""
MAX_DOCUMENTS = 4
"""Times what one document may have is what all bodies in base64 of a recording may have together."""
_WITH_WRAPPER, _WITHOUT = zlib.MAX_WBITS, -zlib.MAX_WBITS
"""What zlib calls its own format, which "deflate" means, and what some servers send instead."""


def undone(data: bytes, header: str, opened: Reader, room: ByteBudget) -> bytes | None:
    """The data without the codings that its header names, if they are still on; None where it is more than may be read.

    Whatever the header says, gzip and zstd are known by their first bytes. What comes of each coding takes its room.
    """
    most = MAX_DOCUMENTS * opened.max_bytes
    codings = [coding.strip() for coding in header.split(",")]
    if len(codings) > _MOST:
        raise BrokenCompression(f"has {len(codings)} codings on top of each other, of which at most {_MOST} are undone")
    for coding in reversed(codings):
        whole = _without(data, coding, opened)
        if whole is not data:
            room.take(opened.max_bytes if whole is None else len(whole), most)
        if whole is None or len(whole) > opened.max_bytes:
            return None
        data = whole
    return data


def _without(data: bytes, coding: str, opened: Reader) -> bytes | None:
    if is_packed(data):
        return opened._replace(file=unpacked(io.BytesIO(data), opened.name)).whole()
    if not data or is_json(data) or is_event_stream(data):  # the recorder has undone it
        return data
    if coding == "deflate":
        return _inflated(data, opened.max_bytes)
    if coding == "br":
        raise BrokenCompression("is compressed with brotli, which is not read")
    return data


def _inflated(data: bytes, max_bytes: int) -> bytes:
    for format_ in (_WITH_WRAPPER, _WITHOUT):
        stream = zlib.decompressobj(format_)
        try:
            whole = stream.decompress(data, max_bytes + 1)
        except zlib.error:
            continue
        if not stream.eof and len(whole) <= max_bytes:
            raise BrokenCompression(CUT)
        return whole
    raise BrokenCompression(DAMAGED)
