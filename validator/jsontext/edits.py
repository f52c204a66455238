"""Edits carried out: a document as it stands, byte for byte, but for the spans that are set right."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from validator.core.finding import Edit
from validator.jsontext.parse import text_of


class HasChanged(Exception):
    """The document is not the one that was checked."""


def digest_of(data: bytes | str) -> str:
    """What tells a document from any other."""
    return sha256(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data).hexdigest()


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The document with these edits, of which no two overlap; raises `HasChanged` if they are not edits of it."""
    digest, text = digest_of(data), text_of(data)
    before_text = data[: len(data) - len(text.encode())]  # the byte order mark, if there is one
    parts, at = [], 0
    for edit in sorted(edits):
        if edit.digest != digest:
            raise HasChanged
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return before_text + "".join((*parts, text[at:])).encode()
