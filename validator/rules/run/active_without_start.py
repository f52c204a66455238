"""A run that is at work does not say when it started.

`started_at` tells a run that waits for its turn from one that works, and how long it has been at it: monitors of stuck
runs need it. A run that is in progress, or that stopped for a tool call, has started. One that is queued may have the
time or not: after its tool outputs a run is queued again and keeps it.

Bad:

    {"status": "in_progress", "started_at": null, "completed_at": null}

Good:

    {"status": "in_progress", "started_at": 1729418401, "completed_at": null}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (RunObject: started_at; one event in its
streaming example breaks the rule); held in 67 of 67 genuine runs.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import WARNING, rule
from validator.rules.support.objects import Run


@rule(group="status", severity=WARNING, on=("in_progress", "requires_action"), null=("started_at",))
def check(run: Run) -> Iterable[Problem]:
    message = "is not set, but status is {}: the time at which the run started belongs here"
    return [Problem("started_at", message, (Shown(run["status"]),))]
