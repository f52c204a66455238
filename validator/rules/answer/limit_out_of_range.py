"""A `limit` that is not a number from 1 to 100 was accepted.

The API refuses such a limit with a client error (4xx). A server that answers with 200 hides the mistake of the caller,
and each does something else: it ignores the limit, returns nothing, or takes a negative one for an offset from the end.
Where at most 100 runs came back for a higher limit, the server may have lowered it: that is only mentioned.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=0", "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=0", "status": 400,
      "body": {"error": {"message": "Invalid.", "type": "invalid_request_error", "param": "limit", "code": null}}}]
"""

import re

from validator.core.exchange import MAX_LIMIT
from validator.rules.base import INFO, WARNING, Problem, Problems, Shown, rule
from validator.rules.support.exchanges import Exchange

_is_too_high = re.compile(r"\d{3,}").fullmatch


@rule(
    subject="answer",
    group="request",
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="limit: between 1 and 100, 20 by default",
    evidence="6 of 8 compatible servers accept 0 and 101, hence a warning",
)
def check(exchange: Exchange) -> Problems:
    request = exchange.request
    if exchange.response.is_error or not request.lists_runs or exchange.kind != "page" or request.limit is not None:
        return ()
    limit = request.query["limit"]
    is_lowered = not limit or (_is_too_high(limit) and len(exchange.runs) <= MAX_LIMIT)
    message = "answers limit {}: expected an error (4xx), as a limit is a number from 1 to 100"
    return [Problem("", message, (Shown(limit),), max_severity=INFO if is_lowered else None, explains=("data",))]
