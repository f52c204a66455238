"""The report to look at: one HTML file, which fetches nothing and sends nothing.

All values of documents are in the page as JSON, and its script shows them as text, never as markup; a
Content-Security-Policy allows only that script and that style sheet. The verdict, the first findings, the files, the
pages of the rules and the statements about a live server are there without the script too. The page is ASCII, so that
no encoding of a terminal or server can break it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import astuple, dataclass, field
from string import Template
from typing import Any

from validator.core.finding import Finding
from validator.core.phrases import count, escape, file_name, shorten_pointer
from validator.core.results import DocumentResult, RunOutline
from validator.core.severity import Severity
from validator.reporters.base import ReportItem, ReportOptions, Tally
from validator.reporters.html.markup import link, number, text
from validator.reporters.html.rule_pages import rule_pages
from validator.reporters.html.statements import statements_panel
from validator.reporters.html.timelines import RunInDocument, timelines
from validator.reporters.wording import summary_line
from validator.version import __version__

MAX_FINDINGS = 20_000
"""Findings that are listed: the page of a large archive has to open, too."""
MAX_CLEAN_RUNS = 5_000
"""Runs without listed findings that are drawn."""
MAX_PLAIN_FINDINGS = 100
"""Findings that are shown without the script."""
MAX_FILES = 500
"""Files that are listed, those with most findings first."""

_HERE = os.path.dirname(os.path.abspath(__file__))
_COLUMNS = (
    *("rule", "severity", "file", "record", "request", "line", "column"),
    *("pointer", "message", "run", "status", "excerpt"),
)
"""What the script is given of a finding."""


@dataclass(slots=True)
class _File:
    """What the list of files says about one."""

    runs: int = 0
    counts: Counter[Severity] = field(default_factory=Counter)

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts the file with most errors first, then that with most warnings."""
        return tuple(-self.counts[severity] for severity in Severity)


