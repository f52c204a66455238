"""What has come of documents: what each turned out to be, what was found in it, and the totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from validator.core.severity import Severity

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What a document turned out to be.

    `kind` is page, run or runs, `form` wire or sdk, `generation` v1, v2 or mixed; each is None where unknown.
    `runs` counts the runs in it.
    """

    file: str | None
    record: int | None
    kind: str | None
    form: str | None
    generation: str | None
    runs: int


class RunOutline(NamedTuple):
    """What a report may tell of a run, faults or none: its own pointer, whose it is, and when it lived.

    Names are None where they are null, misshapen, or may not be shown. `times` holds those of its times, in Unix
    seconds, that are none of this: `created_at`, `started_at`, `expires_at`, `completed_at`, `cancelled_at`,
    `failed_at`.
    """

    pointer: str
    id: str | None
    thread_id: str | None
    status: str | None
    times: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentResult:
    """One document and what was found in it.

    `findings` are those to show, in order of place, at most the cap; `totals` counts all of them by rule and
    severity, shown or not; `beyond_cap` counts those that would have been shown but for the cap. `suppressed` are
    findings that the caller has accepted: they are in none of the others. `outlines` are the runs of the document,
    where the settings ask for them.
    """

    document: DocumentInfo
    findings: tuple[Finding, ...]
    totals: Mapping[tuple[str, Severity], int]
    beyond_cap: int = 0
    suppressed: tuple[Finding, ...] = ()
    outlines: tuple[RunOutline, ...] = ()


class CleanRecords(NamedTuple):
    """Records of one file in which nothing was found: how many, and how many runs are in them."""

    documents: int
    runs: int
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Exact totals: also of findings that were capped or hidden. `suppressed` counts what the caller accepted."""

    documents: int
    runs: int
    error: int
    warning: int
    info: int
    suppressed: int = 0

    def count(self, severity: Severity) -> int:
        """The number of findings of one severity."""
        return {Severity.ERROR: self.error, Severity.WARNING: self.warning, Severity.INFO: self.info}[severity]
