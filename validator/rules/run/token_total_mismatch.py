"""The total of a run's tokens is not the sum of its parts.

`total_tokens` is what clients bill and budget by. Where it differs from `prompt_tokens` plus `completion_tokens`, one
of the three is wrong, and a reader cannot tell which. Zeros are fine: runs that fail early have three of them. Where
one of the counts is negative, that is the finding, and the sum is not checked.

Bad:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 350}}

Good:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}
"""

from typing import Any

from validator.core.problem import Fix
from validator.rules.base import ERROR, Problem, Problems, Run, rule
from validator.rules.support import usage as tokens

_TOO_MANY = 2**52
"""Beyond it not every program keeps integers exact."""


@rule(
    subject="run",
    group="usage",
    severity=ERROR,
    requires=("usage",),
    reads=("steps",),
    accepts=tokens.agree,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note='RunCompletionUsage: "prompt + completion"',
    evidence="held in 51 of 51 genuine usage objects",
    fix=(
        "`total_tokens` becomes the sum, which is what it is defined as; not where one of the parts is zero "
        "(it may never have been counted) or smaller than its own cached or reasoning tokens, and not where "
        "the steps of the run, if the document has them, add up to another total."
    ),
)
def check(run: Run) -> Problems:
    usage = run["usage"]
    prompt, completion, total = usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]
    right = int(prompt) + int(completion)  # exact, where a float as large as an integer may be would overflow
    if total == right:
        return ()
    return [
        Problem(
            "usage/total_tokens",
            "is {}, but prompt_tokens {} + completion_tokens {} is {}",
            (total, prompt, completion, right),
            fix=Fix(right) if _are_counted(usage) and _is_used_by_steps(right, run) else None,
        )
    ]


def _are_counted(usage: dict[str, Any]) -> bool:
    """Return whether both parts are counts, and none of them is contradicted by its own breakdown."""
    return all(0 < usage[total] < _TOO_MANY for total in ("prompt_tokens", "completion_tokens")) and all(
        count <= usage[total] for total, _, count in tokens.parts_of(usage)
    )


def _is_used_by_steps(total: int, run: Run) -> bool:
    """Return whether the steps of the run used so many tokens, as far as they have a usage."""
    used = tokens.sum_steps(run)
    return used is None or used["total_tokens"] == total
