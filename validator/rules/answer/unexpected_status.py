"""A page or a run was returned with another status than 200.

The API answers every request for runs with 200. Not every client accepts another status of success, such as 201
(Created), 203 or 206 (Partial Content): the official .NET client throws an exception. For a `POST` request,
such as one that creates a run, it is a warning.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "status": 206, "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "status": 200, "body": {"data": []}}]
"""

from validator.rules.base import ERROR, WARNING, Problem, Problems, rule
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="200 is the only response of listRuns, getRun and createRun",
    evidence="the official .NET client classifies every other status than 200 as an error",
)
def check(exchange: Exchange) -> Problems:
    request, response = exchange.request, exchange.response
    if response.status == 200 or not response.is_success or not request.returns_runs or exchange.kind is None:
        return ()
    max_severity = WARNING if request.method == "POST" else None
    return [Problem("", "has status {}: expected 200", (response.status,), max_severity=max_severity)]
