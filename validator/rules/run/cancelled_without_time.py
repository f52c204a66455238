"""A cancelled run does not say when it was cancelled.

`cancelled_at` is the only end time that a cancelled run has: without it nobody can tell how long the run worked before
it was stopped, or match it with the user who stopped it. A server that reports its own faults as cancellations has been
seen to set the status alone. A run in "cancelling" has no time yet, and rightly: it may still complete.

Bad:

    {"status": "cancelled", "cancelled_at": null, "completed_at": null}

Good:

    {"status": "cancelled", "cancelled_at": 1729418404, "completed_at": null}
"""

from validator.rules.base import ERROR
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="cancelled_at",
    statuses=("cancelled",),
    expected="the time of cancellation",
    severity=ERROR,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: cancelled_at is when the run was cancelled",
    evidence="held in 1 of 1 genuine cancelled runs",
)
