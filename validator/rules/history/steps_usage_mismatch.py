"""The steps of the run used other amounts of tokens than the run.

Exports keep the steps of each run beside it. Where every step has a `usage`, the run's own is their sum; a difference
means that steps are missing from the export, or that one was written twice.

Bad:

    {"steps": [{"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}]}

Good:

    {"steps": [{"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}]}

Source: https://platform.openai.com/docs/api-reference/run-steps/step-object (`usage` of a step); held in 20 of 20 runs
whose steps were recorded.
"""

from collections.abc import Iterable
from typing import Any

from validator.document import Run
from validator.problem import Problem
from validator.rule import WARNING, rule

_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


@rule(group="history", severity=WARNING, given=("usage", "steps"))
def check(run: Run) -> Iterable[Problem]:
    steps = [_counts(step) for step in run["steps"]] if isinstance(run["steps"], list) else []
    if not steps or None in steps:
        return ()
    sums = [sum(counts) for counts in zip(*(step for step in steps if step), strict=True)]
    return [
        Problem(f"usage/{name}", "is {}, but the steps of the run add up to {}", (run["usage"][name], total))
        for name, total in zip(_COUNTS, sums, strict=True)
        if run["usage"][name] != total
    ]


def _counts(step: Any) -> list[int] | None:
    """The counts of a step; None where it has not all of them, for no schema has looked at steps."""
    usage = step.get("usage") if isinstance(step, dict) else None
    counts = [usage.get(name) for name in _COUNTS] if isinstance(usage, dict) else []
    whole = [count for count in counts if type(count) is int]
    return whole if len(whole) == len(_COUNTS) else None
