"""A thread without runs was not answered with an empty page.

`validate-runs live --empty-thread ID` asks for the runs of a thread that has none. The answer is 200 and a page whose
`data` is empty, as for every other list of the API. A server that answers with 404 says that the thread does not exist,
so that a client creates another one or gives up. Runs on the page are not of this thread, or it is not empty. What else
is wrong with an empty page, `empty-page-ids` and `empty-page-has-more` report.

Bad:

    [{"GET": "/v1/threads/thread_Ua7fGj3oEi5Rw0Xs8CvBt2Nq/runs", "step": "empty-thread", "status": 404,
      "body": {"error": {"message": "No runs.", "type": "invalid_request_error", "param": null, "code": null}}}]

Good:

    [{"GET": "/v1/threads/thread_Ua7fGj3oEi5Rw0Xs8CvBt2Nq/runs", "step": "empty-thread", "body": {"data": []}}]
"""

from validator.core.phrases import count
from validator.rules.base import ERROR, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://github.com/sashabaranov/go-openai/pull/571",
    source_note="quotes the answer for a thread without runs",
    evidence="held in 2 of 2 genuine answers",
)
def check(exchange: Exchange) -> Problems:
    response = exchange.response
    if exchange.request.step != "empty-thread" or response.status in (None, 429):
        return ()
    if response.is_error and response.status < 500:
        message = "answers with {} for a thread that has no runs: expected 200 and an empty page"
        return [Problem("", message, (response.status,))]
    if exchange.kind != "page" or not exchange.runs:
        return ()
    runs = Verbatim(count(len(exchange.runs), "run"))
    message = "has {}, but the thread was named as one without runs"
    return [Problem("data", message, (runs,), explains=("data",))]
