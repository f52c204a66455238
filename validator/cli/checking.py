"""The command at its work: the files are checked, the reports are written."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from validator.cli import reports
from validator.cli.exit_codes import CLEAN, FAILED, FOUND
from validator.cli.streams import told
from validator.finding import Checked
from validator.passes import Checks, checks
from validator.reporters import Told
from validator.selection import severities
from validator.settings import Settings
from validator.severity import Severity
from validator.sources import PassedOver, SourceError
from validator.survey import size_of, survey
from validator.wording import count, escape

if TYPE_CHECKING:
    from validator.cli.progress import Progress
    from validator.in_turn import Result
    from validator.review import Review


def check_files(files: Sequence[str], options: dict[str, Any]) -> int:
    """Check the files, write the reports, and tell the exit code."""
    codes = {CLEAN}
    settings = _settings(options)
    if options["baseline"] is None:
        _report(files, settings, options, codes)
        return max(codes)
    from validator.cli import baselines  # only for those who have one

    review = baselines.opened(files, options, settings)
    _report(files, baselines.uncut(settings, review), options, codes, review)
    codes.add(baselines.settled(review, quiet=options["quiet"]))
    return max(codes)


def _report(
    files: Sequence[str], settings: Settings, options: dict[str, Any], codes: set[int], review: Review | None = None
) -> None:
    """Write the reports; without what the review accepts, where there is one."""
    wanted = reports.wanted(options)
    progress = _progress(files, options)
    results = _results(files, checks(settings), options, progress)
    if review is not None:
        results = review.passing(results)
    try:
        codes.add(
            reports.write(wanted, _told(results, options, codes), options, progress.clear if progress else _still)
        )
        if review is not None and review.updating:  # a reader who has gone does not make the baseline shorter
            deque(results, maxlen=0)
    finally:
        if progress is not None:
            progress.clear()


def _still() -> None:
    """There is nothing on the terminal that would be in the way."""


def _told(results: Iterable[Result], options: dict[str, Any], codes: set[int]) -> Iterator[Told]:
    """What reports tell of, one by one; what each means for the exit code is added to `codes`."""
    empty = True
    for one in results:
        if isinstance(one, PassedOver):
            _tell_passed_over(one, options)
            continue
        empty = False
        if isinstance(one, SourceError):
            codes.add(FAILED)
            told(f"{escape(one.file)}: {one}")
        elif isinstance(one, Checked):
            codes.update(_codes(one, options["fail_on"]))
        yield one
    if empty:
        codes.add(FAILED)
        told("nothing to check: none of these recordings brings a run")


def _results(
    files: Sequence[str], ready: Checks, options: dict[str, Any], progress: Progress | None
) -> Iterator[Result]:
    results = survey(
        files,
        ready,
        options["max_bytes"],
        options["jobs"] or _cores(),
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

    return Progress(size_of(files))


def _cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tell_passed_over(one: PassedOver, options: dict[str, Any]) -> None:
    if options["verbose"] and one.number:
        told(f"{escape(one.file)}: {count(one.number, 'recorded call')} or events without runs passed over")


def _codes(checked: Checked, fail_on: str) -> Iterator[int]:
    for rule, severity in checked.totals:
        if rule == "internal-error":
            yield FAILED
        elif fail_on != "never" and severity.reaches(Severity(fail_on)):
            yield FOUND


def _settings(options: dict[str, Any]) -> Settings:
    return Settings(
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
