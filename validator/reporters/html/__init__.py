"""The report to look at: one HTML file, which fetches nothing and sends nothing.

All values of documents are in the page as JSON, and its script shows them as text, never as markup; a
Content-Security-Policy allows only that script and that style sheet. Totals, the first findings and the statements
about a live server are there without the script too. The page is ASCII, so that no encoding of a terminal or server can
break it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from string import Template
from typing import Any

from validator.core.finding import Finding
from validator.core.phrases import count, escape, file_name
from validator.core.results import DocumentResult, StatementResult
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters.base import ReportItem, ReportOptions, Tally
from validator.reporters.html.timelines import RunInDocument, timelines
from validator.reporters.json_objects import dump
from validator.reporters.wording import summary_line

MAX_CLEAN_RUNS = 5_000
"""Runs without findings that are drawn: the page of a large archive has to open, too."""
MAX_PLAIN_FINDINGS = 100
"""Findings that are shown without the script."""

_MAX_REQUESTS = 6
"""Requests that are named in the row of a statement."""
_ATTENTION = ("broken", "doubtful", "not verified")
"""The verdicts of statements that are shown first."""

_HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(slots=True)
class _Content:
    """What the page shows of the documents."""

    findings: list[Finding] = field(default_factory=list)
    snapshots: list[RunInDocument] = field(default_factory=list)
    clean_runs: int = 0

    def add(self, result: DocumentResult) -> None:
        numbers = _findings_by_run(result, len(self.findings))
        self.findings += result.findings
        for run, indexes in zip(result.outlines, numbers, strict=True):
            self.clean_runs += not indexes
            if indexes or self.clean_runs <= MAX_CLEAN_RUNS:
                times = {key: time for key, time in run.times.items() if time}  # some servers write zero for none
                document = result.document
                self.snapshots.append(
                    RunInDocument(document.file, document.record, run._replace(times=times), tuple(indexes))
                )


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield the page at the end: the totals are at its top."""
    tally, content = Tally(), _Content()
    for result in tally.count(items):
        content.add(result)
    style, script = _read_asset("page.css"), _read_asset("page.js")
    yield Template(_read_asset("page.html")).substitute(
        headline=_text(summary_line(tally.summary, options)),
        verdict=_verdict(tally, options),
        contract=_text(options.contract),
        notes="".join(f"<li>{_text(note)}</li>\n" for note in _notes(tally, content)),
        counts="".join(_count_rows(tally, options)),
        first="".join(map(_plain, content.findings[:MAX_PLAIN_FINDINGS])),
        statements=_statements(options),
        data=_data(tally, content, options),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _findings_by_run(result: DocumentResult, first: int) -> list[list[int]]:
    """Return the numbers of the findings in each run of a document, whose findings are counted from `first` on."""
    numbers: dict[str, list[int]] = {run.pointer: [] for run in result.outlines}
    for number, finding in enumerate(result.findings, first):
        run = next((pointer for pointer in _upwards(finding.pointer) if pointer in numbers), None)
        if run is not None:
            numbers[run].append(number)
    return [numbers[run.pointer] for run in result.outlines]


def _upwards(pointer: str) -> Iterator[str]:
    """Yield the pointer and those of all that it is inside of."""
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _verdict(tally: Tally, options: ReportOptions) -> str:
    """Return the most severe of what is shown."""
    shown = (severity for severity in Severity if severity.reaches(options.show) and tally.summary.count(severity))
    return next(shown, "ok" if tally.documents else "nothing")


def _notes(tally: Tally, content: _Content) -> Iterator[str]:
    """Yield what the page does not show, and why."""
    for error in tally.input_errors:
        yield f"{escape(error.file)}: {escape(error.reason)}"
    if tally.truncated:
        yield f"{count(tally.truncated, 'more finding')} left out (--max-findings 0 shows all)"
    if content.clean_runs > MAX_CLEAN_RUNS:
        left_out = count(content.clean_runs - MAX_CLEAN_RUNS, "more run")
        yield f"Timelines leave out {left_out} without findings"


def _count_rows(tally: Tally, options: ReportOptions) -> Iterator[str]:
    for rule, severity, number in _counts(tally, options):
        yield f"<tr><td>{_text(rule)}</td><td>{severity}</td><td>{number}</td></tr>\n"


def _counts(tally: Tally, options: ReportOptions) -> list[tuple[str, Severity, int]]:
    """Return how many findings each rule has, the most frequent first; also those that were left out."""
    counts = [(*key, number) for key, number in tally.findings.items() if key[1].reaches(options.show)]
    return sorted(counts, key=lambda row: (-row[2], row[0], row[1]))


def _plain(finding: Finding) -> str:
    words = f"{finding.position} {finding.severity} {finding.rule} {escape(finding.pointer)} {finding.message}"
    return f"<li>{_text(words)}</li>\n"


def _statements(options: ReportOptions) -> str:
    """Return the verdicts on a live server: those that need attention in a table, the others in a closed one."""
    if not options.statements:
        return ""
    by_verdict: dict[str, list[StatementResult]] = {verdict: [] for verdict in (*_ATTENTION, "kept", "not asked")}
    for statement in options.statements:
        by_verdict[statement.verdict].append(statement)
    shown = [statement for verdict in _ATTENTION for statement in by_verdict.pop(verdict)]
    others = [statement for statements in by_verdict.values() for statement in statements]
    rest = (
        f"<details>\n<summary>{count(len(others), 'more statement')}</summary>\n{_statement_table(others)}</details>\n"
    )
    return (
        '<section id="statements" aria-labelledby="statements-heading">\n'
        '<h2 id="statements-heading">Statements</h2>\n'
        f"<p>{_text(options.conclusion)}</p>\n"
        f"{_statement_table(shown) if shown else ''}{rest if others else ''}</section>\n"
    )


def _statement_table(statements: Iterable[StatementResult]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Verdict", "Statement", "Requests"))
    rows = "".join(map(_statement_row, statements))
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def _statement_row(statement: StatementResult) -> str:
    title = re.sub("`([^`]+)`", r"<code>\1</code>", _text(statement.title))
    reason = f"<p>{_text(statement.reason)}</p>" if statement.reason else ""
    numbers = ", ".join(map(str, statement.requests[:_MAX_REQUESTS]))
    more = ", \N{HORIZONTAL ELLIPSIS}" if len(statement.requests) > _MAX_REQUESTS else ""
    what = f'<a href="{_text(statement.source)}">{statement.id}</a>: {title}{reason}'
    style = statement.severity or statement.verdict.replace(" ", "-")
    return f'<tr class="{style}"><td>{statement.verdict}</td><td>{what}</td><td>{_text(numbers + more)}</td></tr>\n'


def _data(tally: Tally, content: _Content, options: ReportOptions) -> str:
    """Return what the script draws, as JSON in which nothing can end the script element."""
    data = {
        "counts": _counts(tally, options),
        "findings": [_finding_object(finding) for finding in content.findings],
        "threads": timelines(content.snapshots),
    }
    return re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", dump(data)).rstrip()


def _finding_object(finding: Finding) -> dict[str, Any]:
    excerpt = finding.excerpt
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "file": file_name(finding.file, finding.request),
        "record": finding.record,
        "line": finding.line,
        "column": finding.column,
        "pointer": escape(finding.pointer),
        "message": finding.message,
        "run": finding.run_id and escape(finding.run_id),
        "status": finding.run_status and escape(finding.run_status),
        "source": finding.source,
        "excerpt": excerpt and astuple(excerpt),
    }


def _text(text: str) -> str:
    """Return text for the page outside of the script: ASCII, no markup, no command to a build server."""
    safe = html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
    return LOG_COMMAND.sub("#&#35;", safe)


def _read_asset(name: str) -> str:
    with open(os.path.join(_HERE, name), encoding="ascii") as file:
        return file.read()


def _hash(text: str) -> str:
    """Return the hash by which a Content-Security-Policy allows an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
