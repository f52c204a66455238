"""What holds for the findings of a whole file, however many records it has: their cap, and a name for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from validator.batch.session import Result
from validator.core.results import DocumentResult

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none


def of_files(results: Iterable[Result], most: int | None) -> Iterator[Result]:
    """The same, with at most so many findings for each file, and with fingerprints that occur once in a file."""
    file: str | None = None
    seen: Counter[str] = Counter()
    kept = 0
    for one in results:
        if not isinstance(one, DocumentResult) or one.document.record is None:
            yield one
            continue
        if one.document.file != file:
            file, kept, seen = one.document.file, 0, Counter()
        findings = named(one.findings, seen)
        room = len(findings) if most is None else most - kept
        kept += min(room, len(findings))
        yield replace(one, findings=findings[:room], beyond_cap=one.beyond_cap + len(findings[room:]))


def named(findings: Iterable[Finding], seen: Counter[str]) -> tuple[Finding, ...]:
    """The findings of a record, each with a fingerprint that none of those `seen` in the file has; they join these."""
    return tuple(_named(finding, seen) for finding in findings)


def _named(finding: Finding, seen: Counter[str]) -> Finding:
    seen[finding.fingerprint] += 1
    number = seen[finding.fingerprint]
    if number == 1:
        return finding
    from hashlib import sha256  # few records have the same finding

    return replace(finding, fingerprint=sha256(f"{finding.fingerprint}\0{number}".encode()).hexdigest()[:16])
