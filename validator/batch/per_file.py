"""The limit of findings, which holds for a whole file, however many records it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from validator.batch.session import Result
from validator.core.results import DocumentResult


def of_files(results: Iterable[Result], most: int | None) -> Iterator[Result]:
    """Return the results with at most so many findings for each file."""
    file: str | None = None
    kept = 0
    for one in results:
        if not isinstance(one, DocumentResult) or one.document.record is None:
            yield one
            continue
        if one.document.file != file:
            file, kept = one.document.file, 0
        room = len(one.findings) if most is None else most - kept
        kept += min(room, len(one.findings))
        yield replace(one, findings=one.findings[:room], beyond_cap=one.beyond_cap + len(one.findings[room:]))
