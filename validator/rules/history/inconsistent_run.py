"""Two answers of a live check show one run in two ways, in turn.

A server that keeps a part of a run elsewhere often forgets it in the list: the metadata is there where the run is
retrieved, and missing on the pages before and after. A client that reads the list then works with less than the server
knows. Null and an empty object both say that there is no metadata. Metadata that changes once, and stays, was modified
by another program, as it may be at any time. Other fields are the matter of `changed-immutable-field`,
`time-moved-back` and `usage-shrank`.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "again",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {}}]}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "step": "retrieve",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {"order": "17"}}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "default",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {}}]}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "again",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {}}]}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "step": "retrieve",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {"order": "17"}}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "default",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {"order": "17"}}]}}]
"""

from validator.rules.base import ERROR, Problem, Problems, rule
from validator.rules.support.snapshots import Transition


@rule(
    subject="history",
    severity=ERROR,
    source="https://platform.openai.com/docs/api-reference/runs/getRun",
    source_note="listRuns and getRun return the same run objects",
)
def check(transition: Transition) -> Problems:
    before, after = transition
    if after.metadata is None or after.metadata == before.metadata or after.metadata != before.replaced_metadata:
        return ()
    message = "differs from that in {}, and is again what it was before"
    return [Problem("metadata", message, (transition.where,))]
