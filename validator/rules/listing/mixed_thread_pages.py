"""Pages of one listing hold runs of different threads.

The endpoint lists the runs of the one thread in its path, so all pages of a listing have the same `thread_id`. Where a
later page has another, the server has lost the filter on the way: its cursor alone leads to the next page, and a caller
who follows it is shown the runs of a stranger's conversation. Or pages of several listings were recorded as one. Two
threads on one page are the matter of `mixed-thread-ids`. Pages are compared with `--listing`, and in a recording where
one page was asked for by the cursor of another; files that are merely in one folder are not compared. Of runs that come
without their pages, the first of another thread is reported, and none after it.

Bad:

    [{"data": [{"thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}], "has_more": true},
     {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "thread_id": "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd"}],
      "has_more": false}]

Good:

    [{"data": [{"thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}], "has_more": true},
     {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}],
      "has_more": false}]
"""

from validator.rules.base import ERROR, Problem, Problems, Shown, rule
from validator.rules.support.snapshots import PageContext


@rule(
    subject="listing",
    severity=ERROR,
    requires=("data",),
    run_reads=("thread_id",),
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note=(
        "thread_id in the path: the thread whose runs are listed; a server that listed the runs of all "
        "threads: https://github.com/datastax/astra-assistants-api/issues/89"
    ),
)
def check(context: PageContext) -> Problems:
    if context.thread is None or not context.page.runs:
        return ()
    listed, seen = context.thread
    index, run = context.page.runs[0]
    if run["thread_id"] == listed:
        return ()
    message = "is {}, but {} in {}; a listing has the runs of one thread"
    words = (Shown(run["thread_id"]), Shown(listed), seen.describe(context.here))
    return [Problem(f"data/{index}/thread_id", message, words, explains=(f"data/{index}/created_at",))]
