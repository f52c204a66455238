"""Third pass: do documents that belong together agree? What it remembers is bounded by the runs that it has seen."""

from __future__ import annotations

import json
import marshal
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias, get_args

from validator.core.options import Order
from validator.core.problem import Problem
from validator.engine.checker import CheckedDocument, CheckedPart, Checker, under
from validator.engine.rule_set import WITHOUT_REFERENCES, applies, call, readable_page, store
from validator.rules.base import ERROR
from validator.rules.base import Series as SeriesKind
from validator.rules.support.objects import ZERO_TIMES, Page, Run
from validator.rules.support.snapshots import (
    BOTH,
    CONFIGURATION,
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
from validator.sources.document import Document, Origin, Request

_LONGEST = 64
"""Characters of a string that is remembered as it is."""
_CURSORS = ("after", "before")

Key: TypeAlias = tuple[str, frozenset[tuple[str, str]]]
"""Path and parameters of a request, without those that differ from page to page."""


class Series:
    """What has been seen of documents that belong together, and what is wrong with the next of them.

    As a `listing` they are its pages in their order, as a `history` they show the same runs one time after another.
    Those of a recording are followed as far as its events and requests say that they belong together.
    """

    def __init__(self, checker: Checker, *, listing: bool = False, history: bool = False) -> None:
        self._options = checker.options
        self._is_listing = listing
        self._is_history = history
        self._rules = {kind: checker.rules.of_series(kind) for kind in get_args(SeriesKind)}
        self._number = 0
        self._listing = Listing(_orders(checker.options.order))
        self._history = History()
        self._recording = RecordingState()

    def problems(self, found: CheckedDocument, *, is_last: bool) -> Iterator[Problem]:
        """What is wrong with a document after those before it; `is_last` says that none comes after it."""
        document, request = found.document, _request(found.document)
        self._number += 1
        here = Occurrence(self._number, document.file, document.record, "", document.origin and document.origin.period)
        if document.origin and not self._recording.continues(document, document.origin):
            self._recording = RecordingState()
        if document.origin:
            self._recording.at = (document.file, document.origin.sequence, document.record or 0)
        of_stream: list[Problem] = []
        if document.origin and found.classified.kind == "run":
            of_stream += self._of_stream(found, here, document.origin)
            yield from of_stream
        if self._is_history or document.origin:
            contradicted = self._spoilt(of_stream)
            yield from self._of_histories(found, here, contradicted)
        if request is None and self._is_listing:
            yield from self._of_listing(found, here, is_last=is_last)
        if request and request.lists_runs and found.classified.kind == "page":
            yield from self._of_recorded_page(found, here, request)

    def _of_histories(
        self, found: CheckedDocument, here: Occurrence, contradicted: Collection[str]
    ) -> Iterator[Problem]:
        """What is wrong with the next sightings of runs; what the stream has contradicted is not compared."""
        history = self._history if self._is_history else self._recording.history
        for part in found.parts:
            once_per_document: set[str] = set()
            for index, run in part.runs:
                pointer, as_written = part.part.runs[index]
                unreliable_fields = {*part.unreliable_fields.get(index, ()), *contradicted}
                if "id" in unreliable_fields or not run["id"] or run["id"] in once_per_document:
                    continue
                if part.part.page is not None:
                    once_per_document.add(run["id"])  # on a page, the same run again is no later snapshot
                change = history.next(run, unreliable_fields, here._replace(pointer=pointer))
                if change is not None:
                    yield from under(pointer, self._of_change(change), _spelling(found, as_written))

    def _of_change(self, change: Transition) -> Iterator[Problem]:
        """What the rules say of two sightings; of what one of them has spoilt, those after it say nothing."""
        for rule in self._rules["history"]:
            said = call([rule], change, self._options)
            yield from said
            if unreliable := self._spoilt(said):
                kept = {name: value for name, value in change.after.fields.items() if name not in unreliable}
                change = change._replace(after=change.after._replace(fields=kept))

    def _spoilt(self, problems: Iterable[Problem]) -> set[str]:
        """The fields that no further rule may read; only an error keeps errors away."""
        errors = (problem for problem in problems if self._options.severities.get(problem.rule) is ERROR)
        return {name for problem in errors for name in problem.invalidates}

    def _of_stream(self, found: CheckedDocument, here: Occurrence, origin: Origin) -> Iterator[Problem]:
        (part,) = found.parts
        ((pointer, as_written),) = part.part.runs
        ((_, run),) = part.runs
        run_id, status = (
            run[name] if name not in part.unreliable_fields.get(0, ()) else None for name in ("id", "status")
        )
        before = self._recording.streamed if self._recording.stream == origin.stream else None
        streamed = StreamEvent(origin.event, run_id, status, before, here, origin.is_incomplete)
        self._recording.stream, self._recording.streamed = origin.stream, (run_id, here) if run_id else before
        yield from under(pointer, call(self._rules["stream"], streamed, self._options), _spelling(found, as_written))

    def _of_listing(self, found: CheckedDocument, here: Occurrence, *, is_last: bool) -> Iterator[Problem]:
        """What is wrong with a document that is one page, or more, of the listing that was given."""
        if found.classified.kind != "page":
            self._listing.interrupt()
            return
        for number, part in enumerate(found.parts, 1):
            here = here._replace(pointer=part.part.pointer)
            turn = self._listing.turn(here, order_was_requested=self._options.order is not None)
            yield from self._of_page(part, turn._replace(is_last=is_last and number == len(found.parts)), found)
            self._listing.add(part, here, is_ahead=False)

    def _of_recorded_page(self, found: CheckedDocument, here: Occurrence, request: Request) -> Iterator[Problem]:
        """What is wrong with a page that a recorded request has asked for."""
        part, order = found.parts[0], self._options.order or request.order
        cursors = {name: request.query[name] for name in _CURSORS if name in request.query}
        known = self._recording.listings.get(_key(request)) or Listing(_orders(order))
        goes_on = known.last_id == cursors.get("after", 0) or known.first_id == cursors.get("before", 0)
        listing = known if goes_on else Listing(known.orders)
        turn = listing.turn(here, order_was_requested=order is not None)._replace(
            previous_run=known.earlier.get(cursors.get("after", "")),
            next_run=known.earlier.get(cursors.get("before", "")),
            cursors=tuple(cursors.values()),
        )
        if "before" in cursors or ("asc" in turn.orders and not (turn.previous_has_more and turn.previous_has_more[0])):
            turn = turn._replace(
                previous_has_more=None
            )  # it tells of the other end, or of a time when there was no more
        yield from self._of_page(part, turn, found)
        listing.add(part, here, is_ahead="before" in cursors)
        self._recording.listings[_key(request)] = listing

    def _of_page(self, part: CheckedPart, turn: PageContext, found: CheckedDocument) -> Iterator[Problem]:
        if part.envelope is None:
            return
        page = Page(part.envelope, part.runs)
        for rule in self._rules["listing"]:
            if applies(rule, part.envelope, part.invalid_fields):
                step = turn._replace(page=readable_page(rule, page, part.unreliable_fields))
                said = call([rule], step, self._options)
                yield from under(part.part.pointer, said, _spelling(found, part.part.page))


@dataclass(slots=True)
class Listing:
    """What is known of a listing: the runs of its pages, which of them are at its ends, their thread, possible orders.

    `thread` is the id of the first run's thread, and the page of that run.
    """

    orders: frozenset[str]
    earlier: dict[str, KnownRun] = field(default_factory=dict)
    first_id: str | None = None
    last_id: str | None = None
    previous_has_more: tuple[bool, Occurrence] | None = None
    thread: tuple[str, Occurrence] | None = None

    def turn(self, here: Occurrence, *, order_was_requested: bool) -> PageContext:
        """What is known before the next page."""
        return PageContext(
            Page({}, ()),
            here,
            self.earlier,
            self.earlier.get(self.last_id or ""),
            thread=self.thread,
            previous_has_more=self.previous_has_more,
            orders=self.orders,
            order_was_requested=order_was_requested,
        )

    def interrupt(self) -> None:
        """Forget what the next page would go on from: something else has come between."""
        self.last_id = self.previous_has_more = None

    def add(self, part: CheckedPart, here: Occurrence, *, is_ahead: bool) -> None:
        """Go on to the page that comes next, or that is ahead of all that are known."""
        if part.envelope is None:
            self.interrupt()
            return
        new: list[KnownRun] = []
        ids: list[str] = []
        for index, run in part.runs:
            unreliable_fields = part.unreliable_fields.get(index, ())
            if self.thread is None and "thread_id" not in unreliable_fields and run["thread_id"]:
                self.thread = run["thread_id"], here
            if "id" in unreliable_fields or not run["id"]:
                continue
            ids.append(run["id"])
            if run["id"] not in self.earlier:
                created = (
                    None if "created_at" in unreliable_fields or run["created_at"] in ZERO_TIMES else run["created_at"]
                )
                met = self.earlier[run["id"]] = KnownRun(created, here)
                new.append(met)
        self.orders = self._shown_by(new, is_ahead=is_ahead)
        if is_ahead or self.first_id is None:
            self.first_id = next(iter(ids), self.first_id)
        if not is_ahead:
            self.last_id = ids[-1] if ids else self.last_id
            has_more = None if "has_more" in part.invalid_fields else part.envelope["has_more"]
            self.previous_has_more = None if has_more is None else (has_more, here)

    def _shown_by(self, new: Sequence[KnownRun], *, is_ahead: bool) -> frozenset[str]:
        """The possible orders after a page with these new runs; one that contradicts what is known shows nothing."""
        previous_run = None if is_ahead else self.earlier.get(self.last_id or "")
        times = [met.created_at for met in new if met.created_at is not None]
        seam = [previous_run.created_at, *times] if previous_run and previous_run.created_at is not None else times
        own = self.orders & possible_orders(times)
        return own & possible_orders(seam) or own or self.orders


class History:
    """The last sighting of each run."""

    def __init__(self) -> None:
        self._last: dict[str, Snapshot] = {}
        self._configurations: dict[bytes, dict[str, Any]] = {}

    def next(self, run: Run, unreliable_fields: Collection[str], seen: Occurrence) -> Transition | None:
        """See a run; the change since it was seen last, if it was.

        Of two sightings of which neither is the later one, the one that took longer is remembered.
        """
        before = self._last.get(run["id"])
        if before is not None and not seen.is_beyond(before.seen):
            if not seen.ends_after(before.seen):
                return None
            before = None
        fields = {name: run[name] for name in REMEMBERED if name in run and name not in unreliable_fields}
        if fields.get("usage"):
            fields["usage"] = {name: run["usage"][name] for name in COUNTS}
        after = self._last[run["id"]] = Snapshot(fields, self._configuration(run, unreliable_fields), seen)
        return None if before is None else Transition(before, after)

    def _configuration(self, run: Run, unreliable_fields: Collection[str]) -> Mapping[str, Any]:
        """What the run was created with: the same object for all runs that were created alike."""
        told = [(name, run[name]) for name in CONFIGURATION if name in run and name not in unreliable_fields]
        key = blake2b(marshal.dumps(told, WITHOUT_REFERENCES), digest_size=16).digest()
        if (known := self._configurations.get(key)) is None:
            known = {name: _remembered(value) for name, value in told}
            store(self._configurations, key, known)
        return known


def _remembered(value: Any) -> Any:
    if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > _LONGEST):
        text = json.dumps(_alike(value), sort_keys=True)
        return Digest(blake2b(text.encode(), digest_size=16).digest())
    return value


