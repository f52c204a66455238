"""Results: what each document is, its findings, and the totals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from validator.core.severity import Severity

if TYPE_CHECKING:
    from validator.core.finding import Finding  # most documents have none


class DocumentInfo(NamedTuple):
    """What a document is.

    `kind` is page, run or runs, `form` wire or sdk, `generation` v1, v2 or mixed; each is None where unknown.
    `runs` counts the runs in it. `request` names the exchange that it is the body of, such as
    `GET /v1/threads/thread_A/runs 200`: method, path, page and status as far as they are known.
    """

    file: str | None
    record: int | None
    kind: str | None
    form: str | None
    generation: str | None
    runs: int
    request: str | None = None


class RunOutline(NamedTuple):
    """A run as a report of all runs shows it, with or without findings: its pointer, thread, status and times.

    Strings are None if they are null, invalid, or may not be shown. `times` has the valid times in Unix seconds:
    `created_at`, `started_at`, `expires_at`, `completed_at`, `cancelled_at`,
    `failed_at`.
    """

    pointer: str
    id: str | None
    thread_id: str | None
    status: str | None
    times: Mapping[str, float]


class DocumentResult(NamedTuple):
    """One document and its findings.

    `findings` are those to show, as far as a `FindingLimit` admits them, in order of position after what explains all
    of them, and `truncated` counts the others. `fixable` counts those of both that `--fix` can fix. `totals` counts all
    findings by rule and severity, shown or not. `suppressed` are those that a baseline accepts: they are in none of
    these. `outlines` are the runs of the document, if the options ask for them.
    `other` is what a line of an archive is that is another object of the API: "a message".
    """

    document: DocumentInfo
    findings: tuple[Finding, ...]
    totals: Mapping[tuple[str, Severity], int]
    truncated: int = 0
    fixable: int = 0
    suppressed: tuple[Finding, ...] = ()
    outlines: tuple[RunOutline, ...] = ()
    other: str = ""

    def fails(self, fail_on: Severity | None) -> bool:
        """Return whether a finding is at least as severe as `fail_on`; None: no finding fails."""
        return any(severity.fails(fail_on) for _, severity in self.totals)


StatementVerdict: TypeAlias = Literal["kept", "broken", "doubtful", "not verified", "not asked"]


class StatementResult(NamedTuple):
    """What became of a statement about a live server.

    `requests` are the numbers of the recorded calls that the verdict rests on, from 1. `reason` says why a statement is
    not kept, or not verified. `source` is the address of the evidence. `findings` are those about the statement;
    `is_known` where they are accepted. `causes` are the statements that are not kept, so that this one is not verified.
    `is_required` where the check fails if the statement is not verified.
    """

    id: str
    title: str
    verdict: StatementVerdict
    source: str
    reason: str = ""
    requests: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_known: bool = False
    causes: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether the check fails as it is not verified."""
        return self.is_required and self.is_open

    @property
    def is_open(self) -> bool:
        """Whether nobody knows if it is kept."""
        return self.verdict in ("not verified", "not asked")

    @property
    def severity(self) -> Severity | None:
        """The severity of the worst finding of a statement that is broken or doubtful, unless it is known."""
        if self.is_known or self.verdict not in ("broken", "doubtful"):
            return None
        return min((finding.severity for finding in self.findings), key=lambda severity: severity.rank)


class CleanRecords(NamedTuple):
    """Records of one file without findings: how many, and how many runs they have."""

    documents: int
    runs: int
    file: str | None = None


class Summary(NamedTuple):
    """Exact totals, also of findings that are truncated or hidden; `suppressed` counts those of the baseline.

    `documents_by_severity` counts the documents that have findings by the worst of them. `fixable` counts the findings
    to show that `--fix` can fix. `camel_case` counts documents in the `sdk` form; of records without findings the form
    is not known.
    """

    documents: int
    runs: int
    error: int
    warning: int
    info: int
    suppressed: int = 0
    fixable: int = 0
    documents_by_severity: Mapping[Severity, int] = MappingProxyType({})
    camel_case: int = 0

    def shown_documents(self, show: Severity) -> int:
        """Return the number of documents with findings to show."""
        return sum(number for severity, number in self.documents_by_severity.items() if severity.reaches(show))

    def count(self, severity: Severity) -> int:
        """Return the number of findings of one severity."""
        return {Severity.ERROR: self.error, Severity.WARNING: self.warning, Severity.INFO: self.info}[severity]
