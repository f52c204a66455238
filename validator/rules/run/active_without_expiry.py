"""A run that has not ended does not say when it will expire.

`expires_at` is the deadline for tool outputs and the moment at which a thread is free again whatever happens. Every
genuine active run has one, most often 600 seconds after `created_at`, on Azure up to 36,000. Servers that never let
runs expire have none to give, so this is only worth knowing.

Bad:

    {"status": "in_progress", "created_at": 1729418400, "expires_at": null}

Good:

    {"status": "in_progress", "created_at": 1729418400, "expires_at": 1729419000}
"""

from validator.rules.base import ACTIVE, INFO, Problem, Problems, Run, Shown, rule


@rule(
    subject="run",
    group="status",
    severity=INFO,
    statuses=ACTIVE,
    requires_null=("expires_at",),
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="run lifecycle: a run expires roughly 10 minutes past its creation",
    evidence="held in 181 of 181 genuine active runs",
)
def check(run: Run) -> Problems:
    message = "is not set, but status is {}: the time at which the run expires belongs here"
    return [Problem("expires_at", message, (Shown(run["status"]),))]
