"""A page holds more runs than were asked for, or promises more although it is not full.

The service accepts a `limit` of 1 to 100, and takes 20 where a request has none. A page that is longer than the limit
comes from a server that ignores it, and a client that sized a buffer or a budget by it is overrun: an error where the
limit is known, from `--limit` or from a recorded request. Of a page alone only the limit of 100 is known, and a
longer one is a warning. Where the limit is known, `has_more` on a page that is not full is a warning, too: such a page
has reached the end. Requests with `before` are not judged, as nobody knows which end `has_more` is about there.

Bad:

    {"data": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
     {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
     {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
     {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}

Good:

    {"data": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], "has_more": true}
"""

from validator.core.exchange import DEFAULT_LIMIT
from validator.core.phrases import count
from validator.rules.base import ERROR, WARNING, Page, Problem, Problems, Verbatim, rule

MAX_RUNS = 100
_BOUNDS = {None: "a page has at most {}", DEFAULT_LIMIT: "the limit is {}, the default"}


@rule(
    subject="page",
    severity=ERROR,
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
        bound = _BOUNDS.get(limit, "the requested limit is {}")
        max_severity = WARNING if limit is None else None
        return [Problem("data", f"has {{}} runs, but {bound}", (length, max_runs), max_severity=max_severity)]
    if limit is not None and page.envelope["has_more"] and 0 < length < max_runs:
        message = "is true, but data has {}, fewer than the limit of {}; expected false after a page that is not full"
        return [Problem("has_more", message, (Verbatim(count(length, "run")), max_runs), max_severity=WARNING)]
    return ()
