"""A time of the run has moved back, gone, or changed although it was final.

`started_at` only moves forward: a run that resumes after its tool outputs starts anew. The times of an end never
change once they are there. `expires_at` stays or is put off until the run ends, and is null from then on. Clients
compute how long a run has taken, and when to give up, from these.

Bad:

    [{"id": "run_a", "started_at": 1729418401}, {"id": "run_a", "started_at": 1729418400}]

Good:

    [{"id": "run_a", "started_at": 1729418401}, {"id": "run_a", "started_at": 1729418405}]

Source: https://platform.openai.com/docs/api-reference/runs/object (the times of a run); held in 58 pairs of recorded
snapshots of 37 runs, one of which was put off when it had to wait for an approval.
"""

from collections.abc import Iterable, Iterator

from validator.document import END_TIMES, Run
from validator.finding import Problem
from validator.rule import ERROR, rule


@rule(group="history", severity=ERROR, against="snapshot", reads=("started_at", "expires_at", *END_TIMES))
def check(run: Run, before: Run) -> Iterable[Problem]:
    return [*_start(run, before), *_ends(run, before), *_expiry(run, before)]


def _start(run: Run, before: Run) -> Iterator[Problem]:
    now, earlier = run.get("started_at"), before.get("started_at")
    if earlier is not None and (now is None or now < earlier):
        yield Problem("started_at", "is {}, but was {} in an earlier snapshot: it only moves forward", (now, earlier))


def _ends(run: Run, before: Run) -> Iterator[Problem]:
    for field in END_TIMES:
        now, earlier = run.get(field), before.get(field)
        if earlier is not None and now != earlier:
            yield Problem(field, "is {}, but was {} in an earlier snapshot: an end is final", (now, earlier))


def _expiry(run: Run, before: Run) -> Iterator[Problem]:
    now, earlier = run.get("expires_at"), before.get("expires_at")
    if now is not None and "expires_at" in before and (earlier is None or now < earlier):
        message = "is {}, but was {} in an earlier snapshot: it stays or is put off until it becomes null"
        yield Problem("expires_at", message, (now, earlier))
