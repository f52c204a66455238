"""A time of a run lies before the API existed, or in the future.

The Assistants API opened in November 2023, so an older run is invented or its clock is wrong: fixtures with times such
as 1 or 86400 are the usual find, and they hide errors that real values would show. A time more than a day ahead of now
(`--now` fixes the clock) is a wrong clock or a wrong unit; a day is left for time zones and for `expires_at`. This is
an info, given once for a run at its first such field: nothing breaks by it.

Bad:

    {"created_at": 86400, "started_at": 86400, "completed_at": 86407}

Good:

    {"created_at": 1729418400, "started_at": 1729418400, "completed_at": 1729418407}
"""

from typing import Any

from validator.rules.base import INFO, TIMES, Problem, Problems, Run, Time, rule
from validator.rules.objects import is_in_milliseconds

_EARLIEST = 1_698_796_800  # 2023-11-01
_DAY = 86_400


def _plausible(now: float) -> dict[str, Any]:
    bounds = {"type": ["integer", "null"], "minimum": _EARLIEST, "maximum": int(now) + _DAY}
    return {"properties": dict.fromkeys(TIMES, bounds)}


@rule(
    subject="run",
    group="time",
    severity=INFO,
    reads=TIMES,
    options=("now",),
    accept_schema=_plausible,
    source="https://github.com/openai/openai-openapi/commit/802d487",
    source_note="of 2023-11-06, which adds the Assistants API",
    evidence="0 of 244 genuine run objects have one",
)
def check(run: Run, *, now: float) -> Problems:
    latest = now + _DAY
    for field in TIMES:
        time = run.get(field)
        if time is None or _EARLIEST <= time <= latest or is_in_milliseconds(time):
            continue
        if time < _EARLIEST:
            return [Problem(field, "is {}, before the API existed (2023-11-01 is {})", (Time(time), _EARLIEST))]
        return [Problem(field, "is {}, more than a day after now ({})", (Time(time), int(now)))]
    return ()
