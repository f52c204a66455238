"""The functions of a run, the schema of its answer, and the calls that it waits for."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from validator.core.pointer import join
from validator.rules.objects import Run

Function: TypeAlias = dict[str, Any]
ToolCall: TypeAlias = dict[str, Any]

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


FIELDS = ("tools", "tool_choice", "response_format", "parallel_tool_calls", "required_action")
"""The fields about tools and answers: mostly the same in all runs of an assistant."""


def calls_no_function(run: Run) -> bool:
    """Return whether a valid run declares and calls no function, forces no tool, and has no schema for its answer."""
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
    """Return whether the API allows this name for a function or a schema."""
    return _FUNCTION_NAME.fullmatch(name) is not None


def functions(run: Run) -> list[tuple[int, Function]]:
    """Return the functions among the tools, each with its index in `tools`."""
    tools = run["tools"]
    if not tools:  # most runs have none
        return []
    return [(index, tool["function"]) for index, tool in enumerate(tools) if tool["type"] == "function"]


def function_names(run: Run) -> set[str]:
    """Return the names of the functions among the tools."""
    return {function["name"] for _, function in functions(run)}


def named_schema(run: Run) -> dict[str, Any] | None:
    """Return the schema of the answer, with its name, if `response_format` has one."""
    response_format = run.get("response_format")
    if not isinstance(response_format, dict) or response_format["type"] != "json_schema":
        return None
    named: dict[str, Any] = response_format["json_schema"]
    return named


def tool_calls(run: Run) -> list[tuple[str, ToolCall]]:
    """Return the tool calls under the key that the type of the required action names, each with its pointer."""
    action = run["required_action"]
    match action.get(action["type"]):
        case {"tool_calls": calls}:
            return [(join("required_action", action["type"], "tool_calls", i), call) for i, call in enumerate(calls)]
        case _:
            return []


def function_calls(run: Run) -> list[tuple[str, Function]]:
    """Return the called functions among the tool calls, each with its pointer."""
    called = []
    for pointer, call in tool_calls(run):
        match call:
            case {"type": "function", "function": {"name": str(), "arguments": str()} as function}:
                called.append((f"{pointer}/function", function))
    return called
