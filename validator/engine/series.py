"""Check documents that belong together against each other; the memory for it is bounded by the runs in them."""

from __future__ import annotations

import json
import marshal
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, TypeAlias

from validator.core.exchange import Request, Response
from validator.core.options import Order
from validator.core.problem import Problem, Span
from validator.core.resource import RUN
from validator.engine.checked import CheckedDocument, CheckedPart
from validator.engine.checker import Checker, prefix_pointers
from validator.engine.exchanges import RecordedAnswers, check_answer
from validator.engine.rule_set import WITHOUT_REFERENCES, applies, call, readable_page, store
from validator.rules.base import ERROR
from validator.rules.objects import ZERO_TIMES, Page, Run
from validator.rules.support.snapshots import (
    BOTH,
    CONFIGURATION,
    REASONS,
    REMEMBERED,
    Digest,
    KnownRun,
    Occurrence,
    PageContext,
    Snapshot,
    StreamEvent,
    Transition,
    possible_orders,
)
from validator.rules.support.usage import COUNTS
from validator.sources.document import Document, Origin
from validator.sources.positions import FileLine

_MAX_LENGTH = 64
"""Characters of a string that is kept as it is; of a longer one a digest is kept."""
_CURSORS = ("after", "before")

ListingKey: TypeAlias = tuple[str, frozenset[tuple[str, str]]]
"""Path and parameters of a request, without those that differ from page to page."""


