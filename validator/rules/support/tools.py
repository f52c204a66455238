"""What a run may call and has to answer: its functions, the schema of its answer, and the calls that it waits for."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from validator.core.pointer import join
from validator.rules.objects import Run

Function: TypeAlias = dict[str, Any]
ToolCall: TypeAlias = dict[str, Any]

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


FIELDS = ("tools", "tool_choice", "response_format", "parallel_tool_calls", "required_action")
"""The fields that say what a run may call and has to answer: mostly the same in all runs of an assistant."""


def calls_no_function(run: Run) -> bool:
    """Whether a valid run declares no function, calls none, forces no tool, and has no schema for its answer."""
    answer = run.get("response_format")
    if isinstance(answer, dict) and answer["type"] == "json_schema":
        return False
    if run.get("required_action") is not None or isinstance(run.get("tool_choice"), dict):
        return False
    for tool in run["tools"]:  # noqa: SIM110  # a generator costs more than the tools of most runs
        if tool["type"] == "function":
            return False
    return True


def is_function_name(name: str) -> bool:
    """Whether the API takes this name for a function or a schema."""
    return _FUNCTION_NAME.fullmatch(name) is not None


def functions(run: Run) -> list[tuple[int, Function]]:
    """The functions among the tools, with the index of each in `tools`."""
    tools = run["tools"]
    if not tools:  # most runs have none
        return []
    return [(index, tool["function"]) for index, tool in enumerate(tools) if tool["type"] == "function"]


def function_names(run: Run) -> set[str]:
    """The names of the functions among the tools."""
    return {function["name"] for _, function in functions(run)}


def named_schema(run: Run) -> dict[str, Any] | None:
    """The schema that answers follow, with its name, where `response_format` asks for one."""
    response_format = run.get("response_format")
    if not isinstance(response_format, dict) or response_format["type"] != "json_schema":
        return None
    named: dict[str, Any] = response_format["json_schema"]
    return named


def tool_calls(run: Run) -> list[tuple[str, ToolCall]]:
    """The tool calls under the key that the required action's type names, with the pointer of each."""
    action = run["required_action"]
    match action.get(action["type"]):
        case {"tool_calls": calls}:
            return [(join("required_action", action["type"], "tool_calls", i), call) for i, call in enumerate(calls)]
        case _:
            return []


def function_calls(run: Run) -> list[tuple[str, Function]]:
    """The called functions among the tool calls, with the pointer of each."""
    found = []
    for pointer, call in tool_calls(run):
        match call:
            case {"type": "function", "function": {"name": str(), "arguments": str()} as function}:
                found.append((f"{pointer}/function", function))
    return found
