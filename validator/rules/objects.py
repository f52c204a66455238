"""Runs and pages as rules check them: with wire names, whichever form the document has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from validator.contract.loader import field_names
from validator.core.phrases import is_plain
from validator.core.problem import Fix
from validator.core.resource import RUN

Run: TypeAlias = dict[str, Any]
"""A run object with wire names (snake_case)."""

TERMINAL = frozenset({"completed", "failed", "cancelled", "incomplete", "expired"})
ACTIVE = frozenset({"queued", "in_progress", "requires_action", "cancelling"})
END_TIMES = ("completed_at", "cancelled_at", "failed_at")
TIMES = field_names(RUN.item_schema, "x-timestamp")


class Instant(float):
    """Unix seconds of an ISO 8601 date-time string, printed as that string."""

    text: str

    def __str__(self) -> str:
        return self.text


TOO_LATE = 10**11
"""Unix seconds of the year 5138; in milliseconds they are a time in 1973."""


ZERO_TIMES = (0, -62_135_596_800)
"""What programs without null write: the start of 1970, and that of the year 1."""


def is_in_milliseconds(time: float) -> bool:
    """Return whether a time must be in milliseconds or finer, which a date-time string never is."""
    return time >= TOO_LATE and not isinstance(time, Instant)


def are_in_order(run: Run) -> bool:
    """Return whether the times of a valid run are in order: created, started, ended; it expires after its creation."""
    created, begin = run["created_at"], run.get("started_at")
    if begin is None:
        begin = created
    elif begin < created:
        return False
    completed, cancelled, failed = run.get("completed_at"), run.get("cancelled_at"), run.get("failed_at")
    expires = run.get("expires_at")
    return (
        (completed is None or completed >= begin)
        and (cancelled is None or cancelled >= begin)
        and (failed is None or failed >= begin)
        and (expires is None or (expires >= begin and expires > created))
    )


class Page(NamedTuple):
    """A page of a listing as a page rule sees it.

    `envelope` is the page object with wire names. `runs` pairs each run with its index in `data`; runs in which
    a field that the rule reads has the wrong shape are left out, so there may be gaps in the indexes.
    """

    envelope: dict[str, Any]
    runs: Sequence[tuple[int, Run]]


_MASKED = r"[*<{:]|redacted|sanitized|masked|filtered|placeholder|xxx|^(?:thread|run)?_?(?:id)?$"
_NAMES_NOTHING = r"does[_-]?not[_-]?exist|non[_-]?exist(?:ent|ing)|no[_-]?such"
"""The patterns here are compiled when they are used: most documents answer no known request."""

PLACEHOLDERS = frozenset(
    (
        *("<id>", "<value>", "<key>", "<string>", "<text>", "<name>", "<uuid>", "string", "text"),
        *("<run_id>", "<thread_id>", "<assistant_id>", "<model>", "<instructions>"),
    )
)
"""What generated samples have in place of data."""

_OF_OTHERS = ("thread_", "asst_", "msg_", "step_", "call_")


def is_masked(identifier: str) -> bool:
    """Return whether an identifier was probably replaced before it was recorded: it says so."""
    return re.search(_MASKED, identifier, re.IGNORECASE) is not None


def names_nothing(identifier: str) -> bool:
    """Return whether an identifier says of itself that nothing has it, as those of tests do."""
    return re.search(_NAMES_NOTHING, identifier, re.IGNORECASE) is not None


def run_id_as_fix(page: Page, index: int) -> Fix | None:
    """Return the id of a run as the fix of `first_id` or `last_id`; None if that id may be wrong itself."""
    ids = [run["id"] for _, run in page.runs]
    run_id: str = ids[index]
    if not is_plain(run_id) or run_id in PLACEHOLDERS or run_id.startswith(_OF_OTHERS) or ids.count(run_id) > 1:
        return None
    return Fix(run_id)
