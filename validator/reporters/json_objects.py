"""What the JSON formats share: the keys of a finding, the version, how JSON is written."""

from __future__ import annotations

import json
from typing import Any

from validator.core.finding import Finding
from validator.core.results import DocumentResult, StatementResult, Summary
from validator.sources.document import InputError

VERSION = 1
"""Grows when a key changes its meaning or is removed, not when one is added."""

FINDING_KEYS = (
    "rule",
    "group",
    "severity",
    "message",
    "file",
    "record",
    "request",
    "pointer",
    "run_id",
    "line",
    "column",
    "end_line",
    "end_column",
    "fingerprint",
    "source",
)
"""The keys of every finding besides `fixable`."""
_SUMMARY_KEYS = ("documents", "runs", "error", "warning", "info", "suppressed", "fixable")


def finding_object(finding: Finding) -> dict[str, Any]:
    """Return a finding as it is in every JSON report."""
    return {key: getattr(finding, key) for key in FINDING_KEYS} | {"fixable": finding.is_fixable}


def document_object(result: DocumentResult) -> dict[str, Any]:
    """Return what a document is as it is in every JSON report."""
    return result.document._asdict() | {"fixable": result.fixable}


def statement_object(statement: StatementResult) -> dict[str, Any]:
    """Return a statement as it is in every JSON report."""
    return {
        "statement": statement.id,
        "verdict": statement.verdict,
        "severity": statement.severity,
        "reason": statement.reason,
        "requests": statement.requests,
        "evidence": statement.source,
    }


def input_error_object(error: InputError) -> dict[str, str]:
    """Return an input that could not be opened as it is in every JSON report."""
    return {"file": error.file, "message": error.reason}


def summary_object(summary: Summary) -> dict[str, int]:
    """Return the totals as they are in every JSON report."""
    return {key: getattr(summary, key) for key in _SUMMARY_KEYS}


def is_listed(result: DocumentResult) -> bool:
    """Return whether a document is listed: a record of an archive only if it has findings."""
    return result.document.record is None or bool(result.findings)


def dump(value: Any, *, indent: int | None = None) -> str:
    """Return JSON in ASCII that ends its line."""
    return json.dumps(value, indent=indent) + "\n"
