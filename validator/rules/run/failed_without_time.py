"""A failed run does not say when it failed.

`failed_at` is what an operator lines up with the logs and outages of that minute, and what a client waits from before
it tries again. A failed run without it leaves only `created_at`, which can be many minutes earlier. A run may fail
before it ever started, and in the second in which it was created.

Bad:

    {"status": "failed", "failed_at": null, "completed_at": null,
     "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}

Good:

    {"status": "failed", "failed_at": 1729418404, "completed_at": null,
     "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}

Source: https://github.com/llm-edge/hal-9100/issues/46 (a server that left failed_at out); the deep dive documents that
the failure's time is recorded there; held in 2 of 2 genuine failed runs.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import ERROR, rule
from validator.rules.support.objects import Run


@rule(group="status", severity=ERROR, on=("failed",), null=("failed_at",))
def check(run: Run) -> Iterable[Problem]:
    message = "is not set, but status is {}: the time of failure belongs here"
    return [Problem("failed_at", message, (Shown(run["status"]),))]
