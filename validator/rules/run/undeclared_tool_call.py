"""A tool call names a function that the run does not declare.

Models invent names, and a client that looks the function up in a table finds nothing: it does best to answer the call
with an error, so that the run can go on. It happens in genuine responses, with names that no function may have too
(`multi_tool_use.parallel`), hence a note and no more.

Bad:

    {"status": "requires_action", "tools": [{"type": "function", "function": {"name": "tide"}}],
     "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
      {"tool_calls": [{"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function",
       "function": {"name": "tides_today", "arguments": "{}"}}]}}}

Good:

    {"status": "requires_action", "tools": [{"type": "function", "function": {"name": "tide"}}],
     "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
      {"tool_calls": [{"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function",
       "function": {"name": "tide", "arguments": "{}"}}]}}}
"""

from validator.rules.base import INFO, Problem, Problems, Run, Shown, rule
from validator.rules.support.tools import calls_no_function, function_calls, function_names


@rule(
    subject="run",
    group="tools",
    severity=INFO,
    requires=("required_action", "tools"),
    accepts=calls_no_function,
    source="https://github.com/Azure/azure-rest-api-specs/issues/32329",
    source_note="a model puts made-up names into required_action",
    evidence="1 of 12 genuine required actions has one",
)
def check(run: Run) -> Problems:
    declared = function_names(run)
    return [
        Problem(f"{pointer}/name", "is {}, which is not a function in tools", (Shown(function["name"]),))
        for pointer, function in function_calls(run)
        if function["name"] not in declared
    ]
