"""A run that may not call tools in parallel calls several at once.

With `parallel_tool_calls` false the model makes at most one call at a time. Clients switch it off because their tools
must not run side by side, or because they answer the first call only; then the others are never answered and the run
expires.

Bad:

    {"status": "requires_action", "parallel_tool_calls": false,
     "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [
      {"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function", "function": {"name": "tide", "arguments": "{}"}},
      {"id": "call_Bq2nXs7RvKd9Tm4JwYg1Lc8P", "type": "function", "function": {"name": "wind", "arguments": "{}"}}]}}}

Good:

    {"status": "requires_action", "parallel_tool_calls": false,
     "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [
      {"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]}}}
"""

from validator.core import pointer
from validator.rules.base import WARNING, Problem, Problems, Run, rule
from validator.rules.support.tools import calls_no_function, tool_calls


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("parallel_tool_calls", "required_action"),
    accepts=calls_no_function,
    source="https://platform.openai.com/docs/guides/function-calling",
    source_note='parallel function calling: false "ensures exactly zero or one tool is called"',
    evidence="implied for runs, held in 12 of 12 genuine required actions",
)
def check(run: Run) -> Problems:
    calls = () if run["parallel_tool_calls"] else tool_calls(run)
    if len(calls) <= 1:
        return ()
    place = pointer.join("required_action", run["required_action"]["type"], "tool_calls")
    return [Problem(place, "has {} calls, but parallel_tool_calls is false; expected at most one", (len(calls),))]
