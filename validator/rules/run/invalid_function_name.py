"""A name breaks the rule for names of functions and schemas.

The API takes 1 to 64 letters, digits, underscores and dashes, and refuses any other name with status 400. So a run that
holds one was never accepted as it stands: a server skipped the check, or a tool rewrote the response. Names are checked
in `tools`, in `tool_choice`, in tool calls, and as the name of the schema in `response_format`. A name in a call or a
choice that no function may have is reported by this rule, and not once more as a function that `tools` does not
declare; a call by a name that `tools` declares is reported there alone. `multi_tool_use.parallel` in a call is left to
`undeclared-tool-call`: models make it up, and genuine servers pass it on.

Bad:

    {"tools": [{"type": "function", "function": {"name": "opening hours"}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "opening_hours"}}]}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, Shown, rule
from validator.rules.support.tools import function_calls, function_names, functions, is_function_name, named_schema

_MADE_UP = "multi_tool_use.parallel"
_NAMED = {"properties": {"name": {"pattern": "^[A-Za-z0-9_-]{1,64}$"}}}
_FUNCTION = {"properties": {"function": _NAMED}}


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("tools",),
    reads=("tool_choice", "response_format", "required_action"),
    accept_schema={
        "properties": {
            "tools": {"items": _FUNCTION},
            "tool_choice": _FUNCTION,
            "response_format": {"properties": {"json_schema": _NAMED}},
            "required_action": {"type": "null"},
        }
    },
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note=(
        'FunctionObject.name: "a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64"'
    ),
    evidence="held in 105 of 105 genuine functions",
)
def check(run: Run) -> Problems:
    message = "is {}, expected 1 to 64 letters, digits, underscores and dashes"
    problems = [
        Problem(pointer, message, (Shown(name),)) for pointer, name in _names(run) if not is_function_name(name)
    ]
    return problems + [
        Problem(pointer, message, (Shown(name),), explains=(pointer,))
        for pointer, name in _meant(run)
        if not is_function_name(name)
    ]


def _names(run: Run) -> list[tuple[str, str]]:
    """Return the names of functions and schemas."""
    names = [(f"tools/{index}/function/name", function["name"]) for index, function in functions(run)]
    if (schema := named_schema(run)) is not None:
        names.append(("response_format/json_schema/name", schema["name"]))
    return names


def _meant(run: Run) -> list[tuple[str, str]]:
    """Return the names by which functions are chosen and called."""
    choice, names = run.get("tool_choice"), []
    if isinstance(choice, dict) and choice["type"] == "function" and choice.get("function") is not None:
        names.append(("tool_choice/function/name", choice["function"]["name"]))
    if run.get("required_action") is not None:
        known = {*function_names(run), _MADE_UP}  # of the names in tools, the finding there is enough
        called = ((f"{pointer}/name", function["name"]) for pointer, function in function_calls(run))
        names += [(pointer, name) for pointer, name in called if name not in known]
    return names
