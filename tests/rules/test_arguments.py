"""The arguments of function calls: those that do not match the parameters, with and without jsonschema-rs."""

import json
import random
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from referencing import Registry

from tests.support.pages import findings, page, run
from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.core.severity import Severity
from validator.rules.support.arguments import ArgumentChecker, parse_arguments
from validator.rules.support.dialects import Schema

DRAFT_04 = "http://json-schema.org/draft-04/schema#"
DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DEEP: Any = 1
for _ in range(70):
    DEEP = [DEEP]

MATCHES: dict[str, tuple[Schema, dict[str, Any]]] = {
    "no arguments, no parameters": ({}, {}),
    "a whole float for an integer": ({"properties": {"a": {"type": "integer"}}}, {"a": 3.0}),
    "the limit itself": ({"properties": {"a": {"minimum": 3, "maximum": 3}}}, {"a": 3}),
    "an optional argument left out": ({"properties": {"a": {"type": "integer"}}, "required": []}, {}),
    "an argument that was not declared": ({"properties": {"a": {}}}, {"b": 1}),
    "characters beyond the first plane": ({"properties": {"a": {"maxLength": 1}}}, {"a": "\U0001f377"}),
    "true is not 1": ({"properties": {"a": {"uniqueItems": True}}}, {"a": [1, True]}),
    "a format is not judged": ({"properties": {"a": {"format": "date"}}}, {"a": "tomorrow"}),
    "nor in draft-07": ({"$schema": DRAFT_07, "properties": {"a": {"format": "date"}}}, {"a": "tomorrow"}),
    "a pattern is not judged": ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 40 + "!"}),
    "nor a reference": ({"$ref": "#/$defs/a", "$defs": {"a": False}}, {}),
    "nor a schema with a fault": ({"type": "text"}, {}),
    "nor what is nested too deep": ({"properties": {"a": {"type": "string"}}}, {"a": DEEP}),
}

LAB = {"$schema": DRAFT_07, "$id": "https://example.com/lab"}

