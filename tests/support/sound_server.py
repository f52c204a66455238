"""Answers of a server that keeps every statement about listings of runs: of threads of its own, or of given runs.

Source of the statements: `validate-runs live`, `validator/live/statements.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from tests.support.http_server import Answering, Asked, Reply, refuse
from tests.support.threads import THREAD, Run, list_page, numbered

KEY = "sk-test-0123456789"
OTHER_THREAD = "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd"
EMPTY_THREAD = "thread_Ua7fGj3oEi5Rw0Xs8CvBt2Nq"
_SECONDS = (0, 60, 60, 120, 120, 120, 180)
Threads: TypeAlias = Mapping[str, Sequence[Run]]


def make_threads(number: int = len(_SECONDS)) -> Threads:
    """Return three threads: one with so many runs, some of one second, the last of which is active; two runs; none."""
    times = (*_SECONDS, *range(200, 200 + number))[:number]
    runs = [numbered(index, 1_740_000_000 + seconds) for index, seconds in enumerate(times)]
    expiry = runs[-1]["created_at"] + 600
    runs[-1] = {**runs[-1], "status": "in_progress", "completed_at": None, "expires_at": expiry, "usage": None}
    others = [{**numbered(index), "thread_id": OTHER_THREAD} for index in (50, 51)]
    return {THREAD: runs, OTHER_THREAD: others, EMPTY_THREAD: []}


def answer(asked: Asked, threads: Threads, *, key: str | None = None, **functions: Any) -> Reply:
    """Answer a request for runs of these threads, with a key or without; the functions are those of `list_page`."""
    if key and asked.headers.get("Authorization") != f"Bearer {key}":
        return refuse("Incorrect API key provided.", 401)
    parts = asked.path.split("/")
    if parts[3] not in threads:
        return refuse(f"No thread found with id '{parts[3]}'.", 404)
    runs = threads[parts[3]]
    ids = {run["id"]: run for run in runs}
    if len(parts) > 5:
        return Reply(ids[parts[5]]) if parts[5] in ids else refuse(f"No run found with id '{parts[5]}'.", 404)
    limit, order = asked.query.get("limit", "20"), asked.query.get("order", "desc")
    after, before = asked.query.get("after"), asked.query.get("before")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100 or order not in ("asc", "desc"):
        return refuse("Invalid limit or order.")
    if not {after, before} - {None} <= ids.keys():
        return refuse("No run found for this cursor.", 404)
    return Reply(list_page(runs, int(limit), order, after, before, **functions))


def sound(asked: Asked) -> Reply:
    """Answer as a server of three threads that wants the key."""
    return answer(asked, make_threads(), key=KEY)


def list_runs(runs: Iterable[Run]) -> Answering:
    """Answer as a server of one thread, whose runs are these in order of creation, that wants no key."""
    threads = {THREAD: list(runs)}
    return lambda asked: answer(asked, threads)
