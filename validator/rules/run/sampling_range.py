"""A sampling parameter lies outside its range.

`temperature` goes from 0 to 2 and `top_p` from 0 to 1; the service refuses requests with other values, so no run of its
own can have them. A value outside is a percentage where a fraction is meant, another vendor's scale, or made up, and a
client that repeats the run with it is refused. Both ends of each range are allowed, and so is null, or no key at all.

Bad:

    {"temperature": 70}

Good:

    {"temperature": 0.7}

Source: https://platform.openai.com/docs/api-reference/runs/createRun (temperature, top_p);
held in about 190 of 190 genuine runs that carry them.
"""

from collections.abc import Iterable

from validator.core.problem import Problem
from validator.rules.base import WARNING, rule
from validator.rules.support.objects import Run

_MOST = (("temperature", 2), ("top_p", 1))


@rule(
    group="identity",
    severity=WARNING,
    reads=("temperature", "top_p"),
    accept_schema={"properties": {field: {"minimum": 0, "maximum": most} for field, most in _MOST}},
)
def check(run: Run) -> Iterable[Problem]:
    problems = []
    for field, most in _MOST:
        value = run.get(field)
        if value is not None and not 0 <= value <= most:
            problems.append(Problem(field, "is {}, but the range is 0 to {}", (value, most)))
    return problems
