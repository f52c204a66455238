"""Where documents come from: files, folders, standard input, and values handed over in Python."""

from __future__ import annotations

from typing import NamedTuple

from validator.finding import Problem


class Document(NamedTuple):
    """One JSON text to check.

    `file` is the name as the user gave it (None for a value), `record` its 1-based number in a file of many.
    `problem` names the rule and the problem of a document whose content could not be had; `data` is empty then.
    `has_places` is False where the text was made from a value: nobody could look a place up in it.
    """

    file: str | None
    data: bytes | str
    record: int | None = None
    problem: tuple[str, Problem] | None = None
    has_places: bool = True


class SourceError(Exception):
    """A file or folder that could not be opened or holds nothing to check; the text says why, without the name."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(reason)
        self.file = file
