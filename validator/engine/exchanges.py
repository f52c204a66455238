"""Compare answers with their requests, and the answers of a recording with each other."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from validator.core.exchange import Request, Response
from validator.core.options import CheckOptions
from validator.core.problem import Problem, Span
from validator.engine.checked import CheckedDocument, CheckedPart
from validator.engine.rule_set import RuleSet, call
from validator.rules.objects import ZERO_TIMES, Run, is_masked, names_nothing
from validator.rules.support.exchanges import AnswerKind, Exchange
from validator.rules.support.listings import Answer, RecordedListing
from validator.rules.support.snapshots import Occurrence

_NOT_OF_THE_LISTING = ("after", "before", "limit", "order")
_NEW_THREAD = "/threads/runs"
"""The end of the path that creates a thread and its first run."""
_WITHOUT_KEY = "key-"
"""Steps of a live check whose answers are refusals, and are not compared with the listing."""
_Key: TypeAlias = tuple[str, frozenset[tuple[str, str]]]


def check_answer(
    request: Request, response: Response, document: CheckedDocument, rules: RuleSet, options: CheckOptions
) -> list[Problem]:
    """Return what is wrong with an answer to this request."""
    classified, origin, runs = document.classified, document.document.origin, []
    for checked in document.parts:
        for index, run in checked.runs:
            unreliable = checked.unreliable_fields.get(index, ())
            runs.append((checked.part.runs[index][0], {key: run[key] for key in run if key not in unreliable}))
    exchange = Exchange(
        request,
        response,
        _kind(document),
        classified.form if options.form == "auto" else None,
        document.parts[0].envelope if document.parts else None,
        runs,
        document.parsed.value if response.is_error else None,
        origin.period[0] if origin is not None and origin.period is not None else None,
        origin is not None and origin.is_stub,
        document.document.is_event,
    )
    problems = call(rules.of_subject("answer"), exchange, options)
    if document.parsed.readable:
        return problems
    return [problem._replace(pointer="", span=Span(0, 0)) for problem in problems]  # there is nothing to point into


def _kind(document: CheckedDocument) -> AnswerKind | None:
    """Return what the answer is: clients take neither several pages, nor a page or run in an object, for an answer."""
    kind = document.classified.kind
    if kind is None or document.classified.problem:  # which says what is wrong
        return kind
    part = document.parts[0].part
    if kind == "run":
        return "wrapped run" if part.runs[0][0] else "run"
    if kind == "runs" or (len(document.parts) == 1 and not part.pointer):
        return kind
    return "pages" if isinstance(document.parsed.value, list) else "wrapped page"


class RecordedAnswers:
    """The answers of a recording to requests for lists, and the runs that it has shown: by thread, and all."""

    def __init__(self) -> None:
        self._answers: dict[_Key, list[Answer]] = {}
        self._single: dict[_Key, dict[str, Occurrence]] = {}
        """The runs that were created, retrieved or changed, by the listing that they are in."""
        self._first_seen: dict[str | None, dict[str, Occurrence]] = {}
        self._shown: dict[str, Occurrence] = {}

    def add(self, request: Request, document: CheckedDocument, here: Occurrence) -> None:
        """Add an answer; one whose runs cannot be compared only shows runs."""
        for checked in document.parts:
            for index, run in checked.runs:
                unreliable = checked.unreliable_fields.get(index, ())
                if "id" not in unreliable:
                    thread = request.thread_id or (None if "thread_id" in unreliable else run["thread_id"])
                    self._first_seen.setdefault(thread, {}).setdefault(run["id"], here)
                    self._shown.setdefault(run["id"], here)
                    if "thread_id" not in unreliable and (key := _key_of_listing_with(run, request)):
                        self._single.setdefault(key, {}).setdefault(run["id"], here)
        if not request.lists_runs or document.classified.kind != "page" or request.step.startswith(_WITHOUT_KEY):
            return
        answers = self._answers.setdefault(_key(request), [])
        answers.append(_read_answer(request, document.parts[0], len(answers), here))

    def problems(self, rules: RuleSet, options: CheckOptions) -> Iterator[tuple[Occurrence, Problem]]:
        """Yield what is wrong with the answers together, each with the document that it is in."""
        for key, answers in self._answers.items():
            thread = Request("GET", key[0], {}).thread_id
            first_seen = ChainMap(self._first_seen.get(thread, {}), self._first_seen.get(None, {}))
            listing = RecordedListing(answers, first_seen, self._shown, self._single.get(key, {}))
            for problem in call(rules.of_subject("recording"), listing, options):
                yield answers[problem.answer].seen, problem


def _key(request: Request, path: str | None = None) -> _Key:
    """Return what the requests for the pages of one listing have in common, or those for a listing with this path."""
    others = frozenset(item for item in request.query.items() if item[0] not in _NOT_OF_THE_LISTING)
    return (request.path if path is None else path).rstrip("/"), others


def _key_of_listing_with(run: Run, request: Request) -> _Key | None:
    """Return the key of the listing of a run that a request created, retrieved or changed; None for any other run."""
    path, thread_id, run_id = request.path.rstrip("/"), run["thread_id"], run["id"]
    if is_masked(run_id) or names_nothing(run_id) or thread_id != (request.thread_id or thread_id):
        return None
    if request.run_id is not None:
        return _key(request, path[: path.rindex("/runs/")] + "/runs") if run_id == request.run_id else None
    if not request.creates_run:
        return None
    in_new_thread = path.endswith(_NEW_THREAD)
    return _key(request, f"{path.removesuffix(_NEW_THREAD)}/threads/{thread_id}/runs" if in_new_thread else path)


def _read_answer(request: Request, checked: CheckedPart, number: int, here: Occurrence) -> Answer:
    """Return an answer; it is comparable if its runs are complete and not more than the limit."""
    order, limit, envelope = request.order, request.limit, checked.envelope or {}
    runs: dict[str, float] = {}
    for index, run in checked.runs:
        if "id" not in checked.unreliable_fields.get(index, ()) and _is_time(run.get("created_at")):
            runs[run["id"]] = run["created_at"]
    times, data = [*runs.values()], envelope.get("data")
    is_ordered = order is None or all(a <= b if order == "asc" else a >= b for a, b in pairwise(times))
    is_complete = isinstance(data, list) and limit is not None and len(runs) == len(data) <= limit
    has_more = envelope.get("has_more")
    return Answer(
        number,
        here,
        order or "desc",
        limit or 0,
        request.query.get("after") or None,
        request.query.get("before") or None,
        runs,
        has_more if isinstance(has_more, bool) else None,
        is_complete and order is not None,
        is_ordered,
    )


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in ZERO_TIMES
