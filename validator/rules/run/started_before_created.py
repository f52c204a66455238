"""A run started before it was created.

Clients take the difference of the two as the time a run waited in the queue, and a negative wait breaks their charts,
sleeps and rate limits. One of the times comes from another clock, another run or another time zone. Starting in the
second of creation is fine and common (53 of 143 genuine runs); a start long after it is fine, too: `started_at` is set
anew each time a run resumes after tool outputs.

Bad:

    {"created_at": 1729418400, "started_at": 1729414801}

Good:

    {"created_at": 1729418400, "started_at": 1729418400}
"""

from validator.rules.base import ERROR, Duration, Problem, Problems, Run, Time, rule
from validator.rules.objects import are_in_order


@rule(
    subject="run",
    group="time",
    severity=ERROR,
    requires=("started_at",),
    reads=("created_at",),
    accepts=are_in_order,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: the Unix timestamps for when the run was created and was started",
    evidence="held in 143 of 143 genuine pairs",
)
def check(run: Run) -> Problems:
    created, started = run["created_at"], run["started_at"]
    if started >= created:
        return ()
    message = "is {}, {} before created_at {}; a run cannot start before its creation"
    return [Problem("started_at", message, (Time(started), Duration(created - started), created))]
