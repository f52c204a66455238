"""A run belongs to another thread than the one in the URL.

A request names the thread whose runs it lists, retrieves or creates. Where `thread_id` differs, the server has lost the
filter and shows a caller the runs of somebody else's conversation. The URL comes from the recording, or from the
response that was handed over; an id that was masked there is not compared.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"thread_id": "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd"}]}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs",
      "body": {"data": [{"thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}]}}]
"""

from validator.core.phrases import count
from validator.rules.base import ERROR, Problem, Problems, Shown, Verbatim, rule
from validator.rules.objects import is_masked
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="thread_id in the path: the thread whose runs are listed",
    evidence=(
        "https://github.com/datastax/astra-assistants-api/issues/89 (a server that listed the runs of all threads)"
    ),
)
def check(exchange: Exchange) -> Problems:
    thread_id = exchange.request.thread_id
    if thread_id is None or is_masked(thread_id):
        return ()
    others = [
        (f"{pointer}/thread_id".lstrip("/"), run["thread_id"])
        for pointer, run in exchange.runs
        if run.get("thread_id") and run["thread_id"] != thread_id and not is_masked(run["thread_id"])
    ]
    if not others:
        return ()
    (place, other), *more = others
    explained = tuple(f"{pointer}/thread_id".lstrip("/") for pointer, _ in exchange.runs)
    also = Verbatim(f", like that of {count(len(more), 'more run')} of this page" if more else "")
    message = "is {}{}, but the URL names {}"
    return [Problem(place, message, (Shown(other), also, Shown(thread_id)), explains=explained)]
