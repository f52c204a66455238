"""The ascending listing is not the descending one in reverse.

Runs of the same second need a second criterion, such as the id, and the same one in both directions. A server that
sorts by `created_at` alone lists them in whatever order its database returns; a cursor into such a listing skips runs
or repeats them. Compared are answers and walks that hold the whole listing, by the runs that both have. Pages that are
not in order of creation are the matter of `unordered-runs`.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?order=asc",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?order=asc",
      "body": {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"},
       {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": false}}]
"""

from validator.rules.base import WARNING, Problem, Problems, Shown, rule
from validator.rules.support.listings import RecordedListing


@rule(
    subject="recording",
    group="listing",
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="order: asc and desc by created_at",
    evidence="https://community.openai.com/t/1121489 (messages of one second keep one order)",
)
def check(listing: RecordedListing) -> Problems:
    first = {walk.first.order: walk for walk in reversed(listing.walks)}
    if len(first) < 2:
        return
    other, walk = sorted(first.values(), key=lambda walk: walk.first.number)
    common = [run_id for run_id in walk.runs if run_id in other.runs]
    mirrored = [run_id for run_id in reversed([*other.runs]) if run_id in walk.runs]
    for run_id, expected in zip(common, mirrored, strict=True):
        if run_id != expected:
            page = next(page for page in walk.pages if run_id in page.runs)
            message = "is {}, but the reverse of {} has {} here: runs of one second keep one order"
            values = (Shown(run_id), other.first.seen.describe(page.seen), Shown(expected))
            yield Problem(f"data/{page.ids.index(run_id)}/id", message, values, answer=page.number)
            return