class Series:
    """Follows documents that belong together, and checks each against those before it.

    As a `listing` they are its pages in their order, as a `history` they show the same runs one time after another.
    Those of a recording are followed as far as its events and requests say that they belong together.
    """

    def __init__(self, checker: Checker, *, listing: bool = False, history: bool = False) -> None:
        self._options = checker.options
        self._rules = checker.rules
        self._listing_rules = checker.rules.of_subject("listing")
        self._history_rules = checker.rules.of_subject("history")
        self._stream_rules = checker.rules.of_subject("stream")
        self._listing = Listing(_orders(checker.options.order)) if listing else None
        self._history = History() if history else None
        self._recording = RecordingState()
        self._last_page: tuple[CheckedDocument, CheckedPart, Occurrence] | None = None
        self._number = 0

    def check(self, document: CheckedDocument) -> Iterator[Problem]:
        """Return what is wrong with a document after those before it."""
        source, origin = document.document, document.document.origin
        self._number += 1
        here = Occurrence(self._number, source.file, source.record, "", origin and origin.period)
        events = [] if origin else [*_split_events(document)]
        if events:
            self._recording = RecordingState(source.file)  # of this document alone
        for each in events or [document]:
            yield from self._check(each, here)

    def _check(self, document: CheckedDocument, here: Occurrence) -> Iterator[Problem]:
        source, origin = document.document, document.document.origin
        stream_problems: list[Problem] = []
        if origin is not None:
            position = origin.sequence, source.record or 0
            self._recording = self._recording.continued(source.file, position, is_stub=origin.is_stub)
            runs = [(checked, index, run) for checked in document.parts for index, run in checked.runs]
            if origin.event is not None and len(runs) == 1:
                stream_problems += self._check_event(document, *runs[0], here, origin)
                yield from stream_problems
            elif origin.event == "error":
                error = StreamEvent(origin.event, None, None, None, None, here, body=document.parsed.value)
                span = None if document.parsed.readable else Span(0, 0)  # there is nothing to point into
                yield from (problem._replace(span=span) for problem in call(self._stream_rules, error, self._options))
            elif document.document.problem is not None:
                self._recording.last_event = ""  # the event after one without data may be that data, without the name
        history = self._history or (self._recording.history if origin else None)
        if history is not None:
            yield from self._check_snapshots(document, here, history, self._invalidated(stream_problems))
        is_given = self._listing is not None and source.file is None  # responses that a caller says are one listing
        if origin is not None and origin.request is not None and not is_given:
            self._recording.answers.add(origin.request, document, here)
            if origin.request.lists_runs and document.classified.kind == "page":
                yield from self._check_recorded_page(document, here, origin.request)
        elif self._listing is not None:
            yield from self._check_pages(document, here, self._listing)

    @property
    def last_page(self) -> Document | None:
        """The document with the last page of the listing so far; None where others may continue it."""
        return self._last_page and self._last_page[0].document

    def check_end(self) -> list[Problem]:
        """Return what is wrong with the last page because none comes after it."""
        if self._last_page is None:
            return []
        document, checked, here = self._last_page
        return [*self._check_page(document, checked, PageContext(Page({}, ()), here, {}, is_last=True))]

    def check_answers(self) -> Iterator[tuple[int | None, Problem]]:
        """Return what is wrong with the answers of the recording together, each with the record that it is in."""
        for seen, problem in self._recording.answers.problems(self._rules, self._options):
            yield seen.record, problem

    def _check_event(
        self, document: CheckedDocument, checked: CheckedPart, index: int, run: Run, here: Occurrence, origin: Origin
    ) -> Iterator[Problem]:
        """Check the only run in an event of a stream."""
        pointer, original = checked.part.runs[index]
        here = here._replace(pointer=pointer)
        unreliable_fields = checked.unreliable_fields.get(index, ())
        run_id, status = (None if name in unreliable_fields else run[name] for name in ("id", "status"))
        recording = self._recording
        is_first = recording.stream != origin.stream
        before, name_before = (None, None) if is_first else (recording.last_event_run, recording.last_event)
        event = StreamEvent(origin.event, run_id, status, before, name_before, here, origin.stream_end)
        if origin.request is not None and is_first:  # the other events are of the same run
            response = Response(None, origin.response and origin.response.content_type)
            problems = check_answer(origin.request, response, document, self._rules, self._options)
            yield from _under("", problems, document, document.parsed.value)
        recording.stream, recording.last_event = origin.stream, origin.event
        recording.last_event_run = (run_id, here) if run_id else before
        yield from _under(pointer, call(self._stream_rules, event, self._options), document, original)

    def _check_snapshots(
        self, document: CheckedDocument, here: Occurrence, history: History, contradicted: Collection[str]
    ) -> Iterator[Problem]:
        """Compare runs with their earlier snapshots, but for the fields that the stream has contradicted."""
        for checked in document.parts:
            ids_on_page: set[str] = set()
            for index, run in checked.runs:
                pointer, original = checked.part.runs[index]
                unreliable_fields = {*checked.unreliable_fields.get(index, ()), *contradicted}
                if "id" in unreliable_fields or not run["id"] or run["id"] in ids_on_page:
                    continue
                if checked.part.is_page:
                    ids_on_page.add(run["id"])  # on a page, the same run again is no later snapshot
                metadata, is_new = _created(run, unreliable_fields, document.document.origin)
                transition = history.record(run, unreliable_fields, here._replace(pointer=pointer), metadata, is_new)
                if transition is not None:
                    yield from _under(pointer, self._check_transition(transition), document, original)

    def _check_transition(self, transition: Transition) -> Iterator[Problem]:
        """Check what has changed; fields that a rule has invalidated are hidden from the rules after it."""
        for rule in self._history_rules:
            problems = call([rule], transition, self._options)
            yield from problems
            if invalid := self._invalidated(problems):
                fields = {name: value for name, value in transition.after.fields.items() if name not in invalid}
                transition = transition._replace(after=transition.after._replace(fields=fields))

    def _invalidated(self, problems: Iterable[Problem]) -> set[str]:
        """Return the fields that no further rule may read; only an error hides errors."""
        errors = (problem for problem in problems if self._rules.severities.get(problem.rule) is ERROR)
        return {name for problem in errors for name in problem.invalidates}

    def _check_pages(self, document: CheckedDocument, here: Occurrence, listing: Listing) -> Iterator[Problem]:
        """Check a document that is one page of the listing, or several, or runs of it without their pages."""
        if document.classified.kind in ("run", "runs") and document.document.origin is None:
            if document.classified.runs:
                self._last_page = None
            yield from self._check_bare_runs(document, here, listing)
            return
        if document.classified.kind != "page":
            if document.classified.kind is None and not document.classified.other:
                self._last_page = None  # it may be the last page
            listing.interrupt()
            return
        for checked in document.parts:
            here = here._replace(pointer=checked.part.pointer)
            context = listing.context(here, order_was_requested=self._options.order is not None)
            self._last_page = document, checked, here
            yield from self._check_page(document, checked, context)
            listing.add(checked, here, is_ahead=False)

    def _check_bare_runs(self, document: CheckedDocument, here: Occurrence, listing: Listing) -> Iterator[Problem]:
        """Check runs that were given without their pages: each is the next in the listing."""
        for checked in document.parts:
            for index, run in checked.runs:
                pointer, original = checked.part.runs[index]
                unreliable_fields = checked.unreliable_fields.get(index, ())
                here = here._replace(pointer=pointer)
                context = listing.context(here, order_was_requested=self._options.order is not None)
                context = context._replace(previous_has_more=None)  # of a page, which says nothing of such a run
                page = Page({"data": [run], "has_more": True}, [(0, run)])
                problems = self._check_context(context, page, {0: unreliable_fields})
                yield from _under(pointer, map(_from_run, problems), document, original)
                listing.add_bare_run(run, unreliable_fields, here)

    def _check_recorded_page(self, document: CheckedDocument, here: Occurrence, request: Request) -> Iterator[Problem]:
        """Check the page that a recorded request returned."""
        checked, order = document.parts[0], request.order_or(self._options.order)
        cursors = {name: request.query[name] for name in _CURSORS if request.query.get(name)}
        after, before = cursors.get("after"), cursors.get("before")
        others = frozenset(item for item in request.query.items() if item[0] not in (*_CURSORS, "limit"))
        key = request.path.rstrip("/"), others
        known = self._recording.listings.get(key) or Listing(_orders(order), order is not None)
        continues = known.last_id == after if before is None else after is None and known.first_id == before
        listing = known if cursors and continues else Listing(known.orders, known.was_requested)
        context = listing.context(here, order_was_requested=order is not None)._replace(
            previous_run=known.earlier.get(after or ""),
            next_run=known.earlier.get(before or ""),
            cursors=tuple(cursors.values()),
            is_window=before is not None,
        )
        had_more, seen = context.previous_has_more or (False, here)
        if before is not None or not had_more or not here.is_beyond(seen):
            context = context._replace(previous_has_more=None)  # of the other end, or a matter of premature-end
        yield from self._check_page(document, checked, context)
        listing.add(checked, here, is_ahead=before is not None)
        self._recording.listings[key] = listing

    def _check_page(self, document: CheckedDocument, checked: CheckedPart, context: PageContext) -> Iterator[Problem]:
        if checked.envelope is not None:
            page = Page(checked.envelope, checked.runs)
            problems = self._check_context(context, page, checked.unreliable_fields, checked.invalid_fields)
            yield from _under(checked.part.pointer, problems, document, checked.part.page)

    def _check_context(
        self,
        context: PageContext,
        page: Page,
        unreliable_fields: Mapping[int, Collection[str]],
        invalid_fields: Collection[str] = (),
    ) -> Iterator[Problem]:
        """Return what is wrong with a page in its listing, with pointers that start at the page."""
        for rule in self._listing_rules:
            if applies(rule, page.envelope, invalid_fields):
                readable = context._replace(page=readable_page(rule, page, unreliable_fields))
                yield from call([rule], readable, self._options)


