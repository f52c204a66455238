"""A run that has ended does not say what it used.

Without `usage` a run drops out of every sum of costs, unnoticed. OpenAI sends it for all runs that have ended, with
zeros for those that failed before the model was asked; compatible servers often do not count tokens at all, which is
why this is an info. Runs of the first generation, before 2024, have no such key, and that is not judged.

Bad:

    {"status": "completed", "usage": null}

Good:

    {"status": "completed", "usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}

Source: https://github.com/openai/openai-python/issues/885 (before 2024 runs told no usage);
held in 51 of 51 genuine ended runs that have the key.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import INFO, rule
from validator.rules.support.objects import TERMINAL, Run
from validator.rules.support.usage import agree


@rule(group="usage", severity=INFO, on=TERMINAL, null=("usage",), accepts=agree)
def check(run: Run) -> Iterable[Problem]:
    if "usage" not in run:
        return ()
    return [Problem("usage", "is null, but status is {}: what the run used belongs here", (Shown(run["status"]),))]
