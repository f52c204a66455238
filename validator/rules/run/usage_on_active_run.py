"""A run that is still at work already reports its usage.

Usage is null until the run has ended. Clients take a set `usage` as final and bill it, so tokens that the run uses from
there on are lost, or are counted twice when they add up polls. Compatible servers that fill in zeros say "cost
nothing" where "not known yet" is meant.

Bad:

    {"status": "in_progress", "completed_at": null, "expires_at": 1729419000,
     "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}

Good:

    {"status": "in_progress", "completed_at": null, "expires_at": 1729419000, "usage": null}
"""

from validator.rules.base import TERMINAL, WARNING
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="usage",
    statuses=TERMINAL,
    severity=WARNING,
    group="usage",
    when="until the run has ended",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunCompletionUsage: null if the run is not in a terminal state",
    evidence="held in 149 of 149 genuine runs",
)
