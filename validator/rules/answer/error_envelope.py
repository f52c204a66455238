"""An error response lacks the error object that clients read.

An error of the API is `{"error": {"message": ..., "type": ..., "param": ..., "code": ...}}`. The official clients make
their exception of it: without it the message is lost, and `e.code` and `e.type` are undefined. Servers built on a web
framework often send that framework's own body, such as `{"detail": ...}`, or plain text. An `error` that has a
`message` but no `type` is only mentioned, as Azure sends that.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "status": 404, "body": {"detail": "Thread not found"}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "status": 404,
      "body": {"error": {"message": "No thread found.", "type": "invalid_request_error", "param": null, "code": null}}}]
"""

from typing import Any

from validator.rules.base import INFO, WARNING, Problem, Problems, rule
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=WARNING,
    about_server=True,
    source="https://github.com/openai/openai-openapi",
    source_note="schemas Error and ErrorResponse",
    evidence=("with 7 of 8 compatible servers the clients' exceptions lacked the message, the code or the type"),
)
def check(exchange: Exchange) -> Problems:
    response = exchange.response
    if not response.is_error or response.error or exchange.request.method == "HEAD":  # or its body was not read
        return ()
    return _problems(exchange.body, response.status)


def _problems(body: Any, status: int | None) -> Problems:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        message = 'answers with {} and without an object "error": clients cannot show what went wrong'
        return [Problem("", message, (status,), explains=("",))]
    if not isinstance(error.get("message"), str):
        return [Problem("error", 'lacks a string "message": clients cannot show what went wrong')]
    if not isinstance(error.get("type"), str):
        return [Problem("error", 'lacks a string "type": the exceptions of clients have none', max_severity=INFO)]
    return ()
