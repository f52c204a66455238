"""A time of a run is 0 where null is meant.

0 is a time, the start of 1970: a client that asks "is `completed_at` set?" gets a yes for a run that is still at work,
and one that asks "has it expired?" gets a yes, too. Servers written in Go send the zero value of a number that was
never set, or of a time, which there and in .NET is the start of the year 1 (-62135596800, "0001-01-01T00:00:00Z"). Null
says that a thing has not happened; `created_at` alone always has a time. Each zero is reported at its field, and every
other rule reads it as null. Where null is an error there, as `completed_at` of a completed run, that is reported in its
place.

Bad:

    {"cancelled_at": 0, "failed_at": 0}

Good:

    {"cancelled_at": null, "failed_at": null}
"""

from validator.rules.base import TIMES, WARNING, ZERO_TIMES, Problem, Problems, Run, rule

_NULL = {field: {field: None} for field in TIMES if field != "created_at"}


@rule(
    subject="run",
    group="time",
    severity=WARNING,
    reads=TIMES,
    accept_schema={"properties": {field: {"type": ["integer", "null"], "minimum": 1} for field in TIMES}},
    precheck=True,
    source=("https://docs.aimlapi.com/api-overview/text-models-llm/managing-assistants-and-threads/threads/runs"),
    source_note="a compatible gateway whose documented run has 0 for every time",
    evidence="0 of 244 genuine run objects have one",
)
def check(run: Run) -> Problems:
    zeros = [(field, time) for field in TIMES if (time := run.get(field)) in ZERO_TIMES]
    return [
        Problem(field, _message(field, time), (time,), explains=(field,), reads_as=_NULL.get(field))
        for field, time in zeros
    ]


def _message(field: str, time: float) -> str:
    start = "is {}, the start of 1970" if time == 0 else "is {}, the start of the year 1"
    if field == "created_at":
        return f"{start}, but the time of creation was expected"
    return f"{start}, but null means that there is no such time"
