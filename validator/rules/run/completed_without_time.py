"""A completed run does not say when it completed.

`completed_at` is how clients measure how long an answer took, sort finished work and tell a run that ended from one
whose record was cut off half-way. A completed run without it was written by a server that sets the status alone, or
has its end time in another field. A time equal to `started_at` is fine: short runs end in the second they start.

Bad:

    {"status": "completed", "started_at": 1729418401, "completed_at": null}

Good:

    {"status": "completed", "started_at": 1729418401, "completed_at": 1729418407}
"""

from validator.rules.base import ERROR
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="completed_at",
    statuses=("completed",),
    expected="the time of completion",
    severity=ERROR,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: completed_at is when the run was completed",
    evidence="held in 55 of 55 genuine completed runs",
)
