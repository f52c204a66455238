"""The files that reports go to: there is a folder for each, and none takes the place of what is checked."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import click

from validator import own_files
from validator.sources.containers import SUFFIXES
from validator.sources.files import STANDARD_INPUT

_START = 256
"""Bytes by which a report is known."""
_is_report = re.compile(
    rb"""\s*(?:
        \Z
        | \{ \s* "version":\ \d+, \s* "contract":
        | \{ "type":\ "(?:document|finding|summary)",
        | \{ \s* "\$schema":\ "https://json\.schemastore\.org/sarif-
        | \{ \s* "source":\ \{ \s* "name":\ "validate-runs"
        | \[ \s* (?: \{ \s* "description": | \] )
    )""",
    re.VERBOSE,
).match
"""An empty file, or the start of a report as this command writes it, by format."""


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
    """Whether nothing is lost with it but a report."""
    with open(file, "rb") as opened:
        return _is_report(opened.read(_START)) is not None


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
