"""The report for programs that read it line by line: one JSON object a line; `type` names what a line is.

A `document` comes before its findings (a record of an archive only if it has any), a `finding` has the keys that it has
in the JSON report, and the `summary` comes last, with version and contract: without it the report is incomplete. If
`--max-findings` left findings out, the summary has their number under `omitted`. A check of a live server has a
`statement` a line before the summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from validator.reporters.base import ReportItem, ReportOptions, Tally
from validator.reporters.json_objects import (
    VERSION,
    document_object,
    dump,
    finding_object,
    is_listed,
    statement_object,
    summary_object,
)


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield lines for each document as it comes, then the totals."""
    return map(dump, _objects(items, options))


def _objects(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[dict[str, Any]]:
    tally = Tally()
    for result in tally.count(items):
        if is_listed(result):
            yield {"type": "document", **document_object(result)}
        yield from ({"type": "finding", **finding_object(finding)} for finding in result.findings)
    yield from ({"type": "statement", **statement_object(statement)} for statement in options.statements)
    omitted = {"omitted": tally.truncated} if tally.truncated else {}
    head = {"type": "summary", "version": VERSION, "contract": options.contract}
    yield {**head, **summary_object(tally.summary), **omitted}
