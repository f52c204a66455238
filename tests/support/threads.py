"""The runs of a thread, and the pages on which the API lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from tests.support.pages import run

THREAD = "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"
Run: TypeAlias = dict[str, Any]
Sort: TypeAlias = Callable[[Sequence[Run], str], Sequence[Run]]
Window: TypeAlias = Callable[[Sequence[Run], str | None, str | None], Sequence[Run]]


def numbered(number: int, created_at: int = 0) -> Run:
    """Return a completed run whose id and time of creation follow from a number: one a minute, or at the given time."""
    created = created_at or 1_740_000_000 + 60 * number
    times = {"created_at": created, "started_at": created + 1, "completed_at": created + 5}
    return run(id=f"run_{number:024d}", thread_id=THREAD, **times)


def sort(runs: Sequence[Run], order: str) -> Sequence[Run]:
    """Return the runs, which are in order of creation, in the order of a request."""
    return runs if order == "asc" else runs[::-1]


def window(runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
    """Return the runs between two cursors; an unknown cursor is ignored."""
    ids = [one["id"] for one in runs]
    first = ids.index(after) + 1 if after in ids else 0
    return runs[first : ids.index(before) if before in ids else len(ids)]


def list_page(
    runs: Sequence[Run],
    limit: int = 20,
    order: str = "desc",
    after: str | None = None,
    before: str | None = None,
    *,
    sort: Sort = sort,
    window: Window = window,
) -> dict[str, Any]:
    """Return the page that answers a list request."""
    found = window(sort(runs, order), after, before)
    data = found[-limit:] if before and not after else found[:limit]
    return list_of(data, has_more=len(found) > len(data))


def list_of(data: Sequence[Run], *, has_more: bool = False) -> dict[str, Any]:
    """Return a page of these runs."""
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"object": "list", "data": list(data), **ends, "has_more": has_more}
