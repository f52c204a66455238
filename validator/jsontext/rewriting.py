"""Files with edits carried out in some of their documents, piece by piece; everything else stays byte for byte."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import BinaryIO, NamedTuple, TypeAlias

from validator.core import files as own_files
from validator.core.finding import Edit
from validator.jsontext.edits import HasChanged, edited

Edits: TypeAlias = Mapping[int | None, Collection[Edit]]
"""The edits in a file by record; by None where it is one document."""


class Rewritten(NamedTuple):
    """A stretch of a file, whole lines: as it is, and as it is to be. `record` is its number, if it is one of many."""

    record: int | None
    old: bytes
    new: bytes


def rewritten(file: BinaryIO, edits: Edits) -> Iterator[Rewritten]:
    """All of a file, in pieces; raises `HasChanged` where it is not what was checked."""
    if None in edits:
        data = file.read()
        yield Rewritten(None, data, edited(data, edits[None]))
        return
    number = 0
    for number, line in enumerate(file, 1):
        yield Rewritten(number, line, _edited_line(line, edits[number]) if number in edits else line)
    if number < max(number for number in edits if number is not None):
        raise HasChanged


def _edited_line(line: bytes, edits: Iterable[Edit]) -> bytes:
    document = line.removesuffix(b"\n")
    return edited(document, edits) + line[len(document) :]


def rewrite(path: str, edits: Edits) -> None:
    """Carry the edits out in a file, all of them or none; raises `HasChanged` and `OSError`."""
    with open(path, "r+b") as file:  # what may not be written to is not replaced either
        own_files.replace(path, _while_unchanged(file, path, edits))


def _while_unchanged(file: BinaryIO, path: str, edits: Edits) -> Iterator[bytes]:
    before = _state(os.fstat(file.fileno()))
    for piece in rewritten(file, edits):
        yield piece.new
    if _state(os.stat(path)) != before:  # somebody else writes to it
        raise HasChanged


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
