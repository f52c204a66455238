"""The report for code scanning: SARIF 2.1.0, with the page of every rule that was broken.

Findings that a baseline accepts are in it too, as suppressed. It has no time and no path of the machine, so that equal
findings make equal reports; only paths that lead out of the working folder are absolute.
Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import quote

from validator.core.finding import Excerpt, Finding
from validator.core.phrases import count, escape
from validator.core.severity import Severity
from validator.reporters.base import ReportItem, ReportOptions, Tally
from validator.reporters.json_objects import dump
from validator.reporters.wording import sentence
from validator.rules.base import FAILURES, Rule
from validator.rules.registry import RULES
from validator.sources.document import InputError
from validator.version import __version__

MAX_RESULTS = 25_000
"""Results that GitHub takes of one run; with the pages of all rules they are smaller than it allows."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://pypi.org/project/validate-runs/"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISION = {Severity.ERROR: "very-high", Severity.WARNING: "high", Severity.INFO: "medium"}

_ROOT, _ELSEWHERE = "%SRCROOT%", "%FILESYSTEM%"
_BASES = {
    _ROOT: {"description": {"text": "The folder in which validate-runs was started."}},
    _ELSEWHERE: {"uri": "file:///", "description": {"text": "Files outside of that folder."}},
}


class _Entry(NamedTuple):
    """A finding for the log: its number, and whether a baseline accepts it."""

    number: int
    finding: Finding
    is_accepted: bool


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield one log of one run at the end, with the rules that have findings."""
    tally = Tally()
    entries, omitted = _entries(tally, items, options)
    names = {entry.finding.rule for entry in entries}
    rules = [rule for rule in RULES if rule.name in names]
    indexes = {rule.name: index for index, rule in enumerate(rules)}
    failed = bool(tally.input_errors) or any(rule in FAILURES for rule, _ in tally.findings)
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [
            {
                "executionSuccessful": not failed,
                "toolExecutionNotifications": [*map(_unreadable, tally.input_errors), *_omission(omitted)],
            }
        ],
        "originalUriBaseIds": _BASES,
        "automationDetails": {"id": f"validate-runs/{options.contract}/"},
        "columnKind": "unicodeCodePoints",
        "redactionTokens": ["…"],
        "results": [_result(entry, indexes, options) for entry in entries],
    }
    yield dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _entries(tally: Tally, items: Iterable[ReportItem], options: ReportOptions) -> tuple[list[_Entry], int]:
    """Return what fits into the log, the new and the most severe first; and how many other findings there are."""
    ranks: dict[tuple[bool, Severity], list[_Entry]] = {
        (is_accepted, severity): [] for is_accepted in (False, True) for severity in Severity
    }
    number = 0
    for result in tally.count(items):
        accepted = (finding for finding in result.suppressed if finding.severity.reaches(options.show))
        for is_accepted, findings in ((False, result.findings), (True, accepted)):
            for finding in findings:
                rank = ranks[is_accepted, finding.severity]
                if len(rank) < MAX_RESULTS:
                    rank.append(_Entry(number, finding, is_accepted))
                number += 1
    entries = sorted([*chain.from_iterable(ranks.values())][:MAX_RESULTS], key=lambda entry: entry.number)
    return entries, tally.truncated + number - len(entries)


def _driver(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "validate-runs",
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "name": _name(rule),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.text.partition("\n\nBad:")[0]},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": [rule.group],
            "precision": _PRECISION[rule.severity],
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


def _name(rule: Rule) -> str:
    """Return `TokenTotalMismatch`; a name of one word, which may not equal its id, has the group before it."""
    words = rule.name.replace(":", "-").split("-")
    return "".join(word.capitalize() for word in ([rule.group, *words] if len(words) == 1 else words))


def _result(entry: _Entry, indexes: dict[str, int], options: ReportOptions) -> dict[str, Any]:
    finding = entry.finding
    return {
        "ruleId": finding.rule,
        "ruleIndex": indexes[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _without_links(sentence(finding))},
        "locations": [_location(finding)],
        "partialFingerprints": {"validateRunsFinding/v1": finding.fingerprint},
        **({"baselineState": "unchanged" if entry.is_accepted else "new"} if options.baseline else {}),
        **({"suppressions": [_SUPPRESSION]} if entry.is_accepted else {}),
        "properties": {key: value for key in ("run_id", "record") if (value := getattr(finding, key)) is not None},
    }


_SUPPRESSION = {"kind": "external", "status": "accepted", "justification": "The baseline accepts it."}


def _without_links(text: str) -> str:
    """Return the text with escaped brackets: they are links in a message."""
    return text.replace("[", r"\[").replace("]", r"\]")


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file is not None:
        location["physicalLocation"] = {"artifactLocation": _artifact(finding.file), **_regions(finding)}
    names = [(escape(finding.pointer), "value")] if finding.pointer else []
    if finding.file is None and finding.request is not None:
        names.append((escape(finding.request), "resource"))
    if names:
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": kind} for name, kind in names]
    return location


def _regions(finding: Finding) -> dict[str, Any]:
    """Return the place; a finding without one is shown at the top, since GitHub needs a line."""
    if finding.line is None:
        return {"region": {"startLine": 1, "endLine": 1}}
    region: dict[str, Any] = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    if finding.excerpt is None or not finding.excerpt.text:
        return {"region": region}
    shown = finding.excerpt.text[finding.excerpt.start : finding.excerpt.end]
    return {"region": {**region, "snippet": {"text": shown}}, **_context(finding, finding.excerpt)}


def _context(finding: Finding, excerpt: Excerpt) -> dict[str, Any]:
    """Return the line around the place, if the excerpt is all of it."""
    if excerpt.cut_left or excerpt.cut_right or finding.end_line != finding.line:
        return {}
    return {"contextRegion": {"startLine": finding.line, "snippet": {"text": excerpt.text}}}


def _artifact(file: str) -> dict[str, Any]:
    if file == "-":
        return {"uri": "stdin", "description": {"text": "Standard input."}}
    path = os.path.normpath(file)
    if not os.path.isabs(path) and not _leads_out(path):
        return {"uri": _uri(path), "uriBaseId": _ROOT}
    try:
        path, absolute = os.path.relpath(path), os.path.abspath(path)
    except FileNotFoundError:  # the working folder does not exist any more
        return {"uri": _uri(path.lstrip("/")), "uriBaseId": _ELSEWHERE}
    if _leads_out(path):
        return {"uri": _uri(absolute.lstrip("/")), "uriBaseId": _ELSEWHERE}
    return {"uri": _uri(path), "uriBaseId": _ROOT}


def _leads_out(path: str) -> bool:
    return path.split(os.sep, 1)[0] == os.pardir


def _uri(path: str) -> str:
    """Return the bytes of the name; only Windows has names with surrogates that stand for no byte."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = path.encode("utf-8", "surrogatepass")
    return quote(name.replace(os.sep.encode(), b"/"))


def _unreadable(error: InputError) -> dict[str, Any]:
    return {
        "descriptor": {"id": "input-error"},
        "level": "error",
        "message": {"text": f"{_without_links(escape(error.file))}: {_without_links(escape(error.reason))}."},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(error.file)}}],
    }


def _omission(number: int) -> Iterator[dict[str, Any]]:
    if number:
        remedy = f"--max-findings 0 shows all of a file, and this log {MAX_RESULTS} at most."
        yield {
            "descriptor": {"id": "findings-left-out"},
            "level": "warning",
            "message": {"text": f"{count(number, 'more finding')} not listed here: {remedy}"},
        }
