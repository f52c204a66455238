"""A run has a cancellation time although it was not cancelled.

A set `cancelled_at` tells a reader that nothing more will come of this run and that a person or a program wanted it
so; beside any other status one of the two is wrong. A run in "cancelling" has none yet: the attempt can come too late,
and such a run may still complete, fail or expire.

Bad:

    {"status": "completed", "cancelled_at": 1729418405}

Good:

    {"status": "completed", "cancelled_at": null}
"""

from validator.rules.base import ERROR
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="cancelled_at",
    statuses=("cancelled",),
    severity=ERROR,
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note='run lifecycle: "cancellation is attempted but not guaranteed"',
    evidence="held in 7 of 7 genuine runs that were cancelled or being cancelled",
)
