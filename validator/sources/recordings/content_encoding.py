"""The content codings of a recorded body, decoded as a client decodes them.

Source: https://www.rfc-editor.org/rfc/rfc9110#section-8.4
"""

from __future__ import annotations

import io
import re
import zlib

from validator.sources.compression import CORRUPT, TRUNCATED, BrokenCompression, decompress, is_compressed
from validator.sources.reader import ByteBudget, Reader

_MAX_CODINGS = 4
"""Codings on top of each other that are decoded; servers use one, a proxy may add another."""
BUDGET_DOCUMENTS = 4
"""All bodies in base64 of a recording may have so many times the size limit of a document together."""
_MAX_PREFIX = 200
_begins_event_stream = re.compile(r"(?:event|data|id|retry) ?:").match


def begins_json(body: str | bytes) -> bool:
    """Return whether a body begins like an object or array in JSON."""
    return _prefix(body).startswith(("{", "["))


def begins_event_stream(body: str | bytes) -> bool:
    """Return whether a body begins like an event stream."""
    return _begins_event_stream(_prefix(body)) is not None


def _prefix(body: str | bytes) -> str:
    if isinstance(body, str):
        return body.removeprefix("\ufeff").lstrip()[:_MAX_PREFIX]
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:_MAX_PREFIX].decode("utf-8", "replace")


def decode(data: bytes, header: str, reader: Reader, budget: ByteBudget) -> bytes | None:
    """Return the data without the codings in `header` that the recorder has left on; None if it exceeds the limit.

    Whatever the header says, gzip and zstd are detected by their first bytes. The output of each coding is taken from
    the budget. Raises `BrokenCompression`.
    """
    codings = [coding.strip() for coding in header.split(",")]
    if len(codings) > _MAX_CODINGS:
        raise BrokenCompression(f"has {len(codings)} content codings, of which at most {_MAX_CODINGS} are decoded")
    for coding in reversed(codings):
        decoded = _decode(data, coding, reader)
        if decoded is not data:
            size = reader.max_bytes if decoded is None else len(decoded)
            budget.spend(size, BUDGET_DOCUMENTS * reader.max_bytes)
        if decoded is None or len(decoded) > reader.max_bytes:
            return None
        data = decoded
    return data


def _decode(data: bytes, coding: str, reader: Reader) -> bytes | None:
    if is_compressed(data):
        return reader._replace(file=decompress(io.BytesIO(data), reader.name)).read_all()
    if not data or begins_json(data) or begins_event_stream(data):  # the recorder has decoded it
        return data
    if coding == "deflate":
        return _inflate(data, reader.max_bytes)
    if coding == "br":
        raise BrokenCompression("is compressed with brotli, which is not supported")
    return data


def _inflate(data: bytes, max_bytes: int) -> bytes:
    for window_bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # "deflate" means the zlib format; some servers send it raw
        stream = zlib.decompressobj(window_bits)
        try:
            inflated = stream.decompress(data, max_bytes + 1)
        except zlib.error:
            continue
        if not stream.eof and len(inflated) <= max_bytes:
            raise BrokenCompression(TRUNCATED)
        return inflated
    raise BrokenCompression(CORRUPT)
