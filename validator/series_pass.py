"""Third pass: do documents that belong together agree? What it remembers is bounded by the runs that it has seen."""

from __future__ import annotations

import json
import marshal
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias, get_args

from validator.document import ZERO_TIMES, Page, Run
from validator.found import Found
from validator.passes import Checks, Judged, under
from validator.problem import NamedProblem
from validator.rule import ERROR
from validator.rule import Series as Kind
from validator.rule_pass import WITHOUT_REFERENCES, Dispatched, applies, called, knows, remember
from validator.rules import RULES
from validator.settings import Order
from validator.sighting import (
    BOTH,
    CONFIGURATION,
    REMEMBERED,
    Change,
    Digest,
    Met,
    Seen,
    Sighting,
    Streamed,
    Turn,
    possible_orders,
)
from validator.sources import Document, Origin, Request
from validator.tokens import COUNTS

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

    def __init__(self, checks: Checks, *, listing: bool = False, history: bool = False) -> None:
        self._settings = checks.settings
        self._is_listing = listing
        self._is_history = history
        self._rules = {kind: _in_effect(kind, checks) for kind in get_args(Kind)}
        self._number = 0
        self._listing = Listing(_orders(checks.settings.order))
        self._history = History()
        self._recording = Followed()

    def problems(self, found: Found, *, is_last: bool) -> Iterator[NamedProblem]:
        """What is wrong with a document after those before it; `is_last` says that none comes after it."""
        document, request = found.document, _request(found.document)
        self._number += 1
        here = Seen(self._number, document.file, document.record, "", document.origin and document.origin.period)
        if document.origin and not self._recording.goes_on_with(document, document.origin):
            self._recording = Followed()
        if document.origin:
            self._recording.at = (document.file, document.origin.turn, document.record or 0)
        of_stream: list[NamedProblem] = []
        if document.origin and found.recognised.kind == "run":
            of_stream += self._of_stream(found, here, document.origin)
            yield from of_stream
        if self._is_history or document.origin:
            contradicted = self._spoilt(of_stream)
            yield from self._of_histories(found, here, contradicted)
        if request is None and self._is_listing:
            yield from self._of_listing(found, here, is_last=is_last)
        if request and request.lists and found.recognised.kind == "page":
            yield from self._of_recorded_page(found, here, request)

    def _of_histories(self, found: Found, here: Seen, contradicted: Collection[str]) -> Iterator[NamedProblem]:
        """What is wrong with the next sightings of runs; what the stream has contradicted is not compared."""
        history = self._history if self._is_history else self._recording.history
        for part in found.parts:
            once: set[str] = set()
            for index, run in part.runs:
                pointer, as_written = part.part.runs[index]
                spoiled = {*part.spoiled.get(index, ()), *contradicted}
                if "id" in spoiled or not run["id"] or run["id"] in once:
                    continue
                if part.part.page is not None:
                    once.add(run["id"])  # on a page, the same run again is no later snapshot
                change = history.next(run, spoiled, here._replace(pointer=pointer))
                if change is not None:
                    yield from under(pointer, self._of_change(change), _spelling(found, as_written))

    def _of_change(self, change: Change) -> Iterator[NamedProblem]:
        """What the rules say of two sightings; of what one of them has spoilt, those after it say nothing."""
        for pair in self._rules["history"]:
            said = called((pair,), change)
            yield from said
            if spoilt := self._spoilt(said):
                kept = {name: value for name, value in change.after.fields.items() if name not in spoilt}
                change = change._replace(after=change.after._replace(fields=kept))

    def _spoilt(self, problems: Iterable[NamedProblem]) -> set[str]:
        """The fields that no further rule may read; only an error keeps errors away."""
        errors = (problem for rule, problem in problems if self._settings.severities.get(rule) is ERROR)
        return {name for problem in errors for name in problem.spoils}

    def _of_stream(self, found: Found, here: Seen, origin: Origin) -> Iterator[NamedProblem]:
        (part,) = found.parts
        ((pointer, as_written),) = part.part.runs
        ((_, run),) = part.runs
        run_id, status = (run[name] if name not in part.spoiled.get(0, ()) else None for name in ("id", "status"))
        before = self._recording.streamed if self._recording.stream == origin.stream else None
        streamed = Streamed(origin.event, run_id, status, before, here, origin.is_torn)
        self._recording.stream, self._recording.streamed = origin.stream, (run_id, here) if run_id else before
        yield from under(pointer, called(self._rules["stream"], streamed), _spelling(found, as_written))

    def _of_listing(self, found: Found, here: Seen, *, is_last: bool) -> Iterator[NamedProblem]:
        """What is wrong with a document that is one page, or more, of the listing that was given."""
        if found.recognised.kind != "page":
            self._listing.interrupt()
            return
        for number, part in enumerate(found.parts, 1):
            here = here._replace(pointer=part.part.pointer)
            turn = self._listing.turn(here, is_asked=self._settings.order is not None)
            yield from self._of_page(part, turn._replace(is_last=is_last and number == len(found.parts)), found)
            self._listing.add(part, here, is_ahead=False)

    def _of_recorded_page(self, found: Found, here: Seen, request: Request) -> Iterator[NamedProblem]:
        """What is wrong with a page that a recorded request has asked for."""
        part, order = found.parts[0], self._settings.order or request.order
        cursors = {name: request.query[name] for name in _CURSORS if name in request.query}
        known = self._recording.listings.get(_key(request)) or Listing(_orders(order))
        goes_on = known.last_id == cursors.get("after", 0) or known.first_id == cursors.get("before", 0)
        listing = known if goes_on else Listing(known.orders)
        turn = listing.turn(here, is_asked=order is not None)._replace(
            behind=known.earlier.get(cursors.get("after", "")),
            ahead=known.earlier.get(cursors.get("before", "")),
            cursors=tuple(cursors.values()),
        )
        if "before" in cursors or ("asc" in turn.orders and not (turn.more and turn.more[0])):
            turn = turn._replace(more=None)  # it tells of the other end, or of a time when there was no more
        yield from self._of_page(part, turn, found)
        listing.add(part, here, is_ahead="before" in cursors)
        self._recording.listings[_key(request)] = listing

    def _of_page(self, part: Judged, turn: Turn, found: Found) -> Iterator[NamedProblem]:
        if part.envelope is None:
            return
        for rule, check in self._rules["listing"]:
            if applies(rule, part.envelope, part.misshapen):
                runs = [(index, run) for index, run in part.runs if knows(rule, part.spoiled.get(index, ()))]
                said = called(((rule, check),), turn._replace(page=Page(part.envelope, runs)))
                yield from under(part.part.pointer, said, _spelling(found, part.part.page))


