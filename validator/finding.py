"""What a check reports: findings with a severity and a place, gathered in a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from validator.severity import Severity


class Span(NamedTuple):
    """A stretch of a document's text: offsets in code points, the end exclusive."""

    start: int
    end: int


class Offset(int):
    """A place in the text of a document that a message names: an offset in code points, worded when it is placed."""

    __slots__ = ()


class Fix(NamedTuple):
    """What is to stand at the place of a problem instead, where that is beyond doubt."""

    value: str | int | bool | None


class Problem(NamedTuple):
    """What a rule or a stage objects to, before it is placed and worded.

    `pointer` is relative to what was checked (a run, a page, the document) and has no leading slash:
    `usage/total_tokens`. Keys that come from the document go through `pointer.join`.
    `message` is a `str.format` template; each `{}` takes one of `values`, worded by `wording.word`:
    strings are shown only if they are wrapped in `wording.Name`.
    """

    pointer: str
    message: str
    values: tuple[object, ...] = ()
    spoils: tuple[str, ...] = ()
    """Fields of the run that no other rule may read any more."""
    on_key: bool = False
    """The key is what is wrong, not its value: the place is the key."""
    span: Span | None = None
    """The place, where the stage knows it already."""
    at_most: Severity | None = None
    """What the problem is at most, where the rule is graver in general."""
    identity: str = ""
    """What tells this problem from another of the same rule at the same pointer (for the fingerprint)."""
    fix: Fix | None = None
    """What mends it."""


NamedProblem: TypeAlias = tuple[str, Problem]
"""The name of a rule and a problem that it has."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line of the document around a finding, already redacted and free of control characters.

    `start` and `end` are the columns of the finding in `text` (0-based, end exclusive).
    `cut_left` and `cut_right` tell that the line goes on beyond `text`.
    """

    text: str
    start: int
    end: int
    cut_left: bool
    cut_right: bool


class Edit(NamedTuple):
    """The fix of a finding as a change of text: the JSON text that is to stand in a span of the document.

    `digest` is that of the whole document, so that no other is ever changed; it is empty where the document lies in its
    file in another way than as it stands or as a line, and cannot be changed there.
    """

    span: Span
    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect: what is there, what would be right, where, and on what evidence.

    `pointer` is a JSON Pointer into the document as it stands, in its own key names. Lines and columns are
    1-based and count code points; the end is exclusive; all four are None where there is no text to point into.
    `byte_column` and `end_byte_column` are the columns counted in bytes of UTF-8.
    `record` is the 1-based number of the record in its file, None for a file of one document.
    `source` is the address of the evidence that the rule's page cites.
    `inside` is the pointer from the run on (all of it, outside of runs), and `identity` tells the finding whatever its
    file and wherever its run stands: it is made of rule, run id and `inside`. Findings that are alike share one.
    `edit` is there where the settings ask for it and the finding can be fixed.
    """

    rule: str
    group: str
    severity: Severity
    message: str
    file: str | None
    record: int | None
    pointer: str
    run_id: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    fingerprint: str
    source: str
    byte_column: int | None = field(default=None, compare=False)
    end_byte_column: int | None = field(default=None, compare=False)
    inside: str = field(default="", compare=False)
    identity: str = field(default="", compare=False)
    run_status: str | None = field(default=None, compare=False)
    excerpt: Excerpt | None = field(default=None, compare=False, repr=False)
    edit: Edit | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDocument:
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
class Checked:
    """One document and what was found in it.

    `findings` are those to show, in order of place, at most the cap; `totals` counts all of them by rule and
    severity, shown or not; `beyond_cap` counts those that would have been shown but for the cap. `suppressed` are
    findings that the caller has accepted: they are in none of the others. `outlines` are the runs of the document,
    where the settings ask for them.
    """

    document: CheckedDocument
    findings: tuple[Finding, ...]
    totals: Mapping[tuple[str, Severity], int]
    beyond_cap: int = 0
    suppressed: tuple[Finding, ...] = ()
    outlines: tuple[RunOutline, ...] = ()


class Sound(NamedTuple):
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
