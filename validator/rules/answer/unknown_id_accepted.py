"""A thread or a run that does not exist was answered as if it did.

Tests of a server ask for ids that say of themselves that nothing has them, such as `thread_doesnotexist`. The API
answers with 404. A server that returns a page or a run instead hides every mistake of its callers: a client that has a
wrong thread sees an empty conversation, and no error. Another client error (4xx) than 404 is a warning, unless it is
about the key, the method or the number of requests.

Bad:

    [{"GET": "/v1/threads/thread_doesnotexist/runs", "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_doesnotexist/runs", "status": 404,
      "body": {"error": {"message": "No thread found.", "type": "invalid_request_error", "param": null, "code": null}}}]
"""

from validator.rules.base import ERROR, WARNING, Problem, Problems, Shown, rule
from validator.rules.objects import names_nothing
from validator.rules.support.exchanges import Exchange

_EXPECTED = frozenset((401, 403, 404, 405, 408, 429))


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://platform.openai.com/docs/guides/error-codes",
    source_note="404: the requested resource does not exist",
    evidence="2 of 8 compatible servers answer with 200, and the clients report no error",
)
def check(exchange: Exchange) -> Problems:
    request, status = exchange.request, exchange.response.status
    unknown = next((name for name in (request.thread_id, request.run_id) if name and names_nothing(name)), None)
    if unknown is None:
        return ()
    if exchange.response.is_error:
        if status is None or status >= 500 or status in _EXPECTED:
            return ()
        message = "answers with {} for {}, which by its name does not exist: expected 404"
        return [Problem("", message, (status, Shown(unknown)), max_severity=WARNING)]
    if exchange.kind is None:
        return ()
    explained = ("id", *(f"{pointer}/thread_id".lstrip("/") for pointer, _ in exchange.runs))
    message = "answers for {}, which by its name does not exist: expected 404"
    return [Problem("", message, (Shown(unknown),), explains=explained)]