def _split_events(document: CheckedDocument) -> Iterator[CheckedDocument]:
    """Return the events of a stream that a client has collected in a document, each as a document with one run.

    A client leaves out the `done` that ends a stream; a further stream begins where a run is created.
    """
    stream = 0
    for checked in document.parts:
        for index, run in checked.runs if checked.part.events else ():
            name = checked.part.events[index]
            stream += name == f"{RUN.object}.created"
            origin = Origin(FileLine(document.document.record), event=name, stream=stream)
            part = checked._replace(runs=[(index, run)])
            yield document._replace(document=document.document._replace(origin=origin), parts=[part])


def _created(run: Run, unreliable_fields: Collection[str], origin: Origin | None) -> tuple[Any, bool]:
    """Return the metadata of a run that a live check asked for, None where unknown, and whether it has created it.

    Of other clients nothing is known: they may repeat a request, or record it twice.
    """
    request = origin.request if origin is not None else None
    if request is None or not request.step:
        return None, False
    is_known = "metadata" in run and "metadata" not in unreliable_fields
    metadata = _digest_if_long(run["metadata"] or {}) if is_known else None  # null says that there is none, too
    return metadata, request.creates_run


def _from_run(problem: Problem) -> Problem:
    """Return a problem of a page of one run with pointers that start at the run."""
    pointers = [pointer.removeprefix("data/0/") for pointer in (problem.pointer, *problem.explains)]
    return problem._replace(pointer=pointers[0], explains=tuple(pointers[1:]))


