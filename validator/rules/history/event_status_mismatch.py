"""An event and the run that it brings say different things, or the stream breaks off.

A client of an event stream goes by the name of the event: `thread.run.completed` brings a run that is `completed`, and
`thread.run.created` one that is `queued`. All events of a stream are about one run, and its end is told by `done`: a
stream without it was cut off, and nobody knows what became of the run.

Bad:

    event: thread.run.completed
    data: {"status": "in_progress", "completed_at": null, "expires_at": 1729419000, "usage": null}

    event: done
    data: [DONE]

Good:

    event: thread.run.completed
    data: {"status": "completed"}

    event: done
    data: [DONE]

Source: https://platform.openai.com/docs/api-reference/assistants-streaming/events
"""

from collections.abc import Iterable, Iterator

from validator.document import Event, Run
from validator.finding import Problem
from validator.rule import ERROR, rule
from validator.wording import Name


@rule(group="history", severity=ERROR, against="event", reads=("id", "status"))
def check(run: Run, event: Event) -> Iterable[Problem]:
    return [*_status(run, event), *_stream(run, event)]


def _status(run: Run, event: Event) -> Iterator[Problem]:
    suffix = event.name.removeprefix("thread.run.")
    status = "queued" if suffix == "created" else suffix
    if event.name and run["status"] != status:
        values = (Name(run["status"]), Name(event.name), Name(status))
        yield Problem("status", "is {}, but the event {} brings a run that is {}", values)


def _stream(run: Run, event: Event) -> Iterator[Problem]:
    if event.first_id is not None and run["id"] != event.first_id:
        values = (Name(run["id"]), Name(event.first_id))
        yield Problem("id", "is {}, but the stream began with {}: a stream is about one run", values)
    if event.is_torn:
        yield Problem("", "is the last run of a stream that ends without its done event")
