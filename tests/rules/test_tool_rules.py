"""What the rules about tools say beyond their samples: one case for each way in which a run can be at odds."""

import json
from typing import Any

import pytest

from tests.support.paths import SAMPLES
from validator import validate

RUN = json.loads((SAMPLES / "valid" / "page.json").read_text("utf-8"))["data"][0]
CALLS = "/required_action/submit_tool_outputs/tool_calls"
STRICT = {"type": "object", "properties": {}, "additionalProperties": False}
NAMES = [f"field_{i}" for i in range(5000)]


def function(name: str = "tide", **rest: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **rest}}


def waiting(*arguments: str, name: str = "tide", **changes: Any) -> dict[str, Any]:
    """The changes that make a run wait for calls of one function with these arguments."""
    calls = [{"id": f"call_{i:024}", **function(name, arguments=text)} for i, text in enumerate(arguments)]
    return {
        "status": "requires_action",
        "expires_at": RUN["created_at"] + 600,
        "completed_at": None,
        "usage": None,
        "tools": [function()],
        "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}},
        **changes,
    }


def approval(*calls: dict[str, Any]) -> dict[str, Any]:
    """The changes that make a run wait for a yes to these calls."""
    action = {"type": "submit_tool_approval", "submit_tool_approval": {"tool_calls": list(calls)}}
    return waiting(required_action=action)


def answering(schema: Any, **rest: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, **rest}}}


def strict(schema: Any) -> dict[str, Any]:
    return answering(schema, strict=True)


