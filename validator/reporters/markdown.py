"""The report for pull requests and step summaries: a headline, a table of findings for each file, counts by rule.

Plain words and small numbers are written as they are, everything else in code spans, where it is not markup, HTML, a
link or a mention: web sites look for mentions and references in the rendered page, where no backslash helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import count, escape, file_name, shorten_pointer
from validator.core.sanitize import LOG_COMMAND
from validator.reporters.base import Alike, AlikeCounter, ReportItem, ReportOptions, RuleCount, Tally
from validator.reporters.wording import alike_place, pointer, summary_line
from validator.sources.document import InputError

_MAX_LENGTH = 50_000
"""Characters for the tables of findings: a comment on GitHub may have 65,536, with everything around them."""
_MAX_INPUTS = 20
"""Inputs that could not be opened and are listed."""
_MAX_NAME_LENGTH = 200
_MAX_REQUESTS = 6
_STATEMENT_HEAD = "| verdict | statement | requests | why |\n|---|---|---|---|\n"
_HEAD = "| severity | rule | where | what |\n|---|---|---|---|\n"

_TOKEN = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\S)+')
_AFFIXED = re.compile(r"(\(*)(.*?)([,;.:)]*)", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z]+(?:['/-][A-Za-z]+)*|-?[0-9]{1,6}(?:\.[0-9]{1,6})?|[+=–-]?")

_REFERENCE = re.compile("https://github.com/(?=[^/]+/[^/]+/(?:issues|pull|commit)/)")


class _Row(NamedTuple):
    """A row in the table of a file: of a finding, or of those that are like others; `number` is its place among all.

    `finding` is that or the last of those, and `findings` counts them.
    """

    number: int
    finding: Finding
    text: str
    findings: int = 1


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield the report at the end, since the headline comes first."""
    tally = Tally()
    findings = [finding for result in tally.count(items) for finding in result.findings]
    rows = _fit([*_rows(findings)])
    yield f"## validate-runs: {_headline(tally, options)}\n"
    yield from _input_errors(tally.input_errors)
    for name, rows_of_file in groupby(rows, key=lambda row: _name(row.finding)):
        yield _heading(name)
        yield from (row.text for row in rows_of_file)
    yield from _statement_table(options)
    yield from _rule_table(tally.rule_counts(options.show), sum(row.findings for row in rows))


def _headline(tally: Tally, options: ReportOptions) -> str:
    totals, errors = summary_line(tally.summary, options), len(tally.input_errors)
    return f"{totals}; {count(errors, 'input')} could not be opened" if errors else totals


def _input_errors(errors: Sequence[InputError]) -> Iterator[str]:
    if not errors:
        return
    yield "\nCould not be opened:\n\n"
    yield from (f"- {_file(file_name(error.file))}: {_text(escape(error.reason))}\n" for error in errors[:_MAX_INPUTS])
    if len(errors) > _MAX_INPUTS:
        yield f"- and {len(errors) - _MAX_INPUTS} more\n"


def _rows(findings: Iterable[Finding]) -> Iterator[_Row]:
    """Yield a row for each finding, and after those of a file one for all that are like some of them."""
    number, counter = 0, AlikeCounter()
    for _, findings_of_file in groupby(findings, key=_name):
        for finding in findings_of_file:
            if counter.add(finding):
                number += 1
                yield _Row(number, finding, _row(finding))
        for alike in counter.take():
            number += 1
            yield _Row(number, alike.last, _alike_row(alike), alike.number)


def _fit(rows: Sequence[_Row]) -> list[_Row]:
    """Return as many rows as fit, the most severe first, in their original order."""
    fitting: list[_Row] = []
    files: set[str] = set()
    rest = _MAX_LENGTH
    for row in sorted(rows, key=lambda row: row.finding.severity.rank):
        file = _name(row.finding)
        rest -= len(row.text) + (0 if file in files else len(_heading(file)))
        if rest < 0:
            break
        files.add(file)
        fitting.append(row)
    return sorted(fitting)


def _statement_table(options: ReportOptions) -> Iterator[str]:
    """Yield the verdict on every statement about a live server."""
    if not options.statements:
        return
    yield f"\n### Statements\n\n{_text(options.conclusion)}\n\n{_STATEMENT_HEAD}"
    for statement in options.statements:
        numbers = ", ".join(map(str, statement.requests[:_MAX_REQUESTS]))
        more = ", …" if len(statement.requests) > _MAX_REQUESTS else ""
        name = f"[{statement.id}]({_link(statement.source)})"
        why = _text(statement.reason).replace("|", r"\|")
        yield f"| {statement.verdict} | {name}: {statement.title} | {numbers}{more} | {why} |\n"


def _rule_table(rules: Sequence[RuleCount], listed: int) -> Iterator[str]:
    """Yield how many findings each rule has, listed above or not."""
    if not rules:
        return
    yield "\n### By rule\n\n"
    if omitted := sum(row.number for row in rules) - listed:
        yield f"{count(omitted, 'more finding')} not listed above, but counted here:\n\n"
    yield "| severity | rule | findings |\n|---|---|--:|\n"
    yield from (f"| {severity} | {rule} | {number} |\n" for number, severity, rule in rules)


def _heading(file: str) -> str:
    return f"\n### {_file(file)}\n\n{_HEAD}"


def _name(finding: Finding) -> str:
    return file_name(finding.file, finding.request)


def _row(finding: Finding) -> str:
    rule = f"[{finding.rule}]({_link(finding.source)})"
    where, what = (cell.replace("|", r"\|") for cell in (_where(finding), _what(finding)))
    return f"| {finding.severity} | {rule} | {where} | {what} |\n"


def _alike_row(alike: Alike) -> str:
    finding = alike.last
    place = _code(shorten_pointer(alike.template)) if alike.template else ""
    words = f"{alike.number} more like this, {_text(alike_place(alike))}"
    what = " ".join(filter(None, (place, words))).replace("|", r"\|")
    return f"| {finding.severity} | [{finding.rule}]({_link(finding.source)}) | | {what} |\n"


def _where(finding: Finding) -> str:
    parts = [
        "" if finding.record is None else f"record {finding.record}",
        "" if finding.line is None else _code(f"{finding.line}:{finding.column}"),
        "" if finding.run_id is None else f"run {_code(escape(finding.run_id))}",
    ]
    return ", ".join(filter(None, parts))


def _what(finding: Finding) -> str:
    """Return the message, with its subject before it."""
    message = _text(finding.message)
    return f"{_code(pointer(finding))} {message}" if finding.pointer else message


def _link(source: str) -> str:
    """Return the address, redirected where GitHub would note the link in an issue of others."""
    return _REFERENCE.sub("https://redirect.github.com/", source)


def _file(name: str) -> str:
    return _code(name if len(name) <= _MAX_NAME_LENGTH else f"{name[:99]}…{name[-100:]}")


def _text(text: str) -> str:
    """Return words of the program that may hold values of a document."""
    return _TOKEN.sub(lambda token: _format_token(token[0]), text)


def _format_token(token: str) -> str:
    match = _AFFIXED.fullmatch(token)
    assert match is not None  # noqa: S101  # each of its three parts may be empty
    before, word, after = match.groups()
    return token if _PLAIN.fullmatch(word) else f"{before}{_code(word)}{after}"


def _code(text: str) -> str:
    """Return the text in a code span, in which no table and no build server sees anything of its own."""
    shown = LOG_COMMAND.sub(r"#\\", text).replace(r"\|", r"\\u007c")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
