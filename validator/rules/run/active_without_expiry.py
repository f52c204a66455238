"""A run that has not ended does not say when it will expire.

`expires_at` is the deadline for tool outputs and the moment at which a thread is free again whatever happens. Every
genuine active run has one, most often 600 seconds after `created_at`, on Azure up to 36,000. Servers that never let
runs expire have none to give, so this is only worth knowing.

Bad:

    {"status": "in_progress", "created_at": 1729418400, "expires_at": null}

Good:

    {"status": "in_progress", "created_at": 1729418400, "expires_at": 1729419000}

Source: https://platform.openai.com/docs/assistants/deep-dive (run lifecycle: a run expires roughly 10 minutes past
its creation); held in 181 of 181 genuine active runs.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import INFO, rule
from validator.rules.support.objects import ACTIVE, Run


@rule(group="status", severity=INFO, on=ACTIVE, null=("expires_at",))
def check(run: Run) -> Iterable[Problem]:
    message = "is not set, but status is {}: the time at which the run expires belongs here"
    return [Problem("expires_at", message, (Shown(run["status"]),))]
