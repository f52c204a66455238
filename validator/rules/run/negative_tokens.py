"""A count of tokens is negative.

A run cannot use fewer than no tokens: a negative count is a subtraction gone wrong, an overflow, or -1 for "unknown",
and it lowers every bill and budget that it is added to. `usage` is null where nothing is known. Zeros are legal: runs
that fail before the model is asked report them. Each negative count is reported at its own field, and the rules that
compare counts leave it alone.

Bad:

    {"usage": {"prompt_tokens": 312, "completion_tokens": -1, "total_tokens": 311}}

Good:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 0, "total_tokens": 312}}
"""

from validator.rules.base import ERROR, Problem, Problems, Run, rule
from validator.rules.support.usage import COUNTS, PARTS, parts_of

_ACCEPTED = {
    "properties": {
        **{name: {"minimum": 0} for name in COUNTS},
        **{part_of: {"properties": {name: {"minimum": 0}}} for _, part_of, name in PARTS},
    }
}


@rule(
    subject="run",
    group="usage",
    severity=ERROR,
    requires=("usage",),
    accept_schema={"properties": {"usage": _ACCEPTED}},
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunCompletionUsage: the number of tokens used over the course of the run",
    evidence="held in 51 of 51 genuine usage objects",
)
def check(run: Run) -> Problems:
    usage = run["usage"]
    problems = [_problem(name, usage[name], _consequences(name)) for name in COUNTS if usage[name] < 0]
    return problems + [_problem(place, count) for _, place, count in parts_of(usage) if count < 0]


def _consequences(name: str) -> tuple[str, ...]:
    """Return the pointers of counts that a negative one makes wrong too: the sum, and its parts."""
    return ("usage/total_tokens", *(f"usage/{part_of}/{part}" for total, part_of, part in PARTS if total == name))


def _problem(place: str, count: float, explains: tuple[str, ...] = ()) -> Problem:
    return Problem(f"usage/{place}", "is {}; expected 0 or more tokens", (count,), explains=explains)
