"""The report for GitHub Actions: workflow commands that become annotations, the most severe first.

GitHub shows ten of each kind in a step. The report has those ten, of as many rules as possible, and a notice with the
number of the others. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
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
from validator.reporters.base import ReportItem, ReportOptions, Tally
from validator.reporters.wording import missing_sentence, sentence, summary_line

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_MAX_SHOWN = {Severity.ERROR: 10, Severity.WARNING: 10, Severity.INFO: 9}
"""How many of each kind GitHub shows; one notice is left for the number of the others."""


class _Candidate(NamedTuple):
    """A finding, and the numbers of findings before it: of its rule, and of its severity."""

    of_rule: int
    of_all: int
    finding: Finding


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield a line for each annotation, and the totals."""
    for line in _lines(items, options):
        yield LOG_COMMAND.sub(r"#\\", escape(line)) + "\n"


def _lines(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    tally = Tally()
    candidates = _candidates(items, tally)
    errors = tally.input_errors[: _MAX_SHOWN[Severity.ERROR]]
    for error in errors:
        yield command("error", {"title": "validate-runs", **_file(error.file)}, f"{error.file}: {error.reason}")
    if missing := [
        f"{statement.id} {missing_sentence(statement)}" for statement in options.statements if statement.is_missing
    ]:
        yield command("error", {"title": "validate-runs live"}, "\n".join(missing))
    shown = 0
    for severity in Severity:
        limit = _MAX_SHOWN[severity] - (len(errors) + bool(missing) if severity is Severity.ERROR else 0)
        for candidate in sorted(candidates[severity])[:limit]:
            shown += 1
            yield _annotation(candidate.finding)
    total = sum(row.number for row in tally.rule_counts(options.show)) + len(tally.input_errors)
    if more := total - shown - len(errors):
        message = f"{count(more, 'more finding')} not shown here. {summary_line(tally.summary, options)}"
        yield command("notice", {"title": "validate-runs"}, message)
    elif not options.quiet:
        yield summary_line(tally.summary, options)


def _candidates(items: Iterable[ReportItem], tally: Tally) -> dict[Severity, list[_Candidate]]:
    """Return the findings that may be shown: of each rule at most as many as there are annotations."""
    candidates: dict[Severity, list[_Candidate]] = {severity: [] for severity in Severity}
    seen: Counter[tuple[Severity, str]] = Counter()
    for result in tally.count(items):
        for finding in result.findings:
            severity = finding.severity
            number = seen[severity, finding.rule]
            seen[severity, finding.rule] += 1
            if number < _MAX_SHOWN[severity]:
                candidates[severity].append(_Candidate(number, len(candidates[severity]), finding))
    return candidates


def _annotation(finding: Finding) -> str:
    about = [f"validate-runs --explain {finding.rule}"]
    if finding.run_id is not None:
        about.insert(0, f"run {finding.run_id}")
    if finding.record is not None:
        about.insert(0, f"record {finding.record}")
    if finding.request is not None:
        about.insert(0, escape(finding.request))
    properties = {"title": finding.rule, **_file(finding.file), **_place(finding)}
    return command(_KINDS[finding.severity], properties, f"{sentence(finding)}\n{' · '.join(about)}")


def _file(file: str | None) -> dict[str, object]:
    """Return the file as GitHub knows it, without `./`."""
    return {} if file is None or file == "-" else {"file": os.path.normpath(file)}


def _place(finding: Finding) -> dict[str, object]:
    """Return lines, and columns where it is one line: GitHub refuses them elsewhere."""
    if finding.line is None:
        return {}
    lines: dict[str, object] = {"line": finding.line, "endLine": finding.end_line}
    if finding.end_line != finding.line:
        return lines
    return lines | {"col": finding.column, "endColumn": finding.end_column}


def command(name: str, properties: dict[str, object], message: str) -> str:
    """Return a workflow command, escaped as the runner reads it.

    Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    words = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {words}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
