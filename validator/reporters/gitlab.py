"""The report for merge requests on GitLab: Code Quality, one JSON array of issues.

GitLab compares issues by fingerprint alone, so each has its own, in which there is no line: it stays when a file is
recorded anew. What could not be opened and what was left out are issues too, for GitLab takes what is not there for
solved. Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import escape
from validator.core.severity import Severity
from validator.reporters import CutOff, ReportItem, ReportOptions, Tally
from validator.reporters.json import dumped
from validator.reporters.sentence import cut_off, sentence, unopened
from validator.reporters.terminal import file_name

_LEFT_OUT, _UNREAD = OTHER_CHECKS = ("findings-left-out", "input-error")
"""What issues are named after that are about no rule."""
_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


class _Issue(NamedTuple):
    """An issue before it has a fingerprint of its own; `fingerprint` may be shared by several of its file."""

    check: str
    description: str
    severity: str
    file: str | None
    fingerprint: str
    begin: int = 1
    end: int = 1


def report(told: Iterable[ReportItem], _look: ReportOptions) -> Iterator[str]:
    """One array when all is checked."""
    seen: Counter[tuple[str, str]] = Counter()
    yield dumped([_object(issue, seen) for issue in _issues(told)], indent=2)


def _issues(told: Iterable[ReportItem]) -> Iterator[_Issue]:
    tally = Tally()
    for one in tally.passing_files(told):
        if isinstance(one, CutOff):
            yield _Issue(_LEFT_OUT, cut_off(one), "info", one.file, _LEFT_OUT)
        else:
            yield from map(_issue, one.findings)
    for error in tally.unread:
        yield _Issue(_UNREAD, unopened(error), "blocker", error.file, _UNREAD)


def _issue(finding: Finding) -> _Issue:
    return _Issue(
        check=finding.rule,
        description=f"{sentence(finding)} ({finding.rule})",
        severity=_SEVERITIES[finding.severity],
        file=finding.file,
        fingerprint=finding.fingerprint,
        begin=finding.line or 1,
        end=finding.end_line or 1,
    )


def _object(issue: _Issue, seen: Counter[tuple[str, str]]) -> dict[str, Any]:
    path = _path(issue.file)
    seen[path, issue.fingerprint] += 1
    key = f"{path}\0{issue.fingerprint}\0{seen[path, issue.fingerprint]}"
    return {
        "description": issue.description,
        "check_name": issue.check,
        "fingerprint": sha256(key.encode()).hexdigest(),
        "severity": issue.severity,
        "location": {"path": path, "lines": {"begin": issue.begin, "end": issue.end}},
    }


def _path(file: str | None) -> str:
    """The file from the working folder on, without `./`: GitLab finds no other."""
    if file is None or file == "-":
        return file_name(file)
    path = os.path.normpath(file)
    if os.path.isabs(path):
        try:
            path = os.path.relpath(path)
        except FileNotFoundError:  # the working folder is gone, and nothing lies in it
            path = path.lstrip("/")
    return escape(path.replace(os.sep, "/"))
