"""The page before promised more runs, and this page has none.

`has_more` true means that there are runs behind the page. A server that only compares the length of the page with the
limit says so too when the listing ends just there: every client then makes one request for nothing, and one that takes
an empty page for an error fails at random, once in `limit` listings.

Bad:

    [{"data": [{"id": "run_a"}], "has_more": true}, {"data": [], "first_id": null, "last_id": null, "has_more": false}]

Good:

    [{"data": [{"id": "run_a"}], "has_more": true}, {"data": [{"id": "run_b"}], "has_more": false}]

Source: https://platform.openai.com/docs/api-reference/runs/listRuns (`has_more`); implied by its name.
"""

from collections.abc import Iterable

from validator.document import Listed, Page
from validator.finding import Problem
from validator.rule import WARNING, rule


@rule(group="listing", severity=WARNING, against="page", given=("data",))
def check(page: Page, before: Listed) -> Iterable[Problem]:
    if page.envelope["data"] or not before.has_more:
        return ()
    return [Problem("data", "is empty, but has_more of the page before is true")]
