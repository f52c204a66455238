"""`-f NAME[:FILE]`: the reports of one check, on standard output and in files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee
from typing import Any, NamedTuple

import click

from validator.cli.console import CLEAN, fail, on_write_error, terminal_width
from validator.cli.options import CliOptions
from validator.core.files import STANDARD_INPUT, append, explain_os_error, read_limited, write_atomic
from validator.core.options import MAX_BYTES
from validator.core.phrases import escape
from validator.core.results import StatementResult
from validator.reporters.base import ReportItem, ReportOptions
from validator.reporters.registry import FORMATS, load_reporter
from validator.sources.detect import SUFFIXES

_STATISTICS_KEYS = {"version", "contract", "statistics", "files", "summary", "input_errors"}
_REPORT_KEYS = {"version", "contract", "documents", "findings", "summary", "omitted", "input_errors", "statements"}


class PlannedReport(NamedTuple):
    """A report to write: its format, and its file (None: standard output)."""

    format: str
    file: str | None
    has_statistics: bool = False
    is_appended: bool = False


def plan_reports(options: CliOptions) -> list[PlannedReport]:
    """Return the reports to write, the one on standard output first, and make the folders for them.

    GitHub Actions names a file for the summary of a step; it gets a report beside the annotations. Raises
    `click.ClickException` for a report that cannot be written or would overwrite what the check needs.
    """
    paths: set[str | None] = set()
    reports: list[PlannedReport] = []
    for output in sorted(options.output_format, key=lambda output: output.file is not None):
        path = output.file and os.path.realpath(output.file)
        if path in paths:
            where = output.file or "standard output"
            raise click.UsageError(f"two reports go to {where}: give each its own, -f {output.format}:FILE")
        paths.add(path)
        if output.format == "html" and path is None and sys.stdout.isatty():
            raise click.UsageError("a terminal does not show HTML: name a file, -f html:report.html")
        if options.statistics and not FORMATS[output.format].statistics:
            names = ", ".join(name for name, about in FORMATS.items() if about.statistics)
            raise click.UsageError(f"--statistics has no {output.format} form, but {names}")
        reports.append(PlannedReport(output.format, output.file, has_statistics=options.statistics))
    if files := [report.file for report in reports if report.file is not None]:
        _prepare(files, options)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(output.format == "github" for output in options.output_format):
        reports.append(PlannedReport("markdown", summary, is_appended=True))
    return reports


def report_paths(options: CliOptions) -> frozenset[str]:
    """Return where reports and the baseline are written, by real paths and, of links, also by the place of the link."""
    files = [output.file for output in options.output_format if output.file is not None]
    files += [options.baseline] if options.baseline is not None else []
    places = (os.path.join(os.path.realpath(os.path.dirname(file)), os.path.basename(file)) for file in files)
    return frozenset((*map(os.path.realpath, files), *places))


def lists_runs(options: CliOptions) -> bool:
    """Return whether a report lists every run, valid ones too."""
    return any(FORMATS[output.format].shows_all_runs for output in options.output_format)


def write_reports(
    reports: Sequence[PlannedReport],
    results: Iterator[ReportItem],
    options: CliOptions,
    clear: Callable[[], None],
    statements: Sequence[StatementResult] = (),
    conclusion: str = "",
) -> int:
    """Write each report and return the exit code; `clear` is called before anything is printed.

    The first is written as results come; what the others need is stored until then. A check of a live server has
    `statements` and a `conclusion`.
    """
    codes = {CLEAN}
    for report, items in zip(reports, tee(results, len(reports)), strict=True):
        render = load_reporter(report.format, statistics=report.has_statistics)
        report_options = _report_options(options, report)
        text = render(items, report_options._replace(statements=statements, conclusion=conclusion))
        if report.file is not None:
            codes.add(_write_file(text, report.file, is_appended=report.is_appended))
            continue
        if FORMATS[report.format].is_utf8:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a text file
        codes.add(print_text(text, clear))
    return max(codes)


def print_text(text: Iterable[str], clear: Callable[[], None]) -> int:
    """Print a text as it comes, `clear` before each part, and return the exit code."""
    try:
        for part in text:
            clear()
            sys.stdout.write(part)
    except OSError as error:
        return on_write_error(error)
    return CLEAN


def _write_file(text: Iterable[str], file: str, *, is_appended: bool) -> int:
    write = append if is_appended else write_atomic
    try:
        write(file, (part.encode("utf-8", "backslashreplace") for part in text))
    except OSError as error:
        return fail(f"cannot write the report: {escape(file)}: {explain_os_error(error)}")
    return CLEAN


def _report_options(options: CliOptions, report: PlannedReport) -> ReportOptions:
    is_printed = report.file is None
    width = terminal_width() if is_printed else None
    return ReportOptions(
        contract=options.contract,
        show=options.show,
        width=width or 80,
        wrap=width is not None,
        color=is_printed and _wants_color(options.color),
        quiet=options.quiet,
        verbose=options.verbose,
        baseline=options.baseline is not None,
        fail_on=options.fail_on,
        hints=report.format in ("text", "concise"),
    )


def _wants_color(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if force := os.environ.get("FORCE_COLOR"):
        return force.lower() not in ("0", "false")
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _prepare(reports: Sequence[str], options: CliOptions) -> None:
    """Refuse reports that would overwrite what the check needs, then make their folders."""
    used = {os.path.realpath(file): "is checked" for file in options.files if file != STANDARD_INPUT}
    for file, use in ((options.config, "holds the settings"), (options.baseline, "is the baseline")):
        if file is not None:
            used[os.path.realpath(file)] = use
    folders = tuple(os.path.join(os.path.realpath(file), "") for file in options.files if os.path.isdir(file))
    for report in reports:
        path = os.path.realpath(report)
        if os.path.isdir(path):
            raise click.UsageError(f"{report} is a folder: name a file for the report")
        if path in used:
            raise click.UsageError(f"a report would overwrite {report}, which {used[path]}")
        is_searched = path.lower().endswith(SUFFIXES) and path.startswith(folders)
        if is_searched and os.path.isfile(path) and not _is_earlier_report(path):
            raise click.UsageError(f"a report would overwrite {report}, which is checked and no earlier report")
    for report in reports:
        folder = os.path.dirname(os.path.realpath(report))
        try:
            try:
                os.stat(os.path.join(folder, ""))  # fails for a file
            except FileNotFoundError:
                os.makedirs(folder, exist_ok=True)  # another process may make it too
        except OSError as error:
            why = explain_os_error(error)
            raise click.ClickException(f"{folder}: cannot be the folder of a report: {why}") from None


def _is_earlier_report(file: str) -> bool:
    """Return whether a file is a report or empty, so that nothing else is lost with it."""
    try:
        data = read_limited(file, MAX_BYTES)
        if data.startswith(b'{"type": '):
            *others, last = map(json.loads, data.splitlines())
            return last.keys() >= {"version", "contract"} and last["type"] == "summary" and all(map(_is_line, others))
        return not data.strip() or _is_report(json.loads(data))
    except (OSError, ValueError, RecursionError):
        return False
    except (LookupError, AttributeError, TypeError):  # JSON of some other shape
        return False


def _is_line(value: dict[str, Any]) -> bool:
    """Return whether this is a line of a `jsonl` report before the last; a later version may add keys."""
    if value["type"] == "document":
        return value.keys() >= {"file", "record", "kind", "form", "generation", "runs"}
    if value["type"] == "input_error":
        return value.keys() >= {"file", "message"}
    if value["type"] == "statement":
        return value.keys() >= {"statement", "verdict", "requests"}
    return value["type"] == "finding" and _is_finding(value)


def _is_finding(value: dict[str, Any]) -> bool:
    from validator.reporters.json_objects import FINDING_KEYS

    return value.keys() >= {*FINDING_KEYS}


def _is_report(value: Any) -> bool:
    """Return whether this is a report of any other format, or counts."""
    match value:
        case {"version": int(), "contract": str(), "findings": list(findings), "documents": list(), "summary": dict()}:
            return set(value) <= _REPORT_KEYS and all(map(_is_finding, findings))
        case {"version": int(), "contract": str(), "statistics": list(), "files": list(), "summary": dict()}:
            return set(value) <= _STATISTICS_KEYS
        case {"$schema": str(), "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "validate-runs"}}}]}:
            return len(value) == 3
        case {"source": {"name": "validate-runs"}, "diagnostics": list()}:
            return len(value) == 2
        case list():
            return all(map(_is_gitlab_issue, value))
    return False


def _is_gitlab_issue(value: dict[str, Any]) -> bool:
    """Return whether this is an issue of ours, by the name of its check, and not of another tool."""
    from validator.reporters.gitlab import OTHER_CHECKS
    from validator.rules.registry import BY_NAME

    is_ours = value["check_name"] in BY_NAME or value["check_name"] in OTHER_CHECKS
    return is_ours and value.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
