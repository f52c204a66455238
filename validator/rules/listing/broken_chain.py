"""The pages do not continue each other: a page follows the last one, none follows, or the order turns round.

`has_more` is what ends a client's loop. False on a page that another follows, the client stops and never sees the rest;
true on the last page, it asks for a page that is not there. And a listing is in one order from its first page to its
last: where `created_at` turns round at a seam, a client that stops at the first old run stops too soon. Whether the
last page ends the listing is judged with `--listing` only: a recorded client may have stopped early.

Bad:

    [{"data": [{"id": "run_a"}], "has_more": false}, {"data": [{"id": "run_b"}], "has_more": false}]

Good:

    [{"data": [{"id": "run_a"}], "has_more": true}, {"data": [{"id": "run_b"}], "has_more": false}]

Source: https://platform.openai.com/docs/api-reference/runs/listRuns (`order` and `has_more`).
"""

from collections.abc import Iterable, Iterator

from validator.document import Listed, Page
from validator.finding import Problem
from validator.rule import ERROR, rule


@rule(group="listing", severity=ERROR, against="page", given=("data", "has_more"), run_reads=("created_at",))
def check(page: Page, before: Listed) -> Iterable[Problem]:
    return [*_ends(page, before), *_turns(page, before)]


def _ends(page: Page, before: Listed) -> Iterator[Problem]:
    if before.has_more is False:
        yield Problem("data", "follows a page whose has_more is false")
    if before.is_last and page.envelope["has_more"]:
        yield Problem("has_more", "is true, but no page of the listing follows")


def _turns(page: Page, before: Listed) -> Iterator[Problem]:
    """The first run that lies on the wrong side of the run before the seam."""
    if before.created_at is None or not before.direction or not page.runs:
        return
    index, run = page.runs[0]
    step = run["created_at"] - before.created_at
    if step * before.direction < 0:
        way, turned = ("later", "earlier") if before.direction > 0 else ("earlier", "later")
        message = f"is {{}}, {turned} than {{}} at the end of the page before, where runs become {way}"
        yield Problem(f"data/{index}/created_at", message, (run["created_at"], before.created_at))
