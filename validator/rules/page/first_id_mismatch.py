"""The page's `first_id` is not the id of its first run.

`first_id` is what a client passes as `before` to fetch the page ahead of this one. With another id there it fetches
runs twice, skips some, or asks the server for a run that it does not know. The official clients take their cursor from
`data`, so a server can get this wrong for a long time before anyone notices. Empty pages are left to
`empty-page-ids`.

Bad:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "first_id": "run_abc123"}

Good:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}], "first_id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}
"""

from validator.rules.base import ERROR, Page, Problem, Problems, Shown, rule
from validator.rules.objects import run_id_as_fix


@rule(
    subject="page",
    severity=ERROR,
    requires=("data",),
    reads=("first_id",),
    run_reads=("id",),
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="ListRunsResponse and its example",
    evidence="held in 13 of 13 genuine pages of runs and 527 of 527 pages of sibling endpoints",
    fix=(
        "`first_id` becomes the id of the first run, unless that id may be wrong itself: a placeholder such as "
        '"<id>", the id of something else, an id that another run has too, or one that is not plain enough to '
        "be shown."
    ),
)
def check(page: Page) -> Problems:
    if not page.runs or page.runs[0][0] != 0:
        return ()
    first_id, first = page.envelope["first_id"], page.runs[0][1]["id"]
    if first_id == first:
        return ()
    values = (first_id and Shown(first_id), Shown(first))
    message = "is {}, but the first run in data is {}"
    return [Problem("first_id", message, values, fix=run_id_as_fix(page, 0))]
