"""A run that is at work does not say when it started.

`started_at` tells a run that waits for its turn from one that works, and how long it has been at it: monitors of stuck
runs need it. A run that is in progress, or that stopped for a tool call, has started. One that is queued may have the
time or not: after its tool outputs a run is queued again and keeps it.

Bad:

    {"status": "in_progress", "started_at": null, "completed_at": null}

Good:

    {"status": "in_progress", "started_at": 1729418401, "completed_at": null}
"""

from validator.rules.base import WARNING
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="started_at",
    statuses=("in_progress", "requires_action"),
    expected="the time at which the run started",
    severity=WARNING,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: started_at; one event in its streaming example breaks the rule",
    evidence="held in 67 of 67 genuine runs",
)
