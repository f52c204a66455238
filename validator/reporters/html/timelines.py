"""The runs of each thread over time: how long they waited and ran, which run backwards, and which overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple, TypeAlias

from validator.core.phrases import count
from validator.core.results import RunOutline
from validator.reporters.terminal import file_name
from validator.rules.support.objects import ACTIVE, END_TIMES

Times: TypeAlias = Mapping[str, float]


class Sighting(NamedTuple):
    """A run in a document, which is a file or a record of it, and the numbers of the findings in it."""

    file: str | None
    record: int | None
    run: RunOutline
    findings: tuple[int, ...]

    @property
    def document(self) -> tuple[str | None, int | None]:
        """What tells documents apart."""
        return self.file, self.record


class Piece(NamedTuple):
    """A stretch of a run to draw: `wait`, `run`, `open` (until it expires).

    Or what is wrong: `backward` from its start to its end, which lies before it; `overlap` with an earlier run, which
    is `overlapped` meanwhile.
    """

    kind: str
    start: float
    end: float
    text: str = ""
    """The same in words."""


@dataclass(slots=True)
class _Row:
    """A run in a timeline, as it was seen last; what was wrong stays."""

    last: Sighting
    findings: list[int]
    marks: list[Piece]
    seen: int = 0

    def add(self, sighting: Sighting) -> None:
        self.last = sighting
        self.findings += sighting.findings
        self.marks += [mark for mark in _backward(sighting.run.times) if mark not in self.marks]
        self.seen += 1

    @property
    def run(self) -> RunOutline:
        return self.last.run

    @property
    def start(self) -> float:
        return self.run.times.get("created_at", self.run.times.get("started_at", inf))

    @property
    def over(self) -> float:
        """Until when it locks its thread, as far as can be told."""
        end = _end(self.run)
        if end is not None:
            return end[1]
        return self.run.times.get("expires_at", inf) if self.run.status in ACTIVE else -inf


def timelines(sightings: Iterable[Sighting]) -> list[dict[str, Any]]:
    """The timeline of each thread: first those with odd times, then those with findings, then the others."""
    drawn = [_timeline(thread, group) for thread, group in _groups(sightings)]
    return sorted(drawn, key=lambda one: (not _any_has("marks", one), not _any_has("findings", one)))


def _any_has(key: str, drawn: Mapping[str, Any]) -> bool:
    return any(run[key] for run in drawn["runs"])


def _groups(sightings: Iterable[Sighting]) -> Iterator[tuple[str | None, Sequence[Sighting]]]:
    """What belongs in one timeline: the runs of a thread, unless files contradict each other about one of them.

    Copies of a recording that were changed by hand do; then each file has a timeline of its own.
    """
    threads: dict[str | None, list[Sighting]] = {}
    for sighting in sightings:
        threads.setdefault(sighting.run.thread_id, []).append(sighting)
    for thread, group in threads.items():
        if thread is not None and not _contradict(group):
            yield thread, group
            continue
        files: dict[str | None, list[Sighting]] = {}
        for sighting in group:
            files.setdefault(sighting.file, []).append(sighting)
        yield from ((thread, part) for part in files.values())


def _contradict(group: Iterable[Sighting]) -> bool:
    told: dict[str, dict[str | None, RunOutline]] = {}
    for sighting in group:
        if sighting.run.id is not None:
            told.setdefault(sighting.run.id, {})[sighting.file] = sighting.run._replace(pointer="")
    return any(run != other for files in told.values() for run, other in pairwise(files.values()))


def _timeline(thread: str | None, group: Sequence[Sighting]) -> dict[str, Any]:
    rows = sorted(_rows(group), key=lambda row: row.start)
    _mark_overlaps(rows)
    first, *others = dict.fromkeys(file_name(sighting.file) for sighting in group)
    return {
        "id": thread,
        "where": f"{first} and {count(len(others), 'other file')}" if others else first,
        "runs": [_drawn(row) for row in rows],
    }


def _rows(group: Iterable[Sighting]) -> Iterable[_Row]:
    """A row for each run; one without a name is a run of its own wherever it is seen."""
    rows: dict[object, _Row] = {}
    for number, sighting in enumerate(group):
        name = number if sighting.run.id is None else sighting.run.id
        rows.setdefault(name, _Row(sighting, [], [])).add(sighting)
    return rows.values()


def _drawn(row: _Row) -> dict[str, Any]:
    pieces = _pieces(row.run)
    return {
        "id": row.run.id,
        "status": row.run.status,
        "times": row.run.times,
        "seen": row.seen,
        "facts": ", ".join(piece.text for piece in pieces),
        "pieces": pieces,
        "marks": row.marks,
        "findings": row.findings,
    }


def _end(run: RunOutline) -> tuple[str, float] | None:
    """When a run ended, and the word for it."""
    ends = [(key.removesuffix("_at"), run.times[key]) for key in END_TIMES if key in run.times]
    if not ends and run.status == "expired" and "expires_at" in run.times:
        return "expired", run.times["expires_at"]
    return max(ends, key=lambda end: end[1], default=None)


def _pieces(run: RunOutline) -> list[Piece]:
    """What lies between the times of a run, where they are in order."""
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
        Piece(kind, start, stop, text.format(duration(stop - start)))
        for kind, start, stop, text in stretches
        if start is not None and stop is not None and start <= stop
    ]


def _backward(times: Times) -> Iterator[Piece]:
    """Times in the wrong order."""
    created, started, expires = (times.get(key) for key in ("created_at", "started_at", "expires_at"))
    begun, begins = (created, "was created") if started is None else (started, "started")
    pairs = [("started", started, created, "was created")]
    pairs += [(key.removesuffix("_at"), times.get(key), begun, begins) for key in END_TIMES]
    pairs += [("expires", expires, begun, begins)]
    for word, later, earlier, event in pairs:
        if later is not None and earlier is not None and later < earlier:
            yield Piece("backward", earlier, later, f"{word} {duration(earlier - later)} before it {event}")


def _mark_overlaps(rows: Iterable[_Row]) -> None:
    """Mark every run that was created while an earlier one of its thread was not over, and the earlier one too.

    Of a run that had not ended when it was seen, only its own document tells that it was not over. Runs created in the
    same second are not told apart.
    """
    longest: dict[object, _Row] = {}
    for row in rows:
        document = row.last.document
        before = max((longest[key] for key in (None, document) if key in longest), key=_over, default=None)
        if before is not None and before.start < row.start < before.over:
            _mark_pair(before, row)
        key = document if _end(row.run) is None else None
        longest[key] = max(longest.get(key, row), row, key=_over)


def _over(row: _Row) -> float:
    return row.over


def _mark_pair(before: _Row, row: _Row) -> None:
    start, end = row.start, min(before.over, row.over)
    known = start < end < inf
    length = f" for {duration(end - start)}" if known else ""
    sides = ((row, "overlap", "overlaps", before), (before, "overlapped", "overlapped by", row))
    for marked, kind, verb, other in sides:
        text = f"{verb} {other.run.id or 'another run'}{length}"
        marked.marks.append(Piece(kind, start, end if known else start, text))


def duration(seconds: float) -> str:
    """`0.5 s`, `2 min 3 s`, `1 h`, `3 d 4 h`."""
    for unit, size, part, step in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= size:
            rest = int(seconds % size // step)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {part}" if rest else "")
    return f"{round(seconds, 3):g} s"
