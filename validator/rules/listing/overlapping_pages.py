"""Two pages of a listing have the same run.

Each page begins behind the last run of the one before, so no run is on two of them. A client that adds up tokens
counts a repeated run twice, and one that pages until nothing new comes never ends. The server ignores `after`, takes
the wrong run for the cursor, or counts offsets while runs are being created. A page that has the very run that its
request named as `after` or `before` is wrong by itself. The first such run of a page is reported; for `before`, of
which no genuine answer is known, it is a warning. With `--listing`, runs that come without their pages (an array of
runs, the lines of an export) are compared, too, and each run that is listed again is reported.

Bad:

    [{"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true},
     {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": false}]

Good:

    [{"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "has_more": true},
     {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "has_more": false}]
"""

from validator.rules.base import ERROR, WARNING, Problem, Problems, Shown, Verbatim, rule
from validator.rules.support.snapshots import PageContext


@rule(
    subject="listing",
    severity=ERROR,
    requires=("data",),
    run_reads=("id",),
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="after: a cursor, the id of the last run that the client has; the page begins after it",
)
def check(context: PageContext) -> Problems:
    max_severity = WARNING if context.is_window else None
    again = [(index, run["id"]) for index, run in context.page.runs if run["id"] in context.earlier]
    if again:
        index, run_id = again[0]
        where = context.earlier[run_id].seen.describe(context.here)
        others = Verbatim(f", like {len(again) - 1} more of this page" if len(again) > 1 else "")
        message = "is {}, which is already in {}{}; a listing has each run once"
        return [Problem(f"data/{index}/id", message, (Shown(run_id), where, others), max_severity=max_severity)]
    side = "lies beyond" if context.is_window else "begins after"
    message = f"is {{}}, the cursor of the request; the page {side} that run"
    named = [(index, run["id"]) for index, run in context.page.runs if run["id"] in context.cursors]
    return [
        Problem(f"data/{index}/id", message, (Shown(run_id),), max_severity=max_severity) for index, run_id in named[:1]
    ]
