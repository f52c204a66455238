"""The report for build servers that read JUnit's XML: a suite for each file, a case for each run and each document.

A case fails if one of its findings reaches `--fail-on`; the other findings are its output. All findings that fail a
case are one failure: of several, Jenkins shows the first and GitLab none. There are no times, so that equal findings
make equal reports. A check of a live server has one suite instead, with a case for each statement.
Schema: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from validator.core.finding import Finding
from validator.core.phrases import count, escape, file_name
from validator.core.results import DocumentResult
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters.base import AlikeCounter, ReportItem, ReportOptions, Tally
from validator.reporters.finding_block import finding_block
from validator.reporters.lines import alike_lines, defuse
from validator.reporters.wording import input_error_sentence, missing_sentence, sentence
from validator.rules.base import FAILURES

_ILLEGAL = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUFFIXES = re.compile(r"(?<=[^/])(?:\.[A-Za-z0-9]+)+$")
_KINDS = {"page": "page", "runs": "array of runs", "run": "run", None: "document"}


class _Element(NamedTuple):
    """An element of XML, with a text or with children."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: tuple[_Element, ...] = ()


class _Case(NamedTuple):
    """A run or a document: why it fails (`failure`, or `error` where nothing could be checked), and other findings."""

    name: str
    failure: _Element | None
    output: str


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a suite for each file when all of it is checked, then the inputs that could not be opened."""
    tally, text = Tally(), StringIO()
    xml = XMLGenerator(text, "UTF-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("testsuites", AttributesImpl({"name": "validate-runs"}))
    xml.ignorableWhitespace("\n")
    if options.statements:
        tally.count_all(items)
        _write(xml, _statement_suite(options), "  ")
        items = ()
    for name, documents in groupby(tally.count(items), key=_file_name):
        _write(xml, _suite(name, [case for result in documents for case in _cases(result, options)]), "  ")
        yield _take(text)
    for error in tally.input_errors:
        failure = _Element("error", {"type": "input-error", "message": input_error_sentence(error)})
        _write(xml, _suite(file_name(error.file), [_Case("document", failure, "")]), "  ")
    xml.endElement("testsuites")
    xml.ignorableWhitespace("\n")
    yield _take(text)


def _statement_suite(options: ReportOptions) -> _Element:
    """Return a suite with a case for each statement about a live server; what is not verified is skipped."""
    elements = []
    tags: Counter[str] = Counter()
    for statement in options.statements:
        text = _statement_text(statement.findings, options)
        severity = statement.severity
        children: tuple[_Element, ...] = ()
        if severity is not None and severity.fails(options.fail_on):
            children = (_Element("failure", {"type": statement.id, "message": statement.reason}, text),)
        elif statement.is_missing:
            children = (_Element("failure", {"type": statement.id, "message": missing_sentence(statement)}),)
        elif statement.is_open:
            children = (_Element("skipped", {"message": statement.reason or statement.verdict}),)
        elif text:
            children = (_Element("system-out", {}, text),)
        tags.update(child.tag for child in children)
        attributes = {"classname": "validate-runs live", "name": f"{statement.id}: {statement.title}"}
        elements.append(_Element("testcase", attributes, children=children))
    totals = {"tests": str(len(elements)), "failures": str(tags["failure"]), "errors": "0"}
    attributes = {"name": "validate-runs live", **totals, "skipped": str(tags["skipped"])}
    return _Element("testsuite", attributes, "", (*elements, _Element("system-out", {}, options.conclusion)))


def _statement_text(findings: Sequence[Finding], options: ReportOptions) -> str:
    """Return the findings about a statement that are to be shown; of those that are alike, the first and a number."""
    counter = AlikeCounter()
    shown = [finding for finding in findings if finding.severity.reaches(options.show) and counter.add(finding)]
    more = [defuse(line) for line in alike_lines(counter.take(), file_name(shown[0].file), options)] if shown else []
    return "\n".join((_text(shown, options), *more)) if more else _text(shown, options)


def _write(xml: XMLGenerator, element: _Element, indent: str) -> None:
    xml.ignorableWhitespace(indent)
    attributes = {name: _legal(value) for name, value in element.attributes.items()}
    xml.startElement(element.tag, AttributesImpl(attributes))
    xml.characters(_legal(element.text))
    if element.children:
        xml.ignorableWhitespace("\n")
        for child in element.children:
            _write(xml, child, f"{indent}  ")
        xml.ignorableWhitespace(indent)
    xml.endElement(element.tag)
    xml.ignorableWhitespace("\n")


def _take(text: StringIO) -> str:
    """Empty the buffer and return what was in it, without commands to build servers."""
    xml = LOG_COMMAND.sub("#&#35;", text.getvalue())
    text.seek(0)
    text.truncate()
    return xml


def _legal(text: str) -> str:
    r"""Return the text with characters that XML 1.0 cannot express as \uXXXX."""
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _file_name(result: DocumentResult) -> str:
    return file_name(result.document.file, result.document.request)


def _suite(name: str, cases: Sequence[_Case]) -> _Element:
    tags = Counter(case.failure.tag for case in cases if case.failure)
    totals = {"tests": str(len(cases)), "failures": str(tags["failure"]), "errors": str(tags["error"])}
    elements = []
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        number = f" ({seen[case.name]})" if seen[case.name] > 1 else ""
        attributes = {"classname": _SUFFIXES.sub("", name), "name": f"{case.name}{number}"}
        output = _Element("system-out", {}, case.output) if case.output else None
        elements.append(_Element("testcase", attributes, children=tuple(filter(None, (case.failure, output)))))
    return _Element("testsuite", {"name": name, **totals}, children=tuple(elements))


def _cases(result: DocumentResult, options: ReportOptions) -> Iterator[_Case]:
    """Yield the document first, then its runs; a document that is a run has one case."""
    findings_of: dict[str, list[Finding]] = {"": [], **{run.pointer: [] for run in result.outlines}}
    for finding in result.findings:
        findings_of.setdefault(finding.pointer.removesuffix(finding.inside), []).append(finding)
    ids = {run.pointer: run.id for run in result.outlines}
    record = "" if result.document.record is None else f"record {result.document.record}: "
    for pointer, findings in findings_of.items():
        run_id = ids.get(pointer) or next((finding.run_id for finding in findings if finding.run_id), None)
        name = run_id or (f"run at {escape(pointer)}" if pointer else _KINDS[result.document.kind])
        failing = [finding for finding in findings if _fails(finding.rule, finding.severity, options)]
        others = [finding for finding in findings if not _fails(finding.rule, finding.severity, options)]
        unseen = 0 if pointer else _unseen(result, options)
        is_unknown = result.document.kind is None
        yield _Case(f"{record}{name}", _failure(failing, unseen, options, is_unknown), _text(others, options))


def _unseen(result: DocumentResult, options: ReportOptions) -> int:
    """Return how many findings fail the document but are not shown, so that their runs are unknown."""
    failing = sum(number for (rule, severity), number in result.totals.items() if _fails(rule, severity, options))
    return failing - sum(_fails(finding.rule, finding.severity, options) for finding in result.findings)


def _fails(rule: str, severity: Severity, options: ReportOptions) -> bool:
    """Return whether a finding fails the check, as the exit code of the command does."""
    return rule in FAILURES or severity.fails(options.fail_on)


def _failure(failing: Sequence[Finding], unseen: int, options: ReportOptions, is_unknown: bool) -> _Element | None:
    more = f"{count(unseen, 'more finding')} not shown here (--max-findings, --show)" if unseen else ""
    if not failing:
        return _Element("failure", {"type": "findings-left-out", "message": more}) if more else None
    worst = min(failing, key=lambda finding: finding.severity.rank)
    others = f" And {count(len(failing) - 1, 'more finding')}." if len(failing) > 1 else ""
    tag = "error" if is_unknown or worst.rule in FAILURES else "failure"
    text = _text(failing, options) + (f"{more}\n" if more else "")
    return _Element(tag, {"type": worst.rule, "message": f"{sentence(worst)}{others}"}, text)


def _text(findings: Sequence[Finding], options: ReportOptions) -> str:
    """Return the findings as the text report has them."""
    lines = [defuse(line) for finding in findings for line in finding_block(finding, options)]
    return "\n".join(lines)
