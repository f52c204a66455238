"""A page that was asked for with `before` has not the runs that stand ahead of that run.

`before` gives the runs ahead of a run in the order of the request, and with `after` those between the two. A server
that ignores one of them, or compares only times, returns runs of another part of the listing or leaves some out. The
recording holds the whole listing in the same order. Where more runs than `limit` stand there, a page may begin at
either end of them. A page with the very run of the cursor is reported by `overlapping-pages`.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"},
       {"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?before=run_Fk7nZq2HsLt4Vc9WpXy6MuGe",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": false}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"},
       {"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?before=run_Fk7nZq2HsLt4Vc9WpXy6MuGe",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}}]
"""

from collections.abc import Mapping, Sequence

from validator.rules.base import WARNING, Problem, Problems, Shown, Verbatim, rule
from validator.rules.support.listings import Answer, RecordedListing


@rule(
    subject="recording",
    group="listing",
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="before: the previous page of the list; after: the next page",
    evidence="4 of 8 compatible servers return other runs; no genuine recording has a request with before",
)
def check(listing: RecordedListing) -> Problems:
    for order in ("asc", "desc"):
        walks = [walk for walk in listing.walks if walk.first.order == order]
        windows = [answer for answer in listing.answers if answer.order == order and answer.before is not None]
        if not walks or not windows:
            continue
        walk = max(walks, key=lambda walk: len(walk.runs))
        ids = [*walk.runs]
        places = {run_id: place for place, run_id in enumerate(ids)}
        for answer in windows:
            start = places.get(answer.after, len(ids)) + 1 if answer.after is not None else 0
            end = places.get(answer.before or "", 0)
            if start > end or answer.before not in places or {answer.after, answer.before} & answer.runs.keys():
                continue
            complete_listing = walk.first.seen.describe(answer.seen)
            yield from _check_window(answer, listing, ids, places, range(start, end), complete_listing)


def _check_window(
    answer: Answer,
    listing: RecordedListing,
    ids: Sequence[str],
    places: Mapping[str, int],
    window: range,
    complete_listing: Verbatim,
) -> Problems:
    """Compare a page with the places of its runs in the whole listing."""
    side = Verbatim(
        f"{'between the cursors' if answer.after else 'ahead of the cursor'} in the listing of {complete_listing.text}"
    )
    shown = sorted(places[run_id] for run_id in answer.runs if run_id in places)
    outside = [index for index, run_id in enumerate(answer.ids) if run_id in places and places[run_id] not in window]
    if outside:
        is_behind = places[answer.ids[outside[-1]]] >= window.stop
        index = outside[-1 if is_behind else 0]
        place = f"data/{index}/created_at"  # where broken-chain reports it, if the times differ
        words = Shown(answer.ids[index]), side
        yield Problem(place, "is that of {}, which does not stand {}", words, explains=(place,), answer=answer.number)
        return
    missing = [place for place in window if ids[place] not in answer.runs and listing.existed(ids[place], answer)]
    if len(answer.runs) >= answer.limit:
        between = [place for place in missing if shown and shown[0] < place < shown[-1]]
        has_both_sides = bool(missing and shown and missing[0] < shown[0] and missing[-1] > shown[-1])
        is_in_the_middle = has_both_sides and len(shown) == len(answer.runs)
        missing = between or (missing[:1] if is_in_the_middle else [])
    skipped = [ids[place] for place in missing]
    if skipped:
        more = Verbatim(f" and {len(skipped) - 1} more" if len(skipped) > 1 else "")
        yield Problem("data", "lacks {}{} {}", (Shown(skipped[0]), more, side), answer=answer.number)
