"""An event of a stream does not fit the run in it.

The name of the event says what has happened, `thread.run.completed`, and its run has that status; the one exception is
`thread.run.created`, whose run is "queued". Clients dispatch on the name and never look at the status, or the
other way round, and the two go different ways. A stream is of one run, so that its id stays the same, and it ends with
`done`: without it a client cannot tell the end from a connection that broke; an `error` ends a stream, too. A status
that its event contradicts is not compared with those before and after it. Clients ignore events with names that they do
not know, as the documentation asks them to: a name that is nearly that for the status of its run, such as
`thread.run.canceled`, is reported as misspelt. A run in an event without a name, or in one that has no runs, such as
`message` or `run.completed`, is checked and reported, once for events with the same name one after the other.

Bad:

    [{"event": "thread.run.in_progress", "status": "queued", "started_at": null}, {"event": "done"}]

Good:

    [{"event": "thread.run.created", "status": "queued", "started_at": null},
     {"event": "thread.run.completed", "status": "completed"}, {"event": "done"}]
"""

from collections.abc import Iterator

from validator.core.phrases import find_similar
from validator.core.resource import RUN
from validator.rules.base import ACTIVE, ERROR, TERMINAL, Problem, Problems, Shown, rule
from validator.rules.support.snapshots import StreamEvent

_STATUSES = {f"{RUN.object}.{status}": status for status in (*ACTIVE, *TERMINAL)} | {f"{RUN.object}.created": "queued"}


@rule(
    subject="stream",
    group="history",
    severity=ERROR,
    reads=("id", "status"),
    source="https://platform.openai.com/docs/api-reference/assistants-streaming/events",
    source_note="each event and its data; done occurs when a stream ends",
)
def check(event: StreamEvent) -> Problems:
    return [*_problems(event)]


def _problems(event: StreamEvent) -> Iterator[Problem]:
    name, status = event.event or "", event.status or ""
    expected = _STATUSES.get(name)
    if expected and status and status != expected:
        message = "is {}, but the event is {}; expected the status {}"
        words = (Shown(status), Shown(name), Shown(expected))
        yield Problem("status", message, words, invalidates=("status",), explains=("status",))
    elif not expected and find_similar(name.rpartition(".")[2].lower(), [status]):
        message = "is {}, but the event is {}, which clients ignore; expected the event {}"
        yield Problem("status", message, (Shown(status), Shown(name), Shown(f"{RUN.object}.{status}")))
    elif not RUN.is_event(name) and name not in ("error", event.name_before):
        where, names = "an event without a name, which clients ignore", [f"{RUN.object}.{status or 'queued'}"]
        if name:
            where, names = "the event {}, in which no client expects a run", [name, *names]
        yield Problem("", f"comes in {where}; expected a name such as {{}}", tuple(map(Shown, names)))
    if event.before and event.run_id not in (None, event.before[0]):
        run_id, seen = event.before
        message = "is {}, but was {} in {}; a stream has events of one run only"
        yield Problem("id", message, (Shown(event.run_id), Shown(run_id), seen.describe(event.here)))
    if event.stream_end == "missing":
        yield Problem("", 'is the last run of a stream that ends without "done"; the stream may be incomplete')
