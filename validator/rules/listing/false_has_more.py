"""A page promised more runs, and the next page is empty.

`has_more` is true where the listing goes on, so the next page has at least one run. Servers that take a full page for
a sign of more are wrong whenever the number of runs is a multiple of the limit: a client makes a request for nothing,
shows a "next" that leads nowhere, or takes the empty page for a failure.

Bad:

    [{"data": [{}], "has_more": true}, {"data": [], "first_id": null, "last_id": null, "has_more": false}]

Good:

    [{"data": [{}], "has_more": false}, {"data": [], "first_id": null, "last_id": null, "has_more": false}]
"""

from validator.rules.base import WARNING, Problem, Problems, rule
from validator.rules.support.snapshots import PageContext


@rule(
    subject="listing",
    severity=WARNING,
    requires=("data",),
    source="https://github.com/Divkix/Logwell/issues/62",
    source_note="has_more true where the number of records is the limit",
)
def check(context: PageContext) -> Problems:
    if context.previous_has_more is None or context.page.envelope["data"]:
        return ()
    promised, seen = context.previous_has_more
    message = "is empty, but has_more is true in {}; expected false if nothing follows"
    return [Problem("data", message, (seen.describe(context.here),))] if promised else ()