@dataclass(slots=True)
class Listing:
    """What is known of a listing: the runs of its pages, which of them are at its ends, their thread, possible orders.

    `thread` is the id of the first run's thread, and the page of that run.
    """

    orders: frozenset[str]
    earlier: dict[str, Met] = field(default_factory=dict)
    first_id: str | None = None
    last_id: str | None = None
    more: tuple[bool, Seen] | None = None
    thread: tuple[str, Seen] | None = None

    def turn(self, here: Seen, *, is_asked: bool) -> Turn:
        """What is known before the next page."""
        return Turn(
            Page({}, ()),
            here,
            self.earlier,
            self.earlier.get(self.last_id or ""),
            thread=self.thread,
            more=self.more,
            orders=self.orders,
            is_asked=is_asked,
        )

    def interrupt(self) -> None:
        """Forget what the next page would go on from: something else has come between."""
        self.last_id = self.more = None

    def add(self, part: Judged, here: Seen, *, is_ahead: bool) -> None:
        """Go on to the page that comes next, or that is ahead of all that are known."""
        if part.envelope is None:
            self.interrupt()
            return
        new: list[Met] = []
        ids: list[str] = []
        for index, run in part.runs:
            spoiled = part.spoiled.get(index, ())
            if self.thread is None and "thread_id" not in spoiled and run["thread_id"]:
                self.thread = run["thread_id"], here
            if "id" in spoiled or not run["id"]:
                continue
            ids.append(run["id"])
            if run["id"] not in self.earlier:
                created = None if "created_at" in spoiled or run["created_at"] in ZERO_TIMES else run["created_at"]
                met = self.earlier[run["id"]] = Met(created, here)
                new.append(met)
        self.orders = self._shown_by(new, is_ahead=is_ahead)
        if is_ahead or self.first_id is None:
            self.first_id = next(iter(ids), self.first_id)
        if not is_ahead:
            self.last_id = ids[-1] if ids else self.last_id
            has_more = None if "has_more" in part.misshapen else part.envelope["has_more"]
            self.more = None if has_more is None else (has_more, here)

    def _shown_by(self, new: Sequence[Met], *, is_ahead: bool) -> frozenset[str]:
        """The possible orders after a page with these new runs; one that contradicts what is known shows nothing."""
        behind = None if is_ahead else self.earlier.get(self.last_id or "")
        times = [met.created_at for met in new if met.created_at is not None]
        seam = [behind.created_at, *times] if behind and behind.created_at is not None else times
        own = self.orders & possible_orders(times)
        return own & possible_orders(seam) or own or self.orders


