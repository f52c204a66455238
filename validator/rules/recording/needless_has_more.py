"""A page says that more runs follow, but it ends with the last run of the listing.

Servers that take a full page for a sign of more say so wherever the number of runs is a multiple of the limit. Clients
then send a request for nothing, or show a "next" that leads nowhere. Another answer of the recording, such as one with
a higher limit, ends with the same run and says that nothing follows; no run was created behind it in the meantime.
Where the next page was asked for and is empty, that one is reported by `false-has-more`.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": false}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=1",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": false}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": false}}]
"""

from validator.rules.base import WARNING, Problem, Problems, rule
from validator.rules.support.listings import Answer, RecordedListing, Walk


@rule(
    subject="recording",
    group="listing",
    severity=WARNING,
    source="https://github.com/Divkix/Logwell/issues/62",
    source_note="has_more true where the number of records is the limit",
)
def check(listing: RecordedListing) -> Problems:
    ends: dict[tuple[str, str], list[Walk]] = {}
    for walk in listing.walks:
        if walk.runs:
            ends.setdefault((walk.first.order, [*walk.runs][-1]), []).append(walk)
    continued = {(answer.order, answer.limit, answer.after) for answer in listing.answers}
    for answer in listing.answers:
        if answer.has_more is not True or answer.before is not None or len(answer.runs) != answer.limit:
            continue
        last = answer.ids[-1]
        if (answer.order, answer.limit, last) in continued or listing.behind(answer)[0]:
            continue
        for walk in ends.get((answer.order, last), ()):
            if _ends_after(walk, answer, listing):
                message = "is true, but this page ends with the last run of {}; expected false if nothing follows"
                yield Problem("has_more", message, (walk.last.seen.describe(answer.seen),), answer=answer.number)
                break


def _ends_after(walk: Walk, answer: Answer, listing: RecordedListing) -> bool:
    """Return whether the end that a walk reached is that of the listing when the answer was sent."""
    begins = walk.first.seen
    if begins.number > answer.seen.number and begins.is_beyond(answer.seen):
        return True
    return answer.order == "desc" and answer.last_time < listing.newest_by[walk.first.number][0]
