"""Checks OpenAI Assistants list-runs responses and reports every finding with its place and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.version import __version__ as __version__

if TYPE_CHECKING:
    from validator.adapters import UncheckedRunsWarning
    from validator.api import Report, ValidationFailed, Validator, validate
    from validator.assertions import assert_valid_runs, valid_runs
    from validator.core.finding import Finding
    from validator.core.severity import Severity
    from validator.rules.selection import UnknownRule

__all__ = [
    "Finding",
    "Report",
    "Severity",
    "UncheckedRunsWarning",
    "UnknownRule",
    "ValidationFailed",
    "Validator",
    "assert_valid_runs",
    "valid_runs",
    "validate",
]

_HOMES = {
    "Finding": "validator.core.finding",
    "Report": "validator.api",
    "Severity": "validator.core.severity",
    "UncheckedRunsWarning": "validator.adapters",
    "UnknownRule": "validator.rules.selection",
    "ValidationFailed": "validator.api",
    "Validator": "validator.api",
    "assert_valid_runs": "validator.assertions",
    "valid_runs": "validator.assertions",
    "validate": "validator.api",
}


def __dir__() -> list[str]:
    """Return the public names, which are not imported yet, for completion and `help`."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


def __getattr__(name: str) -> Any:
    """Import what checks only when it is asked for: the command's `--help` and the pytest plugin stay light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
