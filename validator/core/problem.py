"""What rules and stages object to: a problem, before it has a place and words."""

from __future__ import annotations

from typing import NamedTuple

from validator.core.severity import Severity

MAX_PROBLEMS = 100_000
"""Problems after which a document is not looked into any further; each takes about a kilobyte."""


class Span(NamedTuple):
    """A stretch of a document's text: offsets in code points, the end exclusive."""

    start: int
    end: int


class AtOffset(NamedTuple):
    """A position that a message names: an offset in code points, printed as line and column."""

    offset: int


class Fix(NamedTuple):
    """What is to stand at the place of a problem instead, where that is beyond doubt."""

    value: str | int | bool | None


class Problem(NamedTuple):
    """What a rule or a stage objects to, before it is placed and worded.

    `pointer` is relative to what was checked (a run, a page, the document) and has no leading slash:
    `usage/total_tokens`. Keys that come from the document go through `pointer.join`.
    `message` is a `str.format` template; each `{}` takes one of `values`, worded by `phrases.format_message`:
    strings are shown only if they are wrapped in `phrases.Shown`.
    """

    pointer: str
    message: str
    values: tuple[object, ...] = ()
    invalidates: tuple[str, ...] = ()
    """Fields of the run that no other rule may read any more."""
    explains: tuple[str, ...] = ()
    """Pointers at which a problem of another rule is a consequence of this one, and no finding of its own.

    That holds if the other is not the more severe of the two, as severities are configured."""
    means_null: bool = False
    """The field stands for null, and other rules of the run read it as null."""
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
    rule: str = ""
    """The name of the rule that reports it; the engine sets it on what a rule's check returns."""
