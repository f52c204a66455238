"""What a recording shows of one listing: the pages that answered its requests, in the order in which they were sent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

from validator.core.options import Order
from validator.rules.support.snapshots import Occurrence

MAX_WALKS = 100
"""Walks that are compared with all runs of a recording; a client that checks a server makes about ten."""


class Answer(NamedTuple):
    """A page that answered a recorded request, whose runs have ids and times, each once, in the order asked for.

    `number` counts the answers as their requests were sent. `runs` has the time of creation by id, as the page lists
    them. `after` and `before` are the cursors of the request. `has_more` is None where it was not a boolean.
    """

    number: int
    seen: Occurrence
    order: Order
    limit: int
    after: str | None
    before: str | None
    runs: Mapping[str, float]
    has_more: bool | None

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

    def precedes(self, time: float, other: float) -> bool:
        """Whether a run created at `time` certainly stands before one created at `other`."""
        return time > other if self.order == "desc" else time < other


class Walk(NamedTuple):
    """Pages from the start of a listing to its end, each asked for with the last id of the page before."""

    pages: Sequence[Answer]
    runs: Mapping[str, float]

    @property
    def first(self) -> Answer:
        """The page at the start of the listing."""
        return self.pages[0]

    @property
    def last(self) -> Answer:
        """The page that says that no more follow."""
        return self.pages[-1]


class RecordedListing:
    """All comparable answers about one listing; `first_seen` is where the recording shows each run first."""

    def __init__(self, answers: Sequence[Answer], first_seen: Mapping[str, Occurrence]) -> None:
        self.answers = answers
        self.first_seen = first_seen
        self.shown_by: dict[str, Answer] = {}
        """The first answer that lists each run."""
        for answer in answers:
            for run_id in answer.runs:
                self.shown_by.setdefault(run_id, answer)
        self.times = {run_id: answer.runs[run_id] for run_id, answer in self.shown_by.items()}
        """When each run was created."""

    @cached_property
    def newest_by(self) -> Sequence[float]:
        """The latest time of creation that any answer up to each has shown."""
        return [*accumulate((max(answer.runs.values(), default=float("-inf")) for answer in self.answers), max)]

    @cached_property
    def by_time(self) -> Sequence[tuple[float, str]]:
        """All runs, the oldest first."""
        return sorted((time, run_id) for run_id, time in self.times.items())

    def existed(self, run_id: str, at: Answer) -> bool:
        """Whether a run was certainly there when `at` was sent: shown before, or older than one that had been shown."""
        shown = self.first_seen[run_id]
        was_shown = shown.number < at.seen.number and at.seen.is_beyond(shown)
        return was_shown or self.times[run_id] < self.newest_by[at.number]

    def behind(self, answer: Answer) -> Sequence[str]:
        """The runs of other answers that certainly stand behind the last of this one, which has runs."""
        time = answer.last_time
        if answer.order == "desc":
            return [run_id for _, run_id in self.by_time[: bisect_left(self.by_time, (time, ""))]]
        later = self.by_time[bisect_right(self.by_time, (time, "\U0010ffff")) :]
        return [run_id for _, run_id in later if self.existed(run_id, answer)]

    @cached_property
    def walks(self) -> Sequence[Walk]:
        """The walks that reached the end of the listing, at most `MAX_WALKS`; one page can be a walk."""
        return [*islice(self._finished_walks(), MAX_WALKS)]

    def _finished_walks(self) -> Iterator[Walk]:
        starts: dict[tuple[Order, int], list[int]] = defaultdict(list)
        nexts: dict[tuple[Order, int, str], list[int]] = defaultdict(list)
        for answer in self.answers:
            if answer.is_first:
                starts[answer.order, answer.limit].append(answer.number)
            elif answer.after is not None and answer.before is None:
                nexts[answer.order, answer.limit, answer.after].append(answer.number)
        for (order, limit), numbers in starts.items():
            for start, restart in zip(numbers, [*numbers[1:], len(self.answers)], strict=True):
                pages = [self.answers[start]]
                while pages[-1].has_more is not False and pages[-1].runs:
                    following = nexts[order, limit, pages[-1].ids[-1]]
                    at = bisect_right(following, pages[-1].number)
                    if at == len(following) or following[at] > restart:
                        break
                    pages.append(self.answers[following[at]])
                if pages[-1].has_more is False:
                    yield Walk(pages, {run_id: time for page in pages for run_id, time in page.runs.items()})
