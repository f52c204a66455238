"""A cursor that no answer of the recording knows was accepted.

`after` and `before` name a run of the listing. Where the run is unknown, a client error (4xx) shows the mistake; a
server that answers with the first page instead makes clients that keep a stale cursor read the same runs again, for
ever. It is reported where the cursor is a run of another thread, where its name says that it does not exist, where the
answer begins as the listing does, or where the recording holds the whole listing at a later time and the cursor is not
in it.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1&after=run_lost",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1&after=run_lost", "status": 404,
      "body": {"error": {"message": "No run found.", "type": "invalid_request_error", "param": "after", "code": null}}}]
"""

from validator.rules.base import WARNING, Problem, Problems, Shown, Verbatim, rule
from validator.rules.objects import is_masked, names_nothing
from validator.rules.support.listings import RecordedListing


@rule(
    subject="recording",
    group="listing",
    severity=WARNING,
    about_server=True,
    source="https://github.com/assistant-ui/assistant-ui/issues/6963",
    source_note="a lost cursor that restarts the list",
    evidence=(
        "all of eight compatible servers accept an unknown cursor, and what the original answered is not "
        "known: hence a warning"
    ),
)
def check(listing: RecordedListing) -> Problems:
    starts = {
        (answer.order, answer.ids[0]): answer for answer in reversed(listing.pages) if answer.is_first and answer.runs
    }
    for answer in listing.pages:
        for parameter, cursor in (("after", answer.after), ("before", answer.before)):
            if cursor is None or cursor in listing.first_seen or is_masked(cursor):
                continue
            start = starts.get((answer.order, next(iter(answer.runs), "")))
            later = next((walk for walk in listing.walks if walk.first.follows(answer.seen)), None)
            if names_nothing(cursor):
                where = Verbatim("that by its name does not exist")
            elif listing.is_foreign(cursor):
                where = Verbatim(f"of another thread in {listing.elsewhere[cursor].describe(answer.seen).text}")
            elif start is not None and parameter == "after":
                message = "is {}, where the listing of {} starts, although after is {}, a run that no answer has"
                words = (Shown(answer.ids[0]), start.seen.describe(answer.seen), Shown(cursor))
                yield Problem("data/0/id", message, words, answer=answer.number)
                continue
            elif later is not None:
                complete_listing = later.first.seen.describe(answer.seen)
                where = Verbatim(f"that is not in the whole listing of {complete_listing.text}")
            else:
                continue
            message = "answers {} {}, a run {}: expected an error (4xx)"
            yield Problem("", message, (Verbatim(parameter), Shown(cursor), where), answer=answer.number)
