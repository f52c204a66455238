"""Counts of tokens: do those of a usage agree, and what do the steps of a run add up to?"""

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
    """Return the parts that a usage counts: the name of the total, the pointer of the part in the usage, and its count.

    Anything but an object with a number is skipped: `published` allows any value where it declares no key.
    """
    return [
        (total, f"{details}/{part}", count)
        for total, details, part in PARTS
        if isinstance(inside := usage.get(details), dict)
        and isinstance(count := inside.get(part), (int, float))
        and not isinstance(count, bool)
    ]


def adds_up(usage: Mapping[str, Any]) -> bool:
    """Return whether the total is the sum of its parts and none is negative; other rules report it if not."""
    prompt, completion, total = (int(usage[name]) for name in COUNTS)  # exact, which sums of large floats are not
    return total == prompt + completion and min(prompt, completion) >= 0


def agree(run: Run) -> bool:
    """Return whether a valid run has a usage exactly if it has ended, and its counts fit each other and the limits.

    False if a closer look is needed: counts that are not integers in Python, or steps beside the run.
    """
    usage = run.get("usage")
    if usage is None:
        return "usage" not in run or run["status"] in ACTIVE
    prompt, completion = usage["prompt_tokens"], usage["completion_tokens"]
    max_prompt, max_completion = run.get("max_prompt_tokens"), run.get("max_completion_tokens")
    total = prompt + completion
    return (
        type(total) is int
        and total == usage["total_tokens"]
        and (max_prompt is None or prompt <= max_prompt)
        and (max_completion is None or completion <= max_completion)
        and (len(usage) == len(COUNTS) or _parts_fit(usage))
        and "steps" not in run
    )


def _parts_fit(usage: Mapping[str, Any]) -> bool:
    for total, details, part in PARTS:
        inside = usage.get(details)
        if inside is None:
            continue
        count = inside.get(part, 0) if type(inside) is dict else None
        if type(count) is not int or count > usage[total]:
            return False
    return True


def sum_steps(run: Run) -> dict[str, int] | None:
    """Return the sums of the counts of the steps beside a run in an export; None if a step or a count is missing."""
    steps = run.get("steps")
    counts = [_counts(step) for step in steps] if isinstance(steps, list) else []
    if not counts or None in counts:
        return None
    return {name: sum(step[name] for step in counts if step) for name in COUNTS}


def _counts(step: Any) -> dict[str, int] | None:
    """Return the counts of a step, which no schema has checked; None if one is missing."""
    usage = step.get("usage") if isinstance(step, dict) else None
    known = usage if isinstance(usage, dict) else {}
    counts = {name: count for name in COUNTS if type(count := known.get(name)) is int}
    return counts if len(counts) == len(COUNTS) else None
