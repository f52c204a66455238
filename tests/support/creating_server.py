"""A server on which threads and runs are created, which keeps every statement, and mutants of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from tests.support.http_server import Asked, Reply, refuse
from tests.support.sound_server import KEY, answer, make_threads
from tests.support.threads import Run, numbered, window

ACTIVE = ("queued", "in_progress", "cancelling")


class CreatingServer:
    """Answers what is asked; runs are created at the times 0, 1, 1, 2, 2, 3 … after that of the server.

    A run is queued until it is cancelled, and then ends when it is looked at.
    """

    def __init__(self, speed: int = 1) -> None:
        self._now, self._speed = int(time.time()), speed
        self.threads = {thread: [*runs] for thread, runs in make_threads().items()}
        self.assistants: list[str] = []
        self._numbers = count(900)

    def __call__(self, asked: Asked) -> Reply:
        """Answer a request."""
        if asked.headers.get("Authorization") != f"Bearer {KEY}":
            return refuse("Incorrect API key provided.", 401)
        names = asked.path.split("/")[2:]
        if asked.method == "POST":
            return self.create(names, json.loads(asked.body or "{}"))
        if asked.method == "DELETE":
            return self.delete(*names)
        if len(names) == 4:
            self.finish(names[1], names[3])
        return answer(asked, self.threads, window=self.window)

    def window(self, runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
        """The runs between two cursors."""
        return window(runs, after, before)

    def create(self, names: list[str], body: dict[str, Any]) -> Reply:
        """Create what a request asks for, or cancel a run."""
        match names:
            case ["assistants"]:
                self.assistants.append(f"asst_{next(self._numbers):024d}")
                return Reply({"id": self.assistants[-1], "object": "assistant", "model": body["model"]})
            case ["threads"]:
                thread = f"thread_{next(self._numbers):024d}"
                self.threads[thread] = []
                return Reply({"id": thread, "object": "thread", "metadata": body["metadata"]})
            case ["threads", thread, *_] if thread not in self.threads:
                return refuse(f"No thread found with id '{thread}'.", 404)
            case ["threads", thread, "messages"]:
                return Reply({"id": f"msg_{next(self._numbers)}", "object": "thread.message", "thread_id": thread})
            case ["threads", thread, "runs"]:
                return self.create_run(thread, body)
            case ["threads", thread, "runs", run, "cancel"]:
                return self.cancel(thread, run)
        return refuse("No such resource.", 404)

    def create_run(self, thread: str, body: dict[str, Any]) -> Reply:
        """Create a run unless one is active."""
        runs = self.threads[thread]
        if any(run["status"] in ACTIVE for run in runs) and not self.accepts_second():
            return refuse(f"Thread {thread} already has an active run.")
        number, created = next(self._numbers), self._now + self._speed * (len(runs) + 1) // 2
        chosen: Run = {name: body[name] for name in ("assistant_id", "model", "metadata") if name in body}
        active: Run = {"status": "queued", "started_at": None, "completed_at": None, "usage": None}
        run = {**numbered(number, created), **active, **chosen, "thread_id": thread, "expires_at": created + 600}
        runs.append(run)
        return Reply(run)

    def accepts_second(self) -> bool:
        """Whether a thread may have two active runs."""
        return False

    def cancel(self, thread: str, run_id: str) -> Reply:
        """Let a run end soon."""
        status = next(run["status"] for run in self.threads[thread] if run["id"] == run_id)
        if status not in ACTIVE:
            return refuse(f"Cannot cancel run with status '{status}'.")
        return self.change(thread, run_id, status="cancelling")

    def finish(self, thread: str, run_id: str) -> None:
        """Let a run end that is being cancelled."""
        if any(run["id"] == run_id and run["status"] == "cancelling" for run in self.threads.get(thread, [])):
            usage: Run = {"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 9}
            ended: Run = {"status": "cancelled", "cancelled_at": self._now + 9, "expires_at": None, "usage": usage}
            self.change(thread, run_id, **ended)

    def change(self, thread: str, run_id: str, **fields: Any) -> Reply:
        """Change a run."""
        runs = self.threads[thread]
        place = [run["id"] for run in runs].index(run_id)
        runs[place] = {**runs[place], **fields}
        return Reply(runs[place])

    def delete(self, kind: str, deleted: str) -> Reply:
        """Delete a thread or an assistant."""
        if kind == "threads":
            del self.threads[deleted]
        else:
            self.assistants.remove(deleted)
        return Reply({"id": deleted, "object": f"{kind[:-1]}.deleted", "deleted": True})


class CountsOffsets(CreatingServer):
    """Remembers at which place of a page a run was, and takes that for the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, int] = {}

    def window(self, runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
        found = window(runs, after, before)
        if after in self.places and not before:
            found = runs[self.start(self.places[after], runs.index(found[0]) if found else len(runs)) :]
        self.places = {run["id"]: runs.index(run) for run in found}
        return found

    def start(self, place: int, right: int) -> int:
        """Where the page after a run begins that was at this place, and where it should begin."""
        return place + 1


class SkipsOffsets(CountsOffsets):
    """Adds what it should subtract where the offset has changed."""

    def start(self, place: int, right: int) -> int:
        return right + right - (place + 1)


class AcceptsSecondRun(CreatingServer):
    """Lets a thread have two active runs."""

    def accepts_second(self) -> bool:
        return True


class ReturnsTheActiveRun(CreatingServer):
    """Answers with the run that is active instead of a second one."""

    def create_run(self, thread: str, body: dict[str, Any]) -> Reply:
        active = [run for run in self.threads[thread] if run["status"] in ACTIVE]
        return Reply(active[0]) if active else super().create_run(thread, body)


class ListsNothing(CreatingServer):
    """Creates runs, and lists none of them."""

    def window(self, runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
        return []


class HidesNewest(CreatingServer):
    """Lists all runs of a thread but the newest."""

    def window(self, runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
        newest = max((run["created_at"], run["id"]) for run in runs) if runs else None
        found = super().window(runs, after, before)
        return [run for run in found if (run["created_at"], run["id"]) != newest]


class HidesActive(CreatingServer):
    """Lists the runs that have ended."""

    def window(self, runs: Sequence[Run], after: str | None, before: str | None) -> Sequence[Run]:
        return [run for run in super().window(runs, after, before) if run["status"] not in ACTIVE]


class CreatesWith201(CreatingServer):
    """Answers with 201 where it has created something."""

    def create(self, names: list[str], body: dict[str, Any]) -> Reply:
        reply = super().create(names, body)
        return reply._replace(status=201) if reply.status == 200 else reply


class RefusesWith200(CreatingServer):
    """Answers with 200 and an error where it creates no run."""

    def create_run(self, thread: str, body: dict[str, Any]) -> Reply:
        return super().create_run(thread, body)._replace(status=200)


CREATING_MUTANTS: dict[tuple[str, str], tuple[Callable[[], CreatingServer], Sequence[str]]] = {
    ("cursor-stable", "repeats a run"): (CountsOffsets, ["overlapping-pages"]),
    ("cursor-stable", "hides a run"): (SkipsOffsets, ["lost-runs"]),
    ("walk-complete", "lists nothing"): (ListsNothing, ["lost-runs"]),
    ("walk-complete", "hides the newest run"): (HidesNewest, ["lost-runs", "wrong-window"]),
    ("walk-complete", "hides active runs"): (HidesActive, ["lost-runs"]),
    ("valid-requests", "201 for what is created"): (CreatesWith201, ["unexpected-status"]),
    ("one-active-run", "an error as 200"): (RefusesWith200, ["not-a-run-list"]),
    ("one-active-run", "accepts a second one"): (AcceptsSecondRun, ["concurrent-active-runs"]),
    ("one-active-run", "returns the active one"): (ReturnsTheActiveRun, ["changed-immutable-field"]),
}
"""Mutants for each statement about what is created, by what they do, and the rules that report each."""
