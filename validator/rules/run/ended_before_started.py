"""A run ended before it started.

Durations that clients compute from the two times turn negative, and sorting by end time puts the run before its own
beginning. It comes from mixed clocks, from a record of another run, or from end times that a server sets when it
creates the run. Each of `completed_at`, `cancelled_at` and `failed_at` is compared with `started_at`, or with
`created_at` where the run never started. Ending in the second of the start is fine. End times of a run that has not
ended are wrong at any value, which the status rules say.

Bad:

    {"created_at": 1729418400, "started_at": 1729418401, "completed_at": 1729418391}

Good:

    {"created_at": 1729418400, "started_at": 1729418401, "completed_at": 1729418401}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (RunObject: the Unix timestamps for when the
run was started, completed, cancelled, failed); held in 62 of 62 genuine ended runs.
"""

from collections.abc import Iterable

from validator.document import END_TIMES, TERMINAL, Run
from validator.problem import Problem
from validator.rule import ERROR, rule


@rule(group="time", severity=ERROR, on=TERMINAL, reads=("created_at", "started_at", *END_TIMES))
def check(run: Run) -> Iterable[Problem]:
    start = "created_at" if run.get("started_at") is None else "started_at"
    begin = run[start]
    return [
        Problem(field, f"is {{}}, before {start} {{}}: a run ends at its start or later", (end, begin))
        for field in END_TIMES
        if (end := run.get(field)) is not None and end < begin
    ]
