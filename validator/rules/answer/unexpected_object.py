"""A request for a list was answered with a run or an array, or a request for a run with a list.

`GET .../runs` returns a page: an object with `data`, `first_id`, `last_id` and `has_more`. Clients read `data` of it,
so that a bare array, a page in an array or in another object, or a single run looks to them like an empty list, or like
an error. To create, retrieve, change or cancel a run returns the run itself.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}]}}]
"""

from validator.rules.base import ERROR, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange

_WORDS = {
    "page": "a page of runs",
    "pages": "an array of pages",
    "wrapped page": "an object with a page in it",
    "run": "a run",
    "wrapped run": "an event with a run in it",
    "runs": "an array of runs",
}


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="returns a list of run objects",
)
def check(exchange: Exchange) -> Problems:
    expected = "page" if exchange.request.lists_runs else "run"
    if exchange.kind is None or exchange.kind == expected or not exchange.request.returns_runs:
        return ()
    purpose = "lists runs" if exchange.request.lists_runs else "is for one run"
    words = (_WORDS[exchange.kind], exchange.request.method, purpose, _WORDS[expected])
    return [Problem("", "is {}, but the {} request {}: expected {}", tuple(map(Verbatim, words)))]
