"""A sampling parameter lies outside its range.

`temperature` goes from 0 to 2 and `top_p` from 0 to 1; the service refuses requests with other values, so no run of its
own can have them. A value outside is a percentage where a fraction is meant, another vendor's scale, or made up, and a
client that repeats the run with it is refused. Both ends of each range are allowed, and so is null, or no key at all.

Bad:

    {"temperature": 70}

Good:

    {"temperature": 0.7}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule

_MAX = (("temperature", 2), ("top_p", 1))


@rule(
    subject="run",
    group="settings",
    severity=WARNING,
    reads=("temperature", "top_p"),
    accept_schema={"properties": {field: {"minimum": 0, "maximum": maximum} for field, maximum in _MAX}},
    source="https://platform.openai.com/docs/api-reference/runs/createRun",
    source_note="temperature, top_p",
    evidence="held in about 190 of 190 genuine runs that carry them",
)
def check(run: Run) -> Problems:
    problems = []
    for field, maximum in _MAX:
        value = run.get(field)
        if value is not None and not 0 <= value <= maximum:
            problems.append(Problem(field, "is {}; expected 0 to {}", (value, maximum)))
    return problems
