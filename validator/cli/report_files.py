"""The files that reports go to: there is a folder for each, and none takes the place of what is checked."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import click

from validator.core import files as own_files
from validator.core.options import MAX_BYTES
from validator.reporters.gitlab import OTHER_CHECKS
from validator.reporters.json import FINDING_KEYS
from validator.rules.registry import BY_NAME
from validator.sources.detect import SUFFIXES
from validator.sources.files import STANDARD_INPUT

_KEYS = {"document": {"file", "record", "kind", "form", "generation", "runs"}, "finding": {*FINDING_KEYS}}
"""What the lines of a `jsonl` report hold, and findings in `json`; a later version may add keys."""
_ISSUE = {"description", "check_name", "fingerprint", "severity", "location"}
_CHECKS = {*BY_NAME, *OTHER_CHECKS}
"""What issues of a `gitlab` report are named after, which tells them from those of other tools."""


def prepare(reports: Sequence[str], files: Sequence[str], options: dict[str, Any]) -> None:
    """Make the folders of the reports; raises `click.UsageError` for one that would overwrite what the check needs."""
    used = {os.path.realpath(file): "is checked" for file in files if file != STANDARD_INPUT}
    for name, use in (("configuration", "holds the settings"), ("baseline", "is the baseline")):
        if options[name] is not None:
            used[os.path.realpath(options[name])] = use
    folders = [os.path.join(os.path.realpath(file), "") for file in files if os.path.isdir(file)]
    for report in reports:
        _refuse(report, used, folders)
    for report in reports:
        _make_folder(report)


def _refuse(report: str, used: dict[str, str], folders: Sequence[str]) -> None:
    place = os.path.realpath(report)
    if os.path.isdir(place):
        raise click.UsageError(f"{report} is a folder: name a file for the report")
    if place in used:
        raise click.UsageError(f"a report would overwrite {report}, which {used[place]}")
    is_searched = place.lower().endswith(SUFFIXES) and any(place.startswith(folder) for folder in folders)
    if is_searched and os.path.isfile(place) and not _is_earlier_report(place):
        raise click.UsageError(f"a report would overwrite {report}, which is checked and no earlier report")


def _is_earlier_report(file: str) -> bool:
    """Whether all of a file is a report, or nothing: then nothing else is lost with it."""
    try:
        data = own_files.read(file, MAX_BYTES)
        if data.startswith(b'{"type": '):
            *others, last = map(json.loads, data.splitlines())
            return last.keys() >= {"version", "contract"} and last["type"] == "summary" and all(map(_is_line, others))
        return not data.strip() or _is_report(json.loads(data))
    except (OSError, ValueError, RecursionError):
        return False
    except (LookupError, AttributeError, TypeError):  # JSON of some other shape
        return False


def _is_line(value: dict[str, Any]) -> bool:
    """Whether it is a line of a `jsonl` report before the last."""
    return _KEYS[value["type"]] <= value.keys()


def _is_report(value: Any) -> bool:
    """Whether it is a report of any other format, or counts."""
    match value:
        case {"version": int(), "contract": str(), "findings": list(findings), "documents": list(), "summary": dict()}:
            return len(value) == 5 + ("omitted" in value) and all(_KEYS["finding"] <= one.keys() for one in findings)
        case {"version": int(), "contract": str(), "statistics": list(), "summary": dict()}:
            return len(value) == 4
        case {"$schema": str(), "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "validate-runs"}}}]}:
            return len(value) == 3
        case {"source": {"name": "validate-runs"}, "diagnostics": list()}:
            return len(value) == 2
        case list():
            return all(one["check_name"] in _CHECKS and one.keys() == _ISSUE for one in value)
    return False


def _make_folder(report: str) -> None:
    folder = os.path.dirname(os.path.realpath(report))
    try:
        _make(folder)
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be the folder of a report: {own_files.reason(error)}") from None


def _make(folder: str) -> None:
    try:
        os.stat(os.path.join(folder, ""))  # which a file is not
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # another process may make it too
