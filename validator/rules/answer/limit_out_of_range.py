"""A `limit` that is not a number from 1 to 100 was accepted.

The API refuses such a limit with a client error (4xx). A server that answers with 200 hides the mistake of the caller,
and each does something else: it ignores the limit, returns nothing, or takes a negative one for an offset from the end.
Where at most 100 runs came back for a higher limit, the server may have lowered it: that is only mentioned. More than
100 runs, or a page without runs that promises more, at which a client asks for ever, are errors.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=0", "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs?limit=0", "status": 400,
      "body": {"error": {"message": "Invalid.", "type": "invalid_request_error", "param": "limit", "code": null}}}]
"""

import re

from validator.core.exchange import MAX_LIMIT
from validator.core.phrases import count
from validator.rules.base import ERROR, INFO, WARNING, Problem, Problems, Shown, Verbatim, rule
from validator.rules.support.exchanges import Exchange, sent_value

_is_too_high = re.compile(r"\d{3,}").fullmatch


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="limit: between 1 and 100, 20 by default",
    evidence="6 of 8 compatible servers accept 0 and 101, hence a warning in most cases",
)
def check(exchange: Exchange) -> Problems:
    request = exchange.request
    if exchange.response.is_error or not request.lists_runs or exchange.kind != "page" or request.limit is not None:
        return ()
    limit, number = sent_value(request, "limit"), len(exchange.runs)
    if limit is None:
        return ()
    is_empty_with_more = not number and exchange.envelope is not None and exchange.envelope.get("has_more") is True
    expected = "an error (4xx), as a limit is a number from 1 to 100"
    max_severity = None if number > MAX_LIMIT or is_empty_with_more else WARNING
    if not limit:
        max_severity = INFO
    elif _is_too_high(limit) and number <= MAX_LIMIT:
        max_severity = INFO
        expected = "an error (4xx)"
        if number < MAX_LIMIT:
            expected += "; whether it ignores the limit or lowers it to 100, so few runs do not show"
    more = Verbatim(f"{count(number, 'run')}{' and has_more true' if is_empty_with_more else ''}")
    message = f"answers limit {{}} with {{}}: expected {expected}"
    return [Problem("", message, (Shown(limit), more), max_severity=max_severity, explains=("data", "has_more"))]