MISMATCHES: dict[str, tuple[Schema, dict[str, Any], str, tuple[Any, ...]]] = {
    "a missing argument": ({"required": ["a", "b", "c"]}, {"a": 1}, "{} is missing", (Shown("b"),)),
    "a missing argument further in": (
        {"properties": {"a": {"items": {"required": ["b"]}}}},
        {"a": [{"b": 1}, {}]},
        "{} is missing",
        (Shown("a.1.b"),),
    ),
    "an argument too many": (
        {"properties": {"a": {}}, "additionalProperties": False},
        {"c": 1, "a": 1, "b": 1},
        "{} is not declared",
        (Shown("c"),),
    ),
    "an argument too many where none is declared": (
        {"additionalProperties": False},
        {"a": 1},
        "{} is not declared",
        (Shown("a"),),
    ),
    "another type": (
        {"properties": {"a": {"type": "integer"}}},
        {"a": "1"},
        "{} is {}, expected an integer",
        (Shown("a"), "1"),
    ),
    "neither of two types": (
        {"properties": {"a": {"type": ["number", "null"]}}},
        {"a": True},
        "{} is {}, expected a number or null",
        (Shown("a"), True),
    ),
    "not in the enum": (
        {"properties": {"a": {"enum": ["b", 1]}}},
        {"a": True},
        "{} is {}, expected one of the values in its enum ({})",
        (Shown("a"), True, 2),
    ),
    "below the least": (
        {"properties": {"a": {"minLength": 3}}},
        {"a": "de"},
        "{} is {}, the minimum is {}",
        (Shown("a"), "de", 3),
    ),
    "above the most": (
        {"properties": {"a": {"maxItems": 1}}},
        {"a": [1, 2]},
        "{} is {}, the maximum is {}",
        (Shown("a"), [1, 2], 1),
    ),
    "at an excluded limit": (
        {"properties": {"a": {"exclusiveMaximum": 9}}},
        {"a": 9.0},
        "{} is {}, expected less than {}",
        (Shown("a"), 9.0, 9),
    ),
    "at an excluded limit of draft-04": (
        {"$schema": DRAFT_04, "properties": {"a": {"minimum": 9, "exclusiveMinimum": True}}},
        {"a": 9},
        "{} is {}, expected more than {}",
        (Shown("a"), 9, 9),
    ),
    "too few arguments": ({"minProperties": 2}, {"a": 1}, "is {}, the minimum is {}", ({"a": 1}, 2)),
    "a key that is too long": (
        {"propertyNames": {"maxLength": 1}},
        {"ab": 1},
        "has a key that propertyNames rejects",
        (),
    ),
    "a property called propertyNames": (
        {"properties": {"propertyNames": {"type": "null"}}},
        {"propertyNames": 1},
        "{} is {}, expected null",
        (Shown("propertyNames"), 1),
    ),
    "a value where nothing is allowed": (
        {"properties": {"a": False}},
        {"a": 1},
        "{} holds {} where nothing is allowed",
        (Shown("a"), 1),
    ),
    "a value further in where nothing is allowed": (
        {"allOf": [{"properties": {"a": {"items": {"properties": {"b": True, "c": False, "d": False}}}}}]},
        {"a": [{"b": 1}, {"b": 1, "d": 1, "c": 2}]},
        "{} holds {} where nothing is allowed",
        (Shown("a.1.c"), 2),
    ),
    "where nothing at all is allowed": (
        {"allOf": [False]},
        {"a": 1},
        "holds {} where nothing is allowed",
        ({"a": 1},),
    ),
    "no alternative": (
        {"properties": {"a": {"anyOf": [{"type": "null"}, {"type": "string"}]}}},
        {"a": 1},
        "{} is {}, expected null or a string",
        (Shown("a"), 1),
    ),
    "the first in the order of the arguments": (
        {"additionalProperties": {"type": "string"}},
        {"z": "1", "y": 2, "a": 3},
        "{} is {}, expected a string",
        (Shown("y"), 2),
    ),
    "by an older dialect, with an address": (
        {**LAB, "properties": {"a": {"items": [{"type": "string"}]}}},
        {"a": [1]},
        "{} is {}, expected a string",
        (Shown("a.0"), 1),
    ),
    "with half a surrogate pair in the schema": (
        {"properties": {"\ud800": {}}, "required": ["a"]},
        {},
        "{} is missing",
        (Shown("a"),),
    ),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "values"), MATCHES.values(), ids=MATCHES)
def test_matching_arguments(schema: Schema, values: dict[str, Any]) -> None:
    assert ArgumentChecker().check(values, schema) is None


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "values", "message", "shown"), MISMATCHES.values(), ids=MISMATCHES)
def test_first_mismatch(schema: Schema, values: dict[str, Any], message: str, shown: tuple[Any, ...]) -> None:
    problem = ArgumentChecker().check(values, schema)
    assert problem == Problem("", f"does not fit parameters: {message}", shown)
    assert [isinstance(value, Shown) for value in problem.values] == [isinstance(value, Shown) for value in shown]


PATTERN = {"pattern": "^[a-z]+$"}
OPEN: dict[str, Schema] = {
    "not": {"not": PATTERN},
    "if": {"if": PATTERN, "then": False},
    "oneOf": {"oneOf": [{"type": "string"}, PATTERN]},
    "maxContains": {"contains": PATTERN, "maxContains": 0},
    "patternProperties": {"patternProperties": {"^b": {}}, "additionalProperties": False},
    "unevaluatedProperties": {"patternProperties": {"^b": {}}, "unevaluatedProperties": False},
    "unevaluatedItems": {"anyOf": [{"$ref": "#/$defs/items"}], "unevaluatedItems": False},
    "a reference in a branch": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/items"}]},
    "another dialect": {"$schema": DRAFT_07, "type": "null"},
    "content": {"contentEncoding": "base64", "contentMediaType": "application/json"},
    "newer dependencies": {"dependencies": {"b": ["c"]}},
}
"""Schemas that may accept a text, an array or an object, as far as can be judged without patterns and references."""


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("value", ["0", ["0"], {"b": 1}], ids=["text", "array", "object"])
@pytest.mark.parametrize("schema", OPEN.values(), ids=OPEN)
def test_keyword_that_cannot_be_applied_is_ignored(schema: Schema, value: Any) -> None:
    whole = {"$defs": {"items": {"items": {}}}, "properties": {"a": schema}, "required": ["a", "z"]}
    assert ArgumentChecker().check({"a": value, "z": 1}, whole) is None
    assert ArgumentChecker().check({"a": value}, whole) == Problem(
        "", "does not fit parameters: {} is missing", (Shown("z"),)
    )


