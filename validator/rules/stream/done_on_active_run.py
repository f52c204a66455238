"""A stream is done, but its run is not.

A stream ends with `done` when its run has ended, or waits for the outputs of tools. A client takes the last run of the
stream for the outcome: with one that is still "queued" or "in_progress" it waits for ever, or shows an empty answer.
The event of the end is missing, such as `thread.run.completed`, or the server closed the stream too early. After an
`error`, or an event without data, nobody knows how the run ended, and nothing is reported.

Bad:

    [{"event": "thread.run.in_progress", "status": "in_progress", "completed_at": null, "usage": null,
      "expires_at": 1729419000},
     {"event": "done"}]

Good:

    [{"event": "thread.run.in_progress", "status": "in_progress", "completed_at": null, "usage": null,
      "expires_at": 1729419000},
     {"event": "thread.run.completed", "status": "completed"},
     {"event": "done"}]
"""

from validator.rules.base import ERROR, Problem, Problems, Shown, rule
from validator.rules.support.snapshots import StreamEvent

_UNFINISHED = ("queued", "in_progress", "cancelling")


@rule(
    subject="stream",
    group="history",
    severity=ERROR,
    reads=("status",),
    source="https://platform.openai.com/docs/api-reference/runs/createRun",
    source_note='stream: the events end "when the Run enters a terminal state with a data: [DONE] message"',
)
def check(event: StreamEvent) -> Problems:
    if event.stream_end != "done" or event.status not in _UNFINISHED:
        return ()
    message = 'is {} in the last event before "done"; expected an event that says how the run ended'
    return [Problem("status", message, (Shown(event.status),))]
