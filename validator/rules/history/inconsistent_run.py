"""Two answers of a live check show one run in two ways.

`validate-runs live` changes no run that has ended, so that each answer shows it alike. A server that keeps a part of a
run elsewhere often forgets it in the list: the metadata is there where the run is retrieved, and missing on the page,
or the usage is. A client that reads the list then works with less than the server knows. What another program changes
during the check is reported, too: check a thread that nobody uses. Other fields are the matter of
`changed-immutable-field`, `time-moved-back` and `usage-shrank`.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "again",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {}}]}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "step": "retrieve",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {"order": "17"}}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "again",
      "body": {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {"order": "17"}}]}},
     {"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "step": "retrieve",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "metadata": {"order": "17"}}}]
"""

from validator.rules.base import ERROR, TERMINAL, Problem, Problems, rule
from validator.rules.support.snapshots import Transition


@rule(
    subject="history",
    severity=ERROR,
    reads=("status", "usage"),
    source="https://platform.openai.com/docs/api-reference/runs/getRun",
    source_note="listRuns and getRun return the same run objects",
)
def check(transition: Transition) -> Problems:
    before, after = transition
    if before.metadata is None or after.metadata is None or before.fields.get("status") not in TERMINAL:
        return
    if before.metadata != after.metadata:
        yield Problem("metadata", "differs from that in {}, where the run had ended already", (transition.where,))
    for _, earlier, later in transition.both("usage"):
        if earlier is None and later is not None:
            yield Problem("usage", "is there, but was null in {}, where the run had ended already", (transition.where,))
