"""A thread has a second run while one is still active.

A run locks its thread until it has ended: meanwhile the service accepts neither messages nor another run. So at most
one run of a thread is "queued", "in_progress", "requires_action" or "cancelling", and it is the newest. Two active
runs, or one that is older than an ended one, mean that a status is stale or that the server does not lock: a client
that waits for the older run waits for ever. Runs created in the same second cannot be ordered, and each thread of a
page is checked for itself.

Bad:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400, "status": "queued"},
     {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "created_at": 1729418100, "status": "in_progress"}]}

Good:

    {"data": [{"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "created_at": 1729418400, "status": "queued"},
     {"id": "run_Bd9sEw4GhUx6Jp1KmOv5RtYc", "created_at": 1729418100, "status": "completed"}]}
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from validator.rules.base import ACTIVE, TERMINAL, WARNING, ZERO_TIMES, Page, Problem, Problems, Run, Shown, rule


@rule(
    subject="page",
    severity=WARNING,
    run_reads=("id", "created_at", "thread_id", "status"),
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="thread locks",
    evidence="held in 4 of 4 genuine pages with several runs",
)
def check(page: Page) -> Problems:
    if all(run["status"] in TERMINAL for _, run in page.runs):
        return ()
    return [problem for runs in _by_thread(page) for problem in _unlocked(runs)]


def _by_thread(page: Page) -> Iterable[Sequence[tuple[int, Run]]]:
    """Return the runs of each thread; one that is listed twice is still one run."""
    threads: dict[str, dict[str, tuple[int, Run]]] = {}
    for index, run in page.runs:
        if not run["thread_id"] or not run["id"] or run["created_at"] in ZERO_TIMES:
            continue  # nobody knows of which thread it is, which run, or when it was created
        threads.setdefault(run["thread_id"], {}).setdefault(run["id"], (index, run))
    return [list(runs.values()) for runs in threads.values()]


def _unlocked(runs: Sequence[tuple[int, Run]]) -> Iterable[Problem]:
    active = [(index, run) for index, run in runs if run["status"] in ACTIVE]
    if len(active) > 1:
        (_, first), (index, second), *_ = active
        return [_second(index, second, first)]
    newest = max((run for _, run in runs), key=itemgetter("created_at"))
    return [_overtaken(index, run, newest) for index, run in active if newest["created_at"] > run["created_at"]]


def _second(index: int, run: Run, first: Run) -> Problem:
    message = "is {}, but {} of the same thread is {}; a thread has one active run at a time"
    return Problem(f"data/{index}/status", message, (Shown(run["status"]), Shown(first["id"]), Shown(first["status"])))


def _overtaken(index: int, run: Run, newest: Run) -> Problem:
    message = "is {}, but {} of the same thread was created later; a thread gets no new run while one is active"
    return Problem(f"data/{index}/status", message, (Shown(run["status"]), Shown(newest["id"])))
