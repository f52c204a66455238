"""The report for reviewdog: a `DiagnosticResult` of its diagnostic format, with columns in bytes of UTF-8.

Where findings of a file were cut off, a diagnostic says so; another tells of each input that could not be opened.
Source: https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from validator.core.finding import Finding
from validator.reporters import CutOff, ReportItem, ReportOptions, Tally
from validator.reporters.json import dumped
from validator.reporters.sentence import cut_off, sentence, unopened
from validator.reporters.terminal import file_name
from validator.sources.document import InputError


def report(told: Iterable[ReportItem], _look: ReportOptions) -> Iterator[str]:
    """One document when all is checked."""
    yield dumped({"source": {"name": "validate-runs"}, "diagnostics": list(_diagnostics(told))}, indent=2)


def _diagnostics(told: Iterable[ReportItem]) -> Iterator[dict[str, Any]]:
    tally = Tally()
    for one in tally.passing_files(told):
        if isinstance(one, CutOff):
            yield {"message": cut_off(one), "location": _location(one.file), "severity": "INFO"}
        else:
            yield from map(_diagnostic, one.findings)
    yield from map(_unread, tally.unread)


def _diagnostic(finding: Finding) -> dict[str, Any]:
    return {
        "message": sentence(finding),
        "location": _location(finding.file) | _range(finding),
        "severity": finding.severity.upper(),
        "code": {"value": finding.rule, "url": finding.source},
    }


def _range(finding: Finding) -> dict[str, Any]:
    if finding.line is None:
        return {}
    start = {"line": finding.line, "column": finding.byte_column}
    return {"range": {"start": start, "end": {"line": finding.end_line, "column": finding.end_byte_column}}}


def _unread(error: InputError) -> dict[str, Any]:
    return {"message": unopened(error), "location": _location(error.file), "severity": "ERROR"}


def _location(file: str | None) -> dict[str, Any]:
    r"""The path; of one that is not UTF-8, which reviewdog would refuse with all the rest, the odd bytes as \udcXX."""
    if file is None or file == "-":
        return {"path": file_name(file)}
    return {"path": os.path.normpath(file).encode("utf-8", "backslashreplace").decode()}
