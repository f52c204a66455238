"""A time of a run is in milliseconds where Unix seconds are meant.

A client that reads it as seconds is some fifty thousand years ahead: `fromtimestamp` overflows, a run never expires,
and sorting mixes two scales. JavaScript clocks and `time * 1000` are the usual causes. Any number from 100000000000 on
is reported (as seconds that is the year 5138, as milliseconds 1973), so microseconds and nanoseconds are, too. A run is
reported once, at the first such field, and all other rules read its times as seconds. A date-time string is never in
milliseconds, however far ahead it is.

Bad:

    {"created_at": 1729418400000}

Good:

    {"created_at": 1729418400}
"""

from validator.rules.base import ERROR, TIMES, Problem, Problems, Run, Time, rule
from validator.rules.objects import TOO_LATE, is_in_milliseconds

_MAX_NANOSECONDS = TOO_LATE * 10**9


@rule(
    subject="run",
    group="time",
    severity=ERROR,
    reads=TIMES,
    accept_schema={"properties": {field: {"type": ["integer", "null"], "maximum": TOO_LATE - 1} for field in TIMES}},
    precheck=True,
    source="https://github.com/datastax/astra-assistants-api/issues/38",
    source_note="a compatible server that sends milliseconds",
    evidence="0 of 244 genuine run objects do",
)
def check(run: Run) -> Problems:
    for time in map(run.get, TIMES):
        if time and is_in_milliseconds(time):
            return [_problem(run)]
    return ()


def _problem(run: Run) -> Problem:
    seconds = {field: _in_seconds(run[field]) for field in TIMES if is_in_milliseconds(run.get(field) or 0)}
    field, *_ = fields = tuple(seconds)
    if run[field] >= _MAX_NANOSECONDS:
        message = "is {}, more than any time in nanoseconds; expected Unix seconds"
    else:
        message = "is {}, in milliseconds or finer; expected Unix seconds: {}"
    are_times = all(run[name] < _MAX_NANOSECONDS for name in fields)
    words, read = (run[field], Time(seconds[field])), seconds if are_times else None
    return Problem(field, message, words, invalidates=fields, explains=fields, reads_as=read)


def _in_seconds(time: float) -> int:
    time = int(time)
    while time >= TOO_LATE:
        time //= 1000
    return time
