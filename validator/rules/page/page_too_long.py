"""A page holds more runs than were asked for, or promises more although it is not full.

The service accepts a `limit` of 1 to 100, so that no page is longer than 100 runs; a longer one comes from a server
that ignores `limit`, and a client that sized a buffer or a budget by it is overrun. With `--limit` the page is held to
what the request asked for, and `has_more` to this: only a full page has runs after it, for a page that ends early has
reached the end. Without `--limit` a short page with `has_more` is fine, as nobody knows what was asked for. Recorded
requests say it themselves; one with `before` says nothing, for nobody knows which end `has_more` speaks of there.

Bad:

    {"data": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
     {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
     {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
     {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}

Good:

    {"data": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], "has_more": true}
"""

from validator.rules.base import WARNING, Page, Problem, Problems, rule

MAX_RUNS = 100


@rule(
    subject="page",
    severity=WARNING,
    requires=("data",),
    reads=("has_more",),
    options=("limit",),
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="limit: between 1 and 100, 20 by default",
    evidence="held in 15 of 15 genuine pages and in 406 of 406 pages of sibling endpoints with has_more",
)
def check(page: Page, *, limit: int | None) -> Problems:
    length = len(page.envelope["data"])
    max_runs = MAX_RUNS if limit is None else min(limit, MAX_RUNS)
    if length > max_runs:
        bound = "a page has at most {}" if limit is None else "the requested limit is {}"
        return [Problem("data", f"has {{}} runs, but {bound}", (length, max_runs))]
    if limit is not None and page.envelope["has_more"] and 0 < length < max_runs:
        message = "is true, but data has {} of the {} requested runs; expected false after a page that is not full"
        return [Problem("has_more", message, (length, max_runs))]
    return ()
