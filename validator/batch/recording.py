"""Documents that are checked among others: all that a caller handed over, or one of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from validator.batch.per_file import of_files
from validator.batch.session import check_all
from validator.core.options import CheckOptions
from validator.core.results import DocumentResult
from validator.engine.checker import Checker
from validator.sources.document import Document


def checked_among(
    documents: Iterable[Document], checker: Checker, *, listing: bool = False, history: bool = False
) -> Iterator[DocumentResult]:
    """What is wrong with each of the documents, by itself and among the others."""
    together = None
    if listing or history:
        from validator.engine.series import Series  # most documents stand alone

        together = Series(checker, listing=listing, history=history)
    results = of_files(check_all(documents, checker, together, in_bulk=False), None)
    return (one for one in results if isinstance(one, DocumentResult))


class Recording:
    """The documents of one recording, which are checked once for all that ask for one of them."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._checked: Sequence[DocumentResult] = ()
        self._settings: CheckOptions | None = None

    def checked(self, checker: Checker) -> Sequence[DocumentResult]:
        """What is wrong with each of them."""
        settings = checker.options._replace(now=0.0)  # a moment later the same is true
        if settings != self._settings:
            self._checked, self._settings = [*checked_among(self._documents, checker)], settings
        return self._checked


class Record(NamedTuple):
    """One document of a recording."""

    recording: Recording
    number: int

    def checked(self, checker: Checker) -> DocumentResult:
        """What is wrong with it."""
        return self.recording.checked(checker)[self.number]