JUDGED: dict[str, tuple[Schema, Any, str]] = {
    "multipleOf": ({"multipleOf": 0.01}, 19.995, "is {}, which multipleOf rejects"),
    "unevaluatedProperties": ({"unevaluatedProperties": False}, {"b": 1}, "is {}, which unevaluatedProperties rejects"),
    "unevaluatedItems": ({"unevaluatedItems": False}, [1], "is {}, which unevaluatedItems rejects"),
    "beside contentEncoding": ({"contentEncoding": "base64", "maxLength": 1}, "YQ==", "is {}, the maximum is {}"),
    "beside a pattern": ({**PATTERN, "maxLength": 1}, "YQ==", "is {}, the maximum is {}"),
    "beside a reference": ({"$ref": "#/$defs/b", "maxLength": 1}, "YQ==", "is {}, the maximum is {}"),
    "beside patterns of keys": (
        {"patternProperties": {"^c": {}}, "properties": {"b": {"type": "null"}}},
        {"b": 1},
        "is {}, expected null",
    ),
    "additionalProperties beside a pattern": (
        {"properties": {"c": PATTERN}, "additionalProperties": False},
        {"b": 1},
        "is not declared",
    ),
    "contains with a pattern": ({"contains": {**PATTERN, "type": "string"}}, [1], "is {}, which contains rejects"),
    "all of several": ({"allOf": [{"not": PATTERN}, {"maxLength": 1}]}, "YQ==", "is {}, the maximum is {}"),
    "newer dependencies, which say nothing": (
        {"not": {"dependencies": {"b": ["c"]}}},
        {"b": 1},
        "is {}, which not rejects",
    ),
    "then": ({"if": {"type": "string"}, "then": {"maxLength": 1}}, "YQ==", "is {}, the maximum is {}"),
    "a schema of the same dialect": (
        {"$schema": "https://json-schema.org/draft/2020-12/schema#", "maxLength": 1},
        "YQ==",
        "is {}, the maximum is {}",
    ),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "value", "message"), JUDGED.values(), ids=JUDGED)
def test_other_keywords_are_applied(schema: Schema, value: Any, message: str) -> None:
    parameters = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {"b": {}},
        "properties": {"a": schema},
    }
    problem = ArgumentChecker().check({"a": value}, parameters)
    assert problem is not None
    assert problem.message.startswith("does not fit parameters: {} ")
    assert problem.message.endswith(message)


@pytest.mark.parametrize(
    ("divisor", "fits", "does_not"),
    [
        (0.01, 19.99, 19.995),
        (2.5, 7.5, 2**53 + 1),
        (3, 9.0, 10**300),
        (1e-320, 1e308, 4.94e-324),
        (1e308, 0, 1),
        (267.0, 534, 5.4350391129210795e101),
    ],
)
@pytest.mark.usefixtures("engine")
def test_multiple_of_is_decimal(divisor: float, fits: float, does_not: float) -> None:
    schema: Schema = {"additionalProperties": {"multipleOf": divisor}}
    assert ArgumentChecker().check({"a": fits, "b": "a text", "c": True}, schema) is None
    assert ArgumentChecker().check({"a": does_not}, schema) == Problem(
        "", "does not fit parameters: {} is {}, which multipleOf rejects", (Shown("a"), does_not)
    )


