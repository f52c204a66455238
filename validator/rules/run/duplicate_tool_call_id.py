"""Two tool calls of one required action share an id.

The caller answers each call by its id, so of two calls with the same id only one can be answered: the run waits for
the other until it expires, or takes the wrong output for it. Ids repeat freely between runs; only the calls that are
listed together have to differ.

Bad:

    {"status": "requires_action", "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
     {"tool_calls": [
      {"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function", "function": {"name": "tide", "arguments": "{}"}},
      {"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function", "function": {"name": "wind", "arguments": "{}"}}]}}}

Good:

    {"status": "requires_action", "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
     {"tool_calls": [
      {"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function", "function": {"name": "tide", "arguments": "{}"}},
      {"id": "call_Bq2nXs7RvKd9Tm4JwYg1Lc8P", "type": "function", "function": {"name": "wind", "arguments": "{}"}}]}}}
"""

from validator.rules.base import ERROR, Problem, Problems, Run, Shown, rule
from validator.rules.support.tools import calls_no_function, tool_calls


@rule(
    subject="run",
    group="tools",
    severity=ERROR,
    requires=("required_action",),
    accepts=calls_no_function,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunToolCallObject: the id is what tool outputs are submitted by",
    evidence="held in 12 of 12 genuine required actions",
)
def check(run: Run) -> Problems:
    first: dict[str, int] = {}
    problems = []
    for index, (pointer, call) in enumerate(tool_calls(run)):
        if first.setdefault(call["id"], index) != index:
            message = "is {}, which is already the id of the call at index {}"
            problems.append(Problem(f"{pointer}/id", message, (Shown(call["id"]), first[call["id"]])))
    return problems
