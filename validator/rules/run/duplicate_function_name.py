"""Two functions of a run have the same name.

A tool call says nothing but the name, so nobody can tell which of the two the model meant: which parameters hold, and
which code to run. The model itself sees both descriptions under one name.

Bad:

    {"tools": [{"type": "function", "function": {"name": "tide", "description": "Tides of today"}},
     {"type": "function", "function": {"name": "tide", "description": "Tides of any day"}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "tide", "description": "Tides of today"}},
     {"type": "function", "function": {"name": "tide_on", "description": "Tides of any day"}}]}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, Shown, rule
from validator.rules.support.tools import calls_no_function, functions


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("tools",),
    accepts=calls_no_function,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunToolCallObject: a call refers to its function by name",
    evidence="implied, 0 of 105 genuine functions share a name with another of their run",
)
def check(run: Run) -> Problems:
    first: dict[str, int] = {}
    message = "is {}, which is already the name of the tool at index {}"
    return [
        Problem(f"tools/{index}/function/name", message, (Shown(name), first[name]))
        for index, function in functions(run)
        if first.setdefault(name := function["name"], index) != index
    ]
