"""The report for code scanning: SARIF 2.1.0, with the page of every rule that was broken.

What a baseline accepts is in it too, suppressed. No time and no path of the machine is, so that equal findings make
equal reports; paths that lead out of the working folder alone are whole.
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
from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.json import dumped
from validator.reporters.sentence import sentence
from validator.rules.base import Rule
from validator.rules.registry import FAILURES, RULES
from validator.sources.document import InputError
from validator.version import __version__

MOST = 25_000
"""Results that GitHub takes of one run; with the pages of all rules they are smaller than it allows."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://pypi.org/project/validate-runs/"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISION = {Severity.ERROR: "very-high", Severity.WARNING: "high", Severity.INFO: "medium"}

_ROOT, _ELSEWHERE = "%SRCROOT%", "%FILESYSTEM%"
_BASES = {
    _ROOT: {"description": {"text": "The folder in which validate-runs was started."}},
    _ELSEWHERE: {"uri": "file:///", "description": {"text": "What lies outside of that folder."}},
}


class _Kept(NamedTuple):
    """A finding for the log: in its order, and whether a baseline accepts it."""

    number: int
    finding: Finding
    accepted: bool


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """One log of one run when all is checked: the rules come with it."""
    tally = Tally()
    kept, left_out = _gathered(tally, told, look)
    names = {one.finding.rule for one in kept}
    rules = [rule for rule in RULES if rule.name in names]
    indexes = {rule.name: index for index, rule in enumerate(rules)}
    failed = bool(tally.unread) or any(rule in FAILURES for rule, _ in tally.findings)
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [
            {
                "executionSuccessful": not failed,
                "toolExecutionNotifications": [*map(_unread, tally.unread), *_left_out(left_out)],
            }
        ],
        "originalUriBaseIds": _BASES,
        "automationDetails": {"id": f"validate-runs/{look.contract}/"},
        "columnKind": "unicodeCodePoints",
        "redactionTokens": ["…"],
        "results": [_result(one, indexes, look) for one in kept],
    }
    yield dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _gathered(tally: Tally, told: Iterable[ReportItem], look: ReportOptions) -> tuple[list[_Kept], int]:
    """What the log has room for, the new and the worst first; and how many others there are."""
    ranks: dict[tuple[bool, Severity], list[_Kept]] = {(old, level): [] for old in (False, True) for level in Severity}
    number = beyond_cap = 0
    for one in tally.passing(told):
        beyond_cap += one.beyond_cap
        accepted = (finding for finding in one.suppressed if finding.severity.reaches(look.show))
        for finding, is_accepted in chain(((new, False) for new in one.findings), ((old, True) for old in accepted)):
            rank = ranks[is_accepted, finding.severity]
            if len(rank) < MOST:
                rank.append(_Kept(number, finding, is_accepted))
            number += 1
    kept = sorted([*chain.from_iterable(ranks.values())][:MOST], key=lambda one: one.number)
    return kept, beyond_cap + number - len(kept)


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
    """`TokenTotalMismatch`; of a single word, which may not be the same again, with the group before it."""
    words = rule.name.replace(":", "-").split("-")
    return "".join(word.capitalize() for word in ([rule.group, *words] if len(words) == 1 else words))


def _result(kept: _Kept, indexes: dict[str, int], look: ReportOptions) -> dict[str, Any]:
    finding = kept.finding
    return {
        "ruleId": finding.rule,
        "ruleIndex": indexes[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _without_links(sentence(finding))},
        "locations": [_location(finding)],
        "partialFingerprints": {"validateRunsFinding/v1": finding.fingerprint},
        **({"baselineState": "unchanged" if kept.accepted else "new"} if look.baseline else {}),
        **({"suppressions": [_SUPPRESSION]} if kept.accepted else {}),
        "properties": {key: value for key in ("run_id", "record") if (value := getattr(finding, key)) is not None},
    }


_SUPPRESSION = {"kind": "external", "status": "accepted", "justification": "The baseline accepts it."}


def _without_links(text: str) -> str:
    """Brackets are links in a message, unless a backslash stands before them."""
    return text.replace("[", r"\[").replace("]", r"\]")


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file is not None:
        location["physicalLocation"] = {"artifactLocation": _artifact(finding.file), **_regions(finding)}
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": escape(finding.pointer), "kind": "value"}]
    return location


def _regions(finding: Finding) -> dict[str, Any]:
    """The place; what has none is shown at the top, for GitHub wants a line."""
    if finding.line is None:
        return {"region": {"startLine": 1, "endLine": 1}}
    region: dict[str, Any] = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    if finding.excerpt is None:
        return {"region": region}
    shown = finding.excerpt.text[finding.excerpt.start : finding.excerpt.end]
    return {"region": {**region, "snippet": {"text": shown}}, **_context(finding, finding.excerpt)}


def _context(finding: Finding, excerpt: Excerpt) -> dict[str, Any]:
    """The line around the place, where the excerpt is all of it."""
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
        path, whole = os.path.relpath(path), os.path.abspath(path)
    except FileNotFoundError:  # the working folder is gone, and nothing lies in it
        return {"uri": _uri(path.lstrip("/")), "uriBaseId": _ELSEWHERE}
    if _leads_out(path):
        return {"uri": _uri(whole.lstrip("/")), "uriBaseId": _ELSEWHERE}
    return {"uri": _uri(path), "uriBaseId": _ROOT}


def _leads_out(path: str) -> bool:
    return path.split(os.sep, 1)[0] == os.pardir


def _uri(path: str) -> str:
    """The bytes of the name; Windows alone has names with surrogates that stand for none."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = path.encode("utf-8", "surrogatepass")
    return quote(name.replace(os.sep.encode(), b"/"))


def _unread(error: InputError) -> dict[str, Any]:
    return {
        "descriptor": {"id": "input-error"},
        "level": "error",
        "message": {"text": f"{_without_links(escape(error.file))}: {_without_links(escape(error.reason))}."},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(error.file)}}],
    }


def _left_out(number: int) -> Iterator[dict[str, Any]]:
    if number:
        most = f"--max-findings 0 shows all of a file, and this log {MOST} at most."
        yield {
            "descriptor": {"id": "findings-left-out"},
            "level": "warning",
            "message": {"text": f"{count(number, 'more finding')} not listed here: {most}"},
        }
