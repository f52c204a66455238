"""The report for merge requests on GitLab: Code Quality, one JSON array of issues.

GitLab compares issues by fingerprint only, so each has its own, made without line numbers: it stays when a file is
recorded again. Inputs that could not be opened and findings that were left out are issues too, since GitLab takes a
missing issue for a solved one. Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import escape, file_name
from validator.core.severity import Severity
from validator.reporters.base import ReportItem, ReportOptions, Tally, Truncation
from validator.reporters.json_objects import dump
from validator.reporters.wording import input_error_sentence, sentence, truncation_sentence

_TRUNCATED, _UNREADABLE = OTHER_CHECKS = ("findings-left-out", "input-error")
"""The names of issues that no rule reports."""
_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


class _Issue(NamedTuple):
    """An issue; `identity` does not depend on its place in the file."""

    check: str
    description: str
    severity: str
    path: str
    fingerprint: str
    begin: int = 1
    end: int = 1


def render(items: Iterable[ReportItem], _options: ReportOptions) -> Iterator[str]:
    """Yield one array at the end."""
    seen: Counter[tuple[str, str]] = Counter()
    yield dump([_object(issue, seen) for issue in _issues(items)], indent=2)


def _issues(items: Iterable[ReportItem]) -> Iterator[_Issue]:
    tally = Tally()
    for item in tally.count_by_file(items):
        if isinstance(item, Truncation):
            yield _Issue(_TRUNCATED, truncation_sentence(item), "info", _path(item.file), _TRUNCATED)
        else:
            yield from map(_issue, item.findings)
    for error in tally.input_errors:
        yield _Issue(_UNREADABLE, input_error_sentence(error), "blocker", _path(error.file), _UNREADABLE)


def _issue(finding: Finding) -> _Issue:
    return _Issue(
        check=finding.rule,
        description=f"{sentence(finding)} ({finding.rule})",
        severity=_SEVERITIES[finding.severity],
        path=_path(finding.file, finding.request),
        fingerprint=finding.fingerprint,
        begin=finding.line or 1,
        end=finding.end_line or 1,
    )


def _object(issue: _Issue, seen: Counter[tuple[str, str]]) -> dict[str, Any]:
    path = issue.path
    seen[path, issue.fingerprint] += 1
    key = f"{path}\0{issue.fingerprint}\0{seen[path, issue.fingerprint]}"
    return {
        "description": issue.description,
        "check_name": issue.check,
        "fingerprint": sha256(key.encode()).hexdigest(),
        "severity": issue.severity,
        "location": {"path": path, "lines": {"begin": issue.begin, "end": issue.end}},
    }


def _path(file: str | None, request: str | None = None) -> str:
    """Return the file relative to the working folder, without `./`: GitLab finds no other."""
    if file is None or file == "-":
        return file_name(file, request)
    path = os.path.normpath(file)
    if os.path.isabs(path):
        try:
            path = os.path.relpath(path)
        except FileNotFoundError:  # the working folder does not exist any more
            path = path.lstrip("/")
    return escape(path.replace(os.sep, "/"))
