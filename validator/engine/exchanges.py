"""Compare answers with their requests, and the answers of a recording with each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from validator.core.exchange import Request, Response
from validator.core.options import CheckOptions
from validator.core.problem import Problem, Span
from validator.engine.checked import CheckedDocument, CheckedPart
from validator.engine.rule_set import RuleSet, call
from validator.rules.objects import ZERO_TIMES
from validator.rules.support.exchanges import Exchange
from validator.rules.support.listings import Answer, RecordedListing
from validator.rules.support.snapshots import Occurrence

_NOT_OF_THE_LISTING = ("after", "before", "limit", "order")


def check_answer(
    request: Request, response: Response, document: CheckedDocument, rules: RuleSet, options: CheckOptions
) -> list[Problem]:
    """Return what is wrong with an answer to this request."""
    classified, runs = document.classified, []
    for checked in document.parts:
        for index, run in checked.runs:
            unreliable = checked.unreliable_fields.get(index, ())
            runs.append((checked.part.runs[index][0], {key: run[key] for key in run if key not in unreliable}))
    exchange = Exchange(
        request,
        response,
        classified.kind,
        classified.form if options.form == "auto" else None,
        document.parts[0].envelope if document.parts else None,
        runs,
        document.parsed.value if response.is_error else None,
    )
    problems = call(rules.of_subject("answer"), exchange, options)
    if document.parsed.readable:
        return problems
    return [problem._replace(pointer="", span=Span(0, 0)) for problem in problems]  # there is nothing to point into


class RecordedAnswers:
    """The answers of a recording to requests for lists, and the runs that it has shown."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, frozenset[tuple[str, str]]], list[Answer]] = {}
        self._first_seen: dict[str, Occurrence] = {}

    def add(self, request: Request, document: CheckedDocument, here: Occurrence) -> None:
        """Add an answer; one whose runs cannot be compared only shows runs."""
        for checked in document.parts:
            for index, run in checked.runs:
                if "id" not in checked.unreliable_fields.get(index, ()):
                    self._first_seen.setdefault(run["id"], here)
        if not request.lists_runs or document.classified.kind != "page":
            return
        others = frozenset(item for item in request.query.items() if item[0] not in _NOT_OF_THE_LISTING)
        answers = self._answers.setdefault((request.path.rstrip("/"), others), [])
        answer = _comparable(request, document.parts[0], len(answers), here)
        if answer is not None:
            answers.append(answer)

    def problems(self, rules: RuleSet, options: CheckOptions) -> Iterator[tuple[Occurrence, Problem]]:
        """Yield what is wrong with the answers together, each with the document that it is in."""
        for answers in self._answers.values():
            if len(answers) > 1:
                listing = RecordedListing(answers, self._first_seen)
                for problem in call(rules.of_subject("recording"), listing, options):
                    yield answers[problem.answer].seen, problem


def _comparable(request: Request, checked: CheckedPart, number: int, here: Occurrence) -> Answer | None:
    """Return an answer that other answers can be compared with: complete runs, in the order asked for."""
    order, limit, envelope = request.order, request.limit, checked.envelope
    if order is None or limit is None or envelope is None or not isinstance(envelope.get("data"), list):
        return None
    runs: dict[str, float] = {}
    for index, run in checked.runs:
        if "id" not in checked.unreliable_fields.get(index, ()) and _is_time(run.get("created_at")):
            runs[run["id"]] = run["created_at"]
    times = [*runs.values()]
    is_ordered = all(a <= b if order == "asc" else a >= b for a, b in pairwise(times))
    if len(runs) != len(envelope["data"]) or len(runs) > limit or not is_ordered:
        return None
    has_more = envelope.get("has_more")
    after, before = request.query.get("after") or None, request.query.get("before") or None
    return Answer(number, here, order, limit, after, before, runs, has_more if isinstance(has_more, bool) else None)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in ZERO_TIMES
