"""A walk through a listing passed over some of its runs.

A client that asks for page after page, each with the last id of the page before as `after`, gets every run once.
Servers whose cursor compares `created_at` alone lose runs of the same second between two pages: the official clients
return a part of the runs, and report no error. Another answer of the same recording shows the run, and it existed when
the walk began. Runs behind the last page are the matter of `premature-end`, unless that page is empty; a walk that
stopped before the end is judged as far as it went, and so is one that begins behind a run. A run that a request of the
recording created, retrieved or changed, and that no page lists, is missing from every later walk that reached the end.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}, {"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1&after=run_Qm3vT8yLk2WzNf5RbXcJ7HdA",
      "body": {"data": [{"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe"}], "has_more": false}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}, {"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=2",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": true}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=2&after=run_Bd9sEw4GhUx6Jp1KmOv5RtYc",
      "body": {"data": [{"id": "run_Fk7nZq2HsLt4Vc9WpXy6MuGe"}], "has_more": false}}]
"""

from validator.core.phrases import count
from validator.rules.base import ERROR, Problem, Problems, Shown, Verbatim, rule
from validator.rules.support.listings import RecordedListing


@rule(
    subject="recording",
    group="listing",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="after: the next page of the list",
    evidence="of one server the Python and Node clients returned 5 of 8 runs with a limit of 1",
)
def check(listing: RecordedListing) -> Problems:
    for walk in (*listing.walks, *listing.unfinished_walks, *listing.later_walks):
        lost = [
            run_id
            for run_id in listing.expected_in(walk)
            if run_id not in walk.runs and listing.existed(run_id, walk.first)
        ]
        if walk.is_finished and walk.first.is_first:
            lost += [run_id for run_id, seen in listing.unlisted.items() if walk.first.follows(seen)]
        if lost:
            page, seen = walk.last, listing.first_seen[lost[0]]
            if lost[0] in listing.times:
                time, seen = listing.times[lost[0]], listing.shown_by[lost[0]].seen
                page = next(
                    (page for page in walk.pages if page.runs and not page.precedes(page.last_time, time)), page
                )
            more = Verbatim(f" and {len(lost) - 1} more" if len(lost) > 1 else "")
            shown = seen.describe(page.seen)
            pages = f"{len(walk.pages)} pages" if len(walk.pages) > 1 else "page"
            start = "the first page" if walk.first.is_first else "the cursor"
            part = f"from {start} to the last" if walk.is_finished else f"through the first {pages}"
            message = f"lacks {{}}{{}} of {{}}: the walk {part} returned {{}} of {{}}"
            total = Verbatim(count(len(walk.runs) + len(lost), "run"))
            words = (Shown(lost[0]), more, shown, len(walk.runs), total)
            yield Problem("data", message, words, explains=("data",), answer=page.number)
