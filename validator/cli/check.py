"""The command at its work: the files are checked, the reports are written."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from validator.batch.parallel import size_of, survey
from validator.cli import output as reports
from validator.cli.console import told
from validator.cli.exit_codes import CLEAN, FAILED, FOUND
from validator.core.options import CheckOptions
from validator.core.phrases import count, escape
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.engine.checker import Checker
from validator.reporters import ReportItem
from validator.rules.registry import FAILURES
from validator.rules.selection import severities
from validator.sources.document import InputError, SkippedRecords

if TYPE_CHECKING:
    from validator.batch.baseline import BaselineFilter
    from validator.batch.session import Result
    from validator.cli.progress import Progress


def check_files(files: Sequence[str], options: dict[str, Any]) -> int:
    """Check the files, write the reports, and tell the exit code; before that, fix what is to be fixed."""
    settings = _settings(options)
    if options["diff"]:
        return _diff(files, settings, options)
    options = {**options, "reports": reports.wanted(files, options)}
    if options["fix"]:
        return _fix_and_check(files, settings, options)
    return _check(files, settings, options, None)


def _diff(files: Sequence[str], settings: CheckOptions, options: dict[str, Any]) -> int:
    """Print what would be fixed, instead of a report."""
    from validator.cli import fix as fixing  # only for those who want it

    codes: set[int] = {CLEAN}
    shown: list[fixing.Fixable] = []
    quiet, show_values = options["quiet"], options["show_values"]
    with fixing.standard_input_kept(files):
        results = _fixable(files, settings, options)
        fixable, found = fixing.collect_fixes(_told(results, {**options, "fail_on": "never"}, codes), settings.show)
        text = fixing.diff(fixable, shown, codes, show_values=show_values, quiet=quiet)
        codes.add(reports.printed(text, _still))
    if not quiet:
        told(fixing.summary(shown, "would be fixed", found - fixing.noted(shown)))
        if shown and not show_values:
            told("what may be a secret is masked: with --show-values the diff is a patch that applies")
    return max(codes)


def _fix_and_check(files: Sequence[str], settings: CheckOptions, options: dict[str, Any]) -> int:
    """Fix what can be fixed, then check all of it again."""
    from validator.cli import fix as fixing  # only for those who want it

    fixing.refuse_streams(files)
    codes = {CLEAN}
    fixable, _ = fixing.collect_fixes(_fixable(files, settings, options), settings.show)
    done = fixing.apply_fixes(fixable, codes, quiet=options["quiet"])
    remaining: Counter[Severity] = Counter()
    codes.add(_check(files, settings, options, remaining))
    if not options["quiet"]:
        told(fixing.summary(done, "fixed", remaining))
    return max(codes)


def _fixable(files: Sequence[str], settings: CheckOptions, options: dict[str, Any]) -> Iterator[Result]:
    """What is found, with the fixes; what a baseline accepts is not among the findings."""
    from validator.cli import fix as fixing

    settings = fixing.without_limits(settings)
    review = None
    if options["baseline"] is not None:
        from validator.cli import baselines  # only for those who have one

        review = baselines.opened(files, options, settings)
    progress = _progress(files, options)
    results = _results(files, Checker(settings), options, progress)
    try:
        yield from results if review is None else review.passing(results)
    finally:
        if progress is not None:
            progress.clear()


def _check(
    files: Sequence[str], settings: CheckOptions, options: dict[str, Any], remaining: Counter[Severity] | None
) -> int:
    """Check and report; `remaining` counts what is shown, where somebody wants to know."""
    codes = {CLEAN}
    if options["baseline"] is None:
        _report(files, settings, options, codes, remaining=remaining)
        return max(codes)
    from validator.cli import baselines  # only for those who have one

    review = baselines.opened(files, options, settings)
    _report(files, baselines.without_limits(settings, review), options, codes, review, remaining)
    codes.add(baselines.settled(review, quiet=options["quiet"]))
    return max(codes)


def _report(
    files: Sequence[str],
    settings: CheckOptions,
    options: dict[str, Any],
    codes: set[int],
    review: BaselineFilter | None = None,
    remaining: Counter[Severity] | None = None,
) -> None:
    """Write the reports; without what the review accepts, where there is one."""
    progress = _progress(files, options)
    results = _results(files, Checker(settings), options, progress)
    if review is not None:
        results = review.passing(results)
    if remaining is not None:
        from validator.cli import fix as fixing

        results = fixing.counted(results, remaining, Severity(options["show"]))
    try:
        codes.add(
            reports.write(
                options["reports"], _told(results, options, codes), options, progress.clear if progress else _still
            )
        )
        if remaining is not None or (review is not None and review.updating):  # also where the reader has gone
            deque(results, maxlen=0)
    finally:
        if progress is not None:
            progress.clear()


def _still() -> None:
    """There is nothing on the terminal that would be in the way."""


def _told(results: Iterable[Result], options: dict[str, Any], codes: set[int]) -> Iterator[ReportItem]:
    """What reports tell of, one by one; what each means for the exit code is added to `codes`."""
    empty = True
    for one in results:
        if isinstance(one, SkippedRecords):
            _tell_passed_over(one, options)
            continue
        empty = False
        if isinstance(one, InputError):
            codes.add(FAILED)
            told(f"{escape(one.file)}: {one}")
        elif isinstance(one, DocumentResult):
            codes.update(_codes(one, options["fail_on"]))
        yield one
    if empty:
        codes.add(FAILED)
        told("nothing to check: none of these recordings brings a run")


def _results(
    files: Sequence[str], checker: Checker, options: dict[str, Any], progress: Progress | None
) -> Iterator[Result]:
    results = survey(
        files,
        checker,
        options["max_bytes"],
        options["jobs"] or _cores(),
        apart=reports.apart(options),
        listing=options["listing"],
        history=options["history"],
        tell=None if progress is None else progress.read,
    )
    return results if progress is None else progress.passing(results)


def _progress(files: Sequence[str], options: dict[str, Any]) -> Progress | None:
    """What tells on a terminal how far the check has come; nothing where nobody looks, or somebody wants quiet."""
    if options["quiet"] or sys.stderr is None or not sys.stderr.isatty():
        return None
    from validator.cli.progress import Progress  # nothing that looks at a terminal is needed without one

    return Progress(size_of(files, reports.apart(options)))


def _cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tell_passed_over(one: SkippedRecords, options: dict[str, Any]) -> None:
    if options["verbose"] and one.number:
        passed_over = f"{escape(one.file)}: {count(one.number, 'record')} without runs passed over"
        told(f"{passed_over}: {', '.join(one.reasons)}" if one.reasons else passed_over)
    elif one.missing_bodies and not options["quiet"]:
        told(f"{escape(one.file)}: {one.missing_bodies}")


def _codes(checked: DocumentResult, fail_on: str) -> Iterator[int]:
    for rule, severity in checked.totals:
        if rule in FAILURES:
            yield FAILED
        elif fail_on != "never" and severity.reaches(Severity(fail_on)):
            yield FOUND


def _settings(options: dict[str, Any]) -> CheckOptions:
    return CheckOptions(
        severities=severities(
            (word for words in options["select"] for word in words),
            (word for words in options["ignore"] for word in words),
            dict(options["severity"]),
        ),
        now=time.time() if options["now"] is None else options["now"],
        contract=options["contract"],
        form=options["form"],
        expect=options["expect"],
        order=options["order"],
        limit=options["limit"],
        show=Severity(options["show"]),
        show_values=options["show_values"],
        max_findings=options["max_findings"] or None,
        per_file_ignores=options["per_file_ignores"],
        outlines=reports.tell_of_runs(options),
    )
