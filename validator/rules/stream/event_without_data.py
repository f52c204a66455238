"""An event of a stream has no `data`.

By the rules of event streams an event without data does not exist: browsers drop it, and the clients of the API drop
it or fail as they parse its empty data. So a run never ends for them if that was `thread.run.completed`. The usual
cause is a server that writes JSON without `data: ` before it, or an empty line between the name of the event and its
data. The finding stands at the line that should be data, otherwise at the name of the event. Other events than those of
the API may be empty.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    subject="stream",
    group="history",
    severity=ERROR,
    source="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    source_note="if the data buffer is an empty string, no event is dispatched",
)
