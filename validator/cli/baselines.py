"""`--baseline` and `--update-baseline`: the review of what is found, from the options to its last word."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import click

from validator.batch import baseline_file as baseline
from validator.batch.baseline import BaselineFilter, BaselineOptions
from validator.cli.console import told
from validator.cli.exit_codes import CLEAN
from validator.core.files import reason
from validator.core.options import CheckOptions
from validator.core.phrases import count, escape
from validator.core.severity import Severity


def opened(files: Iterable[str], options: dict[str, Any], settings: CheckOptions) -> BaselineFilter:
    """The review that was asked for, with its baseline read."""
    path: str = options["baseline"]
    watched = BaselineOptions(
        rules=settings.severities,
        threshold=_threshold(settings.show, options["fail_on"]),
        show=settings.show,
        max_findings=settings.max_findings,
        folders=tuple(os.path.abspath(file) for file in files if os.path.isdir(file)),
    )
    updating: bool = options["update_baseline"]
    try:
        old = {} if updating and not os.path.lexists(path) else baseline.read(path)
    except baseline.BaselineError as error:
        raise click.ClickException(str(error)) from None
    return BaselineFilter(path, old, watched, updating)


def without_limits(settings: CheckOptions, review: BaselineFilter) -> CheckOptions:
    """The settings with which all findings are kept that the review has to see."""
    known = frozenset(entry.fingerprint for entry in review.old.values())
    return settings._replace(
        show=review.watched.threshold, max_findings=None, known=known, max_excerpts=settings.max_findings
    )


def settled(review: BaselineFilter, *, quiet: bool) -> int:
    """Write the baseline anew if that was asked for, and say what has changed."""
    if review.updating:
        return _updated(review, quiet=quiet)
    if review.gone and not quiet:
        told(f"{escape(review.path)}: {count(review.gone, 'accepted finding')} gone, --update-baseline takes note")
    return CLEAN


def _updated(review: BaselineFilter, *, quiet: bool) -> int:
    entries = list(review.entries)
    try:
        baseline.write(review.path, entries)
    except OSError as error:
        return told(f"{escape(review.path)}: the baseline could not be written: {reason(error)}")
    if not quiet:
        accepted = count(sum(entry.count for entry in entries), "finding")
        told(f"{escape(review.path)}: {accepted} accepted, {review.new} new, {review.gone} gone")
    return CLEAN


def _threshold(show: Severity, fail_on: str) -> Severity:
    """The lower of the two: what is neither shown nor fails is not worth accepting."""
    return show if fail_on == "never" else show.or_lower(Severity(fail_on))
