"""The report for programs, one JSON document: version, contract, documents, findings, summary.

`findings` has what `--show` and `--max-findings` leave, `summary` counts everything. Records of an archive are among
`documents` only if they have findings. If `--max-findings` left any out, `omitted` is their number. Inputs that could
not be opened are `input_errors`: file and message. A check of a live server has `statements` too: statement, verdict,
severity, reason, requests, evidence. `fixable` of a finding says whether `--fix` can fix it; of a document and of the
summary, how many of the findings to show it can fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    """Yield one document at the end, since `documents` come first."""
    tally = Tally()
    documents, findings = [], []
    for result in tally.count(items):
        findings += [finding_object(finding) for finding in result.findings]
        if is_listed(result):
            documents.append(document_object(result))
    report = {"version": VERSION, "contract": options.contract, "documents": documents, "findings": findings}
    report["summary"] = summary_object(tally.summary)
    if tally.truncated:
        report["omitted"] = tally.truncated
    if tally.input_errors:
        report["input_errors"] = [*map(input_error_object, tally.input_errors)]
    if options.statements:
        report["statements"] = [*map(statement_object, options.statements)]
    yield dump(report, indent=2)
