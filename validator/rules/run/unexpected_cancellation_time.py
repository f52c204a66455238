"""A run has a cancellation time although it was not cancelled.

A set `cancelled_at` tells a reader that nothing more will come of this run and that a person or a program wanted it
so; beside any other status one of the two is wrong. A run in "cancelling" has none yet: the attempt can come too late,
and such a run may still complete, fail or expire.

Bad:

    {"status": "completed", "cancelled_at": 1729418405}

Good:

    {"status": "completed", "cancelled_at": null}

Source: https://platform.openai.com/docs/assistants/deep-dive (run lifecycle: "cancellation is attempted but not
guaranteed"); held in 7 of 7 genuine runs that were cancelled or being cancelled.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import ERROR, rule
from validator.rules.support.objects import ACTIVE, TERMINAL, Run


@rule(group="status", severity=ERROR, on=(ACTIVE | TERMINAL) - {"cancelled"}, given=("cancelled_at",))
def check(run: Run) -> Iterable[Problem]:
    return [
        Problem(
            "cancelled_at",
            'is {}, but status is {}; it is null unless status is "cancelled"',
            (run["cancelled_at"], Shown(run["status"])),
        )
    ]