def _alike(value: Any) -> Any:
    """The value with 1.0 as 1: JSON has one kind of number, and who writes it anew may choose."""
    if isinstance(value, dict):
        return {key: _alike(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_alike(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(slots=True)
class RecordingState:
    """What is known of a recording: the place in it, its runs, its listings by request, the last run of a stream."""

    at: tuple[str | None, int, int] = (None, 0, 0)
    history: History = field(default_factory=History)
    listings: dict[Key, Listing] = field(default_factory=dict)
    stream: int | None = None
    streamed: tuple[str, Occurrence] | None = None

    def continues(self, document: Document, origin: Origin) -> bool:
        """Whether a document is the next of the recording; one that is read twice begins anew."""
        file, *at = self.at
        return document.file == file and [origin.sequence, document.record or 0] >= at


def _spelling(found: CheckedDocument, as_written: Any) -> Any:
    """Where the key names of pointers come from, if they are not the wire's."""
    return None if found.classified.form == "wire" else as_written


def _request(document: Document) -> Request | None:
    return document.origin and document.origin.request


def _key(request: Request) -> Key:
    """What all requests for the pages of one listing have in common."""
    others = {item for item in request.query.items() if item[0] not in (*_CURSORS, "limit")}
    return request.path.rstrip("/"), frozenset(others)


def _orders(order: Order | None) -> frozenset[str]:
    return frozenset({order}) if order else BOTH
