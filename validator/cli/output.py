"""`-f NAME[:FILE]`: the reports of one run, on standard output and in files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee
from typing import Any, NamedTuple

import click

from validator.cli.console import columns, discard, lost, told
from validator.cli.exit_codes import CLEAN
from validator.core import files as own_files
from validator.core.formats import IN_UTF_8, STATISTICS, WITH_RUNS, Output
from validator.core.phrases import escape
from validator.core.severity import Severity
from validator.reporters import ReportItem, ReportOptions, reporter


class Wanted(NamedTuple):
    """A report to write: its module, and its file (None: standard output), which it may be added to."""

    module: str
    file: str | None
    is_added: bool = False


def wanted(files: Sequence[str], options: dict[str, Any]) -> list[Wanted]:
    """The reports that were asked for, with the folders for them; what is printed as it comes stands first.

    GitHub Actions names a file for what is to be shown of a step, beside the annotations.
    """
    outputs: tuple[Output, ...] = options["output_format"]
    places = [output.file and os.path.realpath(output.file) for output in outputs]
    for index, output in enumerate(outputs):
        if places[index] in places[:index]:
            where = "standard output" if output.file is None else output.file
            raise click.UsageError(f"two reports go to {where}: give each its own, -f {output.format}:FILE")
    ordered = sorted(outputs, key=lambda output: output.file is not None)
    reports = [Wanted(_module(output.format, options), output.file) for output in ordered]
    if any(places):
        from validator.cli import report_files  # only for those who want some

        report_files.prepare([file for _, file in outputs if file is not None], files, options)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(output.format == "github" for output in outputs):
        reports.append(Wanted("markdown", summary, is_added=True))
    return reports


def apart(options: dict[str, Any]) -> frozenset[str]:
    """Where reports are written, by real paths and, of links, also by the place of the link."""
    files = [output.file for output in options["output_format"] if output.file is not None]
    places = (os.path.join(os.path.realpath(os.path.dirname(file)), os.path.basename(file)) for file in files)
    return frozenset((*map(os.path.realpath, files), *places))


def tell_of_runs(options: dict[str, Any]) -> bool:
    """Whether a report that was asked for tells of every run, sound ones too."""
    return any(output.format in WITH_RUNS for output in options["output_format"])


def write(
    reports: Sequence[Wanted],
    results: Iterator[ReportItem],
    options: dict[str, Any],
    clear: Callable[[], None],
) -> int:
    """Write each report and tell what became of it; `clear` makes room on the terminal before anything is printed.

    The first is written as results come. What the others need is kept until their turn.
    """
    codes = {CLEAN}
    for one, told_of in zip(reports, tee(results, len(reports)), strict=True):
        text = reporter(one.module)(told_of, _look(options, one.file))
        if one.file is None and one.module in IN_UTF_8:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a text file
        codes.add(printed(text, clear) if one.file is None else _filed(text, one.file, is_added=one.is_added))
    return max(codes)


def printed(text: Iterable[str], clear: Callable[[], None]) -> int:
    """Print a text as it comes, and tell what became of it."""
    try:
        for part in text:
            clear()
            sys.stdout.write(part)
    except BrokenPipeError:
        discard()
    except OSError as error:
        return lost(error)
    return CLEAN


def _filed(text: Iterable[str], file: str, *, is_added: bool) -> int:
    put = own_files.add if is_added else own_files.replace
    try:
        put(file, (part.encode("utf-8", "backslashreplace") for part in text))
    except OSError as error:
        return told(f"the report is lost: {escape(file)}: {own_files.reason(error)}")
    return CLEAN


def _module(output_format: str, options: dict[str, Any]) -> str:
    """The reporter of a format."""
    if not options["statistics"]:
        return output_format
    if output_format not in STATISTICS:
        raise click.UsageError(f"--statistics has no {output_format} form, but {', '.join(STATISTICS)}")
    return STATISTICS[output_format]


def _look(options: dict[str, Any], file: str | None) -> ReportOptions:
    width = columns() if file is None else None
    return ReportOptions(
        contract=options["contract"],
        show=Severity(options["show"]),
        width=width or 80,
        wrap=width is not None,
        color=file is None and _wants_color(options["color"]),
        quiet=options["quiet"],
        verbose=options["verbose"],
        baseline=options["baseline"] is not None,
        fail_on=None if options["fail_on"] == "never" else Severity(options["fail_on"]),
    )


def _wants_color(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
