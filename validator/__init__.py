"""Checks OpenAI Assistants list-runs responses and reports every finding with its place and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.finding import Finding, Severity

if TYPE_CHECKING:
    from validator.library import validate
    from validator.report import Report, ValidationFailed
    from validator.selection import UnknownRule

__all__ = ["Finding", "Report", "Severity", "UnknownRule", "ValidationFailed", "validate"]
__version__ = "0.1.0"

_HOMES = {
    "Report": "validator.report",
    "UnknownRule": "validator.selection",
    "ValidationFailed": "validator.report",
    "validate": "validator.library",
}


def __getattr__(name: str) -> Any:
    """Import what checks only when it is asked for: the command's `--help` and the pytest plugin stay light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
