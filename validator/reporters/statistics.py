"""Counts by rule and by file instead of findings, the most frequent first: as lines, or as a JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from validator.core.phrases import count, file_name
from validator.reporters.base import ReportItem, ReportOptions, RuleCount, Tally
from validator.reporters.json_objects import VERSION, dump, input_error_object, summary_object
from validator.reporters.lines import BOLD, COLORS, paint, wrapped
from validator.reporters.wording import summary_line
from validator.rules.registry import BY_NAME

_MAX_FILES = 10
"""Files that the lines list."""


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a line for each rule that has findings, for the files with most of them, and the totals."""
    tally, files = _count(items, options)
    rows = tally.rule_counts(options.show)
    digits = max((len(str(row.number)) for row in rows), default=0)
    longest = max((len(row.rule) for row in rows), default=0)
    for row in rows:
        severity = paint(f"{row.severity:7}", COLORS[row.severity], options)
        in_files = f"in {count(_files(tally, row), 'file')}"
        rule = paint(f"{row.rule:{longest}}", BOLD, options)
        head = digits + len(f"  {'':7}  {'':{longest}}  {in_files:11}  ")
        summary = _summary(row, options.width - head if options.wrap else None)
        yield f"{row.number:{digits}}  {severity}  {rule}  {in_files:11}  {summary}".rstrip() + "\n"
    if len(files) > 1:
        yield "\n"
        for file, number in files.most_common(_MAX_FILES):
            yield f"{number:{digits}}  {file_name(file)}\n"
        if len(files) > _MAX_FILES:
            yield f"... and {count(len(files) - _MAX_FILES, 'more file')}\n"
        yield "\n"
    if not options.quiet:
        yield from (f"{line}\n" for line in wrapped(summary_line(tally.summary, options), options))


def render_json(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a document: version, contract, statistics by rule, files (name, count), summary, which counts everything.

    The statistics of a rule are its name, severity, count, number of files, summary, and whether it is fixable. Inputs
    that could not be opened are `input_errors`, as in the JSON report.
    """
    tally, files = _count(items, options)
    statistics = [
        {
            "rule": row.rule,
            "severity": row.severity,
            "count": row.number,
            "files": _files(tally, row),
            "summary": BY_NAME[row.rule].summary,
            "fixable": BY_NAME[row.rule].is_fixable,
        }
        for row in tally.rule_counts(options.show)
    ]
    report = {
        "version": VERSION,
        "contract": options.contract,
        "statistics": statistics,
        "files": [{"file": file, "count": number} for file, number in files.most_common()],
        "summary": summary_object(tally.summary),
    }
    if tally.input_errors:
        report["input_errors"] = [*map(input_error_object, tally.input_errors)]
    yield dump(report, indent=2)


def _count(items: Iterable[ReportItem], options: ReportOptions) -> tuple[Tally, Counter[str | None]]:
    """Return the totals, and the number of findings to show of each file."""
    tally = Tally()
    files: Counter[str | None] = Counter()
    for result in tally.count(items):
        shown = sum(number for (_, severity), number in result.totals.items() if severity.reaches(options.show))
        if shown:
            files[result.document.file] += shown
    return tally, files


def _files(tally: Tally, row: RuleCount) -> int:
    return tally.files_by_rule[row.rule, row.severity]


def _summary(row: RuleCount, width: int | None) -> str:
    """Return what a rule means, if there is space for it, and whether --fix can fix what it reports."""
    rule = BY_NAME[row.rule]
    mark = " (--fix)" if rule.is_fixable else ""
    has_room = width is None or len(rule.summary) + len(mark) <= width
    return f"{rule.summary if has_room else ''}{mark}".lstrip()
