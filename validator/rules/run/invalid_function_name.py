"""A name breaks the rule for names of functions and schemas.

The API takes 1 to 64 letters, digits, underscores and dashes, and refuses any other name with status 400. So a run that
holds one was never accepted as it stands: a server skipped the check, or a tool rewrote the response. Names are judged
wherever a caller gives them: in `tools`, in `tool_choice`, and as the name of the schema in `response_format`. Those of
tool calls are the model's, which may write anything: `undeclared-tool-call` tells of them.

Bad:

    {"tools": [{"type": "function", "function": {"name": "opening hours"}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "opening_hours"}}]}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (FunctionObject.name: "a-z, A-Z, 0-9, or
contain underscores and dashes, with a maximum length of 64"); held in 105 of 105 genuine functions.
"""

from collections.abc import Iterable

from validator.document import Run
from validator.problem import Problem
from validator.rule import WARNING, rule
from validator.tools import functions, is_function_name, named_schema
from validator.wording import Name

_NAMED = {"properties": {"name": {"pattern": "^[A-Za-z0-9_-]{1,64}$"}}}
_FUNCTION = {"properties": {"function": _NAMED}}


@rule(
    group="tools",
    severity=WARNING,
    given=("tools",),
    reads=("tool_choice", "response_format"),
    unless={
        "properties": {
            "tools": {"items": _FUNCTION},
            "tool_choice": _FUNCTION,
            "response_format": {"properties": {"json_schema": _NAMED}},
        }
    },
)
def check(run: Run) -> Iterable[Problem]:
    message = "is {}, expected 1 to 64 letters, digits, underscores and dashes"
    return [Problem(pointer, message, (Name(name),)) for pointer, name in _names(run) if not is_function_name(name)]


def _names(run: Run) -> list[tuple[str, str]]:
    names = [(f"tools/{index}/function/name", function["name"]) for index, function in functions(run)]
    choice = run.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] == "function" and choice.get("function") is not None:
        names.append(("tool_choice/function/name", choice["function"]["name"]))
    if (schema := named_schema(run)) is not None:
        names.append(("response_format/json_schema/name", schema["name"]))
    return names
