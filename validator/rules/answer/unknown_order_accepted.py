"""An `order` that is neither "asc" nor "desc" was accepted.

The documentation knows two orders, and the page that comes back is in one that the caller did not ask for, or in none.
Nearly all servers are lenient here, so it is only mentioned. In which order such a page is, no rule assumes.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?order=newest", "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?order=newest", "status": 400,
      "body": {"error": {"message": "Invalid.", "type": "invalid_request_error", "param": "order", "code": null}}}]
"""

from validator.rules.base import INFO, Problem, Problems, Shown, rule
from validator.rules.support.exchanges import Exchange, sent_value


@rule(
    subject="answer",
    group="request",
    severity=INFO,
    about_server=True,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="order: asc or desc",
    evidence="7 of 8 compatible servers accept other words",
)
def check(exchange: Exchange) -> Problems:
    request = exchange.request
    if exchange.response.is_error or not request.lists_runs or exchange.kind != "page" or request.order is not None:
        return ()
    order = sent_value(request, "order")
    if order is None:
        return ()
    return [Problem("", 'answers order {}: expected an error (4xx), or "asc" or "desc"', (Shown(order),))]
