"""A run asks for action although its status says that none is required.

A client that follows `required_action` executes the functions again and submits outputs that the server refuses; one
that follows the status ignores the calls and leaves the run to expire. The usual cause is a server that does not clear
the field once the outputs are in: after that a genuine run is queued again and the field is null.

Bad:

    {"status": "in_progress", "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
     {"tool_calls": [{"id": "call_Lw4nTz8QsVb2KcYp6RdXm1Hf", "type": "function",
      "function": {"name": "opening_hours", "arguments": "{}"}}]}}}

Good:

    {"status": "in_progress", "required_action": null}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (RunObject: required_action "will be null if
no action is required"); held in 12 of 12 genuine runs with an action.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import ERROR, rule
from validator.rules.support.objects import ACTIVE, TERMINAL, Run


@rule(group="status", severity=ERROR, on=(ACTIVE | TERMINAL) - {"requires_action"}, given=("required_action",))
def check(run: Run) -> Iterable[Problem]:
    return [
        Problem(
            "required_action",
            'has type {}, but status is {}; it is null unless status is "requires_action"',
            (Shown(run["required_action"]["type"]), Shown(run["status"])),
        )
    ]
