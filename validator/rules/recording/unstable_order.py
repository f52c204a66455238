"""The same listing was returned in two orders.

The time of creation of a run does not change, so that its place among the others does not either. A server that sorts
by `created_at` alone leaves runs of the same second in whatever order its database returns, which may be another one
for another limit; a client that follows a cursor through such a listing skips runs or gets them twice. The pages and
walks of each order are compared with the first walk that reached the end, by the runs that both have.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}]}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=5",
      "body": {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}, {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}]}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}]}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=5",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}]}}]
"""

from validator.rules.base import WARNING, Problem, Problems, Shown, rule
from validator.rules.support.listings import RecordedListing, Walk


@rule(
    subject="recording",
    group="listing",
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="order: sort order by the created_at timestamp",
    evidence="https://community.openai.com/t/1121489 (messages of one second keep one order)",
)
def check(listing: RecordedListing) -> Problems:
    first: dict[str, tuple[Walk, dict[str, int]]] = {}
    for walk in sorted(listing.walks, key=lambda walk: walk.first.number):
        if walk.first.order not in first:
            first[walk.first.order] = walk, {run_id: place for place, run_id in enumerate(walk.runs)}
    reported: set[str] = set()
    single_pages = (Walk([answer], answer.runs) for answer in listing.answers if answer.before is None)
    for walk in (*listing.walks, *single_pages):
        order = walk.first.order
        if order not in first or order in reported:
            continue
        reference, places = first[order]
        common = [run_id for run_id in walk.runs if run_id in places]
        expected = sorted(common, key=places.__getitem__)
        if common == expected:
            continue
        reported.add(order)
        run_id, other = next(pair for pair in zip(common, expected, strict=True) if pair[0] != pair[1])
        page = next(page for page in walk.pages if run_id in page.runs)
        message = "is {}, but {} has {} here: a listing keeps its order"
        values = Shown(run_id), reference.first.seen.describe(page.seen), Shown(other)
        yield Problem(f"data/{page.ids.index(run_id)}/id", message, values, answer=page.number)
