"""A tool call names a function that the run does not declare.

Models invent names, and a client that looks the function up in a table finds nothing: it does best to answer the call
with an error, so that the run can go on. It happens in genuine responses, with names that no function may have too
(`multi_tool_use.parallel`), hence an info. Without a single function in `tools` no model invents a call: the run has
lost its tools on the way, and a client that dispatches by them repeats the run for ever. That is a warning.

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

from validator.rules.base import INFO, WARNING, Problem, Problems, Run, Shown, rule
from validator.rules.support.tools import calls_no_function, function_calls, function_names


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("required_action", "tools"),
    accepts=calls_no_function,
    source="https://github.com/Azure/azure-rest-api-specs/issues/32329",
    source_note=(
        "a model puts made-up names into required_action; a client that loops because it knows no such tool: "
        "https://github.com/microsoft/semantic-kernel/issues/12177"
    ),
    evidence="1 of 12 genuine required actions has one, and none where tools has no function",
)
def check(run: Run) -> Problems:
    declared = function_names(run)
    message = "is {}, which is not a function in tools"
    if not declared:
        message = "is {}, but tools has no function: declare it in the tools of the run or its assistant"
    limit = INFO if declared else None
    return [
        Problem(f"{pointer}/name", message, (Shown(function["name"]),), max_severity=limit)
        for pointer, function in function_calls(run)
        if function["name"] not in declared
    ]
