"""A request without the right key was carried out.

`validate-runs live --check-auth` lists the runs once without a key and once with a wrong one. The API refuses both with
401. A server that answers shows the runs of a thread to everybody who can reach it and knows the thread's id. That may
be right for a server in tests, so it is a warning, and only this option asks.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "key-wrong", "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "key-wrong", "status": 401,
      "body": {"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "param": null,
       "code": "invalid_api_key"}}}]
"""

from validator.core.phrases import count
from validator.rules.base import WARNING, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange

_SENT = {"key-none": "without a key", "key-wrong": "with a wrong key"}


@rule(
    subject="answer",
    group="request",
    severity=WARNING,
    about_server=True,
    source="https://platform.openai.com/docs/guides/error-codes",
    source_note="401: invalid authentication, incorrect API key provided",
    evidence="7 of 8 compatible servers answer without a key as they are set up for tests, hence a warning",
)
def check(exchange: Exchange) -> Problems:
    sent, status = _SENT.get(exchange.request.step), exchange.response.status
    if sent is None or not exchange.response.is_success:
        return ()
    runs = f" and {count(len(exchange.runs), 'run')}" if exchange.kind == "page" else ""
    message = "answers the {} request {} with {}{}: expected 401"
    words = Verbatim(exchange.request.method), Verbatim(sent), status, Verbatim(runs)
    return [Problem("", message, words, explains=("",))]
