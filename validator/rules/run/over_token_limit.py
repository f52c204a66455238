"""A run used more tokens than its own limit allows.

`max_prompt_tokens` and `max_completion_tokens` bound the tokens of a whole run, over all its calls of the model. Who
sets them counts on the bound when money is planned. The limits are kept by best effort only, as the documentation says,
and the reason in `incomplete_details` may name the other limit, so this is an info, and the status is not checked by
it. Using exactly the limit is what a run does that was cut off by it.

Bad:

    {"max_completion_tokens": 40, "usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}

Good:

    {"max_completion_tokens": 48, "usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}
"""

from validator.rules.base import INFO, Problem, Problems, Run, rule
from validator.rules.support.usage import LIMITS, agree


@rule(
    subject="run",
    group="usage",
    severity=INFO,
    requires=("usage",),
    reads=("max_prompt_tokens", "max_completion_tokens"),
    accepts=agree,
    source="https://platform.openai.com/docs/api-reference/runs/createRun",
    source_note="max_completion_tokens: the run makes a best effort to use only that many tokens",
    evidence="0 of 51 genuine usage objects exceed a limit",
)
def check(run: Run) -> Problems:
    if run.get("max_prompt_tokens") is None and run.get("max_completion_tokens") is None:
        return ()
    usage = run["usage"]
    return [
        Problem(f"usage/{count}", f"is {{}}, over the run's own {limit} of {{}}", (usage[count], run[limit]))
        for count, limit in LIMITS
        if run.get(limit) is not None and usage[count] > run[limit]
    ]
