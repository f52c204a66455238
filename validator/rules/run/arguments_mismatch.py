r"""The arguments of a function call do not fit the parameters that the function declares.

Code that is called with a missing argument, or a text where a number is due, fails far from the cause. Models do this
unless the function is strict, so clients are told to check before they call. Judged are arguments that are a sound
JSON object, of a function that `tools` declares once, and only where its schema is valid and safe to apply: neither is
more than 64 levels deep, all of a run together is not very large, and the schema holds no references and no patterns.
Formats are not judged.

Bad:

    {"status": "requires_action",
     "tools": [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object",
      "properties": {"harbour": {"type": "string"}, "days": {"type": "integer"}}, "required": ["harbour"]}}}],
     "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
      {"tool_calls": [{"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function",
       "function": {"name": "tide", "arguments": "{\"harbour\": \"Oban\", \"days\": \"two\"}"}}]}}}

Good:

    {"status": "requires_action",
     "tools": [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object",
      "properties": {"harbour": {"type": "string"}, "days": {"type": "integer"}}, "required": ["harbour"]}}}],
     "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
      {"tool_calls": [{"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function",
       "function": {"name": "tide", "arguments": "{\"harbour\": \"Oban\", \"days\": 2}"}}]}}}

Source: https://platform.openai.com/docs/api-reference/chat/object (tool calls: the model may hallucinate parameters
that the schema does not define, so validate them); held in 12 of 12 genuine required actions.
"""

from collections import Counter
from collections.abc import Iterable

from validator import arguments
from validator.document import Run
from validator.embedded import Schema
from validator.problem import Problem
from validator.rule import WARNING, rule
from validator.tools import Function, calls_no_function, function_calls, functions


@rule(group="tools", severity=WARNING, given=("required_action", "tools"), accepts=calls_no_function)
def check(run: Run) -> Iterable[Problem]:
    calls, declared = arguments.Calls(), _declared_once(run)
    problems = []
    for pointer, called in function_calls(run):
        parameters = declared.get(called["name"], {}).get("parameters")
        problem = None if parameters is None else _mismatch(called, parameters, calls)
        if problem is not None:
            problems.append(problem._replace(pointer=f"{pointer}/arguments"))
    return problems


def _declared_once(run: Run) -> dict[str, Function]:
    declared = [function for _, function in functions(run)]
    times = Counter(function["name"] for function in declared)
    return {function["name"]: function for function in declared if times[function["name"]] == 1}


def _mismatch(called: Function, parameters: Schema, calls: arguments.Calls) -> Problem | None:
    parsed = arguments.read(called["arguments"])
    if parsed.problems or not isinstance(parsed.value, dict):
        return None
    return calls.mismatch(parsed.value, parameters)
