"""The status cannot come after the one that was seen before.

A client that polls skips statuses, so any status may follow that can be reached: from `queued`, `in_progress` and
`requires_action` all others, since submitted outputs put a run back into the queue; from `cancelling` only an end; from
an end nothing, but that servers were seen to list a completed run as `expired` later. A run that is `completed` and
then `in_progress` has been handed out twice, or its answers were overtaken by older ones in a cache.

Bad:

    [{"id": "run_a", "status": "completed"}, {"id": "run_a", "status": "in_progress", "completed_at": null}]

Good:

    [{"id": "run_a", "status": "completed"}, {"id": "run_a", "status": "completed"}]

Source: https://platform.openai.com/docs/assistants/deep-dive#run-lifecycle (the table of statuses); held in 58
pairs of recorded snapshots of 37 runs.
"""

from collections.abc import Iterable

from validator.document import TERMINAL, Run
from validator.finding import Problem
from validator.rule import ERROR, rule
from validator.wording import Name


@rule(group="history", severity=ERROR, against="snapshot", reads=("status",))
def check(run: Run, before: Run) -> Iterable[Problem]:
    status, earlier = run["status"], before["status"]
    is_final = earlier in TERMINAL and (earlier, status) != ("completed", "expired")
    if status == earlier or not (is_final or (earlier == "cancelling" and status not in TERMINAL)):
        return ()
    may = "which is final" if is_final else "after which a run only ends"
    return [Problem("status", f"is {{}}, but was {{}} in an earlier snapshot, {may}", (Name(status), Name(earlier)))]