def _under(pointer: str, problems: Iterable[Problem], document: CheckedDocument, original: Any) -> list[Problem]:
    """Return the problems with pointers from the top, in the key names of the document."""
    return prefix_pointers(pointer, problems, None if document.classified.form == "wire" else original)


def _orders(order: Order | None) -> frozenset[str]:
    return frozenset({order}) if order else BOTH


@dataclass(slots=True)
class Listing:
    """What is known of a listing: the runs of its pages, the first and the last of them, its thread, possible orders.

    `was_requested` says that a recorded request names the order.
    `thread` is the id of the first run's thread, and the page of that run.
    Once a run without its page has contradicted the order or the thread, it is no longer compared: an export in another
    order is one finding.
    """

    orders: frozenset[str]
    was_requested: bool = False
    earlier: dict[str, KnownRun] = field(default_factory=dict)
    first_id: str | None = None
    last_id: str | None = None
    previous_has_more: tuple[bool, Occurrence] | None = None
    thread: tuple[str, Occurrence] | None = None
    has_one_order: bool = True
    has_one_thread: bool = True

    def context(self, here: Occurrence, *, order_was_requested: bool) -> PageContext:
        """Return what is known before the next page."""
        return PageContext(
            Page({}, ()),
            here,
            self.earlier,
            self.earlier.get(self.last_id or ""),
            thread=self.thread if self.has_one_thread else None,
            previous_has_more=self.previous_has_more,
            orders=self.orders if self.has_one_order else BOTH,
            order_was_requested=order_was_requested,
        )

    def interrupt(self) -> None:
        """Forget what the next page would continue: there is something else in between."""
        self.last_id = self.previous_has_more = None

    def add(self, checked: CheckedPart, here: Occurrence, *, is_ahead: bool) -> None:
        """Add the page that comes next, or that is ahead of all that are known."""
        if checked.envelope is None:
            self.interrupt()
            return
        previous_run = None if is_ahead else self.earlier.get(self.last_id or "")
        ids, times = self._add_runs(checked.runs, checked.unreliable_fields, here)
        self._narrow_orders(times, previous_run)
        if is_ahead or self.first_id is None:
            self.first_id = ids[0] if ids else self.first_id
        if not is_ahead:
            self.last_id = ids[-1] if ids else self.last_id
            has_more = None if "has_more" in checked.invalid_fields else checked.envelope["has_more"]
            self.previous_has_more = None if has_more is None else (has_more, here)

    def add_bare_run(self, run: Run, unreliable_fields: Collection[str], here: Occurrence) -> None:
        """Add a run without its page, which comes next."""
        previous_run = self.earlier.get(self.last_id or "")
        ids, times = self._add_runs([(0, run)], {0: unreliable_fields}, here)
        if times and previous_run is not None and previous_run.created_at is not None:
            self.has_one_order &= bool(self.orders & possible_orders([previous_run.created_at, *times]))
        if self.thread is not None and "thread_id" not in unreliable_fields:
            self.has_one_thread &= run["thread_id"] == self.thread[0]
        self._narrow_orders(times, previous_run)
        self.last_id = ids[0] if ids else self.last_id
        self.previous_has_more = None

    def _add_runs(
        self, runs: Iterable[tuple[int, Run]], unreliable_fields: Mapping[int, Collection[str]], here: Occurrence
    ) -> tuple[list[str], list[float]]:
        """Add runs; return the ids of all, and the times of creation of those that were not known."""
        ids: list[str] = []
        times: list[float] = []
        for index, run in runs:
            unreliable = unreliable_fields.get(index, ())
            if self.thread is None and "thread_id" not in unreliable and run["thread_id"]:
                self.thread = run["thread_id"], here
            if "id" in unreliable or not run["id"]:
                continue
            ids.append(run["id"])
            if run["id"] not in self.earlier:
                is_time = "created_at" not in unreliable and run["created_at"] not in ZERO_TIMES
                self.earlier[run["id"]] = KnownRun(run["created_at"] if is_time else None, here)
                times += [run["created_at"]] if is_time else []
        return ids, times

    def _narrow_orders(self, times: list[float], previous_run: KnownRun | None) -> None:
        """Keep the orders that the times of the new runs allow; times that contradict what is known are ignored."""
        own = possible_orders(times)
        if self.was_requested and own and not self.orders & own:
            self.orders = BOTH  # the server ignores the order, as unordered-runs reports
            return
        orders = self.orders & own
        if previous_run is not None and previous_run.created_at is not None:
            orders = orders & possible_orders([previous_run.created_at, *times]) or orders
        self.orders = orders or self.orders


