"""A page lists the same run twice.

Whoever adds up tokens, counts runs or stores them by id gets a wrong sum or overwrites one record with another. A
repeated id usually comes from pages that overlap and were joined, from a query that multiplies rows, or from a fixture
that was copied and not finished. The first occurrence counts as the run, each later one is reported; for order and
concurrency the repetitions are left out.

Bad:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}]}

Good:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}, {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc"}]}
"""

from validator.rules.base import ERROR, Page, Problem, Problems, Shown, rule


@rule(
    subject="page",
    severity=ERROR,
    run_reads=("id",),
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="an id refers to one run, and is the cursor",
    evidence="held in 4 of 4 genuine pages with several runs",
)
def check(page: Page) -> Problems:
    first: dict[str, int] = {}
    return [
        Problem(
            f"data/{index}/id",
            "is {}, which is already the id of the run at index {} of data",
            (Shown(run["id"]), earlier),
        )
        for index, run in page.runs
        if (earlier := first.setdefault(run["id"], index)) != index
    ]