def nested_objects(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = STRICT
    for _ in range(levels):
        schema = {"properties": {"a": schema}, "required": ["a"], "additionalProperties": False}
    return schema


def summarize(changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    findings = validate({**RUN, **changes}).findings
    return [(finding.rule, finding.pointer, finding.message) for finding in findings]


SOUND: dict[str, dict[str, Any]] = {
    "a call without parameters": waiting("{}"),
    "a call of a function that is declared twice under two names": waiting("{}", tools=[function(), function("wind")]),
    "an approval of a call that is no function": approval({"id": "call_1", "type": "mcp", "arguments": "{"}),
    "an approval of an unnamed function": approval({"id": "call_1", "type": "function"}),
    "an action without calls of its own": waiting(
        required_action={"type": "submit_form", "submit_form": {"tool_calls": [{"id": "call_1", "type": "form"}]}}
    ),
    "no choice of a tool": {"tool_choice": None},
    "a choice by word": {"tool_choice": "required"},
    "no truncation strategy": {"truncation_strategy": None},
    "no format": {"response_format": None},
    "a text format": {"response_format": {"type": "text"}},
    "a format without a schema": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": True}}
    },
    "an open schema that is not strict": answering({"type": "object", "properties": {"a": {}}}, strict=None),
    "a strict schema without objects": strict(
        {"anyOf": [{"type": ["array", "null"], "items": {"type": "string"}}, True]}
    ),
    "a strict schema of a dialect that nobody knows": strict({"$schema": "https://example.com/mine", "type": "object"}),
    "a strict schema of an object without properties": strict({"type": "object", "additionalProperties": False}),
    "a strict schema with as many properties as there may be": strict(
        {**STRICT, "properties": dict.fromkeys(NAMES, True), "required": NAMES}
    ),
    "ten objects within an object": strict(nested_objects(10)),
}

NOT_SOUND = "is not the text of a JSON object: at line"

AT_ODDS: dict[str, tuple[dict[str, Any], list[tuple[str, str, str]]]] = {
    "an action that names no payload": (
        waiting(required_action={"type": "submit_form"}),
        [
            (
                "missing-required-action",
                "/required_action",
                'names no tool call, but status is "requires_action"; expected the calls to answer',
            )
        ],
    ),
    "an action whose payload is under another key": (
        waiting(required_action={**waiting("{}")["required_action"], "type": "submit_tool_approval"}),
        [
            (
                "missing-required-action",
                "/required_action/submit_tool_outputs",
                'has the tool calls, but type is "submit_tool_approval"; expected them under the key that type names',
            )
        ],
    ),
    "arguments of two kinds of wrong": (
        waiting("[1, 2]", "\n {"),
        [
            (
                "arguments-not-json",
                f"{CALLS}/0/function/arguments",
                "is the text of an array of 2 items, expected that of a JSON object",
            ),
            ("arguments-not-json", f"{CALLS}/1/function/arguments", f"{NOT_SOUND} 2, column 3, ends where "),
        ],
    ),
    "arguments that only a lax reader takes": (
        waiting('{"a": NaN}'),
        [("arguments-not-json", f"{CALLS}/0/function/arguments", f"{NOT_SOUND} 1, column 7, is NaN")],
    ),
    "arguments with one key twice": (
        waiting('{"a": 1, "a": "x"}', tools=[function(parameters={"properties": {"a": {"type": "integer"}}})]),
        [
            (
                "arguments-not-json",
                f"{CALLS}/0/function/arguments",
                (
                    f"{NOT_SOUND} 1, column 10, repeats a key that stands at column 2 already; "
                    "readers differ in the value that they keep"
                ),
            )
        ],
    ),
    "arguments of two calls in one": (
        waiting("{} {}"),
        [
            (
                "arguments-not-json",
                f"{CALLS}/0/function/arguments",
                (
                    f"{NOT_SOUND} 1, column 4, is the start of a second document, but one was expected; "
                    "the arguments of a call are one object"
                ),
            )
        ],
    ),
    "arguments behind a byte order mark": (
        waiting("\ufeff{}", "\ufeff\ufeff{}", tools=[function(parameters={"required": ["a"]})]),
        [
            (
                "arguments-not-json",
                f"{CALLS}/{call}/function/arguments",
                f"{NOT_SOUND} 1, column 1, is a byte order mark (U+FEFF), but an object was expected",
            )
            for call in (0, 1)
        ],
    ),
    "arguments that are wrong already": (
        waiting('{"a": NaN}', "[]", tools=[function(parameters={"type": "object", "required": ["b"]})]),
        [
            ("arguments-not-json", f"{CALLS}/0/function/arguments", f"{NOT_SOUND} 1, column 7, is NaN"),
            ("arguments-not-json", f"{CALLS}/1/function/arguments", "is the text of an array of 0 items, expected "),
        ],
    ),
    "arguments of an approval": (
        approval({"id": "call_1", **function(arguments="")}),
        [
            (
                "arguments-not-json",
                "/required_action/submit_tool_approval/tool_calls/0/function/arguments",
                f"{NOT_SOUND} 1, column 1, ",
            )
        ],
    ),
    "arguments of a function that is declared twice": (
        waiting("{}", tools=[function(parameters={"required": ["a"]}), function(parameters={"required": ["b"]})]),
        [
            (
                "duplicate-function-name",
                "/tools/1/function/name",
                'is "tide", which is already the name of the tool at index 0',
            )
        ],
    ),
    "arguments and a schema that are both wrong": (
        waiting("{}", tools=[function(parameters={"required": ["a", "a"]})]),
        [("invalid-parameters-schema", "/tools/0/function/parameters/required", "is an array of 2 items, expected ")],
    ),
    "arguments that do not fit": (
        waiting('{"a": "secret"}', tools=[function(parameters={"properties": {"a": {"type": "null"}}})]),
        [
            (
                "arguments-mismatch",
                f"{CALLS}/0/function/arguments",
                'does not fit parameters: "a" is a string of 6 characters, expected null',
            )
        ],
    ),
    "a call of nothing": (
        waiting("{}", tools=[]),
        [("undeclared-tool-call", f"{CALLS}/0/function/name", 'is "tide", but tools has no function: declare it ')],
    ),
    "a choice of no tool as an object": (
        {"tools": [function()], "tool_choice": {"type": "auto"}},
        [("undeclared-tool-choice", "/tool_choice", 'is an object of type "auto", which is no tool; expected the ')],
    ),
    "a call of nothing by an impossible name": (
        waiting("{}", name="multi_tool_use.parallel"),
        [
            (
                "undeclared-tool-call",
                f"{CALLS}/0/function/name",
                'is "multi_tool_use.parallel", which is not a function in tools',
            )
        ],
    ),
    "a tool by an impossible name beside a call by a sound one": (
        waiting("{}", tools=[function(), function("the wind")]),
        [("invalid-function-name", "/tools/1/function/name", "is a string of 8 characters, expected 1 to 64 ")],
    ),
    "a choice of no function": (
        {"tools": [function()], "tool_choice": {"type": "function"}},
        [("undeclared-tool-choice", "/tool_choice/function", 'is absent, but type is "function"; ')],
    ),
    "a choice of the function null": (
        {"tools": [function()], "tool_choice": {"type": "function", "function": None}},
        [("undeclared-tool-choice", "/tool_choice/function", 'is null, but type is "function"; ')],
    ),
    "a choice of another service's tool that is not there": (
        {"tools": [function()], "tool_choice": {"type": "bing_grounding"}},
        [("undeclared-tool-choice", "/tool_choice/type", 'is "bing_grounding", but tools has no tool of this type')],
    ),
    "a choice of a function by an impossible name": (
        {"tools": [function()], "tool_choice": function("the wind")},
        [("invalid-function-name", "/tool_choice/function/name", "is a string of 8 characters, expected 1 to 64 ")],
    ),
    "a choice of a function that is not there": (
        {"tools": [function()], "tool_choice": function("wind")},
        [("undeclared-tool-choice", "/tool_choice/function/name", 'is "wind", which is not a function in tools')],
    ),
    "a name that ends in a line": (
        {"tools": [function("tide\n")]},
        [("invalid-function-name", "/tools/0/function/name", "is a string of 5 characters, expected 1 to 64 ")],
    ),
    "a name of a schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "my answer"}}},
        [("invalid-function-name", "/response_format/json_schema/name", "is a string of 9 characters, expected ")],
    ),
    "no number of messages": (
        {"truncation_strategy": {"type": "last_messages"}},
        [("truncation-mismatch", "/truncation_strategy/last_messages", "is null or absent, but type is ")],
    ),
    "a strict schema with an open object": (
        strict({**STRICT, "$defs": {"a": {"type": ["object", "null"]}}}),
        [("not-strict-schema", "/response_format/json_schema/schema/$defs/a", "lacks additionalProperties, ")],
    ),
    "a strict schema with an object that is open by word": (
        strict({**STRICT, "additionalProperties": True}),
        [("not-strict-schema", "/response_format/json_schema/schema/additionalProperties", "is true, expected false ")],
    ),
    "a strict schema that is open and no schema": (
        strict({"type": "object", "properties": []}),
        [("invalid-parameters-schema", "/response_format/json_schema/schema/properties", "is an array of 0 items, ")],
    ),
    "a strict schema with too many properties": (
        strict({**STRICT, "anyOf": [{**STRICT, "properties": dict.fromkeys(map(str, range(1667)), True)}] * 3}),
        [("not-strict-schema", "/response_format/json_schema/schema", "has 5001 properties in all, the most ")],
    ),
    "eleven objects within an object": (
        strict(nested_objects(11)),
        [("not-strict-schema", f"/response_format/json_schema/schema{'/properties/a' * 11}", "lies within more than ")],
    ),
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_consistent_tools_have_no_finding(changes: dict[str, Any]) -> None:
    assert summarize(changes) == []


@pytest.mark.parametrize(("changes", "expected"), AT_ODDS.values(), ids=AT_ODDS)
def test_each_contradiction_of_tools_is_one_finding(
    changes: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    found = summarize(changes)
    assert [(rule, pointer) for rule, pointer, _ in found] == [(rule, pointer) for rule, pointer, _ in expected]
    for (_, _, message), (_, _, start) in zip(found, expected, strict=True):
        assert message.startswith(start)


DRAFT_04 = "http://json-schema.org/draft-04/schema#"
POSITIVE = {"minimum": 0, "exclusiveMinimum": True}


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"$schema": DRAFT_04, "properties": {"n": {"minimum": 0}}}, None),
        ({"$schema": DRAFT_04, "default": POSITIVE}, None),
        ({"$schema": DRAFT_04, "properties": {"n": POSITIVE}}, "properties/n/exclusiveMinimum"),
        (
            {"$schema": DRAFT_04, "items": [{"maximum": 0, "exclusiveMaximum": False}]},
            "items/0/exclusiveMaximum",
        ),
    ],
)
def test_boolean_limit_of_draft_04_is_found(parameters: dict[str, Any], pointer: str | None) -> None:
    value = "false" if pointer and pointer.endswith("Maximum") else "true"
    message = f"is {value}, which only draft-04 allows; expected a number"
    expected = [("invalid-parameters-schema", f"/tools/0/function/parameters/{pointer}", message)] if pointer else []
    assert summarize({"tools": [function(parameters=parameters)]}) == expected


def test_null_is_no_schema() -> None:
    assert summarize({"tools": [function(parameters=None, description=None, strict=None)]}) == []
    assert summarize(waiting('{"a": 1}', tools=[function(parameters=None)])) == []
