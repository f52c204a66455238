"""The runs of each thread over time: how long they waited and ran, which run backwards, and which overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple, TypeAlias

from validator.core.phrases import count, file_name
from validator.core.results import RunOutline
from validator.rules.objects import ACTIVE, END_TIMES

Times: TypeAlias = Mapping[str, float]


class RunInDocument(NamedTuple):
    """A run in a document (a file or a record of it), and the numbers of the findings in it."""

    file: str | None
    record: int | None
    run: RunOutline
    findings: tuple[int, ...]

    @property
    def document(self) -> tuple[str | None, int | None]:
        """The identity of the document."""
        return self.file, self.record


class Interval(NamedTuple):
    """An interval of a run to draw: `wait`, `run`, `open` (until it expires).

    Or what is wrong: `backward` from its start to its end, which is earlier; `overlap` with an earlier run, which is
    `overlapped` meanwhile.
    """

    kind: str
    start: float
    end: float
    text: str = ""
    """The same in words."""


@dataclass(slots=True)
class _Row:
    """A run in a timeline, as its last snapshot; marks of earlier ones stay."""

    last: RunInDocument
    findings: list[int]
    marks: list[Interval]
    seen: int = 0

    def add(self, snapshot: RunInDocument) -> None:
        self.last = snapshot
        self.findings += snapshot.findings
        self.marks += [mark for mark in _backward(snapshot.run.times) if mark not in self.marks]
        self.seen += 1

    @property
    def run(self) -> RunOutline:
        return self.last.run

    @property
    def start(self) -> float:
        return self.run.times.get("created_at", self.run.times.get("started_at", inf))

    @property
    def over(self) -> float:
        """The time until which it locks its thread, as far as is known."""
        end = _end(self.run)
        if end is not None:
            return end[1]
        return self.run.times.get("expires_at", inf) if self.run.status in ACTIVE else -inf


def timelines(snapshots: Iterable[RunInDocument]) -> list[dict[str, Any]]:
    """Return the timeline of each thread: first those with marks, then those with findings, then the others."""
    drawn = [_timeline(thread, group) for thread, group in _groups(map(_with_plain_times, snapshots))]
    return sorted(drawn, key=lambda timeline: (not _any_has("marks", timeline), not _any_has("findings", timeline)))


def _with_plain_times(snapshot: RunInDocument) -> RunInDocument:
    """Return the run with whole seconds as integers, and without zeros, which some servers write for null."""
    times = {key: int(time) if time == int(time) else time for key, time in snapshot.run.times.items() if time}
    return snapshot._replace(run=snapshot.run._replace(times=times))


def _any_has(key: str, drawn: Mapping[str, Any]) -> bool:
    return any(run[key] for run in drawn["runs"])


def _groups(snapshots: Iterable[RunInDocument]) -> Iterator[tuple[str | None, Sequence[RunInDocument]]]:
    """Yield the runs of each timeline: those of a thread, unless files contradict each other about one of them.

    Copies of a recording that were edited do; then each file has a timeline of its own.
    """
    threads: dict[str | None, list[RunInDocument]] = {}
    for snapshot in snapshots:
        threads.setdefault(snapshot.run.thread_id, []).append(snapshot)
    for thread, group in threads.items():
        if thread is not None and not _contradict(group):
            yield thread, group
            continue
        files: dict[str | None, list[RunInDocument]] = {}
        for snapshot in group:
            files.setdefault(snapshot.file, []).append(snapshot)
        yield from ((thread, part) for part in files.values())


def _contradict(group: Iterable[RunInDocument]) -> bool:
    runs: dict[str, dict[str | None, RunOutline]] = {}
    for snapshot in group:
        if snapshot.run.id is not None:
            runs.setdefault(snapshot.run.id, {})[snapshot.file] = snapshot.run._replace(pointer="")
    return any(run != other for files in runs.values() for run, other in pairwise(files.values()))


def _timeline(thread: str | None, group: Sequence[RunInDocument]) -> dict[str, Any]:
    rows = sorted(_rows(group), key=lambda row: row.start)
    _mark_overlaps(rows)
    first, *others = dict.fromkeys(file_name(snapshot.file) for snapshot in group)
    return {
        "id": thread,
        "where": f"{first} and {count(len(others), 'other file')}" if others else first,
        "runs": [_drawn(row) for row in rows],
    }


def _rows(group: Iterable[RunInDocument]) -> Iterable[_Row]:
    """Return a row for each run; each snapshot without an id is a run of its own."""
    rows: dict[object, _Row] = {}
    for number, snapshot in enumerate(group):
        name = number if snapshot.run.id is None else snapshot.run.id
        rows.setdefault(name, _Row(snapshot, [], [])).add(snapshot)
    return rows.values()


def _drawn(row: _Row) -> dict[str, Any]:
    return {
        "id": row.run.id,
        "status": row.run.status,
        "times": row.run.times,
        "seen": row.seen,
        "pieces": _intervals(row.run),
        "marks": row.marks,
        "findings": row.findings,
    }


def _end(run: RunOutline) -> tuple[str, float] | None:
    """Return the word for the end of a run, and its time."""
    ends = [(key.removesuffix("_at"), run.times[key]) for key in END_TIMES if key in run.times]
    if not ends and run.status == "expired" and "expires_at" in run.times:
        return "expired", run.times["expires_at"]
    return max(ends, key=lambda end: end[1], default=None)


def _intervals(run: RunOutline) -> list[Interval]:
    """Return the intervals between the times of a run, where they are in order."""
    created, started, expires = (run.times.get(key) for key in ("created_at", "started_at", "expires_at"))
    word, ended = _end(run) or ("", None)
    begun, begin = (created, "creation") if started is None else (started, "start")
    never_started = ("wait", created, ended, f"{word} {{}} after its creation")
    stretches = [
        ("wait", created, started, "waited {}"),
        never_started if started is None else ("run", started, ended, "ran {}"),
        ("open", begun, None if word else expires, f"expires {{}} after its {begin}"),
    ]
    return [
        Interval(kind, start, stop, text.format(duration(stop - start)))
        for kind, start, stop, text in stretches
        if start is not None and stop is not None and start <= stop
    ]


def _backward(times: Times) -> Iterator[Interval]:
    """Yield times in the wrong order."""
    created, started, expires = (times.get(key) for key in ("created_at", "started_at", "expires_at"))
    begun, begins = (created, "was created") if started is None else (started, "started")
    pairs = [("started", started, created, "was created")]
    pairs += [(key.removesuffix("_at"), times.get(key), begun, begins) for key in END_TIMES]
    pairs += [("expires", expires, begun, begins)]
    for word, later, earlier, event in pairs:
        if later is not None and earlier is not None and later < earlier:
            yield Interval("backward", earlier, later, f"{word} {duration(earlier - later)} before it {event}")


def _mark_overlaps(rows: Iterable[_Row]) -> None:
    """Mark every run that was created while an earlier one of its thread was active, and the earlier one too.

    A run without an end counts as active only within its own document. Runs created in the same second have no order.
    """
    longest: dict[object, _Row] = {}
    for row in rows:
        document = row.last.document
        before = max(
            (longest[key] for key in (None, document) if key in longest), key=lambda row: row.over, default=None
        )
        if before is not None and before.start < row.start < before.over:
            _mark_pair(before, row)
        key = document if _end(row.run) is None else None
        longest[key] = max(longest.get(key, row), row, key=lambda row: row.over)


def _mark_pair(before: _Row, row: _Row) -> None:
    start, end = row.start, min(before.over, row.over)
    known = start < end < inf
    length = f" for {duration(end - start)}" if known else ""
    sides = ((row, "overlap", "overlaps", before), (before, "overlapped", "overlapped by", row))
    for marked, kind, verb, other in sides:
        text = f"{verb} {other.run.id or 'another run'}{length}"
        marked.marks.append(Interval(kind, start, end if known else start, text))


def duration(seconds: float) -> str:
    """Return `0.5 s`, `2 min 3 s`, `1 h`, `3 d 4 h`."""
    for unit, size, part, step in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= size:
            rest = int(seconds % size // step)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {part}" if rest else "")
    return f"{round(seconds, 3):g} s"
