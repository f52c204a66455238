"""Bytes to value: what a document says, and everything about it that two parsers could read differently."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from validator.core.problem import Problem, Span
from validator.jsontext.limits import is_doubtful

_BOM = b"\xef\xbb\xbf"
_DIGITS = bytes.maketrans(b"123456789+E", b"0000000000e")
"""Makes every digit a 0, and a plus sign too, so that numbers of one shape look the same."""
_WIDE = (
    ("UTF-32 (little endian)", "utf-32-le", rb"\xff\xfe\0\0|[^\0]\0\0\0"),
    ("UTF-32 (big endian)", "utf-32-be", rb"\0\0\xfe\xff|\0\0\0[^\0]"),
    ("UTF-16 (little endian)", "utf-16-le", rb"\xff\xfe|[^\0]\0[^\0]\0"),
    ("UTF-16 (big endian)", "utf-16-be", rb"\xfe\xff|\0[^\0]\0[^\0]"),
)
_PACKED = ((b"\x1f\x8b", "gzip data"), (b"\x28\xb5\x2f\xfd", "zstd data"), (b"PK\x03\x04", "a zip archive"))


class Parsed(NamedTuple):
    """A document as it was read.

    `problems` are in order of place. Where the document is not `readable`, `value` is None and there is one problem,
    that which stopped the reading. `text` is there if it was needed: see `text_of`.
    """

    value: Any
    problems: tuple[Problem, ...]
    readable: bool
    text: str | None


def parse(data: bytes | str) -> Parsed:
    """Read a JSON document, strictly: RFC 8259 in UTF-8, at most 256 levels deep; one byte order mark is let pass.

    Sound documents are accepted by a fast parser; any doubt is for the scanner to explain.
    """
    try:
        encoded = data.encode() if isinstance(data, str) else data
        return Parsed(accept(encoded.removeprefix(_BOM)), (), True, None)
    except (ValueError, RecursionError):
        return _explained(data)


def text_of(data: bytes | str) -> str:
    """The text that the places of a document's problems are counted in: decoded, without its byte order mark.

    Bytes that are not UTF-8 are replaced; UTF-16 and UTF-32 are decoded as such.
    """
    if isinstance(data, bytes):
        data = data.decode(next((codec for _, codec in _wide(data)), "utf-8"), "replace")
    return data.removeprefix("\ufeff")


class _Doubt(ValueError):
    """There is something for the scanner to look into."""


def with_jiter(body: bytes) -> Any:
    """Accept a document with jiter; it reads 1e400 as infinity without a word."""
    value = with_jiter_alone(body)
    if may_overflow(body) and is_doubtful(value):
        raise _Doubt
    return value


def with_jiter_alone(body: bytes) -> Any:
    """Accept a document of which is known that no number in it is too large."""
    return from_json(body, catch_duplicate_keys=True, allow_inf_nan=False)


def may_overflow(body: bytes) -> bool:
    """Whether an exponent has three digits or a number has two hundred: with less, none is too large."""
    digits = body.translate(_DIGITS)
    return digits.rfind(b"0e000") >= 0 or b"0" * 200 in digits  # rfind takes a third of the time of `in` here


def with_standard_library(body: bytes) -> Any:
    """Accept a document without any package."""
    value = json.loads(body.decode(), object_pairs_hook=_unique)
    if is_doubtful(value):
        raise _Doubt
    return value


accept: Callable[[bytes], Any]
"""Reads a document that is beyond doubt, and raises ValueError or RecursionError for any other."""
accept_moderate: Callable[[bytes], Any] | None
"""The same for a document that `may_overflow` is known to deny; None where nothing is faster than `accept`."""
try:
    from jiter import from_json
except ImportError:  # no wheel for this platform
    accept, accept_moderate = with_standard_library, None
else:
    accept, accept_moderate = with_jiter, with_jiter_alone


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Doubt
    return members


def _explained(data: bytes | str) -> Parsed:
    text = text_of(data)
    if isinstance(data, bytes) and (other := foreign(data)):
        return Parsed(None, (other,), False, text)
    from validator.jsontext.strict import explained  # sound documents do without it

    return Parsed(*explained(text), text)


def foreign(data: bytes) -> Problem | None:
    """The problem of data that is no text in UTF-8."""
    for magic, kind in _PACKED:
        if data.startswith(magic):
            return _at("not-json", 0, f"is {kind}, but a JSON document was expected")
    for name, _ in _wide(data):
        return _at("not-utf8", 0, f"is {name}, but UTF-8 was expected")
    body = data.removeprefix(_BOM)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        at = len(body[: error.start].decode())
        return _at("not-utf8", at, f"is the byte 0x{body[error.start]:02X}, which is not UTF-8 here")
    return None


def _at(rule: str, offset: int, message: str) -> Problem:
    return Problem("", message, span=Span(offset, offset + 1), rule=rule)


def is_wide(data: bytes) -> bool:
    """Whether data is in UTF-16 or UTF-32, by its byte order mark or by its zeros."""
    return any(True for _ in _wide(data))


def _wide(data: bytes) -> Iterator[tuple[str, str]]:
    """The name and codec of the encoding of UTF-16 or UTF-32 data."""
    return ((name, codec) for name, codec, pattern in _WIDE if re.match(pattern, data))
