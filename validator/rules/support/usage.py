"""Counts of tokens: whether those of a usage agree with each other, and what the steps of a run add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from validator.rules.objects import ACTIVE, Run

COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
PARTS = (
    ("prompt_tokens", "prompt_token_details", "cached_tokens"),
    ("prompt_tokens", "prompt_tokens_details", "cached_tokens"),
    ("completion_tokens", "completion_tokens_details", "reasoning_tokens"),
)
"""A count, an object beside it, and the count in that which is a part of the first."""
LIMITS = (("prompt_tokens", "max_prompt_tokens"), ("completion_tokens", "max_completion_tokens"))
"""A count, and the field of the run that limits it."""


def parts_of(usage: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """The parts that a usage counts: the name of the whole, the pointer of the part in the usage, and its count.

    What is no object with a number is passed over, for `published` allows any value where it declares no key.
    """
    return [
        (whole, f"{details}/{part}", count)
        for whole, details, part in PARTS
        if isinstance(inside := usage.get(details), dict)
        and isinstance(count := inside.get(part), (int, float))
        and not isinstance(count, bool)
    ]


def adds_up(usage: Mapping[str, Any]) -> bool:
    """Whether the total is the sum of its parts and none is negative: where not, that is a finding of its own."""
    prompt, completion, total = (int(usage[name]) for name in COUNTS)  # exact, which sums of large floats are not
    return total == prompt + completion and min(prompt, completion) >= 0


def agree(run: Run) -> bool:
    """Whether a valid run has its usage exactly when it has ended, and the counts agree with each other and the limits.

    False where a closer look is needed: counts that are not integers in Python, or steps beside the run.
    """
    usage = run.get("usage")
    if usage is None:
        return "usage" not in run or run["status"] in ACTIVE
    prompt, completion = usage["prompt_tokens"], usage["completion_tokens"]
    most_prompt, most_completion = run.get("max_prompt_tokens"), run.get("max_completion_tokens")
    total = prompt + completion
    return (
        type(total) is int
        and total == usage["total_tokens"]
        and (most_prompt is None or prompt <= most_prompt)
        and (most_completion is None or completion <= most_completion)
        and (len(usage) == len(COUNTS) or _parts_fit(usage))
        and "steps" not in run
    )


def _parts_fit(usage: Mapping[str, Any]) -> bool:
    for whole, details, part in PARTS:
        inside = usage.get(details)
        if inside is None:
            continue
        count = inside.get(part, 0) if type(inside) is dict else None
        if type(count) is not int or count > usage[whole]:
            return False
    return True


def of_steps(run: Run) -> dict[str, int] | None:
    """What the steps that an export keeps beside a run used; None without any, or where one of them does not say."""
    steps = run.get("steps")
    counts = [_counts(step) for step in steps] if isinstance(steps, list) else []
    if not counts or None in counts:
        return None
    return {name: sum(step[name] for step in counts if step) for name in COUNTS}


def _counts(step: Any) -> dict[str, int] | None:
    """The counts of a step; None where it has not all of them, for no schema has looked at steps."""
    usage = step.get("usage") if isinstance(step, dict) else None
    known = usage if isinstance(usage, dict) else {}
    counts = {name: count for name in COUNTS if type(count := known.get(name)) is int}
    return counts if len(counts) == len(COUNTS) else None
