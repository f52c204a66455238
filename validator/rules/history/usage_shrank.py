"""The usage of a run became less.

Tokens that were used stay used: once a run has a usage, it keeps one, and none of its counts goes down. Who bills or
budgets by the later snapshot charges too little, and who saw the earlier one cannot explain the difference. A server
counts one attempt or one step instead of the whole run, or loses the usage when it writes the run anew. A total that
is not the sum of its parts is another rule's finding and not compared.

Bad:

    [{"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}, {"usage": null}]

Good:

    [{"usage": null}, {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}]
"""

from collections.abc import Iterable
from typing import TypeAlias

from validator.rules.base import WARNING, Problem, Problems, rule
from validator.rules.support.snapshots import Transition
from validator.rules.support.usage import adds_up

Counts: TypeAlias = dict[str, int]


@rule(
    subject="history",
    severity=WARNING,
    reads=("usage",),
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunCompletionUsage: null if the run is not in a terminal state",
    evidence="held in the snapshots of 37 genuine runs",
)
def check(transition: Transition) -> Problems:
    for _, before, after in transition.both("usage"):
        if before is not None and after is None:
            message = "is null, but was there in {}; the usage of a run never decreases"
            return [Problem("usage", message, (transition.where,))]
        if before is not None:
            return _less(before, after, transition)
    return ()


def _less(before: Counts, after: Counts, transition: Transition) -> Iterable[Problem]:
    """Return the first count that went down; one below zero, or a total of other parts, is for another rule."""
    names = [name for name in before if name != "total_tokens" or (adds_up(before) and adds_up(after))]
    message = "is {}, but was {} in {}; the usage of a run never decreases"
    return [
        Problem(f"usage/{name}", message, (after[name], before[name], transition.where))
        for name in names
        if 0 <= after[name] < before[name]
    ][:1]
