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
"""

from validator.rules.base import ERROR
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="required_action",
    statuses=("requires_action",),
    severity=ERROR,
    key="type",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note='RunObject: required_action "will be null if no action is required"',
    evidence="held in 12 of 12 genuine runs with an action",
)
