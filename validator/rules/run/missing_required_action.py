"""A run requires action but does not say which.

A run in "requires_action" waits until its caller has answered every tool call that it lists, and expires if nobody
does. Without a call there is nothing to answer: the loop hangs until `expires_at`. The calls stand under the key that
`required_action.type` names, whichever that is: Azure's `submit_tool_approval` is as good as `submit_tool_outputs`.

Bad:

    {"status": "requires_action", "required_action": null}

Good:

    {"status": "requires_action", "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
     {"tool_calls": [{"id": "call_Lw4nTz8QsVb2KcYp6RdXm1Hf", "type": "function",
      "function": {"name": "opening_hours", "arguments": "{}"}}]}}}
"""

from typing import Any

from validator.core import pointer
from validator.rules.base import ERROR, Problem, Problems, Run, Shown, rule


@rule(
    subject="run",
    group="status",
    severity=ERROR,
    statuses=("requires_action",),
    reads=("required_action",),
    source="https://github.com/Azure/azure-sdk-for-python/issues/42562",
    source_note="runs that wait for submit_tool_approval",
    evidence="held in 12 of 12 genuine runs in this status",
)
def check(run: Run) -> Problems:
    action: Any = run.get("required_action")
    match action and action.get(action["type"]):
        case {"tool_calls": [_, *_]}:
            return ()
        case {"tool_calls": []}:
            where = pointer.join("required_action", action["type"], "tool_calls")
            return [Problem(where, 'is empty, but status is "requires_action"; expected the calls to answer')]
        case _:
            for key, value in (action or {}).items():
                if isinstance(value, dict) and value.get("tool_calls"):
                    message = "has the tool calls, but type is {}; expected them under the key that type names"
                    return [Problem(pointer.join("required_action", key), message, (Shown(action["type"]),))]
            message = 'names no tool call, but status is "requires_action"; expected the calls to answer'
            return [Problem("required_action", message)]
