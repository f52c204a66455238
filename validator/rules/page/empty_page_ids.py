"""An empty page names a first or a last run.

Without runs there is nothing to name, and genuine servers send null for both ids. An empty string or a word such as
"none" looks like a cursor: a client that passes it on asks for the runs after a run that does not exist, and gets an
error or the first page again. The published schema types both ids as plain strings; the service itself never kept to
that on an empty page. With `--contract published` an empty string is right, and any other is wrong.

Bad:

    {"data": [], "first_id": "", "last_id": ""}

Good:

    {"data": [], "first_id": null, "last_id": null}
"""

from validator.core.problem import Fix
from validator.rules.base import WARNING, Page, Problem, Problems, Shown, rule


@rule(
    subject="page",
    severity=WARNING,
    requires=("data",),
    reads=("first_id", "last_id"),
    options=("contract",),
    source="https://github.com/sashabaranov/go-openai/pull/571",
    source_note="quotes an empty list with null ids",
    evidence="held in 12 of 12 genuine empty pages, 2 of runs and 10 of sibling endpoints",
    fix="the id becomes null; not with `--contract published`.",
)
def check(page: Page, *, contract: str) -> Problems:
    if page.envelope["data"]:
        return ()
    named = [(field, page.envelope[field]) for field in ("first_id", "last_id")]
    if contract == "published":  # which wants a string here: null would be the next finding
        message, fix = "is {}, but data is empty, so there is no run to name", None
        named = [(field, run_id) for field, run_id in named if run_id]
    else:
        message, fix = "is {}, but data is empty; expected null", Fix(None)
    return [Problem(field, message, (Shown(run_id),), fix=fix) for field, run_id in named if run_id is not None]
