"""Check the files, leave out what a baseline accepts, write the reports, and find the exit code."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import click

from validator.batch.paths import check_paths, count_bytes
from validator.cli.console import CLEAN, FAILED, FINDINGS, fail, warn
from validator.cli.options import CliOptions
from validator.cli.output import PlannedReport, lists_runs, plan_reports, report_paths, write_reports
from validator.core.options import CheckOptions, FindingOptions
from validator.core.phrases import count, escape, join_and
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.engine.checker import Checker
from validator.reporters.base import ReportItem
from validator.rules.base import FAILURES
from validator.sources.document import InputError, SkippedRecords
from validator.sources.exclusion import Exclusion

if TYPE_CHECKING:
    from validator.batch.baseline import BaselineFilter
    from validator.batch.session import Result

Clear: TypeAlias = Callable[[], None]
"""Takes the progress line off the terminal."""


def check_files(options: CliOptions) -> int:
    """Check the files, write the reports and return the exit code."""
    return check_and_report(options, check_options(options), plan_reports(options))


def check_options(options: CliOptions) -> CheckOptions:
    """Return the part of the options that decides which findings a document has."""
    return CheckOptions(
        severities=_severities(options),
        now=time.time() if options.now is None else options.now,
        contract=options.contract,
        form=options.form,
        expect=options.expect,
        order=options.order,
        limit=options.limit,
        per_file_ignores=options.per_file_ignores,
        findings=FindingOptions(
            show=options.show,
            show_values=options.show_values,
            max_findings=options.max_findings,
            outlines=lists_runs(options),
        ),
    )


def _severities(options: CliOptions) -> Mapping[str, Severity] | None:
    if not (options.select or options.ignore or options.severity):
        return None
    from validator.rules.selection import NoRuleLeft, effective_severities  # imports all rules

    try:
        return effective_severities(options.select, options.ignore, options.severity)
    except NoRuleLeft as error:
        where = f" (configuration: {escape(options.config)})" if options.config else ""
        raise click.UsageError(f"{error}{where}") from None


def check_and_report(
    options: CliOptions,
    settings: CheckOptions,
    reports: Sequence[PlannedReport],
    remaining: Counter[Severity] | None = None,
) -> int:
    """Check, write the reports, update the baseline if asked, and return the exit code.

    `remaining` is increased by the findings that are shown.
    """
    codes = {CLEAN}
    baseline = open_baseline(options, settings)
    if baseline is not None:
        settings = find_for_baseline(baseline, settings)
    with run_checks(options, settings, baseline) as (results, clear):
        counted = results if remaining is None else count_findings(results, remaining, options.show)
        codes.add(write_reports(reports, report_items(counted, options, codes), options, clear))
        if remaining is not None or options.update_baseline:  # even if nobody reads the report any more
            deque(counted, maxlen=0)
    if baseline is not None:
        codes.add(close_baseline(baseline, quiet=options.quiet))
    return max(codes)


@contextmanager
def run_checks(
    options: CliOptions, settings: CheckOptions, baseline: BaselineFilter | None
) -> Iterator[tuple[Iterator[Result], Clear]]:
    """Yield the results of a check, with a progress line on a terminal, and what takes that line away."""
    ignored: dict[str, None] = {}  # a set in the order of the search, which is made twice where progress is shown
    exclusion = Exclusion(
        report_paths(options),
        options.exclude,
        not options.no_gitignore,
        options.force_exclude,
        on_ignored=ignored.setdefault,
    )
    progress = None
    if not options.quiet and sys.stderr is not None and sys.stderr.isatty():
        from validator.cli.progress import Progress  # imports what only a terminal needs

        progress = Progress(count_bytes(options.files, exclusion))
    results = check_paths(
        options.files,
        Checker(settings),
        options.max_bytes,
        jobs=options.jobs,
        exclusion=exclusion,
        listing=options.listing,
        history=options.history,
        stdin_name=options.stdin_filename,
        on_progress=None if progress is None else progress.read,
    )
    if progress is not None:
        results = progress.passing(results)
    if baseline is not None:
        results = baseline.apply(results)
    clear = _noop if progress is None else progress.clear
    try:
        yield results, clear
    finally:
        clear()
    _warn_of_ignored(ignored, options)


def _warn_of_ignored(paths: Iterable[str], options: CliOptions) -> None:
    """Print how many files `.gitignore` has left out, or which ones and which folders."""
    if options.verbose:
        for path in paths:
            warn(f"{escape(path)}: skipped: it is ignored by .gitignore")
        return
    files = [path for path in paths if not options.quiet and not os.path.isdir(path)]
    if files:
        them = "it" if len(files) == 1 else "them"
        warn(f"{count(len(files), 'file')} ignored by .gitignore skipped in folders; --no-gitignore checks {them}")


def _noop() -> None:
    """Do nothing: there is no progress line."""


def count_findings(results: Iterable[Result], counts: Counter[Severity], show: Severity) -> Iterator[Result]:
    """Yield the results, and add their findings that are shown to `counts`."""
    for result in results:
        if isinstance(result, DocumentResult):
            for (_, severity), number in result.totals.items():
                counts[severity] += number if severity.reaches(show) else 0
        yield result


def report_items(results: Iterable[Result], options: CliOptions, codes: set[int]) -> Iterator[ReportItem]:
    """Yield the results that reports show; print the others; add the exit code of each to `codes`."""
    is_empty = True
    others = 0
    for result in results:
        if isinstance(result, SkippedRecords):
            others += bool(result.other)
            _warn_of_skipped(result, options)
            continue
        is_empty = False
        if isinstance(result, InputError):
            codes.add(fail(f"{escape(result.file)}: {result}"))
        elif isinstance(result, DocumentResult):
            codes.update(_exit_codes(result, options.fail_on))
        yield result
    if others and not options.quiet and not options.verbose:
        them = "it" if others == 1 else "them"
        warn(f"{count(others, 'JSON file')} without runs skipped in folders; -v names {them}")
    if is_empty and not options.force_exclude:
        codes.add(fail("nothing to check: these files hold no runs"))


def _exit_codes(result: DocumentResult, fail_on: Severity | None) -> Iterator[int]:
    for rule, severity in result.totals:
        if rule in FAILURES:
            yield FAILED
        elif severity.fails(fail_on):
            yield FINDINGS


def _warn_of_skipped(skipped: SkippedRecords, options: CliOptions) -> None:
    if skipped.other:
        if options.verbose:
            warn(f"{escape(skipped.file)}: skipped: it is {skipped.other}")
    elif options.verbose and skipped.number:
        message = f"{escape(skipped.file)}: {count(skipped.number, 'record')} without runs skipped"
        warn(f"{message}: {', '.join(skipped.reasons)}" if skipped.reasons else message)
    elif skipped.unchecked and not options.quiet:
        warn(f"{escape(skipped.file)}: {skipped.unchecked}")


def open_baseline(options: CliOptions, settings: CheckOptions) -> BaselineFilter | None:
    """Read the baseline, if one is named; raises `click.ClickException` if it cannot be used."""
    if options.baseline is None:
        return None
    from validator.batch.baseline import BaselineFilter, BaselineOptions
    from validator.batch.baseline_file import BaselineError, read

    path = options.baseline
    watched = BaselineOptions(
        rules=Checker(settings).rules.severities,
        # what is neither shown nor fails need not be accepted
        threshold=options.show if options.fail_on is None else options.show.or_lower(options.fail_on),
        show=options.show,
        max_findings=options.max_findings,
        folders=tuple(os.path.abspath(file) for file in options.files if os.path.isdir(file)),
    )
    try:
        old = {} if options.update_baseline and not os.path.lexists(path) else read(path)
    except BaselineError as error:
        raise click.ClickException(str(error)) from None
    return BaselineFilter(path, old, watched, options.update_baseline)


def find_for_baseline(baseline: BaselineFilter, settings: CheckOptions) -> CheckOptions:
    """Return options with which a check finds all that the baseline may accept."""
    return settings._replace(
        findings=settings.findings._replace(
            show=baseline.options.threshold,
            max_findings=None,
            known=frozenset(entry.fingerprint for entry in baseline.old.values()),
            max_excerpts=settings.findings.max_findings,
        )
    )


def close_baseline(baseline: BaselineFilter, *, quiet: bool) -> int:
    """Write the baseline if it is updated, print what has changed, and return the exit code."""
    path = escape(baseline.path)
    if not baseline.updating:
        if baseline.obsolete and not quiet:
            obsolete = count(baseline.obsolete, "accepted finding")
            occurs = "occurs" if baseline.obsolete == 1 else "occur"
            them = "it" if baseline.obsolete == 1 else "them"
            warn(f"{path}: {obsolete} no longer {occurs}; --update-baseline removes {them}")
        return CLEAN
    from validator.batch.baseline_file import write
    from validator.core.files import explain_os_error

    entries = list(baseline.entries)
    try:
        write(baseline.path, entries)
    except OSError as error:
        return fail(f"{path}: cannot write the baseline: {explain_os_error(error)}")
    if not quiet:
        accepted = count(sum(entry.count for entry in entries), "finding")
        warn(f"{path}: {accepted} accepted, {baseline.new} new, {baseline.obsolete} removed")
        if baseline.refused:
            refused = count(baseline.refused.total(), "finding")
            where = f"{join_and(sorted(baseline.refused))} in {count(len(baseline.refused_files), 'file')}"
            warn(f"{refused} ({where}) cannot be accepted: fix or exclude these files")
    return CLEAN
