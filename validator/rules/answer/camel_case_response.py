"""An HTTP response has its keys in camelCase.

The API sends snake_case; camelCase is what TypeScript SDKs make of it in memory. A server that sends it breaks every
client in another language without an error, because each key that they read is missing. Responses of HTTP clients and
recordings of HTTP are judged by this, unless `--form sdk` says that camelCase is right. Everything else in the body is
judged under its camelCase names.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"object": "list", "data": [], "firstId": null, "lastId": null, "hasMore": false}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}}]
"""

from validator.rules.base import ERROR, Problem, Problems, rule
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="the keys of a response",
    evidence="0 of 244 genuine runs that were sent by HTTP are in camelCase",
)
def check(exchange: Exchange) -> Problems:
    if exchange.form != "sdk":
        return ()
    return [Problem("", "has its keys in camelCase: an HTTP response has them in snake_case")]
