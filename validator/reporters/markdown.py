"""The report for pull requests and step summaries: a headline, a table of findings for each file, counts by rule.

Plain words and small numbers stand as they are and everything else in code spans, where it is no markup, no HTML and no
link, and mentions nobody: web sites look for mentions and references in the finished page, where no backslash helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import count, escape
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.statistics import Row as RuleRow
from validator.reporters.statistics import rows as rows_of_rules
from validator.reporters.terminal import file_name, last_line, pointer
from validator.sources.document import InputError

_ROOM = 50_000
"""Characters for the tables of findings: a comment on GitHub may have 65,536, with all that is around them."""
_MOST_INPUTS = 20
"""Inputs that could not be opened and are named."""
_LONGEST_NAME = 200
_HEAD = "| severity | rule | where | what |\n|---|---|---|---|\n"

_TOKEN = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\S)+')
_AFFIXED = re.compile(r"(\(*)(.*?)([,;.:)]*)", re.DOTALL)
_HARMLESS = re.compile(r"[A-Za-z]+(?:['/-][A-Za-z]+)*|-?[0-9]{1,6}(?:\.[0-9]{1,6})?|[+=-]?")

_TOLD = re.compile("https://github.com/(?=[^/]+/[^/]+/(?:issues|pull|commit)/)")


class _Row(NamedTuple):
    """A finding and its row in the table of its file; `number` is its turn."""

    number: int
    finding: Finding
    text: str


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """The headline comes first, so nothing can be written before all is checked."""
    tally = Tally()
    findings = [finding for one in tally.passing(told) for finding in one.findings]
    yield f"## validate-runs: {_headline(tally, look)}\n"
    yield from _unopened(tally.unread)
    rows = _fitting([_Row(number, finding, _row(finding)) for number, finding in enumerate(findings)])
    yield from _tables(rows)
    yield from _counted(rows_of_rules(tally.findings, look), len(rows))


def _headline(tally: Tally, look: ReportOptions) -> str:
    totals = last_line(tally.summary, look)
    return f"{totals}; {count(len(tally.unread), 'input')} could not be opened" if tally.unread else totals


def _unopened(errors: Sequence[InputError]) -> Iterator[str]:
    if not errors:
        return
    yield "\nCould not be opened:\n\n"
    yield from (f"- {_file(error.file)}: {_text(escape(error.reason))}\n" for error in errors[:_MOST_INPUTS])
    if len(errors) > _MOST_INPUTS:
        yield f"- and {len(errors) - _MOST_INPUTS} more\n"


def _fitting(rows: Sequence[_Row]) -> list[_Row]:
    """As many as there is room for, the worst first, in the order in which they came."""
    kept: list[_Row] = []
    files: set[str | None] = set()
    room = _ROOM
    for row in sorted(rows, key=lambda row: [*Severity].index(row.finding.severity)):
        file = row.finding.file
        room -= len(row.text) + (0 if file in files else len(_heading(file)))
        if room < 0:
            break
        files.add(file)
        kept.append(row)
    return sorted(kept)


def _tables(rows: Iterable[_Row]) -> Iterator[str]:
    for file, of_file in groupby(rows, key=lambda row: row.finding.file):
        yield _heading(file)
        yield from (row.text for row in of_file)


def _counted(rules: Sequence[RuleRow], listed: int) -> Iterator[str]:
    """How many findings each rule has, listed above or not."""
    if not rules:
        return
    yield "\n### By rule\n\n"
    if left_out := sum(number for number, _, _ in rules) - listed:
        yield f"{count(left_out, 'more finding')} not listed above, but counted here:\n\n"
    yield "| severity | rule | findings |\n|---|---|--:|\n"
    yield from (f"| {severity} | {rule} | {number} |\n" for number, severity, rule in rules)


def _heading(file: str | None) -> str:
    return f"\n### {_file(file)}\n\n{_HEAD}"


def _row(finding: Finding) -> str:
    rule = f"[{finding.rule}]({_link(finding.source)})"
    where, what = (cell.replace("|", r"\|") for cell in (_where(finding), _what(finding)))
    return f"| {finding.severity} | {rule} | {where} | {what} |\n"


def _where(finding: Finding) -> str:
    parts = [
        "" if finding.record is None else f"record {finding.record}",
        "" if finding.line is None else _code(f"{finding.line}:{finding.column}"),
        "" if finding.run_id is None else f"run {_code(escape(finding.run_id))}",
    ]
    return ", ".join(filter(None, parts))


def _what(finding: Finding) -> str:
    """The message, with what it is said of before it."""
    message = _text(finding.message)
    return f"{_code(pointer(finding))} {message}" if finding.pointer else message


def _link(source: str) -> str:
    """The address; issues of others are not told that they were linked to, as GitHub does otherwise."""
    return _TOLD.sub("https://redirect.github.com/", source)


def _file(file: str | None) -> str:
    name = file_name(file)
    return _code(name if len(name) <= _LONGEST_NAME else f"{name[:99]}…{name[-100:]}")


def _text(text: str) -> str:
    """A text of ours, in which there may be values of a document."""
    return _TOKEN.sub(lambda token: _affixed(token[0]), text)


def _affixed(token: str) -> str:
    found = _AFFIXED.fullmatch(token)
    assert found is not None  # noqa: S101  # each of its three parts may be empty
    before, word, after = found.groups()
    return token if _HARMLESS.fullmatch(word) else f"{before}{_code(word)}{after}"


def _code(text: str) -> str:
    """The text in a code span, of which no table and no build server takes anything for its own."""
    shown = LOG_COMMAND.sub(r"#\\", text).replace(r"\|", r"\\u007c")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
