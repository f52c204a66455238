"""A page says that no more runs follow, but the same recording shows some that do.

`has_more` is false only on the page with the last run of a listing. The official clients stop there: with a server that
says so too early they return a part of the runs, and report no error. Other answers of the recording show the rest,
such as a page that was asked for with a higher limit, or the next page, where the client went on regardless. A run
counts only if it certainly existed when the page was sent: the recording shows it earlier, or it is older than a run
that it shows earlier.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "created_at": 1729418100}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400}], "has_more": false}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400},
       {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "created_at": 1729418100}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400}], "has_more": true}}]
"""

from validator.rules.base import ERROR, Problem, Problems, Shown, Verbatim, rule
from validator.rules.support.listings import RecordedListing


@rule(
    subject="recording",
    group="listing",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="has_more",
    evidence="a server that answers so made the Python and Node clients return 1, 2 or 3 of 8 runs",
)
def check(listing: RecordedListing) -> Problems:
    for answer in listing.answers:
        if answer.has_more is not False or not answer.runs or answer.before is not None:
            continue
        if listing.is_foreign(answer.after):
            continue
        number, run_id = listing.behind(answer)
        if number:
            shown = listing.shown_by[run_id].seen.describe(answer.seen)
            more = Verbatim(f" and {number - 1} more" if number > 1 else "")
            verb = "stand" if number > 1 else "stands"
            message = f"is false, but {{}}{{}} of {{}} {verb} behind the last run of this page"
            yield Problem("has_more", message, (Shown(run_id), more, shown), answer=answer.number)
