"""Checks OpenAI Assistants list-runs responses and reports every finding with its place and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.version import __version__ as __version__

if TYPE_CHECKING:
    from validator.assertions import assert_valid_runs, valid_runs
    from validator.finding import Finding
    from validator.library import Validator, validate
    from validator.report import Report, ValidationFailed
    from validator.selection import UnknownRule
    from validator.severity import Severity

__all__ = [
    "Finding",
    "Report",
    "Severity",
    "UnknownRule",
    "ValidationFailed",
    "Validator",
    "assert_valid_runs",
    "valid_runs",
    "validate",
]

_HOMES = {
    "Finding": "validator.finding",
    "Report": "validator.report",
    "Severity": "validator.severity",
    "UnknownRule": "validator.selection",
    "ValidationFailed": "validator.report",
    "Validator": "validator.library",
    "assert_valid_runs": "validator.assertions",
    "valid_runs": "validator.assertions",
    "validate": "validator.library",
}


def __getattr__(name: str) -> Any:
    """Import what checks only when it is asked for: the command's `--help` and the pytest plugin stay light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
