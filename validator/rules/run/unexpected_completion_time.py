"""A run has a completion time although it did not complete.

Many readers take a set `completed_at` for "the answer is there" and stop polling; on a run that is still queued, or
that failed, they then read messages that do not exist. Either the status is stale or the time belongs elsewhere.
Runs that are incomplete or expired may have one: genuine servers note the end of those here too.

Bad:

    {"status": "queued", "completed_at": 1729418407}

Good:

    {"status": "queued", "completed_at": null}

Source: https://github.com/sashirestela/simple-openai/issues/210 (a genuine incomplete run with completed_at, which is
why that is allowed); held in 59 of 59 genuine runs with a completion time, 3 of them expired, 1 incomplete.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import ERROR, rule
from validator.rules.support.objects import ACTIVE, Run


@rule(group="status", severity=ERROR, on=ACTIVE | {"cancelled", "failed"}, given=("completed_at",))
def check(run: Run) -> Iterable[Problem]:
    return [
        Problem(
            "completed_at",
            'is {}, but status is {}; it is null unless status is "completed", "incomplete" or "expired"',
            (run["completed_at"], Shown(run["status"])),
        )
    ]
