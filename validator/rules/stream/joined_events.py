"""Two events of a stream are one, since no blank line divides them.

By the rules of event streams a blank line ends an event, its last name counts, and its lines of `data` are joined. So
a client gets one event under the second name whose data are those of both, which are no JSON: it drops the event or
fails. A run of the first event is lost, such as the one that has completed. The usual cause is a server or a proxy that
ends its events with one line feed instead of two. The finding stands at the second name, and nothing else is said about
the event. A name that is there twice before the data is harmless.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    subject="stream",
    group="history",
    severity=ERROR,
    source="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    source_note="a blank line dispatches the event; each field event sets its type anew, each field data is appended",
)
