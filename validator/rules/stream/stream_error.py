"""A stream ends with an `error` event.

The server failed, or refused to go on, after it had answered with status 200: a quota that is used up, a model that
is overloaded, a time limit. The run has no outcome in the stream, clients that look only at events of the run wait for
it or stop without a word, and a `done` may follow as if nothing had happened. The finding names the type and the code
of the error, if the data has them. That the run had not ended by then is not reported as well.

Bad:

    [{"event": "thread.run.created", "status": "queued", "started_at": null, "completed_at": null, "usage": null,
      "expires_at": 1729419000},
     {"event": "error", "error": {"type": "insufficient_quota", "code": "insufficient_quota"}},
     {"event": "done"}]

Good:

    [{"event": "thread.run.created", "status": "queued", "started_at": null, "completed_at": null, "usage": null,
      "expires_at": 1729419000},
     {"event": "thread.run.failed", "status": "failed", "completed_at": null, "failed_at": 1729418402, "usage": null,
      "last_error": {"code": "rate_limit_exceeded", "message": "You exceeded your current quota."}},
     {"event": "done"}]
"""

from validator.core.exchange import error_words
from validator.rules.base import WARNING, Problem, Problems, Verbatim, rule
from validator.rules.support.snapshots import StreamEvent


@rule(
    subject="stream",
    group="history",
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/assistants-streaming/events",
    source_note="error occurs when there is an internal server error or a timeout",
)
def check(event: StreamEvent) -> Problems:
    if event.event != "error":
        return ()
    details = error_words(event.body)
    return [Problem("", "ends the stream with an error{}", (Verbatim(f": {details}" if details else ""),))]
