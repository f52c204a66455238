"""Problems: what rules and the parser report, before it has a position and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from validator.core.severity import Severity

MAX_PROBLEMS = 100_000
"""Problems after which a document is not checked any further; each takes about a kilobyte."""


class Span(NamedTuple):
    """A part of a document's text: offsets in code points, the end exclusive."""

    start: int
    end: int


class AtOffset(NamedTuple):
    """A position that a message names: an offset in code points, printed as line and column."""

    offset: int


class Fix(NamedTuple):
    """The value that belongs in the place of the wrong one, if that is certain."""

    value: str | int | bool | None


class Problem(NamedTuple):
    """What a rule or the parser reports; it becomes a finding when it gets a position and words.

    `pointer` is relative to what was checked (a run, a page, the document) and has no leading slash:
    `usage/total_tokens`. Keys that come from the document go through `pointer.join`.
    `message` is a `str.format` template; each `{}` takes one of `values`, formatted by `phrases.format_message`:
    strings are shown only if they are wrapped in `phrases.Shown`.
    """

    pointer: str
    message: str
    values: tuple[object, ...] = ()
    invalidates: tuple[str, ...] = ()
    """Fields of the run that no other rule may read."""
    explains: tuple[str, ...] = ()
    """Pointers at which a problem of another rule follows from this one, and is not reported.

    It is reported if it is the more severe of the two, as severities are configured."""
    explains_document: bool = False
    """What else is found in the document follows from this one: it is shown first, and at least as a warning if
    warnings or errors follow from it."""
    reads_as: Mapping[str, object] | None = None
    """The values that fields of the run stand for, by name: what rules of pages and series read in their place, and
    rules of the run unless the problem invalidates the field."""
    on_key: bool = False
    """The key is wrong, not its value: the position is that of the key."""
    span: Span | None = None
    """The position, if it is known already."""
    max_severity: Severity | None = None
    """The highest severity of this problem, if the rule has a higher one in general."""
    identity: str = ""
    """Distinguishes, in fingerprints, problems of one rule at one pointer."""
    answer: int = 0
    """Of a rule over a recorded listing: the number of the answer into which `pointer` leads."""
    fix: Fix | None = None
    """The fix, if there is one."""
    rule: str = ""
    """The name of the rule that reports it; the engine sets it on what a rule's check returns."""
