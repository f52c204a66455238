"""What rules see of a document: a page and its runs, under wire names whichever form it came in."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, TypeAlias

Run: TypeAlias = dict[str, Any]
"""A run object with wire names (snake_case)."""

TERMINAL = frozenset({"completed", "failed", "cancelled", "incomplete", "expired"})
ACTIVE = frozenset({"queued", "in_progress", "requires_action", "cancelling"})
END_TIMES = ("completed_at", "cancelled_at", "failed_at")
TIMES = ("created_at", "started_at", "expires_at", *END_TIMES)


class Listed(NamedTuple):
    """What a listing rule knows of the pages before.

    `ids` are those of all runs on them; `has_more` and `created_at` are of the last page and its last run, `direction`
    is 1 where runs become later and -1 where they become earlier, and 0 where nobody can tell; None is unknown.
    `is_last` says that no page follows.
    """

    ids: AbstractSet[str] = frozenset()
    has_more: bool | None = None
    created_at: float | None = None
    direction: int = 0
    is_last: bool = False


class Event(NamedTuple):
    """The event that brought a run: its name, empty if it has none, and the id of the run that the stream began with.

    `is_torn` says that the run is the last of a stream that ended without its `done`.
    """

    name: str
    first_id: str | None
    is_torn: bool


class Page(NamedTuple):
    """A page of a listing as a page rule sees it.

    `envelope` is the page object with wire names. `runs` pairs each run with its index in `data`; runs in which
    a field that the rule reads is misshapen are left out, so indexes may have gaps.
    """

    envelope: dict[str, Any]
    runs: Sequence[tuple[int, Run]]
