"""A run has a completion time although it did not complete.

Many readers take a set `completed_at` for "the answer is there" and stop polling; on a run that is still queued, or
that failed, they then read messages that do not exist. Either the status is stale or the time belongs elsewhere.
Runs that are incomplete or expired may have one: genuine servers note the end of those here too.

Bad:

    {"status": "queued", "completed_at": 1729418407}

Good:

    {"status": "queued", "completed_at": null}
"""

from validator.rules.base import ERROR
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="completed_at",
    statuses=("completed", "incomplete", "expired"),
    severity=ERROR,
    source="https://github.com/sashirestela/simple-openai/issues/210",
    source_note="a genuine incomplete run with completed_at, which is why that is allowed",
    evidence="held in 59 of 59 genuine runs with a completion time, 3 of them expired, 1 incomplete",
)
