"""The report for people who would rather look than read: one HTML file, which fetches nothing and sends nothing.

Everything that was read goes into the page as JSON, and its script puts it on the screen as text, never as markup; a
Content-Security-Policy admits that one script and that one style sheet. Without the script, totals and the first
findings are there all the same. The page is ASCII: no encoding of a terminal or server can spoil it.
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
from validator.core.phrases import count, escape
from validator.core.results import DocumentResult, RunOutline
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.html.timelines import Sighting, timelines
from validator.reporters.json import dumped
from validator.reporters.terminal import file_name, last_line, place

MOST_SOUND_RUNS = 5_000
"""Runs without findings that are drawn: the page of a large archive has to open, too."""
MOST_PLAIN = 100
"""Findings that are there without the script."""

_HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(slots=True)
class _Gathered:
    """What the page shows of the documents that went by."""

    findings: list[Finding] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    sound_runs: int = 0
    omitted: int = 0

    def add(self, one: DocumentResult) -> None:
        numbers = _by_run(one, len(self.findings))
        self.findings += one.findings
        self.omitted += one.beyond_cap
        for run, found in zip(one.outlines, numbers, strict=True):
            self.sound_runs += not found
            if found or self.sound_runs <= MOST_SOUND_RUNS:
                self.sightings.append(
                    Sighting(one.document.file, one.document.record, _without_zeros(run), tuple(found))
                )


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """The page, when all is checked: the totals stand at its top."""
    tally, collect_fixes = Tally(), _Gathered()
    for one in tally.passing(told):
        collect_fixes.add(one)
    style, script = _own("page.css"), _own("page.js")
    yield Template(_own("page.html")).substitute(
        headline=_text(last_line(tally.summary, look)),
        verdict=_verdict(tally, look),
        contract=_text(look.contract),
        notes="".join(f"<li>{_text(note)}</li>\n" for note in _notes(tally, collect_fixes)),
        counts="".join(_count_rows(tally, look)),
        first="".join(map(_plain, collect_fixes.findings[:MOST_PLAIN])),
        data=_data(tally, collect_fixes, look),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _without_zeros(run: RunOutline) -> RunOutline:
    """A time of zero is what some servers write where there is none."""
    return run._replace(times={key: time for key, time in run.times.items() if time})


def _by_run(one: DocumentResult, number: int) -> list[list[int]]:
    """The numbers of the findings in each run of a document, whose findings are counted from `number` on."""
    numbers: dict[str, list[int]] = {run.pointer: [] for run in one.outlines}
    for at, finding in enumerate(one.findings, number):
        run = next((pointer for pointer in _upwards(finding.pointer) if pointer in numbers), None)
        if run is not None:
            numbers[run].append(at)
    return [numbers[run.pointer] for run in one.outlines]


def _upwards(pointer: str) -> Iterator[str]:
    """The pointer and those of everything it is inside of."""
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _verdict(tally: Tally, look: ReportOptions) -> str:
    """The worst of what is shown."""
    found = (severity for severity in Severity if severity.reaches(look.show) and tally.summary.count(severity))
    return next(found, "ok" if tally.documents else "nothing")


def _notes(tally: Tally, collect_fixes: _Gathered) -> Iterator[str]:
    """What the page does not show, and why."""
    for unread in tally.unread:
        yield f"{escape(unread.file)}: {escape(unread.reason)}"
    if collect_fixes.omitted:
        yield f"{count(collect_fixes.omitted, 'more finding')} left out (--max-findings 0 shows all)"
    if collect_fixes.sound_runs > MOST_SOUND_RUNS:
        left_out = count(collect_fixes.sound_runs - MOST_SOUND_RUNS, "more run")
        yield f"Timelines leave out {left_out} without findings"


def _count_rows(tally: Tally, look: ReportOptions) -> Iterator[str]:
    for rule, severity, number in _counts(tally, look):
        yield f"<tr><td>{_text(rule)}</td><td>{severity}</td><td>{number}</td></tr>\n"


def _counts(tally: Tally, look: ReportOptions) -> list[tuple[str, Severity, int]]:
    """How often each rule has found something, the most frequent first; also what was cut off."""
    counts = [(*key, number) for key, number in tally.findings.items() if key[1].reaches(look.show)]
    return sorted(counts, key=lambda one: (-one[2], one[0], one[1]))


def _plain(finding: Finding) -> str:
    words = f"{place(finding)} {finding.severity} {finding.rule} {escape(finding.pointer)} {finding.message}"
    return f"<li>{_text(words)}</li>\n"


def _data(tally: Tally, collect_fixes: _Gathered, look: ReportOptions) -> str:
    """What the script draws, as JSON in which nothing can end the script element."""
    data = {
        "counts": _counts(tally, look),
        "findings": [_drawn(finding) for finding in collect_fixes.findings],
        "threads": timelines(collect_fixes.sightings),
    }
    return re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", dumped(data)).rstrip()


def _drawn(finding: Finding) -> dict[str, Any]:
    excerpt = finding.excerpt
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "file": file_name(finding.file),
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
    """Text as it may stand in the page outside of the script: ASCII, no markup, no command to a build server."""
    safe = html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
    return LOG_COMMAND.sub("#&#35;", safe)


def _own(name: str) -> str:
    """A part of the page that is kept in a file of its own."""
    with open(os.path.join(_HERE, name), encoding="ascii") as file:
        return file.read()


def _hash(text: str) -> str:
    """What a Content-Security-Policy calls an inline style or script that it admits."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
