"""The pages do not make one listing.

`has_more` is true on every page but the last, and `created_at` goes on in the direction that it had. Where a page that
said "no more" is followed by another, clients have stopped before it; where the last page says "more", runs are missing
from what was handed over; where the times turn back at a seam, the cursor leads to another place than it should, and
runs are left out or come twice. A page that was asked for with `after` or `before` must begin beyond that run; one with
that very run is reported by `overlapping-pages` alone. A page on the wrong side of `before` is a warning, as no genuine
answer to it is known. In a recording nobody knows whether the client wanted all pages, so its last page may promise
more, and a page that says "no more" too early is reported by `premature-end`. Of runs that come without their
pages, the first that is out of order is reported, and none after it.

Bad:

    [{"data": [{}], "has_more": false}, {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}]

Good:

    [{"data": [{}], "has_more": true}, {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}]
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from validator.core.phrases import count
from validator.rules.base import ERROR, WARNING, ZERO_TIMES, Duration, Problem, Problems, Time, Verbatim, rule
from validator.rules.support.snapshots import BOTH, Occurrence, PageContext, possible_orders


@rule(
    subject="listing",
    severity=ERROR,
    requires=("data",),
    reads=("has_more",),
    run_reads=("id", "created_at"),
    source="https://github.com/openai/openai-python/blob/main/src/openai/pagination.py",
    source_note="how a client pages: on while has_more, from the last id",
    evidence="371 of 371 genuine pages of sibling endpoints have one direction",
)
def check(context: PageContext) -> Problems:
    if any(run["id"] in context.cursors for _, run in context.page.runs):
        return ()  # the server ignores the cursor, as overlapping-pages reports: the rest follows from that
    return (*_check_continuation(context), *_out_of_order(context), *_check_end(context))


def _check_continuation(context: PageContext) -> Iterator[Problem]:
    """Report that the page before says that nothing follows; a page without new runs is another fault, or none."""
    if (
        context.previous_has_more is not None
        and not context.previous_has_more[0]
        and any(run["id"] not in context.earlier for _, run in context.page.runs)
    ):
        message = "has {}, but has_more is false in {}; expected true if another page follows"
        runs = Verbatim(count(len(context.page.envelope["data"]), "run"))
        yield Problem("data", message, (runs, context.previous_has_more[1].describe(context.here)))


def _check_end(context: PageContext) -> Iterator[Problem]:
    if context.is_last and context.page.envelope["data"] and context.page.envelope["has_more"]:
        yield Problem("has_more", "is true, but no page follows; expected false on the last page of a listing")


class _Moment(NamedTuple):
    """When a run was created, and where it is: at an index of this page, or on another page."""

    time: float
    stands: int | Occurrence


def _new(context: PageContext) -> Iterator[_Moment]:
    return (
        _Moment(run["created_at"], i)
        for i, run in context.page.runs
        if run["id"] not in context.earlier and run["created_at"] not in ZERO_TIMES
    )


def _out_of_order(context: PageContext) -> Iterable[Problem]:
    """Return the first time against the order of the listing, between pages or inside a page with one order."""
    moments = [*_new(context)]
    own = possible_orders(moment.time for moment in moments)
    orders = (context.orders & own) or context.orders
    if not moments or orders == BOTH or (context.order_was_requested and own and not context.orders & own):
        return ()
    neighbours = [
        [_Moment(run.created_at, run.seen)] if run and run.created_at is not None else []
        for run in (context.previous_run, context.next_run)
    ]
    inside = pairwise(moments) if own else ()  # that a page has no order by itself is reported by unordered-runs
    seams = zip(neighbours[0], moments[:1], strict=False), zip(moments[-1:], neighbours[1], strict=False)
    for before, after in (*seams[0], *inside, *seams[1]):
        if not possible_orders((before.time, after.time)) & orders:
            return [_problem(before, after, context, "desc" in orders)]
    return ()


def _problem(before: _Moment, after: _Moment, context: PageContext, is_newest_first: bool) -> Problem:
    here, other, side = (after, before, "before") if isinstance(after.stands, int) else (before, after, "behind")
    where = f" in {other.stands.describe(context.here).text}" if isinstance(other.stands, Occurrence) else ""
    relation = "later" if here.time > other.time else "earlier"
    first = "newest" if is_newest_first else "oldest"
    message = "is {}, {} {} than the run {} it{} ({}), but in this listing the {} run comes first"
    difference = Duration(here.time - other.time)
    neighbour = (Verbatim(side), Verbatim(where), other.time)
    words = (Time(here.time), difference, Verbatim(relation), *neighbour, Verbatim(first))
    max_severity = WARNING if context.is_window else None
    place = f"data/{here.stands}/created_at"
    return Problem(place, message, words, max_severity=max_severity, explains=("data",))  # and what is missing there
