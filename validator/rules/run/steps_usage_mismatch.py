"""The steps of the run used other amounts of tokens than the run.

Exports keep the steps of each run beside it. Where every step has a `usage`, the run's own is their sum; a difference
means that steps are missing from the export, or that one was written twice. It is reported once, at the first count
that differs. Where the run's own counts do not add up, or one is negative, that is the finding.

Bad:

    {"steps": [{"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}]}

Good:

    {"steps": [{"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}]}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule
from validator.rules.support import usage as tokens


@rule(
    subject="run",
    group="usage",
    severity=WARNING,
    requires=("usage", "steps"),
    accepts=tokens.agree,
    source="https://platform.openai.com/docs/api-reference/run-steps/step-object",
    source_note="`usage` of a step",
    evidence="held in 20 of 20 runs whose steps were recorded",
)
def check(run: Run) -> Problems:
    usage, used = run["usage"], tokens.sum_steps(run)
    if used is None or not tokens.adds_up(usage):
        return ()
    return [
        Problem(f"usage/{name}", "is {}, but the steps of the run add up to {}", (usage[name], count))
        for name, count in used.items()
        if usage[name] != count
    ][:1]
