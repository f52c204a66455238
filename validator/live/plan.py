"""Which questions are asked of a server, and in which order: later ones depend on earlier answers.

Nothing is judged here. Where an answer leaves nothing to ask, the questions that follow from it are left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from validator.live.create import Created, Creator, Recipe
from validator.live.exchange import (
    Answer,
    Ask,
    KeyChoice,
    Page,
    Question,
    explain_no_access,
    list_path,
    read_page,
    run_path,
)
from validator.live.transport import LiveError, Unusable

MIN_RUNS = 4
"""Runs that a thread needs: fewer are not enough for walks."""
MAX_RUNS_WALKED = 12
"""Beyond so many runs, walks take larger pages, and those of one run each stop early."""
PAGES_OF_ONE = 6
MAX_RETRIEVED = 5
UNKNOWN_RUN = "run_doesnotexist0000000000000"
UNKNOWN_THREAD = "thread_doesnotexist000000000000"


class Redirected(LiveError):
    """The first request is redirected: that is a finding, and nothing else is asked."""


class Scope(NamedTuple):
    """What to ask about: a thread with runs, perhaps another one, an empty one, and requests with wrong keys.

    `thread` is "" where the check creates it.
    """

    thread: str
    other_thread: str | None = None
    empty_thread: str | None = None
    check_auth: bool = False


class Walker:
    """Asks the questions of a check."""

    def __init__(self, ask: Ask, scope: Scope, creator: Creator | None = None) -> None:
        self._ask = ask
        self._scope = scope
        self._creator = creator
        self.repeated = False
        """Whether the thread had changed, so that the first steps were repeated."""
        self.is_stable = False
        """Whether the runs of the thread were the same at the end."""

    def run(self) -> None:
        """Ask everything; raises `Unusable`, `Redirected`, `TooFewRuns`, and what asking raises."""
        created = ""
        if self._creator and not self._scope.thread:
            created = self._create(self._creator)
        first = self._list("probe")
        _require_usable(first)
        if self._creator and not created:  # nothing is created on a server that cannot be checked
            created = self._create(self._creator)
        reference = self._compare_pages()
        again = self._page("again", limit="100", order="desc")
        if reference is not None and again is not None and {*again.ids} != {*reference.ids}:
            self.repeated = True
            reference = self._compare_pages()
            again = self._page("again", limit="100", order="desc")
        self.is_stable = reference is not None and again is not None and {*again.ids} == {*reference.ids}
        self._retrieve(again.runs if again else ())
        self._list("default")  # as at first: by now it is known what it should have, and how runs are retrieved
        self._refusals()
        self._cursors()
        self._unknown()
        if self._scope.check_auth:
            self._list("key-none", key="none")
            self._list("key-wrong", key="wrong")
        if self._creator:
            self._creator.challenge(created)
            self._creator.require_runs()

    def _create(self, creator: Creator) -> str:
        """Create a thread with runs and return its id; it stands in for threads that were not named."""
        scope = self._scope
        thread, other = creator.prepare(
            is_needed=not scope.thread,
            lists_empty=scope.empty_thread is None,
            has_other=bool(scope.thread) or scope.other_thread is not None,
        )
        if not scope.thread:
            scope = scope._replace(thread=thread, other_thread=scope.other_thread or other or None)
        elif scope.other_thread is None:
            scope = scope._replace(other_thread=thread or None)
        self._scope = scope
        return thread

    def _compare_pages(self) -> Page | None:
        """List the thread in all ways that must agree, and return the widest page."""
        wide = self._page("wide-desc", limit="100", order="desc")
        ascending = self._page("wide-asc", limit="100", order="asc")
        if wide is None or not wide.runs:
            return wide
        number = len(wide.runs)
        if number >= 2 and self._walks(number):
            is_cut = wide.has_more is True or (ascending is not None and {*ascending.ids} != {*wide.ids})
            self._exact(number, is_cut)
            self._windows(wide.ids, is_cut)
        return wide

    def _walks(self, number: int) -> bool:
        """Walk through the listing; return whether the server keeps to the limit.

        The last walk in order desc does not name the order, as most clients do not.
        """
        is_long = number > MAX_RUNS_WALKED
        limits = (1, 2, 3) if not is_long else (1, math.ceil(number / 6), math.ceil(number / 4))
        for limit in limits:
            order = {} if limit == limits[-1] else {"order": "desc"}
            pages = PAGES_OF_ONE if is_long and limit == 1 else None
            if not self._walk(f"walk-desc-{limit}", number, pages, limit=str(limit), **order):
                return False
        return self._walk(f"walk-asc-{limits[1]}", number, None, limit=str(limits[1]), order="asc")

    def _walk(self, step: str, number: int, pages: int | None, **query: str) -> bool:
        """Ask for page after page as the official clients do; return whether no page has too many runs."""
        seen: set[str] = set()
        limit = int(query["limit"])
        for _ in range(pages or math.ceil(number / limit) + 2):
            page = self._page(step, **query)
            if page is None or not page.runs:
                break
            if len(page.runs) > limit:
                return False
            ids = page.ids
            if seen.intersection(ids) or page.has_more is not True:
                break
            seen.update(ids)
            query["after"] = ids[-1]
        return True

    def _exact(self, number: int, is_cut: bool) -> None:
        """Ask for exactly as many runs as there are, and for one fewer."""
        if not is_cut and number < 100:
            self._list("exact", limit=str(number), order="desc")
        self._list("one-fewer", limit=str(number - 1), order="desc")

    def _windows(self, ids: Sequence[str], is_cut: bool) -> None:
        """Ask for what lies before, after and between runs, which are all that there are unless `is_cut`."""
        middle = ids[len(ids) // 2]
        for name, cursor in (("first", ids[0]), ("middle", middle), ("last", ids[-1])):
            self._list(f"before-{name}", limit="100", order="desc", before=cursor)
        self._list("before-limited", limit="1", order="desc", before=ids[-1])
        self._list("before-asc", limit="100", order="asc", before=middle)
        if len(ids) > 2:
            self._list("between", limit="100", order="desc", after=ids[0], before=ids[-1])
        self._list("walk-desc-100" if is_cut else "after-last", limit="100", order="desc", after=ids[-1])
        self._list("after-first", after=ids[0])
        self._list("asc", order="asc")

    def _refusals(self) -> None:
        for limit in ("0", "101", "-1", "abc", "1.5"):
            self._list(f"limit-{limit}", limit=limit)
        for order in ("newest", "DESC"):
            self._list(f"order-{order}", order=order)

    def _cursors(self) -> None:
        self._list("cursor-after", after=UNKNOWN_RUN)
        self._list("cursor-before", before=UNKNOWN_RUN)
        if self._scope.other_thread is None:
            return
        other = self._page("other-thread", thread=self._scope.other_thread, limit="100", order="desc")
        if other is not None and other.runs:
            self._list("cursor-other-after", after=other.ids[0])
            self._list("cursor-other-before", before=other.ids[0])

    def _unknown(self) -> None:
        self._list("thread-unknown", thread=UNKNOWN_THREAD)
        self._ask(Question("run-unknown", run_path(self._scope.thread, UNKNOWN_RUN)))
        if self._scope.empty_thread is not None:
            self._list("empty-thread", thread=self._scope.empty_thread)

    def _retrieve(self, runs: Sequence[dict[str, Any]]) -> None:
        """Retrieve the newest run, the oldest, and one of each status; and one of them in a thread that has no runs."""
        chosen: dict[str, None] = {}
        statuses: set[str] = set()
        runs = [run for run in runs if run.get("thread_id", self._scope.thread) == self._scope.thread]
        for run in (*runs[:1], *runs[-1:], *runs):
            status = str(run.get("status"))
            if len(chosen) < 2 or status not in statuses:
                chosen[run["id"]] = None
            statuses.add(status)
        for run_id in [*chosen][:MAX_RETRIEVED]:
            self._ask(Question("retrieve", run_path(self._scope.thread, run_id)))
        if runs:
            self._ask(Question("thread-unknown-run", run_path(UNKNOWN_THREAD, runs[0]["id"])))

    def _list(self, step: str, *, thread: str | None = None, key: KeyChoice = "right", **query: str) -> Answer:
        path = list_path(thread or self._scope.thread)
        return self._ask(Question(step, path, tuple(query.items()), key=key))

    def _page(self, step: str, *, thread: str | None = None, **query: str) -> Page | None:
        return read_page(self._list(step, thread=thread, key="right", **query))


def _require_usable(answer: Answer) -> None:
    """Raise `Unusable` or `Redirected` where the first answer shows that there is nothing to check."""
    status = answer.status
    if not status:
        problem = "the answer of the server cannot be read" if answer.headers else "the server cannot be reached"
        raise Unusable(f"{problem}: {answer.error}")
    if problem := explain_no_access(answer):
        raise (Redirected if 300 <= status < 400 else Unusable)(problem)
    if status in (404, 405, 501):
        path = urlsplit(answer.url).path
        hint = "; most servers have their API at /v1" if path.startswith("/threads/") else ""
        asked = f"GET {path} was answered with {status}{hint}"
        raise Unusable(f"the server does not implement list-runs, or has no such thread: {asked}")


def plan(
    scope: Scope,
    base: str,
    common: Sequence[tuple[str, str]] = (),
    recipe: Recipe | None = None,
    number: int = 7,
) -> Iterator[str]:
    """Yield the requests that would be sent for a thread of so many runs, with numbers in place of run ids.

    `common` is the query that every request has.
    """
    server = _ImaginarySoundServer([f"RUN-{index}" for index in range(1, number + 1)])
    creator = None
    if recipe is not None:
        created = Created(deletes=recipe.deletes)
        creator = Creator(server.answer, recipe, created)
    Walker(server.answer, scope, creator).run()
    if creator is not None:
        creator.delete()
    for question in server.questions:
        query = urlencode([*common, *question.query])
        note = {"right": "", "none": " (with no key)", "wrong": " (with a wrong key)"}[question.key]
        body = question.body and f" {question.body}"
        yield f"{question.method} {base}{question.path}{'?' if query else ''}{query}{note}{body}"


class _ImaginarySoundServer:
    """Answers as a server does that keeps every statement, as far as the next question depends on it."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.questions: list[Question] = []
        self._ids = ids
        self._created: dict[str, list[str]] = {}

    def answer(self, question: Question) -> Answer:
        """Remember a question, and answer it."""
        self.questions.append(question)
        is_refused = question.step == "second-active"
        body = self._create(question) if question.method == "POST" else self._read(question)
        return Answer(question, "", 1, 0.0, 0.0, status=400 if is_refused else 200, body=json.dumps(body).encode())

    def _create(self, question: Question) -> dict[str, Any]:
        _, resource, *rest = question.path.split("/")
        if not rest:
            thread = f"THREAD-{len(self._created) + 1}"
            if resource == "assistants":
                return {"id": "ASSISTANT"}
            self._created[thread] = []
            return {"id": thread}
        thread = rest[0]
        if rest[-1] == "runs" and question.step != "second-active":
            run = f"{thread}-RUN-{len(self._created[thread]) + 1}"
            self._created[thread].insert(0, run)
            return {"id": run, "status": "queued", "created_at": len(self._created[thread])}
        return {"id": rest[-1], "status": "cancelling"}

    def _read(self, question: Question) -> dict[str, Any]:
        """Return a page or a run."""
        query, thread = dict(question.query), question.path.split("/")[2]
        ordered = [*self._created.get(thread, self._ids)][:: -1 if query.get("order") == "asc" else 1]
        after, limit = query.get("after"), query.get("limit", "20")
        following = ordered[ordered.index(after) + 1 :] if after in ordered else ordered
        size = int(limit) if limit.isdecimal() else 20
        data = [{"id": run_id} for run_id in following[:size]]
        return {"data": data, "has_more": len(following) > size, "status": "cancelled"}
