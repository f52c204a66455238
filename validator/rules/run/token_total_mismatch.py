"""The total of a run's tokens is not the sum of its parts.

`total_tokens` is what clients bill and budget by. Where it differs from `prompt_tokens` plus `completion_tokens`, one
of the three is wrong, and no reader can tell which. Zeros are fine: runs that fail early have three of them. Where one
of the counts is negative, that is the finding, and the sum is not judged.

Bad:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 350}}

Good:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (RunCompletionUsage: "prompt + completion");
held in 51 of 51 genuine usage objects.
"""

from collections.abc import Iterable

from validator.document import Run
from validator.finding import Problem
from validator.rule import ERROR, rule


@rule(group="usage", severity=ERROR, given=("usage",))
def check(run: Run) -> Iterable[Problem]:
    usage = run["usage"]
    prompt, completion, total = usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]
    right = int(prompt) + int(completion)  # exact, where a float as large as an integer may be would overflow
    if total == right or min(prompt, completion, total) < 0:
        return ()
    return [
        Problem(
            "usage/total_tokens",
            "is {}, but prompt_tokens {} + completion_tokens {} is {}",
            (total, prompt, completion, right),
        )
    ]
