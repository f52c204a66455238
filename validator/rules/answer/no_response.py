"""A question of a live check was not answered: the connection was closed, or no complete response came in time.

A server answers every request, a wrong one with 4xx. Where the connection ends instead, a request handler has usually
crashed; clients repeat the request and fail in the end. A request that was answered when it was sent again is only
mentioned, as a server may close an idle connection at any time. Without an answer to the first question there is no
server to check. Recordings of other programs, in which a page or a user may have cancelled a request, are not judged.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=abc", "step": "limit-abc", "status": 0,
      "error": "the connection was closed", "body": ""}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=abc", "step": "limit-abc", "status": 400,
      "body": {"error": {"message": "Invalid.", "type": "invalid_request_error", "param": "limit", "code": null}}}]
"""

import re

from validator.rules.base import ERROR, INFO, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange, describe_query

_FIRST_STEP = "probe"
_is_reason = re.compile(r"[A-Za-z ()-]{1,80}").fullmatch


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://www.rfc-editor.org/rfc/rfc9110#name-status-codes",
    source_note="every response has a status code, which says what became of the request",
)
def check(exchange: Exchange) -> Problems:
    request, response = exchange.request, exchange.response
    if not request.step or not response.is_missing:
        return ()
    if request.step == _FIRST_STEP and not response.is_retried:
        return ()
    query, values = describe_query(request)
    reason = response.error if _is_reason(response.error) else "no response"
    words = (Verbatim(request.method), *values, Verbatim(reason))
    retried = ", and was asked again" if response.is_retried else ""
    message = f"does not answer the {{}} request{query}: {{}}{retried}"
    return [Problem("", message, words, max_severity=INFO if response.is_retried else None)]
