"""What rules about several documents check: two snapshots of a run, an event of a stream, a page of a listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from validator.contract.loader import field_names
from validator.core.options import Period
from validator.core.phrases import Verbatim
from validator.core.resource import RUN
from validator.rules.objects import TIMES, Page

IDENTITY = field_names(RUN.item_schema, "x-immutable", "identity")
"""The fields of a run that distinguish it from another run under the same id."""
CONFIGURATION = field_names(RUN.item_schema, "x-immutable", "configuration")
"""The fields that a run was created with."""
REASONS = {"last_error": "code", "incomplete_details": "reason"}
"""The fields that say why a run ended, and what is remembered of each."""
REMEMBERED = tuple(dict.fromkeys((*IDENTITY, *TIMES, "status", "usage", *REASONS)))
"""What else is remembered of a run from one document to the next."""


ASCENDING, DESCENDING = frozenset({"asc"}), frozenset({"desc"})
BOTH = ASCENDING | DESCENDING


def possible_orders(times: Iterable[float]) -> frozenset[str]:
    """Return the orders that a listing with these times can have; equal times fit either."""
    times = list(times)
    asc = ASCENDING if times == sorted(times) else frozenset()
    return asc | DESCENDING if times == sorted(times, reverse=True) else asc


class Occurrence(NamedTuple):
    """Where something was seen: the document, numbered among all that were given, and the pointer in it.

    `period` is that of the call which returned the document, if the recording has it.
    """

    number: int
    file: str | None
    record: int | None
    pointer: str
    period: Period | None = None

    def is_beyond(self, before: Occurrence) -> bool:
        """Return whether it can be taken for later: not if it is of a recorded call that overlaps with the other."""
        if self.file != before.file or self.record == before.record or not self.period or not before.period:
            return True
        return self.period[0] >= before.period[1]

    def ends_after(self, before: Occurrence) -> bool:
        """Return whether its call ended later."""
        return bool(self.period and before.period and self.period[1] > before.period[1])

    def describe(self, here: Occurrence) -> Verbatim:
        """Return the place in words, as far as it differs from `here`."""
        if self.number == here.number:
            return Verbatim(f"/{self.pointer}")
        if self.file == here.file and self.record is not None:
            return Verbatim("an earlier event" if self.record == here.record else f"record {self.record}")
        return Verbatim(str(self.file) if self.record is None else f"{self.file}, record {self.record}")


class Digest(bytes):
    """A hash in place of a value that is too long to be stored."""


class Snapshot(NamedTuple):
    """A run as one document showed it; what was absent or misshapen there is absent here.

    `fields` has those that are `REMEMBERED`: of the usage its three counts, of the `REASONS` one value each.
    `configuration` has what the run was created with, a `Digest` for each long value, and is one object for all runs
    that were created alike. Answers to the questions of a live check have `metadata`, too, where it is valid, and what
    it was before it changed. `created` is the last answer so far that returned it to a request which creates a run.
    """

    fields: Mapping[str, Any]
    configuration: Mapping[str, Any]
    seen: Occurrence
    metadata: Any = None
    replaced_metadata: Any = None
    created: Occurrence | None = None


class Transition(NamedTuple):
    """Two snapshots of a run, one right after the other."""

    before: Snapshot
    after: Snapshot

    def both(self, *names: str) -> Iterator[tuple[str, Any, Any]]:
        """Yield the fields that both snapshots have: the name, the earlier value, the later value."""
        earlier, later = self.before.fields, self.after.fields
        return ((name, earlier[name], later[name]) for name in names if name in earlier and name in later)

    @property
    def where(self) -> Verbatim:
        """Where the run was seen before, in words."""
        return self.before.seen.describe(self.after.seen)


class StreamEvent(NamedTuple):
    """A run in an event of a stream.

    `event` is the name of the event, if it has one, `run_id` and `status` what was well shaped of them. `before` is
    the id of the run in the event before, and where that was, `name_before` the name of that event. `stream_end` says
    how the stream ends after this run, if it does: with its `done` or without. Of an `error` event, `body` is the data,
    None where it is no JSON.
    """

    event: str | None
    run_id: str | None
    status: str | None
    before: tuple[str, Occurrence] | None
    name_before: str | None
    here: Occurrence
    stream_end: Literal["done", "missing"] | None = None
    body: Any = None


class KnownRun(NamedTuple):
    """A run that an earlier page has; `created_at` is None where it was misshapen."""

    created_at: float | None
    seen: Occurrence


class PageContext(NamedTuple):
    """A page of a listing, and what is known of the pages before it.

    `earlier` has the runs of those by id. `previous_run` is the run that this page comes after, `next_run` the one
    that it was asked to come before, `cursors` are the ids that the request named, and it is a window where one of
    them is `before`. `previous_has_more` is what
    `has_more` was on the page before, and where. `thread` is the id of the thread that the listing began with, and
    the page that has it. `orders` are those that the listing may have: it was asked for, or the pages before
    have shown it. `is_last` says that all of the listing was given, and this is its end.
    """

    page: Page
    here: Occurrence
    earlier: Mapping[str, KnownRun]
    previous_run: KnownRun | None = None
    next_run: KnownRun | None = None
    cursors: tuple[str, ...] = ()
    is_window: bool = False
    previous_has_more: tuple[bool, Occurrence] | None = None
    thread: tuple[str, Occurrence] | None = None
    orders: frozenset[str] = BOTH
    order_was_requested: bool = False
    is_last: bool = False
