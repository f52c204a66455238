r"""The arguments of a function call do not fit the parameters that the function declares.

Code that is called with a missing argument, or a text where a number is due, fails far from the cause. Models do this
unless the function is strict, so clients are told to check before they call. Judged are arguments that are a sound
JSON object, of a function that `tools` declares once, where its schema is valid and neither is nested more than 64
levels deep. Dialects are those of invalid-parameters-schema; multiples are counted in decimal, so 19.99 is a multiple
of 0.01.

What a schema asks with `$ref`, `$dynamicRef`, `$recursiveRef`, `pattern`, `patternProperties` or a `$schema` further in
is not judged, as references are never followed and patterns never run; nor is `format`. Its other keywords are. Only
where these depend on what cannot be judged they are left out too: `not`, `if` or `oneOf` with one of those inside,
`maxContains` where `contains` has one inside, `additionalProperties` beside `patternProperties`,
`unevaluatedProperties` and `unevaluatedItems` where one is beside them or inside the schema that they stand in, and
everything beside a `$ref` in draft-06 and draft-07.

The work is bounded by the size of the arguments and of the schemas. Arguments that would take more, because
combinations multiply, are not compared, and an info says so.

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
"""

from collections import Counter

from validator.rules.base import WARNING, Problem, Problems, Run, rule
from validator.rules.support import arguments
from validator.rules.support.tool_schemas import Schema
from validator.rules.support.tools import Function, calls_no_function, function_calls, functions


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("required_action", "tools"),
    accepts=calls_no_function,
    source="https://platform.openai.com/docs/api-reference/chat/object",
    source_note=("tool calls: the model may hallucinate parameters that the schema does not define, so validate them"),
    evidence="held in 12 of 12 genuine required actions",
)
def check(run: Run) -> Problems:
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
