"""Documents in turn: one file of many records, or many files that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from validator.finding import Checked, Sound
from validator.passes import Checks, variant
from validator.pipeline import find, findings_of
from validator.settings import ORDERS
from validator.sources import Document, PassedOver, SourceError

if TYPE_CHECKING:
    from validator.series_pass import Series

Result: TypeAlias = Checked | Sound | PassedOver | SourceError
"""What there is to tell of something that was to be checked."""


def check_all(
    found: Iterable[Document | Sound | PassedOver | SourceError],
    checks: Checks,
    series: Series | None = None,
    *,
    in_bulk: bool = True,
) -> Iterator[Result]:
    """Check documents in turn; `in_bulk`, of sound records, which may be millions, only the number is told.

    With a `series`, all documents belong to it; without, those of a recording belong together.
    """
    documents = runs = kept = 0
    file: str | None = None
    own: Series | None = series
    for one, following in _pairs(found) if series else ((one, None) for one in found):
        if not isinstance(one, Document):
            yield one
            continue
        if one.file != file:
            file, kept, own = one.file, 0, series
        result = find(one, _for_request(one, checks))
        if own is None and one.origin is not None:
            own = _series(checks)
        if own is not None:
            result.problems.extend(own.problems(result, is_last=following is None))
        room = None if checks.settings.max_findings is None else checks.settings.max_findings - kept
        checked = findings_of(result, checks, room)
        kept += len(checked.findings)
        if one.record is None or checked.totals or not in_bulk:
            yield checked
        else:
            documents += 1
            runs += checked.document.runs
    if documents:
        yield Sound(documents, runs, file)


def _series(checks: Checks) -> Series:
    from validator.series_pass import Series  # most documents stand alone

    return Series(checks)


def _pairs(found: Iterable[Any]) -> Iterator[tuple[Any, Document | None]]:
    """Everything that is found, each with the document that follows."""
    held: list[Any] = []
    for one in found:
        if isinstance(one, Document):
            yield from ((before, one) for before in held)
            held.clear()
        held.append(one)
    yield from ((before, None) for before in held)


def _for_request(document: Document, checks: Checks) -> Checks:
    """The checks for what the request of a recorded page has asked for, unless the user has said that."""
    if document.origin is None or document.origin.request is None:
        return checks
    query, settings = document.origin.request.query, checks.settings
    asked, number = query.get("order"), query.get("limit", "")
    order = settings.order or next((word for word in ORDERS if word == asked), None)
    limit = settings.limit or (int(number) if re.fullmatch("[1-9][0-9]?|100", number) else None)
    return variant(checks, order, limit)
