"""A page holds runs of more than one thread.

The endpoint lists the runs of the one thread in its path, so every run on a page has the same `thread_id`. Where
another turns up, the server has not filtered, and its caller is shown the instructions and metadata of a stranger's
conversation. Arrays of runs outside a page are not checked: archives gather runs of many threads.

Bad:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"},
     {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "thread_id": "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd"}]}

Good:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"},
     {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}]}
"""

from validator.rules.base import ERROR, Page, Problem, Problems, Shown, rule


@rule(
    subject="page",
    severity=ERROR,
    run_reads=("thread_id",),
    source="https://github.com/datastax/astra-assistants-api/issues/89",
    source_note="a server that listed the runs of all threads",
    evidence="held in 4 of 4 genuine pages with several runs",
)
def check(page: Page) -> Problems:
    if not page.runs:
        return ()
    listed = page.runs[0][1]["thread_id"]
    for index, run in page.runs:
        if run["thread_id"] != listed:
            message = "is {}, but the page lists the runs of {}"
            return [Problem(f"data/{index}/thread_id", message, (Shown(run["thread_id"]), Shown(listed)))]
    return ()
