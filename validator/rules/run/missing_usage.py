"""A run that has ended does not say what it used.

Without `usage` a run drops out of every sum of costs, unnoticed. OpenAI sends it for all runs that have ended, with
zeros for those that failed before the model was asked; compatible servers often do not count tokens at all, which is
why this is an info. Runs of the first generation, before 2024, have no such key, and that is not checked.

Bad:

    {"status": "completed", "usage": null}

Good:

    {"status": "completed", "usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}
"""

from validator.rules.base import INFO, TERMINAL, Problem, Problems, Run, Shown, rule
from validator.rules.support.usage import agree


@rule(
    subject="run",
    group="usage",
    severity=INFO,
    statuses=TERMINAL,
    requires_null=("usage",),
    accepts=agree,
    source="https://github.com/openai/openai-python/issues/885",
    source_note="before 2024 runs had no usage",
    evidence="held in 51 of 51 genuine ended runs that have the key",
)
def check(run: Run) -> Problems:
    if "usage" not in run:
        return ()
    return [Problem("usage", "is null, but status is {}; expected what the run used", (Shown(run["status"]),))]