@pytest.mark.usefixtures("engine")
def test_ref_replaces_siblings_in_old_dialects() -> None:
    schema = {"$schema": DRAFT_07, "properties": {"a": {"$ref": "#/definitions/b", "type": "null"}}}
    assert ArgumentChecker().check({"a": 1}, {**schema, "definitions": {"b": {}}}) is None
    assert (
        ArgumentChecker().check({}, {"$schema": DRAFT_07, "$ref": "#/definitions/b", "definitions": {"b": False}})
        is None
    )


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("items", [True, False])
def test_boolean_items_beside_unevaluated_items(*, items: bool) -> None:
    whole = {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "properties": {"a": {"items": items, "unevaluatedItems": False}},
    }
    problem = ArgumentChecker().check({"a": [1]}, whole)
    assert (problem is None) == items


def called(schema: Schema, *calls: Any) -> dict[str, Any]:
    """A run that waits for calls of one function."""
    tool_calls = [
        {"id": f"call_{i:024}", "type": "function", "function": {"name": "tide", "arguments": json.dumps(values)}}
        for i, values in enumerate(calls)
    ]
    return run(
        status="requires_action",
        expires_at=run()["created_at"] + 600,
        completed_at=None,
        usage=None,
        tools=[{"type": "function", "function": {"name": "tide", "parameters": schema}}],
        required_action={"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": tool_calls}},
    )


def nested(combination: Callable[[Schema], Schema], levels: int) -> Schema:
    schema: Schema = {"properties": {"a": {}}}
    for _ in range(levels):
        schema = combination(schema)
    return schema


MANY = {"a": list(range(600))}
FEW = {"a": list(range(40))}
FALSE = [False] * 600
NULL: Schema = {"type": "null"}
LABORIOUS: dict[str, tuple[Schema, dict[str, Any]]] = {
    "anyOf of each item": ({"properties": {"a": {"items": {"anyOf": [NULL] * 300}}}}, MANY),
    "oneOf of each item": ({"properties": {"a": {"items": {"oneOf": [NULL] * 300}}}}, MANY),
    "not of each item": ({"properties": {"a": {"items": {"allOf": [{"not": {"type": "integer"}}] * 300}}}}, MANY),
    "contains, many times": ({"properties": {"a": {"allOf": [{"contains": NULL}] * 300}}}, MANY),
    "false for each item": ({"properties": {"a": {"items": {"anyOf": FALSE}}}}, FEW),
    "anything, many times": ({"properties": {"a": {"items": {"allOf": [*[{}] * 1200, NULL]}}}}, FEW),
    "false for the whole": ({"allOf": FALSE}, MANY),
    "all other keys": ({"allOf": [{"additionalProperties": NULL}] * 300}, {f"k{i}": i for i in range(600)}),
    "many missing keys": (
        {"properties": {"a": {"items": {"required": [f"k{i}" for i in range(600)]}}}},
        {"a": [{}] * 60},
    ),
    "many in an enum": ({"properties": {"a": {"items": {"enum": [*range(1000, 2000)]}}}}, MANY),
    "unique objects": ({"properties": {"a": {"uniqueItems": True}}}, {"a": [*({"b": i} for i in range(600)), 1, 1]}),
    "many unevaluated keys": (
        {"allOf": [{"properties": {f"k{i}": {} for i in range(150)}}] * 30, "unevaluatedProperties": False},
        {f"{letter}{i}": 1 for letter in "kz" for i in range(150)},
    ),
    "unevaluated keys, level by level": (
        nested(lambda inner: {"anyOf": [inner], "unevaluatedProperties": False}, 25),
        {"a": 1, "b": 2},
    ),
    "unevaluated items, level by level": (
        {"properties": {"a": nested(lambda inner: {"anyOf": [inner], "unevaluatedItems": False}, 25)}},
        {"a": [1]},
    ),
}
ARGUMENTS = "/data/0/required_action/submit_tool_outputs/tool_calls/{}/function/arguments"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "values"), LABORIOUS.values(), ids=LABORIOUS)
def test_work_beyond_the_budget_is_an_info(schema: Schema, values: dict[str, Any]) -> None:
    found = [(one.rule, one.severity, one.pointer, one.message) for one in findings(page(called(schema, values)))]
    assert found == [
        (
            "arguments-mismatch",
            Severity.INFO,
            ARGUMENTS.format(0),
            "is not compared with parameters, which would take too much work for their size",
        )
    ]


