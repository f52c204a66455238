"""The report for GitHub Actions: workflow commands that become annotations, the worst first.

GitHub shows ten of each kind a step. Those are here, of as many rules as can be, and a notice tells how many more there
are. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import count, escape
from validator.core.sanitize import LOG_COMMAND
from validator.core.severity import Severity
from validator.reporters import ReportItem, ReportOptions, Tally
from validator.reporters.sentence import sentence
from validator.reporters.terminal import last_line
from validator.sources.document import InputError

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SHOWN = {Severity.ERROR: 10, Severity.WARNING: 10, Severity.INFO: 9}
"""How many of each kind GitHub shows; a notice is left for the one that tells of the others."""


class _Turn(NamedTuple):
    """A finding, how many of its rule came before it, and how many findings of its severity."""

    of_rule: int
    of_all: int
    finding: Finding


def report(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    """A line for each annotation, and the totals."""
    for line in _lines(told, look):
        yield LOG_COMMAND.sub(r"#\\", escape(line)) + "\n"


def _lines(told: Iterable[ReportItem], look: ReportOptions) -> Iterator[str]:
    tally = Tally()
    kept = _kept(told, tally)
    room = dict(_SHOWN)
    for error in tally.unread[: room[Severity.ERROR]]:
        room[Severity.ERROR] -= 1
        yield _unread(error)
    shown = [turn.finding for severity in Severity for turn in sorted(kept[severity])[: room[severity]]]
    yield from map(_annotation, shown)
    found = sum(tally.summary.count(severity) for severity in Severity if severity.reaches(look.show))
    if more := found + len(tally.unread) - len(shown) - (_SHOWN[Severity.ERROR] - room[Severity.ERROR]):
        said = f"{count(more, 'more finding')} not shown here. {last_line(tally.summary, look)}"
        yield command("notice", {"title": "validate-runs"}, said)
    elif not look.quiet:
        yield last_line(tally.summary, look)


def _kept(told: Iterable[ReportItem], tally: Tally) -> dict[Severity, list[_Turn]]:
    """The findings that may be shown: of each rule no more than there are annotations."""
    kept: dict[Severity, list[_Turn]] = {severity: [] for severity in Severity}
    of_rule: Counter[tuple[Severity, str]] = Counter()
    for one in tally.passing(told):
        for finding in one.findings:
            severity = finding.severity
            number = of_rule[severity, finding.rule]
            of_rule[severity, finding.rule] += 1
            if number < _SHOWN[severity]:
                kept[severity].append(_Turn(number, len(kept[severity]), finding))
    return kept


def _annotation(finding: Finding) -> str:
    about = [f"validate-runs --explain {finding.rule}"]
    if finding.run_id is not None:
        about.insert(0, f"run {finding.run_id}")
    if finding.record is not None:
        about.insert(0, f"record {finding.record}")
    properties = {"title": finding.rule, **_file(finding.file), **_place(finding)}
    return command(_KINDS[finding.severity], properties, f"{sentence(finding)}\n{' · '.join(about)}")


def _file(file: str | None) -> dict[str, object]:
    """The file as GitHub knows it, without `./`."""
    return {} if file is None or file == "-" else {"file": os.path.normpath(file)}


def _place(finding: Finding) -> dict[str, object]:
    """Lines, and columns where there is one line: GitHub refuses them elsewhere."""
    if finding.line is None:
        return {}
    lines: dict[str, object] = {"line": finding.line, "endLine": finding.end_line}
    if finding.end_line != finding.line:
        return lines
    return lines | {"col": finding.column, "endColumn": finding.end_column}


def _unread(error: InputError) -> str:
    return command("error", {"title": "validate-runs", **_file(error.file)}, f"{error.file}: {error.reason}")


def command(name: str, properties: dict[str, object], message: str) -> str:
    """A workflow command, escaped as the runner reads it.

    Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    words = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {words}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
