"""A run that has ended still says when it will expire.

What has ended cannot expire: `expires_at` turns null with the run's end, and clients read a set one as "still alive",
schedule a timeout for it or keep the thread locked. Servers compatible with OpenAI's often forget to clear it, which
is why this is a warning. It holds for the status "expired", too.

Bad:

    {"status": "completed", "created_at": 1729418400, "expires_at": 1729419000}

Good:

    {"status": "completed", "created_at": 1729418400, "expires_at": null}

Source: https://github.com/openai/openai-openapi/pull/207 (on completion expires_at becomes null);
held in 62 of 62 genuine ended runs.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import WARNING, rule
from validator.rules.support.objects import TERMINAL, Run


@rule(group="status", severity=WARNING, on=TERMINAL, given=("expires_at",))
def check(run: Run) -> Iterable[Problem]:
    message = "is {}, but status is {}; it is null once a run has ended"
    return [Problem("expires_at", message, (run["expires_at"], Shown(run["status"])))]
