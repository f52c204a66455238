"""A run is on two pages of one listing.

A client that walks a listing page by page sees the run twice: it counts, bills or cancels it twice. The usual causes
are a server that takes `after` as "from here on" instead of "behind this", and one that pages by offset while new runs
come in. Where a request is known, its `after` run is not on the page either.

Bad:

    [{"data": [{"id": "run_a"}, {"id": "run_b"}], "has_more": true}, {"data": [{"id": "run_b"}]}]

Good:

    [{"data": [{"id": "run_a"}, {"id": "run_b"}], "has_more": true}, {"data": [{"id": "run_c"}]}]

Source: https://platform.openai.com/docs/api-reference/runs/listRuns (`after`: a cursor that defines the place in the
list; with it the next page begins behind that object).
"""

from collections.abc import Iterable

from validator.document import Listed, Page
from validator.finding import Problem
from validator.rule import ERROR, rule
from validator.wording import Name


@rule(group="listing", severity=ERROR, against="page", given=("data",), run_reads=("id",))
def check(page: Page, before: Listed) -> Iterable[Problem]:
    return [
        Problem(f"data/{index}/id", "is {}, which is on an earlier page of the listing too", (Name(run["id"]),))
        for index, run in page.runs
        if run["id"] in before.ids
    ]