@dataclass(slots=True)
class _Content:
    """What the page shows of the documents."""

    files: dict[str, _File] = field(default_factory=dict)
    files_by_rule: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    snapshots: list[RunInDocument] = field(default_factory=list)
    clean_runs: int = 0
    left_out: int = 0
    """Findings that are not listed."""
    _rules_by_file: set[tuple[str, str]] = field(default_factory=set)

    def add(self, result: DocumentResult) -> None:
        findings = result.findings[: MAX_FINDINGS - len(self.findings)]
        numbers = _findings_by_run(result.outlines, findings, len(self.findings))
        self.findings += findings
        self.left_out += result.truncated + len(result.findings) - len(findings)
        self._count(result)
        for run, indexes in zip(result.outlines, numbers, strict=True):
            self.clean_runs += not indexes
            if indexes or self.clean_runs <= MAX_CLEAN_RUNS:
                document = result.document
                self.snapshots.append(RunInDocument(document.file, document.record, run, tuple(indexes)))

    def _count(self, result: DocumentResult) -> None:
        name = file_name(result.document.file, result.document.request)
        file = self.files.setdefault(name, _File())
        file.runs += result.document.runs
        for (rule, severity), findings in result.totals.items():
            file.counts[severity] += findings
            if (name, rule) not in self._rules_by_file:
                self._rules_by_file.add((name, rule))
                self.files_by_rule[rule] += 1


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield the page at the end: the totals are at its top."""
    tally, content = Tally(), _Content()
    for result in tally.count(items):
        content.add(result)
    style, script = _read_asset("page.css"), _read_asset("page.js")
    rules = rule_pages(tally, content.files_by_rule, options.show)
    threads = timelines(content.snapshots)
    yield Template(_read_asset("page.html")).substitute(
        headline=text(_headline(tally, options)),
        verdict=_verdict(tally, options),
        about="".join(f"<li>{text(part)}</li>" for part in _about(content, options)),
        notes="".join(f"<li>{text(note)}</li>\n" for note in _notes(tally, content)),
        findings=number(len(content.findings)),
        statements=number(len(options.statements)),
        conclusion=text(options.conclusion),
        statement_tables=statements_panel(options.statements, rules),
        first="".join(map(_plain, content.findings[:MAX_PLAIN_FINDINGS])),
        no_statements=_hidden_without(options.statements),
        no_findings=_hidden_without(content.findings),
        no_files=_hidden_without(content.files),
        no_rules=_hidden_without(rules),
        files=number(len(content.files)),
        file_head="".join(f'<th scope="col" class="number">{word}</th>' for word in _file_columns(tally, options)),
        file_rows="".join(_file_rows(tally, content, options)),
        rules=number(len(rules)),
        rule_pages="".join(rules.values()),
        threads=number(len(threads)),
        data=_data(tally, content, threads, options),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _findings_by_run(outlines: Sequence[RunOutline], findings: Sequence[Finding], first: int) -> list[list[int]]:
    """Return the numbers of the findings in each run of a document, whose findings are counted from `first` on."""
    numbers: dict[str, list[int]] = {run.pointer: [] for run in outlines}
    for index, finding in enumerate(findings, first):
        run = next((pointer for pointer in _upwards(finding.pointer) if pointer in numbers), None)
        if run is not None:
            numbers[run].append(index)
    return [numbers[run.pointer] for run in outlines]


def _upwards(pointer: str) -> Iterator[str]:
    """Yield the pointer and those of all that it is inside of."""
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _verdict(tally: Tally, options: ReportOptions) -> str:
    """Return what the exit code says, in a word."""
    if any(severity.fails(options.fail_on) for (_, severity), findings in tally.findings.items() if findings):
        return "Failed"
    return "Incomplete" if tally.input_errors or not tally.documents else "Passed"


def _headline(tally: Tally, options: ReportOptions) -> str:
    line = summary_line(tally.summary, options)
    line = re.sub("^ok: ", "no problems found in ", line)
    return line[0].upper() + line[1:]


def _about(content: _Content, options: ReportOptions) -> Iterator[str]:
    """Yield what was checked, by what, and how."""
    folder = posixpath.commonpath([posixpath.dirname(name) for name in content.files] or [""])
    if folder:
        yield folder
    yield f"validate-runs {__version__}"
    yield f"contract {options.contract}"
    yield f"fails on {options.fail_on or 'nothing'}"
    if options.show is not Severity.INFO:
        yield f"shows {options.show} and above"


def _notes(tally: Tally, content: _Content) -> Iterator[str]:
    """Yield what the page does not show, and why."""
    for error in tally.input_errors:
        yield f"{escape(error.file)}: {escape(error.reason)}"
    if content.left_out:
        how = "" if len(content.findings) == MAX_FINDINGS else " (--max-findings 0 shows all)"
        yield f"{count(content.left_out, 'more finding')} left out{how}"
    if content.clean_runs > MAX_CLEAN_RUNS:
        yield f"Timelines leave out {count(content.clean_runs - MAX_CLEAN_RUNS, 'more run')}"


def _shown_severities(tally: Tally, options: ReportOptions) -> list[Severity]:
    found = {severity for (_, severity), findings in tally.findings.items() if findings}
    return [severity for severity in Severity if severity in found and severity.reaches(options.show)]


def _file_columns(tally: Tally, options: ReportOptions) -> list[str]:
    return [*(f"{severity.capitalize()}s" for severity in _shown_severities(tally, options)), "Runs"]


def _file_rows(tally: Tally, content: _Content, options: ReportOptions) -> Iterator[str]:
    """Yield the files, the worst first; those with findings are links to them."""
    severities = _shown_severities(tally, options)
    files = sorted(content.files.items(), key=lambda item: item[1].order)
    for name, file in files[:MAX_FILES]:
        counts = [file.counts[severity] for severity in severities]
        shown = f'<a href="{link(file=name)}">{text(name)}</a>' if any(counts) else text(name)
        cells = map(_number_cell, [*counts, file.runs], [*severities, "run"])
        yield f'<tr><th scope="row" class="value">{shown}</th>{"".join(cells)}</tr>\n'
    if len(files) > MAX_FILES:
        yield f'<tr><td colspan="{len(severities) + 2}">and {count(len(files) - MAX_FILES, "more file")}</td></tr>\n'


def _number_cell(value: int, noun: str) -> str:
    nouns = noun if value == 1 else f"{noun}s"
    return f'<td class="number {noun if value else "none"}" data-noun="{nouns}">{number(value)}</td>'


def _hidden_without(parts: Sized) -> str:
    return "" if parts else " hidden"


def _plain(finding: Finding) -> str:
    return f"<li>{text(str(finding))}</li>\n"


def _data(tally: Tally, content: _Content, threads: list[dict[str, Any]], options: ReportOptions) -> str:
    """Return what the script draws, as JSON in which nothing can end the script element."""
    data = {
        "counts": [(row.rule, row.severity, row.number) for row in tally.rule_counts(options.show)],
        "columns": _COLUMNS,
        "findings": [_finding_row(finding) for finding in content.findings],
        "threads": threads,
    }
    return re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", json.dumps(data, separators=(",", ":")))


def _finding_row(finding: Finding) -> tuple[Any, ...]:
    """Return a finding as an array of the `_COLUMNS`: their names would be half of a long report."""
    return (
        finding.rule,
        finding.severity,
        file_name(finding.file, finding.request),
        finding.record,
        finding.request and finding.file and escape(finding.request),
        finding.line,
        finding.column,
        shorten_pointer(finding.pointer),
        finding.sentence,
        finding.run_id and escape(finding.run_id),
        finding.run_status and escape(finding.run_status),
        finding.excerpt and astuple(finding.excerpt),
    )


def _read_asset(name: str) -> str:
    with open(os.path.join(_HERE, name), encoding="ascii") as file:
        return file.read()


def _hash(text: str) -> str:
    """Return the hash by which a Content-Security-Policy allows an inline style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