class History:
    """The last snapshot of each run."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}
        self._configurations: dict[bytes, dict[str, Any]] = {}

    def record(
        self, run: Run, unreliable_fields: Collection[str], seen: Occurrence, metadata: Any, is_new: bool
    ) -> Transition | None:
        """Record a snapshot; return the transition from the one before, if there is one.

        Of two snapshots of which neither is later, that of the call which ended later is kept.
        """
        before = self._snapshots.get(run["id"])
        if before is not None and not seen.is_beyond(before.seen):
            if not seen.ends_after(before.seen):
                return None
            before = None
        fields = {name: run[name] for name in REMEMBERED if name in run and name not in unreliable_fields}
        if fields.get("usage"):
            fields["usage"] = {name: run["usage"][name] for name in COUNTS}
        for name, key in REASONS.items():
            if fields.get(name):
                fields[name] = fields[name].get(key)
        created = seen if is_new else before and before.created
        after = Snapshot(fields, self._configuration(run, unreliable_fields), seen, metadata, created=created)
        if before is not None and metadata is None:  # not known: it is taken to be as before
            after = after._replace(metadata=before.metadata, replaced_metadata=before.replaced_metadata)
        elif before is not None:
            replaced = before.replaced_metadata if metadata == before.metadata else before.metadata
            after = after._replace(replaced_metadata=replaced)
        self._snapshots[run["id"]] = after
        return None if before is None else Transition(before, after)

    def _configuration(self, run: Run, unreliable_fields: Collection[str]) -> Mapping[str, Any]:
        """Return what the run was created with: the same object for all runs that were created alike."""
        values = [(name, run[name]) for name in CONFIGURATION if name in run and name not in unreliable_fields]
        key = blake2b(marshal.dumps(values, WITHOUT_REFERENCES), digest_size=16).digest()
        if (configuration := self._configurations.get(key)) is None:
            configuration = {name: _digest_if_long(value) for name, value in values}
            store(self._configurations, key, configuration)
        return configuration


def _digest_if_long(value: Any) -> Any:
    if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > _MAX_LENGTH):
        text = json.dumps(_with_integers(value), sort_keys=True)
        return Digest(blake2b(text.encode(), digest_size=16).digest())
    return value


def _with_integers(value: Any) -> Any:
    """Return the value with 1.0 as 1: JSON has one kind of number, and a server may write it either way."""
    if isinstance(value, dict):
        return {key: _with_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_integers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(slots=True)
class RecordingState:
    """What is known of a recording: the position in it, its runs, listings by request, the last event of a stream."""

    file: str | None = None
    position: tuple[int, int] = (0, 0)
    history: History = field(default_factory=History)
    listings: dict[ListingKey, Listing] = field(default_factory=dict)
    answers: RecordedAnswers = field(default_factory=RecordedAnswers)
    stream: int | None = None
    last_event: str | None = None
    last_event_run: tuple[str, Occurrence] | None = None

    def continued(self, file: str | None, position: tuple[int, int], *, is_stub: bool) -> RecordingState:
        """Return the state at a position; a new one for a stub, another recording, or one that is read again."""
        is_same = file == self.file and (position == self.position if is_stub else position >= self.position)
        return replace(self, position=position) if is_same else RecordingState(file, position)
