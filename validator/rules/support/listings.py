"""What a recording shows of one listing: the pages that answered its requests, in the order in which they were sent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import islice
from typing import NamedTuple

from validator.core.options import Order
from validator.rules.support.snapshots import Occurrence

_NO_RUN = (float("-inf"), "")
_LAST = "\U0010ffff"
MAX_WALKS = 100
"""Walks that are compared with all runs of a recording; a client that checks a server makes about ten."""


class Answer(NamedTuple):
    """A page that answered a recorded request.

    `number` counts the answers as their requests were sent. `runs` has the time of creation by id, as the page lists
    them. `after` and `before` are the cursors of the request. `has_more` is None where it was not a boolean. It is
    complete if all its runs have ids and times, each once, and are not more than the limit, and the order is known; it
    is ordered if they stand in the order asked for.
    """

    number: int
    seen: Occurrence
    order: Order
    limit: int
    after: str | None
    before: str | None
    runs: Mapping[str, float]
    has_more: bool | None
    is_complete: bool
    is_ordered: bool

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the runs, as the page lists them."""
        return tuple(self.runs)

    @property
    def is_first(self) -> bool:
        """Whether the request asked for the start of the listing."""
        return self.after is None and self.before is None

    @property
    def last_time(self) -> float:
        """When the last run of the page was created; the page has runs."""
        return self.runs[self.ids[-1]]

    def follows(self, shown: Occurrence) -> bool:
        """Return whether the request was certainly sent after something was shown."""
        return shown.number < self.seen.number and self.seen.is_beyond(shown)

    def precedes(self, time: float, other: float) -> bool:
        """Return whether a run created at `time` certainly comes before one created at `other`."""
        return time > other if self.order == "desc" else time < other


class Walk(NamedTuple):
    """Pages from the start of a listing or from behind a run, each asked for with the last id of the page before."""

    pages: Sequence[Answer]
    runs: Mapping[str, float]

    @property
    def first(self) -> Answer:
        """The first page."""
        return self.pages[0]

    @property
    def last(self) -> Answer:
        """The page that nobody went on from."""
        return self.pages[-1]

    @property
    def is_finished(self) -> bool:
        """Whether the last page says that no more follow."""
        return self.last.has_more is False