class History:
    """The last sighting of each run."""

    def __init__(self) -> None:
        self._last: dict[str, Sighting] = {}
        self._configurations: dict[bytes, dict[str, Any]] = {}

    def next(self, run: Run, spoiled: Collection[str], seen: Seen) -> Change | None:
        """See a run; the change since it was seen last, if it was.

        Of two sightings of which neither is the later one, the one that took longer is remembered.
        """
        before = self._last.get(run["id"])
        if before is not None and not seen.is_beyond(before.seen):
            if not seen.ends_after(before.seen):
                return None
            before = None
        fields = {name: run[name] for name in REMEMBERED if name in run and name not in spoiled}
        if fields.get("usage"):
            fields["usage"] = {name: run["usage"][name] for name in COUNTS}
        after = self._last[run["id"]] = Sighting(fields, self._configuration(run, spoiled), seen)
        return None if before is None else Change(before, after)

    def _configuration(self, run: Run, spoiled: Collection[str]) -> Mapping[str, Any]:
        """What the run was created with: the same object for all runs that were created alike."""
        told = [(name, run[name]) for name in CONFIGURATION if name in run and name not in spoiled]
        key = blake2b(marshal.dumps(told, WITHOUT_REFERENCES), digest_size=16).digest()
        if (known := self._configurations.get(key)) is None:
            known = {name: _remembered(value) for name, value in told}
            remember(self._configurations, key, known)
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
class Followed:
    """What is known of a recording: the place in it, its runs, its listings by request, the last run of a stream."""

    at: tuple[str | None, int, int] = (None, 0, 0)
    history: History = field(default_factory=History)
    listings: dict[Key, Listing] = field(default_factory=dict)
    stream: int | None = None
    streamed: tuple[str, Seen] | None = None

    def goes_on_with(self, document: Document, origin: Origin) -> bool:
        """Whether a document is the next of the recording; one that is read twice begins anew."""
        file, *at = self.at
        return document.file == file and [origin.turn, document.record or 0] >= at


def _in_effect(kind: Kind, checks: Checks) -> Dispatched:
    rules = (rule for rule in RULES if rule.series == kind and rule.name in checks.settings.severities)
    return tuple((rule, rule.check) for rule in rules if rule.check)


def _spelling(found: Found, as_written: Any) -> Any:
    """Where the key names of pointers come from, if they are not the wire's."""
    return None if found.recognised.form == "wire" else as_written


def _request(document: Document) -> Request | None:
    return document.origin and document.origin.request


def _key(request: Request) -> Key:
    """What all requests for the pages of one listing have in common."""
    others = {item for item in request.query.items() if item[0] not in (*_CURSORS, "limit")}
    return request.path.rstrip("/"), frozenset(others)


def _orders(order: Order | None) -> frozenset[str]:
    return frozenset({order}) if order else BOTH
