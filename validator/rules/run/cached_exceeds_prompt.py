"""A part of a run's tokens is larger than the whole that it is a part of.

Cached tokens are prompt tokens that were read from the cache, reasoning tokens are completion tokens that nobody sees:
each is counted in its whole already. Clients subtract the one from the other to bill the two at their own prices, and
a part that exceeds its whole makes the rest negative. Usually the server adds up the parts of several calls but
reports the whole of the last. Equality is fine; the objects with the details are optional, and they and their counts
may be null. Both `prompt_token_details` and `prompt_tokens_details`, the spelling of chat completions, are checked.

Bad:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360,
     "prompt_token_details": {"cached_tokens": 1280}}}

Good:

    {"usage": {"prompt_tokens": 1312, "completion_tokens": 48, "total_tokens": 1360,
     "prompt_token_details": {"cached_tokens": 1280}}}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule
from validator.rules.support.usage import agree, parts_of


@rule(
    subject="run",
    group="usage",
    severity=WARNING,
    requires=("usage",),
    accepts=agree,
    source="https://platform.openai.com/docs/guides/prompt-caching",
    source_note="cached_tokens is how many of the prompt tokens were a cache hit",
    evidence="held in about 20 of 20 genuine usage objects with details",
)
def check(run: Run) -> Problems:
    usage = run["usage"]
    return [
        Problem(f"usage/{place}", f"is {{}}, but is a part of {total}, which is {{}}", (count, usage[total]))
        for total, place, count in parts_of(usage)
        if count > usage[total]
    ]
