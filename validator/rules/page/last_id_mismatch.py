"""The page's `last_id` is not the id of its last run.

`last_id` is what a client passes as `after` to fetch the next page. With another id there it reads runs twice, skips
some, or goes round in circles. The official clients take their cursor from `data`, so only clients that follow the
documentation meet the fault. Empty pages are left to `empty-page-ids`.

Bad:

    {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "last_id": "run_abc456"}

Good:

    {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "last_id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}
"""

from validator.rules.base import ERROR, Page, Problem, Problems, Shown, rule
from validator.rules.objects import run_id_as_fix


@rule(
    subject="page",
    severity=ERROR,
    requires=("data",),
    reads=("last_id",),
    run_reads=("id",),
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="ListRunsResponse and its example",
    evidence="held in 13 of 13 genuine pages of runs and 527 of 527 pages of sibling endpoints",
    fix=(
        "`last_id` becomes the id of the last run, unless that id may be wrong itself: a placeholder such as "
        '"<id>", the id of something else, an id that another run has too, or one that is not plain enough to '
        "be shown."
    ),
)
def check(page: Page) -> Problems:
    if not page.runs or page.runs[-1][0] != len(page.envelope["data"]) - 1:
        return ()
    last_id, last = page.envelope["last_id"], page.runs[-1][1]["id"]
    if last_id == last:
        return ()
    values = (last_id and Shown(last_id), Shown(last))
    message = "is {}, but the last run in data is {}"
    return [Problem("last_id", message, values, fix=run_id_as_fix(page, -1))]
