"""What rules see of a document: a page and its runs, under wire names whichever form it came in."""

from __future__ import annotations

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
"""Unix seconds that no clock will show, in the year 5138; as milliseconds they were in 1973."""


ZERO_TIMES = (0, -62_135_596_800)
"""What programs write that have no null: the start of 1970, and that of the year 1."""


def is_in_milliseconds(time: float) -> bool:
    """Whether a time must be in milliseconds or finer, which a date-time string never is."""
    return time >= TOO_LATE and not isinstance(time, Instant)


def are_in_order(run: Run) -> bool:
    """Whether a valid run was created, started and ended in this order, and expires after its creation, if at all."""
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
    a field that the rule reads is misshapen are left out, so indexes may have gaps.
    """

    envelope: dict[str, Any]
    runs: Sequence[tuple[int, Run]]


PLACEHOLDERS = frozenset(
    (
        *("<id>", "<value>", "<key>", "<string>", "<text>", "<name>", "<uuid>", "string", "text"),
        *("<run_id>", "<thread_id>", "<assistant_id>", "<model>", "<instructions>"),
    )
)
"""What stands in generated samples where data would be."""

_OF_OTHERS = ("thread_", "asst_", "msg_", "step_", "call_")


def run_id_as_fix(page: Page, index: int) -> Fix | None:
    """The id of one of the runs as what an end of the page is to name; None where the id itself is in doubt."""
    ids = [run["id"] for _, run in page.runs]
    run_id: str = ids[index]
    if not is_plain(run_id) or run_id in PLACEHOLDERS or run_id.startswith(_OF_OTHERS) or ids.count(run_id) > 1:
        return None
    return Fix(run_id)
