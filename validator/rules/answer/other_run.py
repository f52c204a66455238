"""A response holds another run than the one in the URL.

To retrieve, change or cancel a run, a request names it. An answer with another `id` comes from a cache or a mock that
does not look at the path, and a client goes on with the state of a run that is not its own. An id that was masked in
the recording is not compared.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA",
      "body": {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}}]
"""

from validator.rules.base import ERROR, Problem, Problems, Shown, rule
from validator.rules.objects import is_masked
from validator.rules.support.exchanges import Exchange


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/getRun",
    source_note="run_id in the path: the run to retrieve",
)
def check(exchange: Exchange) -> Problems:
    run_id = exchange.request.run_id
    if exchange.kind != "run" or run_id is None or is_masked(run_id):
        return ()
    (_, run), *_ = exchange.runs or (("", {}),)
    if not run.get("id") or run["id"] == run_id or is_masked(run["id"]):
        return ()
    return [Problem("id", "is {}, but the URL names {}", (Shown(run["id"]), Shown(run_id)))]