class RecordedListing:
    """All answers about one listing, and those that can be compared: complete, in an order that the server keeps.

    `first_seen` is where the recording shows each run of the thread first, `elsewhere` has those of all threads.
    `single` are the runs of the listing that were created, retrieved or changed.
    """

    def __init__(
        self,
        pages: Sequence[Answer],
        first_seen: Mapping[str, Occurrence],
        elsewhere: Mapping[str, Occurrence],
        single: Mapping[str, Occurrence],
    ) -> None:
        self.pages = pages
        listed = {run_id for answer in pages for run_id in answer.runs}
        self.unlisted = {run_id: seen for run_id, seen in single.items() if run_id not in listed}
        """The runs that were created, retrieved or changed, and that no page lists."""
        unordered = {answer.order for answer in pages if not answer.is_ordered}
        self.answers = answers = [answer for answer in pages if answer.is_complete and answer.order not in unordered]
        self.first_seen = first_seen
        self.elsewhere = elsewhere
        self.shown_by: dict[str, Answer] = {}
        """The first answer that lists each run."""
        for answer in answers:
            for run_id in answer.runs:
                self.shown_by.setdefault(run_id, answer)
        self.times = {run_id: answer.runs[run_id] for run_id, answer in self.shown_by.items()}
        """When each run was created."""

    @cached_property
    def newest_by(self) -> Mapping[int, tuple[float, str]]:
        """The newest run, with its time, that certainly existed when each answer was sent, as far as answers show."""
        newest: dict[int, tuple[float, str]] = {}
        earlier = finished = _NO_RUN
        unfinished: list[tuple[float, tuple[float, str]]] = []
        for answer in self.answers:
            period = answer.seen.period
            while period and unfinished and unfinished[0][0] <= period[0]:
                finished = max(finished, heappop(unfinished)[1])
            shown = max(((time, run_id) for run_id, time in answer.runs.items()), default=_NO_RUN)
            newest[answer.number] = max(shown, finished if period else earlier)
            earlier = max(earlier, shown)
            if period:
                heappush(unfinished, (period[1], shown))
            else:
                finished = max(finished, shown)
        return newest

    @cached_property
    def by_time(self) -> Sequence[tuple[float, str]]:
        """All runs, the oldest first."""
        return sorted((time, run_id) for run_id, time in self.times.items())

    def existed(self, run_id: str, at: Answer) -> bool:
        """Whether a run was certainly there when `at` was sent: shown before, or older than one that had been shown."""
        if self.times[run_id] < self.newest_by[at.number][0]:
            return True
        return at.follows(self.first_seen[run_id])

    def is_foreign(self, cursor: str | None) -> bool:
        """Return whether a cursor is a run of another thread."""
        return cursor in self.elsewhere and cursor not in self.first_seen

    def behind(self, answer: Answer) -> tuple[int, str]:
        """How many runs certainly stand behind the last of this answer, which has runs, and the next of them."""
        if answer.order == "desc":
            older = bisect_left(self.by_time, (answer.last_time, ""))
            return older, self.by_time[older - 1][1]
        newest, run_id = self.newest_by[answer.number]
        later, until = bisect_right(self.by_time, (answer.last_time, _LAST)), bisect_left(self.by_time, (newest, ""))
        if later < until:
            return until - later + 1, self.by_time[later][1]
        return int(newest > answer.last_time), run_id

    def expected_in(self, walk: Walk) -> Iterable[str]:
        """Return the runs that a walk should have returned; what is behind its last page is for `premature-end`."""
        cursor = walk.first.after
        return self._expected_up_to_the_end_of(walk) if cursor is None else self._expected_behind(cursor, walk)

    def _expected_behind(self, cursor: str, walk: Walk) -> Iterable[str]:
        """Return the same for a walk from behind a run.

        Which runs of the same second stand behind that is known from walks through all of the listing.
        """
        first, last, cursor_time = walk.first, walk.last, self.times[cursor]
        tied = self._tied_behind(cursor, first.order)
        beyond = [run_id for time, run_id in self.by_time if first.precedes(cursor_time, time) or run_id in tied]
        if last.runs and first.precedes(last.last_time, cursor_time):
            return beyond[-1:] if first.order == "desc" else beyond[:1]  # it goes the other way
        expected = {*self._expected_up_to_the_end_of(walk)}
        return [run_id for run_id in beyond if run_id in expected]

    def _tied_behind(self, cursor: str, order: Order) -> Collection[str]:
        """Return the runs of the same second that stand behind a run in all walks of this order that have it."""
        behind: list[set[str]] = []
        for walk in self.walks:
            if walk.first.order == order and cursor in walk.runs:
                ids = [*walk.runs]
                following = ids[ids.index(cursor) + 1 :]
                behind.append({run_id for run_id in following if walk.runs[run_id] == walk.runs[cursor]})
        return set.intersection(*behind) if behind else ()

    def _expected_up_to_the_end_of(self, walk: Walk) -> Iterable[str]:
        if not walk.last.runs:
            return self.times if walk.is_finished else ()
        before, behind = (walk.last.last_time, ""), (walk.last.last_time, _LAST)
        is_cut = not walk.is_finished or self.behind(walk.last)[0]
        first, last = (behind, before) if is_cut else (before, behind)
        start, end = bisect_left(self.by_time, first), bisect_right(self.by_time, last)
        runs = self.by_time[start:] if walk.first.order == "desc" else self.by_time[:end]
        return [run_id for _, run_id in runs]

    @cached_property
    def walks(self) -> Sequence[Walk]:
        """The walks that reached the end of the listing, at most `MAX_WALKS`; one page can be a walk."""
        return [*islice((walk for walk in self._all_walks() if walk.is_finished), MAX_WALKS)]

    @cached_property
    def unfinished_walks(self) -> Sequence[Walk]:
        """The walks of several pages that stopped earlier, at most `MAX_WALKS`."""
        unfinished = (walk for walk in self._all_walks() if len(walk.pages) > 1 and not walk.is_finished)
        return [*islice(unfinished, MAX_WALKS)]

    @cached_property
    def later_walks(self) -> Sequence[Walk]:
        """The walks that begin behind a run, with pages that are part of no other walk, at most `MAX_WALKS`."""
        walked = {page.number for walk in self._all_walks() for page in walk.pages}
        later: list[Walk] = []
        for answer in self.answers:
            is_start = answer.before is None and answer.after in self.times and answer.number not in walked
            if is_start and len(later) < MAX_WALKS:
                later.append(self._follow(answer, len(self.pages)))
                walked.update(page.number for page in later[-1].pages)
        return later

    def _all_walks(self) -> Iterator[Walk]:
        starts: dict[tuple[Order, int], list[int]] = defaultdict(list)
        for answer in self.answers:
            if answer.is_first:
                starts[answer.order, answer.limit].append(answer.number)
        for numbers in starts.values():
            for start, restart in zip(numbers, [*numbers[1:], len(self.pages)], strict=True):
                yield self._follow(self.pages[start], restart)

    @cached_property
    def _nexts(self) -> Mapping[tuple[Order, int, str], Sequence[int]]:
        """The numbers of the answers that continue behind each run."""
        nexts: dict[tuple[Order, int, str], list[int]] = defaultdict(list)
        for answer in self.answers:
            if answer.after is not None and answer.before is None:
                nexts[answer.order, answer.limit, answer.after].append(answer.number)
        return nexts

    def _follow(self, first: Answer, restart: int) -> Walk:
        """Return the walk that begins with an answer, and ends before that with the number `restart`."""
        pages = [first]
        while pages[-1].has_more is not False and pages[-1].runs:
            following = self._nexts.get((first.order, first.limit, pages[-1].ids[-1]), ())
            at = bisect_right(following, pages[-1].number)
            if at == len(following) or following[at] > restart:
                break
            pages.append(self.pages[following[at]])
        return Walk(pages, {run_id: time for page in pages for run_id, time in page.runs.items()})
