"""The arguments of function calls: what is said of those that do not fit, whichever engines are installed."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from validator import arguments
from validator.arguments import MOST_WORK, Calls, read
from validator.embedded import Schema
from validator.problem import Problem
from validator.wording import Name

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DEEP: Any = 1
for _ in range(70):
    DEEP = [DEEP]

FITTING: dict[str, tuple[Schema, dict[str, Any]]] = {
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
    "nor a reference": ({"$ref": "#/not", "not": {}}, {}),
    "nor a schema with a fault": ({"type": "text"}, {}),
    "nor what is nested too deep": ({"properties": {"a": {"type": "string"}}}, {"a": DEEP}),
    "nor what is too large": ({"properties": {"a": {"type": "string"}}}, {"a": list(range(2000))}),
    "nor too long a text": ({"properties": {"a": {"type": "null"}}}, {"a": "x" * 200_000}),
}

LAB = {"$schema": DRAFT_07, "$id": "https://example.com/lab"}

MISFITTING: dict[str, tuple[Schema, dict[str, Any], str, tuple[Any, ...]]] = {
    "a missing argument": ({"required": ["a", "b", "c"]}, {"a": 1}, "{} is missing", (Name("b"),)),
    "a missing argument further in": (
        {"properties": {"a": {"items": {"required": ["b"]}}}},
        {"a": [{"b": 1}, {}]},
        "{} is missing",
        (Name("a.1.b"),),
    ),
    "an argument too many": (
        {"properties": {"a": {}}, "additionalProperties": False},
        {"c": 1, "a": 1, "b": 1},
        "{} is not declared",
        (Name("c"),),
    ),
    "an argument too many where none is declared": (
        {"additionalProperties": False},
        {"a": 1},
        "{} is not declared",
        (Name("a"),),
    ),
    "another type": (
        {"properties": {"a": {"type": "integer"}}},
        {"a": "1"},
        "{} is {}, expected an integer",
        (Name("a"), "1"),
    ),
    "neither of two types": (
        {"properties": {"a": {"type": ["number", "null"]}}},
        {"a": True},
        "{} is {}, expected a number or null",
        (Name("a"), True),
    ),
    "not in the enum": (
        {"properties": {"a": {"enum": ["b", 1]}}},
        {"a": True},
        "{} is {}, expected one of the values in its enum ({})",
        (Name("a"), True, 2),
    ),
    "below the least": (
        {"properties": {"a": {"minLength": 3}}},
        {"a": "de"},
        "{} is {}, the least is {}",
        (Name("a"), "de", 3),
    ),
    "above the most": (
        {"properties": {"a": {"maxItems": 1}}},
        {"a": [1, 2]},
        "{} is {}, the most is {}",
        (Name("a"), [1, 2], 1),
    ),
    "at an excluded limit": (
        {"properties": {"a": {"exclusiveMaximum": 9}}},
        {"a": 9.0},
        "{} is {}, expected less than {}",
        (Name("a"), 9.0, 9),
    ),
    "too few arguments": ({"minProperties": 2}, {"a": 1}, "is {}, the least is {}", ({"a": 1}, 2)),
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
        (Name("propertyNames"), 1),
    ),
    "a value where nothing is allowed": (
        {"properties": {"a": False}},
        {"a": 1},
        "{} holds {} where nothing is allowed",
        (Name("a"), 1),
    ),
    "a value further in where nothing is allowed": (
        {"allOf": [{"properties": {"a": {"items": {"properties": {"b": True, "c": False, "d": False}}}}}]},
        {"a": [{"b": 1}, {"b": 1, "d": 1, "c": 2}]},
        "{} holds {} where nothing is allowed",
        (Name("a.1.c"), 2),
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
        "{} is {}, which anyOf rejects",
        (Name("a"), 1),
    ),
    "the first in the order of the arguments": (
        {"additionalProperties": {"type": "string"}},
        {"z": "1", "y": 2, "a": 3},
        "{} is {}, expected a string",
        (Name("y"), 2),
    ),
    "by an older dialect, with an address": (
        {**LAB, "properties": {"a": {"items": [{"type": "string"}]}}},
        {"a": [1]},
        "{} is {}, expected a string",
        (Name("a.0"), 1),
    ),
    "with half a surrogate pair in the schema": (
        {"title": "\ud800", "required": ["a"]},
        {},
        "{} is missing",
        (Name("a"),),
    ),
}


@pytest.fixture(params=["with jsonschema-rs", "without jsonschema-rs"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge with the fast engine and without it."""
    if request.param == "without jsonschema-rs":
        monkeypatch.setattr(arguments, "jsonschema_rs", None)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "values"), FITTING.values(), ids=FITTING)
def test_nothing_is_said_of_arguments_that_fit(schema: Schema, values: dict[str, Any]) -> None:
    assert Calls().mismatch(values, schema) is None


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "values", "message", "shown"), MISFITTING.values(), ids=MISFITTING)
def test_the_first_mismatch_is_told_with_its_path(
    schema: Schema, values: dict[str, Any], message: str, shown: tuple[Any, ...]
) -> None:
    problem = Calls().mismatch(values, schema)
    assert problem == Problem("", f"does not fit parameters: {message}", shown)
    assert [isinstance(value, Name) for value in problem.values] == [isinstance(value, Name) for value in shown]


@pytest.mark.usefixtures("engine")
def test_for_all_calls_of_a_run_only_so_much_work_is_done() -> None:
    calls, laborious = Calls(), {"allOf": [{"required": ["a"]}] * (MOST_WORK // 10)}
    problem = Problem("", "does not fit parameters: {} is missing", (Name("a"),))
    assert [calls.mismatch({}, laborious) for _ in range(4)] == [problem, problem, None, None]
    assert calls.mismatch({}, {"required": ["a"]}) == problem


def test_parameters_are_looked_into_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[Schema] = []
    monkeypatch.setattr(arguments, "_judge", judged.append)
    calls, large = Calls(), {"properties": {f"p{i}": {"type": "string"} for i in range(2_000)}}
    assert [calls.mismatch({}, large) for _ in range(3)] == [None, None, None]
    assert judged == [large]


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
    "dependentRequired": lambda *_: {"a": ["b"]},
    **dict.fromkeys(
        ("properties", "dependentSchemas"), lambda rng, levels: {key: _random_schema(rng, levels) for key in "ab"}
    ),
    **dict.fromkeys(
        ("additionalProperties", "items", "contains", "propertyNames", "not", "if", "then", "else"), _random_schema
    ),
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


def test_both_engines_come_to_the_same_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    pairs = [(dict(zip("abc", _values(rng), strict=False)), _random_schema(rng)) for _ in range(2000)]
    fast = [Calls().mismatch(values, schema) for values, schema in pairs]
    monkeypatch.setattr(arguments, "jsonschema_rs", None)
    assert [Calls().mismatch(values, schema) for values, schema in pairs] == fast
    assert 500 < sum(problem is not None for problem in fast) < 1500


def _values(rng: random.Random) -> list[Any]:
    return [_random_value(rng) for _ in range(rng.randint(0, 3))]


def test_a_text_is_read_once_for_all_who_ask() -> None:
    text = '{"asked": "twice"}'
    assert read(text) is read(text)


def test_a_long_text_is_not_kept() -> None:
    text = '{"text": "' + "a" * 20_000 + '"}'
    assert read(text) == read(text)
    assert read(text) is not read(text)
