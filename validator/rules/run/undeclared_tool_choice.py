"""The tool that the model has to use is not among the run's tools.

A `tool_choice` object forces one tool. If `tools` does not have it, no model can obey, and the run fails or quietly
does without; a client that replays the run gets its request refused. With type "function" the object names the function
too. The words "none", "auto" and "required" force no certain tool and are not checked; they are strings, not the type
of an object.

Bad:

    {"tools": [{"type": "code_interpreter"}], "tool_choice": {"type": "file_search"}}

Good:

    {"tools": [{"type": "code_interpreter"}, {"type": "file_search"}], "tool_choice": {"type": "file_search"}}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, Shown, rule
from validator.rules.support.tools import calls_no_function, function_names

_WORDS = ("none", "auto", "required")


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("tool_choice", "tools"),
    accepts=calls_no_function,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note=(
        'AssistantsNamedToolChoice: "if type is function, the function name must be set"; implied for the '
        "rest, no genuine run forces a tool"
    ),
)
def check(run: Run) -> Problems:
    choice = run["tool_choice"]
    if isinstance(choice, str):
        return ()
    if choice["type"] in _WORDS:
        word = Shown(choice["type"])
        return [
            Problem("tool_choice", "is an object of type {}, which is no tool; expected the string {}", (word, word))
        ]
    if all(tool["type"] != choice["type"] for tool in run["tools"]):
        return [Problem("tool_choice/type", "is {}, but tools has no tool of this type", (Shown(choice["type"]),))]
    if choice["type"] != "function":
        return ()
    if choice.get("function") is None:
        seen = "null" if "function" in choice else "absent"
        message = f'is {seen}, but type is "function"; expected the function to call'
        return [Problem("tool_choice/function", message)]
    name = choice["function"]["name"]
    if name in function_names(run):
        return ()
    return [Problem("tool_choice/function/name", "is {}, which is not a function in tools", (Shown(name),))]
