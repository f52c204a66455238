"""What a report may tell of every run, faults or none: where it stands, whose it is, and when it lived."""

from __future__ import annotations

from typing import Any

from validator.core.phrases import is_plain
from validator.core.results import RunOutline
from validator.engine.checks import Judged
from validator.engine.found import Found
from validator.rules.support.objects import TIMES, Run

_FAR = 1e15
"""Seconds beyond which a number is no time that anybody could draw; infinity and NaN are none either."""


def outlines(found: Found) -> tuple[RunOutline, ...]:
    """The runs of a document, in their order; what is misshapen or may be somebody's secret is left out."""
    return tuple(outline for part in found.parts for outline in _of_part(part))


def _of_part(part: Judged) -> list[RunOutline]:
    pointers = [pointer for pointer, _ in part.part.runs]
    return [_outline(pointers[index], run) for index, run in part.runs]


def _outline(pointer: str, run: Run) -> RunOutline:
    return RunOutline(
        pointer=f"/{pointer}" if pointer else "",
        id=_name(run.get("id")),
        thread_id=_name(run.get("thread_id")),
        status=_name(run.get("status")),
        times={key: time for key in TIMES if (time := _time(run.get(key))) is not None},
    )


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and is_plain(value) else None


def _time(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _FAR else None
