"""The report for programs, one JSON document: version, contract, documents, findings, summary.

`findings` holds what `--show` and `--max-findings` leave, `summary` counts everything. Records of an archive are
among `documents` only when they have findings there. Where `--max-findings` cut some off, `omitted` says how many.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from validator.core.finding import Finding
from validator.core.results import DocumentResult
from validator.reporters import ReportItem, ReportOptions, Tally

VERSION = 1
"""Grows when a key changes its meaning or goes away, not when one is added."""

FINDING_KEYS = (
    "rule",
    "group",
    "severity",
    "message",
    "file",
    "record",
    "pointer",
    "run_id",
    "line",
    "column",
    "end_line",
    "end_column",
    "fingerprint",
    "source",
)


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """One document when all is checked: nothing can be written before, since `documents` come first."""
    tally = Tally()
    documents, findings, omitted = [], [], 0
    for one in tally.passing(told):
        omitted += one.beyond_cap
        findings += [finding_object(finding) for finding in one.findings]
        if is_listed(one):
            documents.append(asdict(one.document))
    whole = {"version": VERSION, "contract": look.contract, "documents": documents, "findings": findings}
    whole["summary"] = asdict(tally.summary)
    if omitted:
        whole["omitted"] = omitted
    yield dumped(whole, indent=2)


def is_listed(one: DocumentResult) -> bool:
    """Whether a document is listed: always, but a record of an archive only with its findings."""
    return one.document.record is None or bool(one.findings)


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding as it stands in every JSON report."""
    return {key: getattr(finding, key) for key in FINDING_KEYS}


def dumped(value: Any, *, indent: int | None = None) -> str:
    """JSON in ASCII, ending its line."""
    return json.dumps(value, indent=indent) + "\n"
