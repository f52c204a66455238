"""The server failed: the response has a status from 500 to 599.

Whatever the request was, a server answers a mistake of the client with 4xx. A 5xx in a recording of a contract check is
a fault of the server, and clients repeat the request. The finding names the type and the code of the error, if the body
has them; what else is wrong with the body is not reported. Where a live check sent the request again, it is a warning.
A stub or a saved example with such a status is no fault: tests of error handling need it.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?after=run_unknown", "status": 500,
      "body": "Internal Server Error"}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?after=run_unknown", "status": 404,
      "body": {"error": {"message": "No run found.", "type": "invalid_request_error", "param": "after", "code": null}}}]
"""

from validator.core.exchange import error_words
from validator.rules.base import ERROR, WARNING, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://www.rfc-editor.org/rfc/rfc9110#name-server-error-5xx",
    source_note="the server is aware that it has erred",
)
def check(exchange: Exchange) -> Problems:
    status = exchange.response.status
    if status is None or status < 500 or exchange.is_stub:
        return ()
    details = error_words(exchange.body)
    words = (Verbatim(exchange.request.method), status, Verbatim(f": {details}" if details else ""))
    max_severity = WARNING if exchange.response.is_retried else None
    return [Problem("", "answers the {} request with {}{}", words, explains=("", "error"), max_severity=max_severity)]
