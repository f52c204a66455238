"""The report for build servers that read JUnit's XML: a suite for each file, a case for each run and each document.

A case fails where a finding reaches `--fail-on`; the other findings are its output. All that fails it is one failure:
of several, Jenkins shows the first and GitLab none. No time is told, so that equal findings make equal reports.
Schema: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape as in_xml
from xml.sax.saxutils import quoteattr

from validator.core.finding import Finding
from validator.core.phrases import count, escape
from validator.core.results import DocumentResult
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.sentence import sentence, unopened
from validator.reporters.terminal import file_name
from validator.reporters.text import report as text_report
from validator.rules.registry import FAILURES
from validator.sources.document import InputError

_ILLEGAL = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUFFIXES = re.compile(r"(?<=[^/])(?:\.[A-Za-z0-9]+)+$")
_KINDS = {"page": "page", "runs": "array of runs", "run": "run", None: "document"}


class _Failure(NamedTuple):
    """Why a case does not pass: `tag` is failure, or error where nothing could be checked."""

    tag: str
    type: str
    message: str
    text: str


class _Case(NamedTuple):
    """A run or a document, and the text of the findings that do not fail it."""

    name: str
    failure: _Failure | None
    output: str


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """A suite for each file when all of it is checked, then what could not be opened."""
    tally = Tally()
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="validate-runs">\n'
    for file, documents in groupby(tally.passing(told), key=lambda one: one.document.file):
        yield from _suite(file, [case for one in documents for case in _cases(one, look)])
    for error in tally.unread:
        yield from _suite(error.file, [_unopened(error)])
    yield "</testsuites>\n"


def _unopened(error: InputError) -> _Case:
    return _Case("document", _Failure("error", "input-error", unopened(error), ""), "")


def _cases(one: DocumentResult, look: ReportOptions) -> Iterator[_Case]:
    """The document first, then its runs; a document that is a run has one case."""
    owned: dict[str, list[Finding]] = {"": [], **{run.pointer: [] for run in one.outlines}}
    for finding in one.findings:
        owned.setdefault(_owner(finding), []).append(finding)
    ids = {run.pointer: run.id for run in one.outlines}
    for pointer, findings in owned.items():
        name = ids.get(pointer) or next((finding.run_id for finding in findings if finding.run_id), None)
        said = name or (f"run at {escape(pointer)}" if pointer else _KINDS[one.document.kind])
        record = "" if one.document.record is None else f"record {one.document.record}: "
        yield _case(f"{record}{said}", findings, 0 if pointer else _unseen(one, look), one, look)


def _owner(finding: Finding) -> str:
    """The pointer of the run that a finding is in, or that of the document."""
    return finding.pointer.removesuffix(finding.inside)


def _unseen(one: DocumentResult, look: ReportOptions) -> int:
    """How many findings fail the document and are not shown, so that nobody knows whose they are."""
    failing = sum(number for (rule, severity), number in one.totals.items() if _fails(rule, severity, look))
    return failing - sum(_fails(finding.rule, finding.severity, look) for finding in one.findings)


def _fails(rule: str, severity: Severity, look: ReportOptions) -> bool:
    """As the exit code of the command does."""
    return rule in FAILURES or (look.fail_on is not None and severity.reaches(look.fail_on))


def _case(name: str, findings: Sequence[Finding], unseen: int, one: DocumentResult, look: ReportOptions) -> _Case:
    failing, others = (
        [finding for finding in findings if _fails(finding.rule, finding.severity, look) is fails]
        for fails in (True, False)
    )
    return _Case(name, _failure(failing, unseen, one, look), _text(others, one, look))


def _failure(failing: Sequence[Finding], unseen: int, one: DocumentResult, look: ReportOptions) -> _Failure | None:
    more = f"{count(unseen, 'more finding')} not shown here (--max-findings, --show)\n" if unseen else ""
    if not failing:
        return _Failure("failure", "findings-left-out", more.rstrip(), "") if more else None
    worst = min(failing, key=lambda finding: [*Severity].index(finding.severity))
    others = f" And {count(len(failing) - 1, 'more finding')}." if len(failing) > 1 else ""
    tag = "error" if one.document.kind is None or worst.rule in FAILURES else "failure"
    return _Failure(tag, worst.rule, f"{sentence(worst)}{others}", _text(failing, one, look) + more)


def _text(findings: Sequence[Finding], one: DocumentResult, look: ReportOptions) -> str:
    """The findings as the text report has them."""
    if not findings:
        return ""
    alone = replace(one, findings=tuple(findings), beyond_cap=0)
    return "".join(text_report([alone], replace(look, quiet=True))).rstrip("\n") + "\n"


def _suite(file: str | None, cases: Sequence[_Case]) -> Iterator[str]:
    tags = Counter(case.failure.tag for case in cases if case.failure)
    name = file_name(file)
    totals = f'tests="{len(cases)}" failures="{tags["failure"]}" errors="{tags["error"]}"'
    yield f"  <testsuite name={_quoted(name)} {totals}>\n"
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        number = f" ({seen[case.name]})" if seen[case.name] > 1 else ""
        yield from _element(case, f"{case.name}{number}", _SUFFIXES.sub("", name))
    yield "  </testsuite>\n"


def _element(case: _Case, name: str, class_name: str) -> Iterator[str]:
    head = f"    <testcase classname={_quoted(class_name)} name={_quoted(name)}"
    if not case.failure and not case.output:
        yield f"{head}/>\n"
        return
    yield f"{head}>\n"
    if case.failure:
        tag, kind, message, text = case.failure
        yield f"      <{tag} type={_quoted(kind)} message={_quoted(message)}>{_escaped(text)}</{tag}>\n"
    if case.output:
        yield f"      <system-out>{_escaped(case.output)}</system-out>\n"
    yield "    </testcase>\n"


def _quoted(text: str) -> str:
    return _unheard(quoteattr(_legal(text)))


def _escaped(text: str) -> str:
    return _unheard(in_xml(_legal(text)))


def _legal(text: str) -> str:
    r"""The text with characters that XML 1.0 knows no way to write as \uXXXX."""
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _unheard(xml: str) -> str:
    """The text with nothing in it that build servers take for a command."""
    return LOG_COMMAND.sub("#&#35;", xml)
