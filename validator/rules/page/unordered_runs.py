"""The runs of a page are not in order of creation.

A listing goes from newest to oldest, or the other way round where `order=asc` was asked for. Clients rely on it: they
take `data[0]` for the latest run, and stop paging at the first run that they have seen. Runs of the same second may
stand in any order. Where the order is known, from `--order` or from a recorded request (which asks for "desc" if it has
none), a page in another order is an error. A page alone may go in either direction, that of most runs, and a run that
does not fit is a warning.

Bad:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400},
     {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "created_at": 1729418100},
     {"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe", "created_at": 1729418250}]}

Good:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400},
     {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "created_at": 1729418250},
     {"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe", "created_at": 1729418250}]}
"""

import operator
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from validator.rules.base import ERROR, WARNING, ZERO_TIMES, Duration, Page, Problem, Problems, Run, Time, rule

_TURNS_BACK = {
    "asc": (operator.lt, "is {}, {} earlier than the run before it ({}), but"),
    "desc": (operator.gt, "is {}, {} later than the run before it ({}), but"),
}
_EXPECTED = {"asc": 'in order "asc" the oldest comes first', "desc": 'in order "desc" the newest comes first'}
_OBSERVED = {
    "asc": "the page goes from the oldest to the newest",
    "desc": "the page goes from the newest to the oldest",
}


@rule(
    subject="page",
    severity=ERROR,
    run_reads=("id", "created_at"),
    options=("order",),
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="order: by created_at, descending by default",
    evidence=(
        "held in 4 of 4 genuine pages of several runs and 371 of 371 pages of sibling endpoints, 301 of them with ties"
    ),
)
def check(page: Page, *, order: str | None) -> Problems:
    times = [run["created_at"] for _, run in page.runs]
    if order != "asc" and times == sorted(times, reverse=True):
        return ()
    if order != "desc" and times == sorted(times):
        return ()
    runs = _comparable(page)
    direction = _order(runs) if order is None else order
    turns_back, message = _TURNS_BACK[direction]
    message = f"{message} {(_OBSERVED if order is None else _EXPECTED)[direction]}"
    for (_, before), (index, run) in pairwise(runs):
        if turns_back(run["created_at"], before["created_at"]):
            place, max_severity = f"data/{index}/created_at", WARNING if order is None else None
            time, other = run["created_at"], before["created_at"]
            values = (Time(time), Duration(time - other), other)
            return [Problem(place, message, values, max_severity=max_severity)]
    return ()


def _comparable(page: Page) -> Sequence[tuple[int, Run]]:
    """Return the runs whose time of creation is known, each once: `duplicate-run-id` reports the others."""
    first: dict[str, int] = {}
    return [
        (index, run)
        for index, run in page.runs
        if run["created_at"] not in ZERO_TIMES and (not run["id"] or first.setdefault(run["id"], index) == index)
    ]


def _order(runs: Sequence[tuple[int, Run]]) -> str:
    """Return the direction of most steps from one run to the next; of the first step where they are as many."""
    times = [run["created_at"] for _, run in runs]
    steps = Counter("asc" if before < after else "desc" for before, after in pairwise(times) if before != after)
    return max(steps, key=steps.__getitem__, default="desc")
