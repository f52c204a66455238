"""An empty page promises more runs.

The next page starts after the last run of this one, and an empty page has none. A client that trusts `has_more` asks
for the same page again, for ever; one that stops at the first empty page silently misses whatever was promised. The
last page, and a listing without any run, have `has_more` false.

Bad:

    {"data": [], "first_id": null, "last_id": null, "has_more": true}

Good:

    {"data": [], "first_id": null, "last_id": null, "has_more": false}
"""

from validator.core.problem import Fix
from validator.rules.base import ERROR, Page, Problem, Problems, rule


@rule(
    subject="page",
    severity=ERROR,
    requires=("data", "has_more"),
    source="https://github.com/openai/openai-python/blob/main/src/openai/pagination.py",
    source_note="how a client pages: by has_more and the last id in data",
    evidence="held in 12 of 12 genuine empty pages, 2 of runs and 10 of sibling endpoints",
    fix="`has_more` becomes false.",
)
def check(page: Page) -> Problems:
    if page.envelope["data"] or not page.envelope["has_more"]:
        return ()
    message = "is true, but data is empty; expected false"
    return [Problem("has_more", message, fix=Fix(value=False))]
