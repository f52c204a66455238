"""A run has a failure time although it did not fail.

Dashboards count failures by `failed_at`, retry logic looks at it before it looks at the status. On a run with any
other status, a failure is reported that did not happen, or one that did happen is hidden by a status that was never
updated. This holds while a run is being tried again, too: a run fails once, at its end.

Bad:

    {"status": "completed", "failed_at": 1729418406}

Good:

    {"status": "completed", "failed_at": null}

Source: https://platform.openai.com/docs/assistants/deep-dive (run lifecycle: failed_at belongs to the status failed);
held in 2 of 2 genuine runs with a failure time.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import ERROR, rule
from validator.rules.support.objects import ACTIVE, TERMINAL, Run


@rule(group="status", severity=ERROR, on=(ACTIVE | TERMINAL) - {"failed"}, given=("failed_at",))
def check(run: Run) -> Iterable[Problem]:
    return [
        Problem(
            "failed_at",
            'is {}, but status is {}; it is null unless status is "failed"',
            (run["failed_at"], Shown(run["status"])),
        )
    ]
