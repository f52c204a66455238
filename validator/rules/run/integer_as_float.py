"""A time or a count is written as a float: `1735000000.0`.

For JSON that is the same number, and JavaScript does not see the difference, but typed clients do: Go does not decode
it into an int64, serde not into an i64, .NET not with GetInt64, and one such number costs the whole page. Python's
`datetime.timestamp()` returns floats, as do columns of numbers in which one is missing. A run is reported once, at the
first such field. Documents in camelCase are not compared with this: they were read and written again since the server
sent them. A model or a dictionary in snake_case is: clients of Python hand on a float as they read it.

Bad:

    {"created_at": 1729418400.0, "started_at": 1729418401.0}

Good:

    {"created_at": 1729418400, "started_at": 1729418401}
"""

from collections.abc import Iterator
from typing import Any

from validator.core.pointer import join
from validator.rules.base import TIMES, WARNING, Problem, Problems, Run, rule

_FIELDS = (*TIMES, "usage", "max_prompt_tokens", "max_completion_tokens")
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
"""The integers in `usage` that both contracts declare."""


@rule(
    subject="run",
    group="time",
    severity=WARNING,
    reads=_FIELDS,
    reports_floats_only=True,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: times and counts are integers",
    evidence="0 of 244 genuine run objects have one; MLT-OSS/open-assistant-api writes every time like this",
)
def check(run: Run) -> Problems:
    reported = [*_find_floats({field: run.get(field) for field in _FIELDS})]
    if not reported:
        return ()
    (path, value), *others = reported
    more = f"; so are {len(others)} others of this run" if len(others) > 1 else "; so is another" if others else ""
    message = f"is {{}}, written as a float; expected the integer {{}}{more}"
    return [Problem(join(*path), message, (value, int(value)))]


def _find_floats(value: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    for key, child in value.items():
        if isinstance(child, dict):
            yield from _find_floats(child, (*path, key))
        elif type(child) is float and child.is_integer() and (not path or key in _COUNTS):
            yield (*path, key), child
