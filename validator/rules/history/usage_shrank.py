"""Usage that was told is gone, or has become less.

`usage` is null until a run ends, then an object, and stays. Tokens that were counted are not uncounted: a later
snapshot with fewer, or without usage, makes every sum over runs depend on when it was taken.

Bad:

    [{"id": "run_a"}, {"id": "run_a", "usage": null}]

Good:

    [{"id": "run_a"}, {"id": "run_a"}]

Source: https://platform.openai.com/docs/api-reference/runs/object (`usage` is null unless the run is in a terminal
state).
"""

from collections.abc import Iterable

from validator.document import Run
from validator.finding import Problem
from validator.rule import WARNING, rule

_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


@rule(group="history", severity=WARNING, against="snapshot", reads=("usage",))
def check(run: Run, before: Run) -> Iterable[Problem]:
    now, earlier = run.get("usage"), before.get("usage")
    if earlier is None or "usage" not in run:
        return ()
    if now is None:
        return [Problem("usage", "is null, but was told in an earlier snapshot")]
    return [
        Problem(f"usage/{name}", "is {}, but was {} in an earlier snapshot", (now[name], earlier[name]))
        for name in _COUNTS
        if now[name] < earlier[name]
    ]
