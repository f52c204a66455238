"""Two functions of a run have the same name.

A tool call says nothing but the name, so nobody can tell which of the two the model meant: which parameters hold, and
which code to run. The model itself sees both descriptions under one name.

Bad:

    {"tools": [{"type": "function", "function": {"name": "tide", "description": "Tides of today"}},
     {"type": "function", "function": {"name": "tide", "description": "Tides of any day"}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "tide", "description": "Tides of today"}},
     {"type": "function", "function": {"name": "tide_on", "description": "Tides of any day"}}]}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (RunToolCallObject: a call refers to its
function by name); implied, 0 of 105 genuine functions share a name with another of their run.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import WARNING, rule
from validator.rules.support.objects import Run
from validator.rules.support.tools import calls_no_function, functions


@rule(group="tools", severity=WARNING, given=("tools",), accepts=calls_no_function)
def check(run: Run) -> Iterable[Problem]:
    first: dict[str, int] = {}
    message = "is {}, the name of the tool at index {} already"
    return [
        Problem(f"tools/{index}/function/name", message, (Shown(name), first[name]))
        for index, function in functions(run)
        if first.setdefault(name := function["name"], index) != index
    ]
