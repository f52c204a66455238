r"""The arguments of a function call do not fit the parameters that the function declares.

Code that is called with a missing argument, or a text where a number is due, fails far from the cause. Models do this
unless the function is strict, so the API advises clients to validate before they call. The rule checks arguments that
are a valid JSON object, of a function that `tools` declares once, where its schema is valid and neither is nested more
than 64 levels deep. Dialects are those of invalid-parameters-schema; multiples are computed in decimal, so 19.99 is a
multiple of 0.01.

References are never followed and patterns never run, so `$ref`, `$dynamicRef`, `$recursiveRef`, `pattern`,
`patternProperties` and a `$schema` further in are ignored; so is `format`. All other keywords are applied, unless they
depend on an ignored one: `not`, `if` or `oneOf` with one of those inside, `maxContains` where `contains` has one
inside, `additionalProperties` beside `patternProperties`, `unevaluatedProperties` and `unevaluatedItems` where one is
beside them or inside the same schema, and everything beside a `$ref` in draft-07 and before.

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

from validator.rules.base import WARNING, Problems, Run, rule
from validator.rules.support.arguments import ArgumentChecker, parse_arguments
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
    checker, declared = ArgumentChecker(), _declared_once(run)
    problems = []
    for pointer, call in function_calls(run):
        parameters = declared.get(call["name"], {}).get("parameters")
        if parameters is None:
            continue
        parsed = parse_arguments(call["arguments"])
        if not parsed.problems and isinstance(parsed.value, dict):
            problem = checker.check(parsed.value, parameters)
            if problem is not None:
                problems.append(problem._replace(pointer=f"{pointer}/arguments"))
    return problems


def _declared_once(run: Run) -> dict[str, Function]:
    declared = [function for _, function in functions(run)]
    times = Counter(function["name"] for function in declared)
    return {function["name"]: function for function in declared if times[function["name"]] == 1}
