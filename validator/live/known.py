"""Statements that a server is known not to keep, and those that must be verified.

The findings of known ones fail no check, and each that is kept again is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from validator.batch.baseline_file import is_acceptable
from validator.batch.session import Result
from validator.core.finding import Finding
from validator.core.results import DocumentResult, StatementResult
from validator.core.severity import Severity


def mark_known(statements: Iterable[StatementResult], known: Collection[str]) -> list[StatementResult]:
    """Return the statements; those that are known are marked where they are not kept."""
    return [
        result._replace(is_known=True, reason=f"known: {result.reason}")
        if result.id in known and result.verdict in ("broken", "doubtful")
        else result
        for result in statements
    ]


def mark_required(
    statements: Iterable[StatementResult], required: Collection[str], known: Collection[str]
) -> list[StatementResult]:
    """Return the statements; those that are required are marked, but for those that known ones leave unverified."""
    return [
        result._replace(is_required=result.id in required and not _is_hidden(result, known)) for result in statements
    ]


def kept_again(statements: Iterable[StatementResult], known: Collection[str]) -> list[str]:
    """Return the ids of known statements that are kept."""
    return [result.id for result in statements if result.id in known and result.verdict == "kept"]


def suppress_known(
    results: Iterable[Result], statements: Sequence[StatementResult], known: Collection[str], show: Severity
) -> Iterator[Result]:
    """Yield the results without the findings of known statements, and of those that are not verified because of them.

    The results have all findings; of the others, those from the severity `show` on remain.
    """
    accepted = {
        _place(finding)
        for result in statements
        if result.id in known or _is_hidden(result, known)
        for finding in result.findings
    }
    for result in results:
        if not isinstance(result, DocumentResult):
            yield result
            continue
        suppressed = [found for found in result.findings if _place(found) in accepted and is_acceptable(found.rule)]
        places = {_place(finding) for finding in suppressed}
        shown = [found for found in result.findings if _place(found) not in places and found.severity.reaches(show)]
        totals = Counter(result.totals)
        totals.subtract((finding.rule, finding.severity) for finding in suppressed)
        yield result._replace(findings=tuple(shown), totals=+totals, suppressed=(*result.suppressed, *suppressed))


def _is_hidden(result: StatementResult, known: Collection[str]) -> bool:
    """Return whether a statement is not verified because of known ones alone."""
    return bool(result.causes) and {*result.causes} <= {*known}


def _place(finding: Finding) -> tuple[int | None, str, str]:
    return finding.record, finding.rule, finding.pointer
