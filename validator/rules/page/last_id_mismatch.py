"""The page's `last_id` is not the id of its last run.

`last_id` is what a client passes as `after` to fetch the next page. With another id there it reads runs twice, skips
some, or goes round in circles. The official clients take their cursor from `data`, so only clients that follow the
documentation meet the fault. Empty pages are left to `empty-page-ids`.

Bad:

    {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "last_id": "run_abc456"}

Good:

    {"data": [{"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}], "last_id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}

Fix: `last_id` becomes the id of the last run, unless that id is itself in doubt: a placeholder such as "<id>", the id
of something else, an id that another run has too, or one that is not plain enough to be shown.

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (ListRunsResponse and its example);
held in 13 of 13 genuine pages of runs and 527 of 527 pages of sibling endpoints.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import ERROR, rule
from validator.rules.support.identifiers import run_id_as_fix
from validator.rules.support.objects import Page


@rule(group="page", severity=ERROR, given=("data",), reads=("last_id",), run_reads=("id",))
def check(page: Page) -> Iterable[Problem]:
    if not page.runs or page.runs[-1][0] != len(page.envelope["data"]) - 1:
        return ()
    last_id, last = page.envelope["last_id"], page.runs[-1][1]["id"]
    if last_id == last:
        return ()
    values = (last_id and Shown(last_id), Shown(last))
    message = "is {}, but the last run in data is {}"
    return [Problem("last_id", message, values, fix=run_id_as_fix(page, -1))]
