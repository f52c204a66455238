"""The report for programs that read as it is written, one JSON object a line; `type` says what a line is.

`document` stands before the findings in it (a record of an archive only if it has any), `finding` has the keys that
it has in the JSON report, and `summary` comes last, with version and contract: without it the report is torn off.
Where `--max-findings` cut findings off, the summary says under `omitted` how many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.json import VERSION, dumped, finding_object, is_listed


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """Lines for each document as it comes, then the totals."""
    return map(dumped, _objects(told, look))


def _objects(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[dict[str, Any]]:
    tally = Tally()
    omitted = 0
    for one in tally.passing(told):
        omitted += one.beyond_cap
        if is_listed(one):
            yield {"type": "document", **asdict(one.document)}
        yield from ({"type": "finding", **finding_object(finding)} for finding in one.findings)
    cut_off = {"omitted": omitted} if omitted else {}
    yield {"type": "summary", "version": VERSION, "contract": look.contract, **asdict(tally.summary), **cut_off}
