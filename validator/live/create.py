"""Threads and runs that a check creates on the server, and what it asks about them.

Nothing is created unless the caller wants it. All of it has the metadata `validate-runs`, and only what the check has
created is ever cancelled or deleted: the transport asks `Created` before it sends anything but GET.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from validator.core.credentials import mask
from validator.core.exchange import Request
from validator.core.phrases import count, escape
from validator.live.exchange import (
    Answer,
    Ask,
    Method,
    Page,
    Question,
    explain_no_access,
    is_id,
    list_path,
    quote_segment,
    read_object,
    read_page,
    run_path,
    thread_path,
)
from validator.live.transport import LiveError, Unusable
from validator.rules.objects import ACTIVE

RUNS_TO_CREATE = 4
"""Runs that the thread gets before it is listed: fewer are not enough for walks."""
METADATA_KEY = "validate-runs"
_MESSAGE = "This message was sent by validate-runs. Reply with OK."
_PAUSES = (0.0, 0.5, 1.0, 2.0, 3.0, 3.5)
"""Seconds before each look at a run that is to end."""
_SECOND = 1.0
_MISSING = (404, 405, 501)
_MAX_REASON = 200


class Recipe(NamedTuple):
    """How to create runs: with an assistant that exists, or with a model, for which an assistant is created.

    `token` is the value of the metadata `validate-runs`. `deletes` says whether all is deleted at the end.
    """

    assistant: str | None
    model: str | None
    token: str
    deletes: bool = False


class Created:
    """What a check has created on a server, and which requests it may therefore send.

    `given` are ids of threads that were there before: none of them is ever taken for one that was created.
    """

    def __init__(self, given: Iterable[str] = (), *, deletes: bool = False) -> None:
        self._given = frozenset(given)
        self._deletes = deletes
        self.outcomes: dict[str, str] = {}
        """What became of each path that was to be deleted."""
        self.threads: dict[str, list[str]] = {}
        """The ids of the runs of each thread."""
        self.assistant: str | None = None
        self.left_active: dict[str, str] = {}
        """Why each run is left active that should have ended."""

    def allows(self, method: Method, path: str) -> bool:
        """Return whether a request creates something, or changes what was created here."""
        if method == "DELETE":
            return self._deletes and path in self._paths()
        if method == "POST":
            below = [f"{thread_path(thread)}/{name}" for thread in self.threads for name in ("messages", "runs")]
            cancelled = [f"{run_path(thread, run)}/cancel" for thread, runs in self.threads.items() for run in runs]
            return path in ("/assistants", "/threads", *below, *cancelled)
        return False

    def is_new(self, thread: str) -> bool:
        """Return whether no thread with this id is known."""
        return thread not in self._given and thread not in self.threads

    def undecided(self) -> Iterator[str]:
        """Yield the paths of what was created and nobody has tried to delete."""
        return (path for path in self._paths() if path not in self.outcomes)

    def describe(self) -> list[str]:
        """Return a line for each thread and the assistant, and for each run that was left active.

        A line has the id and what became of it; that of a thread also has the number of runs.
        """
        lines = [
            (thread_path(thread), f"{escape(thread)} ({count(len(runs), 'run')})")
            for thread, runs in self.threads.items()
        ]
        if self.assistant is not None:
            lines.append((_assistant_path(self.assistant), escape(self.assistant)))
        left = [f"{escape(run)}: {why}" for run, why in self.left_active.items()]
        return [f"{line}: {self.outcomes.get(path, 'not deleted')}" for path, line in lines] + left

    def _paths(self) -> list[str]:
        assistants = [_assistant_path(self.assistant)] if self.assistant is not None else []
        return [*map(thread_path, self.threads), *assistants]


class TooFewRuns(LiveError):
    """The thread that was created did not get all its runs: the answers are judged, but walks are not exercised."""


class _Failed(Exception):
    """Something cannot be created: the text says why."""


class Creator:
    """Creates a thread with runs, perhaps another one, and asks what only a thread that changes can tell.

    `redact` removes secrets from what the server says. `reasons` says of statements why nothing was asked about them.
    """

    def __init__(
        self,
        ask: Ask,
        recipe: Recipe,
        created: Created,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._ask = ask
        self._recipe = recipe
        self._created = created
        self._redact = redact
        self._assistant = recipe.assistant
        self._problem = ""
        self._shortage = ""
        self.reasons: dict[str, str] = {}

    def prepare(self, *, is_needed: bool, lists_empty: bool, has_other: bool) -> tuple[str, str]:
        """Create a thread with runs, and another one unless there is one; return both ids, empty without a thread.

        The first is listed while it has no run if `lists_empty`. Raises `Unusable` if a thread `is_needed` and it
        cannot be created, or gets no run.
        """
        thread = other = ""
        try:
            if self._assistant is None:
                self._create_assistant()
            thread = self._create_thread()
            if lists_empty:
                self._ask(Question("empty-thread", list_path(thread)))
            self._add_runs(thread)
            if not has_other:
                other = self._create_thread()
                self._add_run(other)
        except _Failed as failed:
            self._problem = str(failed)
            number = len(self._created.threads.get(thread, ()))
            if is_needed and not number:
                raise Unusable(self._problem) from None
            if is_needed and number < RUNS_TO_CREATE:
                self._shortage = f"{count(number, 'run')} of {RUNS_TO_CREATE} created: {self._problem}"
        return thread, other

    def challenge(self, thread: str) -> None:
        """Create runs in a thread that has some, where that should change nothing or is refused."""
        for statement, ask in (("cursor-stable", self._insert), ("one-active-run", self._create_second)):
            try:
                if self._problem:
                    raise _Failed(self._problem)
                ask(thread)
            except _Failed as failed:
                self._problem = self._problem or str(failed)
                self.reasons[statement] = self._problem

    def require_runs(self) -> None:
        """Raise `TooFewRuns` if the thread to list has fewer runs than it should have."""
        if self._shortage:
            raise TooFewRuns(self._shortage)

    def delete(self) -> None:
        """Delete what was created; what is not deleted is listed as such."""
        if not self._recipe.deletes:
            return
        for path in [*self._created.undecided()]:
            try:
                answer = self._ask(Question("delete-created", path, method="DELETE"))
            except LiveError:
                continue
            if answer.is_success and (read_object(answer) or {}).get("deleted") is not False:
                self._created.outcomes[path] = "deleted"
            else:
                self._created.outcomes[path] = f"not deleted: {self._outcome(answer)}"

    def _insert(self, thread: str) -> None:
        """Walk through the listing, and create a run after the first page."""
        query = {"limit": "1", "order": "desc"}
        page = self._list(thread, "insert-before", query)
        if page is None or not page.runs or page.has_more is not True:
            self.reasons["cursor-stable"] = "a page of 1 run has no next page"
            return
        run = self._create_run(thread, "insert-run")
        seen = set(page.ids)
        for _ in range(RUNS_TO_CREATE + 1):
            query["after"] = page.ids[-1]
            page = self._list(thread, "insert-after", query)
            if page is None or not page.runs or seen.intersection(page.ids) or page.has_more is not True:
                break
            seen.update(page.ids)
        self._list(thread, "insert-listed", {"limit": "100", "order": "desc"})  # while the run is active
        self._end(thread, run)

    def _create_second(self, thread: str) -> None:
        """Create a run while another one is active."""
        first = self._create_run(thread, "first-active")
        if not _is_active(first):
            self.reasons["one-active-run"] = "a run has ended when it is created"
            return
        answer = self._post("second-active", list_path(thread), self._run_body())
        outcome = f"the second run was answered with {answer.status}" if answer.status else answer.error
        self.reasons["one-active-run"] = outcome  # not shown where that is a refusal: the statement is verified
        second = self._register_run(thread, answer)
        if second is not None:
            is_same = second["id"] == first["id"]
            reason = "the second run has the id of the first" if is_same else "the first run had ended"
            self.reasons["one-active-run"] = reason
            self._list(thread, "second-listed", {"limit": "100", "order": "desc"})
            self._end(thread, second)
        self._end(thread, first)

    def _create_assistant(self) -> None:
        """Create an assistant with the model, unless the server has no assistants."""
        body = {"model": self._recipe.model, "name": METADATA_KEY, "instructions": "Reply with OK."}
        answer = self._post("create-assistant", "/assistants", body)
        if answer.status in _MISSING:
            return
        self._created.assistant = self._assistant = self._read_id(answer, "an assistant")

    def _create_thread(self) -> str:
        answer = self._post("create-thread", "/threads", {})
        thread = self._read_id(answer, "a thread")
        if not self._created.is_new(thread):
            raise _Failed("the server does not create a thread: it returned one that existed before")
        self._created.threads[thread] = []
        return thread

    def _add_runs(self, thread: str) -> None:
        """Create runs one after the other as fast as they end, but not all in one second: order is by created_at."""
        times: set[str] = set()
        for number in range(RUNS_TO_CREATE):
            if number == RUNS_TO_CREATE // 2 and len(times) == 1:
                time.sleep(_SECOND)
            times.add(self._add_run(thread))

    def _add_run(self, thread: str) -> str:
        """Create a run, wait until it has ended, and return when it was created; the first has a message to answer."""
        if not self._created.threads[thread]:
            self._post("create-message", f"{thread_path(thread)}/messages", {"role": "user", "content": _MESSAGE})
        run = self._create_run(thread, "create-run")
        self._end(thread, run)
        return repr(run.get("created_at"))

    def _create_run(self, thread: str, step: str) -> dict[str, Any]:
        answer = self._post(step, list_path(thread), self._run_body())
        run = self._register_run(thread, answer)
        if run is None:
            raise self._explain(answer, "a run")
        return run

    def _run_body(self) -> dict[str, Any]:
        chosen = {"assistant_id": self._assistant, "model": self._recipe.model}
        return {name: value for name, value in chosen.items() if value is not None}

    def _register_run(self, thread: str, answer: Answer) -> dict[str, Any] | None:
        """Return the run in an answer, which is then one that may be cancelled; None where there is none."""
        run = _read_success(answer)
        if run is None or not _is_plain_id(run.get("id")):
            return None
        runs = self._created.threads[thread]
        if run["id"] not in runs:
            runs.append(run["id"])
        return run

    def _end(self, thread: str, run: dict[str, Any]) -> None:
        """Cancel a run and wait until it has ended, so that the thread takes another one."""
        path = run_path(thread, run["id"])
        if not _is_active(run):
            return
        answer = self._post("cancel-run", f"{path}/cancel", None)
        run = _read_success(answer) or run
        for pause in _PAUSES:
            if not _is_active(run):
                return
            time.sleep(pause)
            run = _read_success(self._ask(Question("poll-run", path))) or run
        why = f"left {run['status']}, {sum(_PAUSES):.0f} s after {self._outcome(answer)}"
        self._created.left_active[run["id"]] = why
        raise _Failed(mask(self._redact(f"{escape(run['id'])} is {why}")))

    def _list(self, thread: str, step: str, query: dict[str, str]) -> Page | None:
        return read_page(self._ask(Question(step, list_path(thread), tuple(query.items()))))

    def _post(self, step: str, path: str, body: dict[str, Any] | None) -> Answer:
        """Send a body with the metadata; None: no body."""
        text = "" if body is None else json.dumps({**body, "metadata": {METADATA_KEY: self._recipe.token}})
        return self._ask(Question(step, path, method="POST", body=text))

    def _read_id(self, answer: Answer, what: str) -> str:
        body = _read_success(answer)
        if body is None or not _is_plain_id(body.get("id")):
            raise self._explain(answer, what)
        created_id: str = body["id"]
        return created_id

    def _explain(self, answer: Answer, what: str) -> _Failed:
        """Return why an answer is no success, with the message of the server."""
        if problem := explain_no_access(answer):
            return _Failed(mask(self._redact(problem)) if answer.status < 400 else problem)  # a redirect names a server
        return _Failed(f"the server does not create {what}: {answer.error or self._outcome(answer)}")

    def _outcome(self, answer: Answer) -> str:
        """Return what became of a request, with the message of the server or the start of the body."""
        label = self._redact(Request.parse(answer.question.method, answer.url).label)
        if answer.error:
            return f"{label} was not answered: {answer.error}"
        error = (read_object(answer) or {}).get("error")
        message = error.get("message") if isinstance(error, dict) else None
        body = "" if answer.is_success else answer.body.decode(errors="replace")
        text = message if isinstance(message, str) else body
        words = escape(mask(self._redact(text)[: 10 * _MAX_REASON])[:_MAX_REASON])
        return f"{label} was answered with {answer.status}{words and f' ({words})'}"


def _is_plain_id(value: object) -> bool:
    """Return whether a value is an id that stands for one part of a path, whatever the server makes of dots."""
    return is_id(value) and re.fullmatch(r"[\w:~-][\w.:~-]*", str(value), re.ASCII) is not None


def _read_success(answer: Answer) -> dict[str, Any] | None:
    """Return the object in an answer that is a success; None where there is none."""
    return read_object(answer) if answer.is_success else None


def _is_active(run: Mapping[str, Any]) -> bool:
    return isinstance(run.get("status"), str) and run["status"] in ACTIVE


def _assistant_path(assistant: str) -> str:
    return f"/assistants/{quote_segment(assistant)}"
