"""The report for programs that read it line by line: one JSON object a line; `type` names what a line is.

A `document` comes before its findings (a record of an archive only if it has any), a `finding` has the keys that it has
in the JSON report, and the `summary` comes last, with version and contract: without it the report is incomplete. If
`--max-findings` left findings out, the summary has their number under `omitted`. Before the summary, there is an
`input_error` (file, message) for each input that could not be opened and, in a check of a live server, a `statement`
for each statement.
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
    input_error_object,
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
    yield from ({"type": "input_error", **input_error_object(error)} for error in tally.input_errors)
    yield from ({"type": "statement", **statement_object(statement)} for statement in options.statements)
    omitted = {"omitted": tally.truncated} if tally.truncated else {}
    head = {"type": "summary", "version": VERSION, "contract": options.contract}
    yield {**head, **summary_object(tally.summary), **omitted}
