"""Apply edits to documents and files; everything else stays as it is, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO, NamedTuple, TypeAlias

from validator.core.files import write_atomic
from validator.core.finding import Edit
from validator.jsontext.parse import decode_text

Edits: TypeAlias = Mapping[int | None, Collection[Edit]]
"""The edits in a file by record; by None where it is one document."""


class HasChanged(Exception):
    """The document is not the one that was checked."""


class Rewrite(NamedTuple):
    """A document or line of a file, before and after its edits. `record` is its number, if it is one of many."""

    record: int | None
    old: bytes
    new: bytes


def hash_document(data: bytes | str) -> str:
    """Return the SHA-256 of a document, in hexadecimal."""
    return sha256(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data).hexdigest()


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the document with these edits, of which no two overlap; raise `HasChanged` if they are not edits of it."""
    edits = [*edits]
    text = decode_text(data)
    byte_order_mark = data[: len(data) - len(text.encode())]
    digests = {hash_document(data), hash_document(text)}  # the latter of a recording
    if not digests.issuperset(edit.digest for edit in edits):
        raise HasChanged
    return byte_order_mark + replace_spans(text, edits).encode()


def replace_spans(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with these edits, of which no two overlap."""
    parts, position = [], 0
    for edit in sorted(edits):
        parts += [text[position : edit.span.start], edit.text]
        position = edit.span.end
    return "".join((*parts, text[position:]))


def rewrites(file: BinaryIO, edits: Edits) -> Iterator[Rewrite]:
    """Yield all of a file, document by document; raise `HasChanged` where it is not what was checked."""
    if None in edits:
        data = file.read()
        yield Rewrite(None, data, apply_edits(data, edits[None]))
        return
    number = 0
    for number, line in enumerate(file, 1):
        document = line.removesuffix(b"\n")
        new = apply_edits(document, edits[number]) + line[len(document) :] if number in edits else line
        yield Rewrite(number, line, new)
    if number < max(number for number in edits if number is not None):
        raise HasChanged


def rewrite_file(path: str, edits: Edits) -> None:
    """Apply the edits in a file, all of them or none; raise `HasChanged` or `OSError`."""
    with open(path, "r+b") as file:  # a file that may not be written to is not replaced either
        write_atomic(path, _while_unchanged(file, path, edits))


def _while_unchanged(file: BinaryIO, path: str, edits: Edits) -> Iterator[bytes]:
    before = _state(os.fstat(file.fileno()))
    for rewrite in rewrites(file, edits):
        yield rewrite.new
    if _state(os.stat(path)) != before:  # another program writes to it
        raise HasChanged


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
