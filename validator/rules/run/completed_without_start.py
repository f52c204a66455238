"""A completed run does not say when it started.

`started_at` is set when a run begins to work and keeps its value to the end, so a run that has done its work has one.
Dashboards compute from it how long a run waited and how long it worked. A server that only stores the end leaves it
null. Runs that ended without having worked, such as those that expired in the queue, may have none.

Bad:

    {"started_at": null}

Good:

    {"started_at": 1729418401}
"""

from validator.rules.base import WARNING
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="started_at",
    statuses=("completed",),
    expected="the time at which the run started",
    severity=WARNING,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: started_at, the time at which the run was started",
    evidence="held in 27 of 27 genuine completed runs",
)
