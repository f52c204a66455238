"""Parse a JSON document strictly: a fast parser accepts it, and `strict` explains what that rejects."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from validator.core.problem import Problem, Span
from validator.jsontext.limits import exceeds_limits

_BOM = b"\xef\xbb\xbf"
_DIGITS = bytes.maketrans(b"123456789+E", b"0000000000e")
"""Makes every digit a 0, and a plus sign too, so that numbers of one shape look the same."""
_WIDE = (
    ("UTF-32 (little endian)", "utf-32-le", rb"\xff\xfe\0\0|[^\0]\0\0\0"),
    ("UTF-32 (big endian)", "utf-32-be", rb"\0\0\xfe\xff|\0\0\0[^\0]"),
    ("UTF-16 (little endian)", "utf-16-le", rb"\xff\xfe|[^\0]\0[^\0]\0"),
    ("UTF-16 (big endian)", "utf-16-be", rb"\xfe\xff|\0[^\0]\0[^\0]"),
)
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""The beginning of what Git has in the place of a large file that was not fetched."""
_BINARY = (
    (0, LFS_POINTER, "a Git LFS pointer (git lfs pull fetches the file)"),
    (0, b"\x1f\x8b", "gzip data"),
    (0, b"\x28\xb5\x2f\xfd", "zstd data"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"BZh", "bzip2 data"),
    (0, b"\xfd7zXZ\0", "xz data"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program (ELF)"),
    (0, b"\x89PNG", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"SQLite format 3\0", "an SQLite database"),
)
"""Files that are no text: where their mark is, the mark, and what they are."""


class Parsed(NamedTuple):
    """A document, parsed.

    `problems` are in the order of the text. A document that is not `readable` has the value None and one problem, which
    stopped the parser. `text` is there if it was needed: see `decode_text`.
    """

    value: Any
    problems: tuple[Problem, ...]
    readable: bool
    text: str | None


def parse(data: bytes | str) -> Parsed:
    """Parse a JSON document: RFC 8259 in UTF-8, at most 256 levels deep; one byte order mark is ignored."""
    try:
        encoded = data.encode() if isinstance(data, str) else data
        return Parsed(parse_fast(encoded.removeprefix(_BOM)), (), True, None)
    except (ValueError, RecursionError):
        pass
    text = decode_text(data)
    if isinstance(data, bytes) and (problem := detect_non_json(data)):
        return Parsed(None, (problem,), False, text)
    from validator.jsontext.strict import parse_explained  # valid documents do not need it

    return Parsed(*parse_explained(text), text)


def decode_text(data: bytes | str) -> str:
    """Return the text that the positions of a document count in: decoded, without its byte order mark.

    Bytes that are not UTF-8 are replaced; UTF-16 and UTF-32 are decoded. Of binary data nothing is text.
    """
    if isinstance(data, bytes):
        if _binary_kind(data):
            return ""
        wide = _detect_wide_encoding(data)
        data = data.decode(wide[1] if wide else "utf-8", "replace")
    return data.removeprefix("\ufeff")


class _Rejected(ValueError):
    """The strict parser has to look at the document."""


def parse_with_jiter(body: bytes) -> Any:
    """Parse a document with jiter, which reads 1e400 as infinity without an error."""
    value = _parse_with_jiter(body)
    if may_overflow(body) and exceeds_limits(value):
        raise _Rejected
    return value


def _parse_with_jiter(body: bytes) -> Any:
    return from_json(body, catch_duplicate_keys=True, allow_inf_nan=False)


def may_overflow(body: bytes) -> bool:
    """Return whether an exponent has three digits or a number has two hundred: with fewer, none is too large."""
    digits = body.translate(_DIGITS)
    return digits.rfind(b"0e000") >= 0 or b"0" * 200 in digits  # rfind takes a third of the time of `in` here


def parse_with_json(body: bytes) -> Any:
    """Parse a document with the standard library."""
    value = json.loads(body.decode(), object_pairs_hook=_reject_duplicates)
    if exceeds_limits(value):
        raise _Rejected
    return value


def _reject_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Rejected
    return members


parse_fast: Callable[[bytes], Any]
"""Parses a document without problems, and raises ValueError or RecursionError for any other."""
parse_bounded: Callable[[bytes], Any] | None
"""The same for a document without large numbers, by `may_overflow`; None where nothing is faster than `parse_fast`."""
try:
    from jiter import from_json
except ImportError:  # no wheel for this platform
    parse_fast, parse_bounded = parse_with_json, None
else:
    parse_fast, parse_bounded = parse_with_jiter, _parse_with_jiter


def detect_non_json(data: bytes) -> Problem | None:
    """Return the problem of data that is not text in UTF-8: `not-json` where it is no text at all."""
    if kind := _binary_kind(data):
        return Problem("", f"is {kind}, but a JSON document was expected", span=Span(0, 0), rule="not-json")
    if wide := _detect_wide_encoding(data):
        name, codec, _ = wide
        has_mark = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
        encoding = codec[:6] if has_mark else codec[:6] + codec[7:]
        message = f"is {name}, but UTF-8 was expected; iconv -f {encoding} -t utf-8 converts it"
        return Problem("", message, span=Span(0, 1), rule="not-utf8")
    body = data.removeprefix(_BOM)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        offset = len(body[: error.start].decode())
        message = f"is the byte 0x{body[error.start]:02X}, which is not UTF-8 here"
        return Problem("", message, span=Span(offset, offset + 1), rule="not-utf8")
    return None


def _binary_kind(data: bytes) -> str | None:
    """Return what data is that is no text; None if it may be text."""
    return next((kind for offset, mark, kind in _BINARY if data.startswith(mark, offset)), None)


def has_wide_encoding(data: bytes) -> bool:
    """Return whether data is in UTF-16 or UTF-32, by its byte order mark or by its zeros."""
    return _detect_wide_encoding(data) is not None


def _detect_wide_encoding(data: bytes) -> tuple[str, str, bytes] | None:
    """Return the name, the codec and the pattern of UTF-16 or UTF-32."""
    return next((wide for wide in _WIDE if re.match(wide[2], data)), None)