@pytest.mark.usefixtures("engine")
def test_large_plain_arguments_are_compared() -> None:
    row = {"type": "object", "properties": {key: {"type": "string"} for key in "abcde"}, "required": [*"abcde"]}
    rows: list[dict[str, Any]] = [dict.fromkeys("abcde", "x" * 30) for _ in range(2_000)]
    unique = {"uniqueItems": True}
    rest = {"words": unique, "numbers": unique}
    schema: Schema = {"properties": {"a": {"anyOf": [NULL, {"items": row, "uniqueItems": False}]}, **rest}}
    values = {"a": rows, "words": [*map(str, range(2_000))], "numbers": [*range(2_000), 0.5]}
    assert [*findings(page(called(schema, values)))] == []
    rows[-1]["e"] = None
    (found,) = findings(page(called(schema, values)))
    assert found.message == 'does not fit parameters: "a" is an array of 2,000 items, which anyOf rejects'


@pytest.mark.usefixtures("engine")
def test_large_schema_is_compared() -> None:
    properties = {f"p{i}": {"type": "string", "minLength": 1} for i in range(2_000)}
    schema: Schema = {"properties": {"a": {"items": {"type": "integer"}}, **properties}}
    assert [*findings(page(called(schema, {"a": [*range(2_000)]})))] == []
    (found,) = findings(page(called(schema, {"a": [*range(2_000), "x"]})))
    assert found.message == 'does not fit parameters: "a.2000" is a string of 1 character, expected an integer'


@pytest.mark.usefixtures("engine")
def test_work_does_not_depend_on_set_order() -> None:
    laborious = {"type": "array", "items": {"anyOf": [*[NULL] * 200, {"type": "integer"}]}}
    schema: Schema = {"properties": {"a": {"not": {"additionalProperties": laborious}}}}
    values = {"first": 1, **{f"k{i}": [*range(100)] for i in range(20)}}
    assert [*findings(page(called(schema, {"a": values})))] == []


def test_each_run_has_its_own_budget() -> None:
    laborious, values = LABORIOUS["anyOf of each item"]
    both = called(laborious, values, {"a": ["x"]}), called({"required": ["b"]}, {})
    found = [(one.severity, one.pointer, one.message) for one in findings(page(both[0], {**both[1], "id": "run_b"}))]
    assert found[:2] == [
        (
            Severity.INFO,
            ARGUMENTS.format(0),
            "is not compared with parameters, which would take too much work for their size",
        ),
        (
            Severity.INFO,
            ARGUMENTS.format(1),
            "is not compared with parameters, which would take too much work for their size",
        ),
    ]
    assert ('does not fit parameters: "b" is missing') in [message for *_, message in found]


TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
SCALARS = (None, True, False, 0, 1, 2, 1.0, 2.5, -1, 1e300, 10**30, 2**53 + 1, "", "a", "bb", "\U0001f377")


def _random_value(rng: random.Random, levels: int = 2) -> Any:
    kind = rng.choice(("scalar", "array", "object")) if levels else "scalar"
    if kind == "scalar":
        return rng.choice(SCALARS)
    inner = [_random_value(rng, levels - 1) for _ in range(rng.randint(0, 3))]
    return inner if kind == "array" else dict(zip("abc", inner, strict=False))


def _random_schema(rng: random.Random, levels: int = 3) -> Any:
    if not levels:
        return rng.choice((True, False, {"type": rng.choice(TYPES)}))
    return {keyword: LIMITS[keyword](rng, levels - 1) for keyword in rng.sample(KEYWORDS, rng.randint(0, 3))}


