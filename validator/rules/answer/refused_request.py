"""A valid request was refused.

`validate-runs live` lists a thread that has runs in every way that the documentation allows: both orders, limits from 1
to 100, and cursors that the server has just sent. A client that gets an error for such a request loses the rest of the
listing, or all of it. A key that was accepted for the first request is accepted for all, so that 401 and 403 are
refusals, too; 407, 408 and 429 are not about the request. Where no genuine answer is known (`before`, and `after` with
the last run), and where a run is retrieved, it is a warning.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=9&order=asc", "step": "wide-asc", "status": 400,
      "body": {"error": {"message": "Unknown parameter: order.", "type": "invalid_request_error", "param": "order",
       "code": null}}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=9&order=asc", "step": "wide-asc",
      "body": {"data": []}}]
"""

from validator.rules.base import ERROR, WARNING, Problem, Problems, rule
from validator.rules.support.exchanges import Exchange, describe_query

ALWAYS_VALID = ("wide-", "walk-", "exact", "one-fewer", "again", "default", "insert-")
RARELY_SEEN = ("before-", "between", "after-last", "retrieve")
"""How steps of valid requests begin: those that all servers answer, and those whose genuine answer nobody has seen."""
_OTHER_REASONS = (407, 408, 429)
"""Statuses that are about the proxy or the load, and not about the request."""


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="the parameters of listRuns",
    evidence="both official clients raise an error in the middle of a listing; none of 3 recorded servers refuses one",
)
def check(exchange: Exchange) -> Problems:
    step, status = exchange.request.step, exchange.response.status
    if status is None or not 400 <= status < 500 or status in _OTHER_REASONS:
        return ()
    if not step.startswith((*ALWAYS_VALID, *RARELY_SEEN)):
        return ()
    max_severity = None if step.startswith(ALWAYS_VALID) else WARNING
    query, values = describe_query(exchange.request)
    expected = "a page" if exchange.request.lists_runs else "the run"
    message = f"answers a valid request{query} with {{}}: expected 200 and {expected}"
    return [Problem("", message, (*values, status), max_severity=max_severity)]
