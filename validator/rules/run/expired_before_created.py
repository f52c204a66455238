"""A run expires no later than it was created, or before it started.

Clients poll until `expires_at` and then give up, so a time that is already past when the run begins makes them drop a
run that is alive. It is often the lifetime (600) where the end of it is meant, or a sum of unlike units. How long a
run may live is not checked: genuine lifetimes go from 584 to 36000 seconds. Starting in the second of expiry is
allowed. Where `started_at` lies before `created_at`, that is another rule's finding, and only the start counts here.
A run that has ended does not expire: what it keeps of its expiry is left to the rule expiry-on-ended-run.

Bad:

    {"status": "queued", "created_at": 1729418400, "started_at": null, "completed_at": null, "usage": null,
     "expires_at": 1729418400}

Good:

    {"status": "queued", "created_at": 1729418400, "started_at": null, "completed_at": null, "usage": null,
     "expires_at": 1729419000}
"""

from validator.rules.base import ACTIVE, ERROR, Duration, Problem, Problems, Run, Time, rule
from validator.rules.objects import are_in_order


@rule(
    subject="run",
    group="time",
    severity=ERROR,
    statuses=ACTIVE,
    requires=("expires_at",),
    reads=("created_at", "started_at"),
    accepts=are_in_order,
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="run lifecycle: expires_at is about ten minutes after creation",
    evidence="held in 181 of 181 genuine runs that can expire",
)
def check(run: Run) -> Problems:
    created, expires, started = run["created_at"], run["expires_at"], run.get("started_at")
    if started is not None and expires < started:
        message = "is {}, {} before started_at {}; a run cannot expire before it starts"
        return [Problem("expires_at", message, (Time(expires), Duration(started - expires), started))]
    if expires > created or (started is not None and started < created):
        return ()
    if expires == created:
        message = "is {}, the same as created_at; a run expires after its creation"
        return [Problem("expires_at", message, (Time(expires),))]
    message = "is {}, {} before created_at {}; a run expires after its creation"
    return [Problem("expires_at", message, (Time(expires), Duration(created - expires), created))]
