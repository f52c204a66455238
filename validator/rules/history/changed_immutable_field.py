"""A field that is fixed when a run is created has another value in a later snapshot.

Clients keep a run by its id and believe the rest: whose it is, when it was made, what it was told to do. Only
`metadata` can be modified. A change of `object`, `created_at`, `thread_id` or `assistant_id` is an error; one of the
model, the instructions, the tools, the limits or the formats is at most a warning.

Bad:

    [{"id": "run_a", "thread_id": "thread_a"}, {"id": "run_a", "thread_id": "thread_b"}]

Good:

    [{"id": "run_a", "metadata": {}}, {"id": "run_a", "metadata": {"seen": "yes"}}]

Source: https://platform.openai.com/docs/api-reference/runs/modifyRun (its body has `metadata` alone).
"""

from collections.abc import Iterable, Iterator

from validator.document import Run
from validator.finding import Problem
from validator.rule import ERROR, WARNING, rule
from validator.wording import Name

_IDENTITY = ("object", "created_at", "thread_id", "assistant_id")
_ORDERS = (
    *("model", "instructions", "tools", "max_prompt_tokens", "max_completion_tokens", "truncation_strategy"),
    *("response_format", "tool_choice", "parallel_tool_calls", "temperature", "top_p"),
)


@rule(group="history", severity=ERROR, against="snapshot", reads=(*_IDENTITY, *_ORDERS))
def check(run: Run, before: Run) -> Iterable[Problem]:
    return [*_identity(run, before), *_orders(run, before)]


def _identity(run: Run, before: Run) -> Iterator[Problem]:
    for field in _changed(_IDENTITY, run, before):
        values = tuple(Name(value) if isinstance(value, str) else value for value in (run[field], before[field]))
        yield Problem(field, "is {}, but was {} in an earlier snapshot", values)


def _orders(run: Run, before: Run) -> Iterator[Problem]:
    for field in _changed(_ORDERS, run, before):
        yield Problem(field, "is not what it was in an earlier snapshot", at_most=WARNING)


def _changed(fields: Iterable[str], run: Run, before: Run) -> Iterator[str]:
    return (field for field in fields if field in run and field in before and run[field] != before[field])