LIMITS: dict[str, Callable[[random.Random, int], Any]] = {
    "type": lambda rng, _: rng.choice((rng.choice(TYPES), rng.sample(TYPES, 3))),
    "enum": lambda rng, _: [_random_value(rng) for _ in range(3)],
    "const": lambda rng, _: rng.choice(SCALARS),
    "required": lambda rng, _: rng.sample("abc", 1),
    "uniqueItems": lambda *_: True,
    "multipleOf": lambda rng, _: rng.choice((2, 5, 0.5)),
    "contentEncoding": lambda *_: "base64",
    "format": lambda *_: "date",
    "dependentRequired": lambda *_: {"a": ["b"]},
    "dependencies": lambda *_: {"a": ["b"]},
    **dict.fromkeys(
        ("properties", "dependentSchemas"), lambda rng, levels: {key: _random_schema(rng, levels) for key in "ab"}
    ),
    **dict.fromkeys(
        ("additionalProperties", "items", "contains", "propertyNames", "not", "if", "then", "else"), _random_schema
    ),
    **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), _random_schema),
    **dict.fromkeys(
        ("anyOf", "oneOf", "allOf", "prefixItems"), lambda rng, levels: [_random_schema(rng, levels) for _ in range(2)]
    ),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "maxContains", "minProperties"),
        lambda rng, _: rng.choice((0, 1, 2.0)),
    ),
    **dict.fromkeys(("minimum", "exclusiveMaximum"), lambda rng, _: rng.choice((0, 1.5, 2**53))),
}
KEYWORDS = (*LIMITS, "type", "properties", "required")


def test_engines_agree_on_arguments(without_fast_engines: Callable[[], None]) -> None:
    rng = random.Random(7)
    pairs = [(dict(zip("abc", _values(rng), strict=False)), _random_schema(rng)) for _ in range(2000)]
    fast = [ArgumentChecker().check(values, schema) for values, schema in pairs]
    without_fast_engines()
    assert [ArgumentChecker().check(values, schema) for values, schema in pairs] == fast
    assert 500 < sum(problem is not None for problem in fast) < 1500


def test_arguments_agree_with_jsonschema() -> None:
    rng, rejected = random.Random(18), 0
    nothing: Registry[Any] = Registry()
    for _ in range(2000):
        values, schema = dict(zip("abc", _values(rng), strict=False)), _random_schema(rng)
        is_valid = jsonschema.Draft202012Validator(schema, registry=nothing).is_valid(values)
        assert (ArgumentChecker().check(values, schema) is None) == is_valid, (schema, values)
        rejected += not is_valid
    assert 500 < rejected < 1500


def test_ignored_keywords_cause_no_false_mismatch() -> None:
    rng, found, missed = random.Random(4), 0, 0
    nothing: Registry[Any] = Registry()
    for _ in range(2000):
        values, schema = dict(zip("abc", _values(rng), strict=False)), _with_unjudged(rng, _random_schema(rng))
        whole = {**schema, "$defs": {"d": {"type": "string"}}} if isinstance(schema, dict) else {"allOf": [schema]}
        is_valid = jsonschema.Draft202012Validator(whole, registry=nothing).is_valid(values)
        if ArgumentChecker().check(values, whole) is not None:
            assert not is_valid, (whole, values)
            found += 1
        else:
            missed += not is_valid
    assert found > 500
    assert 0 < missed < found


def _with_unjudged(rng: random.Random, schema: Any) -> Any:
    """The schema with patterns and references strewn over it and what is in it."""
    if isinstance(schema, list):
        return [_with_unjudged(rng, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strewn = {
        keyword: value if keyword in ("enum", "const") else _with_unjudged(rng, value)
        for keyword, value in schema.items()
    }
    if not {*schema} <= {*LIMITS}:  # properties
        return strewn
    more = ({"pattern": "^a"}, {"patternProperties": {"^[ab]": {"type": "string"}}}, {"$ref": "#/$defs/d"})
    return {**strewn, **rng.choice(more)} if rng.random() < 0.15 else strewn


def _values(rng: random.Random) -> list[Any]:
    return [_random_value(rng) for _ in range(rng.randint(0, 3))]


def test_text_is_parsed_once() -> None:
    text = '{"asked": "twice"}'
    assert parse_arguments(text) is parse_arguments(text)


def test_long_text_is_not_cached() -> None:
    text = '{"text": "' + "a" * 20_000 + '"}'
    assert parse_arguments(text) == parse_arguments(text)
    assert parse_arguments(text) is not parse_arguments(text)
