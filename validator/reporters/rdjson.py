"""The report for reviewdog: a `DiagnosticResult` of its diagnostic format, with columns in bytes of UTF-8.

A diagnostic says how many findings of a file were left out; another reports each input that could not be opened.
Source: https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from validator.core.finding import Finding
from validator.core.phrases import file_name
from validator.reporters.base import ReportItem, ReportOptions, Tally, Truncation
from validator.reporters.json_objects import dump
from validator.reporters.wording import input_error_sentence, sentence, truncation_sentence


def render(items: Iterable[ReportItem], _options: ReportOptions) -> Iterator[str]:
    """Yield one document at the end."""
    yield dump({"source": {"name": "validate-runs"}, "diagnostics": list(_diagnostics(items))}, indent=2)


def _diagnostics(items: Iterable[ReportItem]) -> Iterator[dict[str, Any]]:
    tally = Tally()
    for item in tally.count_by_file(items):
        if isinstance(item, Truncation):
            yield {"message": truncation_sentence(item), "location": _location(item.file), "severity": "INFO"}
        else:
            yield from map(_diagnostic, item.findings)
    for error in tally.input_errors:
        yield {"message": input_error_sentence(error), "location": _location(error.file), "severity": "ERROR"}


def _diagnostic(finding: Finding) -> dict[str, Any]:
    return {
        "message": sentence(finding),
        "location": _location(finding.file, finding.request) | _range(finding),
        "severity": finding.severity.upper(),
        "code": {"value": finding.rule, "url": finding.source},
    }


def _range(finding: Finding) -> dict[str, Any]:
    if finding.line is None:
        return {}
    start = {"line": finding.line, "column": finding.byte_column}
    return {"range": {"start": start, "end": {"line": finding.end_line, "column": finding.end_byte_column}}}


def _location(file: str | None, request: str | None = None) -> dict[str, Any]:
    r"""Return the path; bytes that are not UTF-8 as \udcXX, since reviewdog would refuse the whole document."""
    if file is None or file == "-":
        return {"path": file_name(file, request)}
    return {"path": os.path.normpath(file).encode("utf-8", "backslashreplace").decode()}
