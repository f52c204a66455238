"""Random recordings of a sound server: clients list, walk and retrieve runs of its threads while runs are created."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeAlias

from tests.support.pages import NOW, run
from tests.support.recordings import call
from tests.support.threads import list_page

Query: TypeAlias = dict[str, Any]
Client: TypeAlias = Generator[tuple[str, Query], dict[str, Any], None]
"""Yields a path below that of the listing with a query, and is sent the body of the answer."""

_START = (int(NOW) - 5000) * 1000
"""When a recording begins, in milliseconds."""
_ACTIVE = {"completed_at": None, "usage": None}


class GrowingThread:
    """A thread whose runs are created and completed as time goes on; ties keep the order of creation, or of ids."""

    def __init__(self, thread_id: str, random: Random) -> None:
        self.runs: list[dict[str, Any]] = []
        self.thread_id, self._random = thread_id, random
        self._by_id = random.random() < 0.5
        self._newest: dict[str, Any] = {}
        created = _START // 1000 - 1000
        for _ in range(random.choice((0, 1, 2, 5, 9, 14))):
            created += random.choice((0, 0, 1, 7))
            self.create(created)
            self.progress(created + 2, completes=True)

    def create(self, now: int) -> None:
        """Create a run, unless one is active."""
        if self.runs and self._newest["status"] != "completed":
            return
        run_id = f"run_{self._random.randrange(10**24):024d}"
        ids = {"id": run_id, "thread_id": self.thread_id, "status": "queued"}
        created = run(**ids, created_at=now, started_at=None, expires_at=now + 600, **_ACTIVE)
        self._newest = created
        self.runs.append(created)
        if self._by_id:
            self.runs.sort(key=lambda item: (item["created_at"], item["id"]))

    def progress(self, now: int, *, completes: bool = False) -> None:
        """Let the active run go on."""
        if not self.runs or self._newest["status"] == "completed":
            return
        changes = {"status": "in_progress", "started_at": self._newest["started_at"] or now}
        if completes or self._newest["status"] == "in_progress":
            usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
            changes |= {"status": "completed", "completed_at": now, "expires_at": None, "usage": usage}
        place = self.runs.index(self._newest)
        self._newest = self.runs[place] = {**self._newest, **changes}

    def answer(self, path: str, query: Query) -> tuple[int, dict[str, Any]]:
        """The status and the body of an answer."""
        ids = [item["id"] for item in self.runs]
        if path:
            wanted = path.strip("/")
            return (200, self.runs[ids.index(wanted)]) if wanted in ids else _refusal(404, "run_id")
        for name in ("after", "before"):
            if name in query and query[name] not in ids:
                return _refusal(404, name)
        if not 1 <= int(query.get("limit", 20)) <= 100:
            return _refusal(400, "limit")
        page = list_page(self.runs, **query)
        if "before" in query and page["data"] and self._random.random() < 0.5:
            page["has_more"] = self._random.random() < 0.5  # of which end it speaks is not documented
        return 200, page


def _refusal(status: int, name: str) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"message": "No.", "type": "invalid_request_error", "param": name, "code": None}}


def _walk(random: Random, query: Query) -> Client:
    """List page after page, perhaps not to the end, with calls for single runs in between."""
    page = yield "", query
    while page.get("data") and (page["has_more"] or random.random() < 0.2) and random.random() < 0.95:
        if random.random() < 0.2:
            yield f"/{random.choice(page['data'])['id']}", {}
        size = {"limit": random.choice((1, 2, 5))} if random.random() < 0.1 else {}
        page = yield "", {**query, **size, "after": page["data"][-1]["id"]}


def _look_back(random: Random, query: Query) -> Client:
    """List a page, and what is ahead of its first run, again and again; then what is between two runs."""
    page = yield "", query
    seen = [item["id"] for item in page.get("data", ())]
    for _ in range(random.randrange(4)):
        if seen:
            page = yield "", {**query, "before": random.choice((seen[0], random.choice(seen)))}
            seen = [*(item["id"] for item in page.get("data", ())), *seen]
    if len(seen) > 1:
        first, last = sorted(random.sample(range(len(seen)), 2))
        yield "", {**query, "after": seen[first], "before": seen[last]}
        yield "", {**query, "before": seen[0]}
        yield "", {**query, "after": seen[-1]}


def _poll(random: Random, query: Query) -> Client:
    """List the first page again and again, and what came after the last run that was seen."""
    last: str | None = None
    for _ in range(random.randrange(1, 6)):
        page = yield "", {**query, **({"after": last} if last and random.random() < 0.7 else {})}
        if page.get("data"):
            last = page["data"][-1]["id"]


def _mistake(random: Random, query: Query) -> Client:
    """Name a cursor, a limit or a run that is refused."""
    wrong = {"after": "run_unknown"}, {"before": "run_unknown"}, {"limit": 0}, {"limit": 101}
    yield random.choice((("", {**query, **random.choice(wrong)}), ("/run_unknown", {})))


def _query(random: Random) -> Query:
    query: Query = {}
    if random.random() < 0.8:
        query["limit"] = random.choice((1, 1, 2, 2, 3, 4, 5, 7, 20, 100))
    if random.random() < 0.6:
        query["order"] = random.choice(("asc", "desc"))
    return query


def record(random: Random) -> list[dict[str, Any]]:
    """The entries of a HAR; those of a recording without times were sent one after another."""
    threads = [
        GrowingThread(f"thread_{random.randrange(10**24):024d}", random) for _ in range(random.choice((1, 1, 2)))
    ]
    makers = (_walk, _walk, _walk, _look_back, _poll, _mistake)
    clients = [(threads[0], _walk(random, {}))]
    clients += [
        (random.choice(threads), random.choice(makers)(random, _query(random))) for _ in range(random.randrange(2, 8))
    ]
    times, overlapping = random.random() < 0.7, random.random() < 0.5
    entries: list[tuple[int, int, dict[str, Any]]] = []
    width = random.choice((1, 2, 3)) if times and overlapping else 1
    growth = random.choice((0.0, 0.1, 0.4))
    now = _START

    def pass_time() -> None:
        nonlocal now
        for _ in range(random.choice((0, 1, 1, 3))):
            now += random.choice((1, 30, 400, 1500))
            thread = random.choice(threads)
            if random.random() < growth:
                random.choice((thread.create, thread.progress, thread.progress))(now // 1000)

    waiting: list[tuple[GrowingThread, Client, Any]] = [(thread, client, None) for thread, client in clients]
    sent: list[Any] = []
    while waiting or sent:
        pass_time()
        if waiting and len(sent) < width:
            thread, client, body = waiting.pop(random.randrange(len(waiting)))
            try:
                request = client.send(body)
            except StopIteration:
                continue
            now += 1
            sent.append([thread, client, request, now, None])
            continue
        step = random.choice(sent)
        now += 1
        if step[4] is None:
            step[4] = step[0].answer(*step[2])
            continue
        thread, client, (path, query), start, (status, body) = step
        sent.remove(step)
        entry = call(query, body, status=status, path=f"/v1/threads/{thread.thread_id}/runs{path}")
        if times:
            moment = datetime.fromtimestamp(start / 1000, UTC)
            entry |= {"startedDateTime": moment.isoformat(timespec="milliseconds"), "time": now - start}
        entries.append((start, now, entry))
        waiting.append((thread, client, body))
    if random.random() < 0.5:
        entries.sort(key=lambda item: item[0])
    return [entry for *_, entry in entries]
