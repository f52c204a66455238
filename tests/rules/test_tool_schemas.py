"""Embedded schemas: which are JSON Schemas and which are safe to apply; and that hostile ones do no harm."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import jsonschema
import pytest
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it carries no types
from referencing.jsonschema import specification_with

from tests.support.watch import WATCH, nothing_but
from validator.core.phrases import Shown, Verbatim
from validator.core.problem import Problem
from validator.rules.support.arguments import ArgumentChecker
from validator.rules.support.dialects import DIALECTS, Dialect, Schema, subschemas
from validator.rules.support.tool_schemas import cache_by_value, find_fault, tool_schemas

DRAFT_2019_09 = "https://json-schema.org/draft/2019-09/schema"
DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_04 = "http://json-schema.org/draft-04/schema#"
DRAFT_06 = "http://json-schema.org/draft-06/schema#"
NOWHERE = "http://127.0.0.1:9/nobody-listens.json"


def nested(levels: int) -> Schema:
    """A schema of so many levels of objects."""
    schema: Schema = {}
    for _ in range(levels - 1):
        schema = {"not": schema}
    return schema


VALID: dict[str, Schema] = {
    "empty": {},
    "plain": {"type": "object", "properties": {"city": {"type": ["string", "null"]}}, "required": ["city"]},
    "true and false for schemas": {"properties": {"a": True, "b": False}, "items": False},
    "unknown keywords with any value": {"nullable": 1, "x": {"type": "no type"}, "\x1b]0;owned\x07": []},
    "keywords as property names": {"properties": {"type": {}, "$ref": {"type": "string"}, "required": True}},
    "whole floats for counts": {"maxLength": 40.0, "minItems": 1e308},
    "a tiny multiple": {"multipleOf": 1e-320},
    "a count of 400 digits": {"maxLength": 10**400},
    "repeated values in an enum": {"enum": [1, 1, True, 1.0, {"a": []}, {"a": []}]},
    "an empty enum": {"enum": []},
    "a pattern for another engine": {"pattern": r"^\p{L}+(?<year>[0-9]{4})$"},
    "a pattern that no engine takes": {"pattern": "(((", "patternProperties": {"[": {}}},
    "a pattern that backtracks for ever": {"pattern": "^(a+)+$", "default": "a" * 64 + "!"},
    "a pattern too large to compile": {"pattern": "(" * 5000 + "a{99999999999}" + ")" * 5000},
    "references in a circle": {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    "a schema of itself": {"allOf": [{"$ref": "#"}], "$dynamicAnchor": "me", "not": {"$dynamicRef": "#me"}},
    "a reference to an anchor": {"$ref": "#here", "$defs": {"a": {"$anchor": "here"}}},
    "a reference with escapes": {"$ref": "#/$defs/a%20b~1c~0d", "$defs": {"a b/c~d": {}}},
    "a reference to an empty key": {"$ref": "#/$defs/", "$defs": {"": {}}},
    "a reference into a list": {"$ref": "#/anyOf/1", "anyOf": [{}, {}]},
    "a reference into an unknown keyword": {"$ref": "#/shared/a", "shared": {"a": {}}},
    "a reference within a part with an $id": {
        "properties": {"a": {"$id": "https://example.com/a", "$ref": "#/$defs/b", "$defs": {"b": {}}}}
    },
    "references to elsewhere": {
        "anyOf": [{"$ref": NOWHERE}, {"$ref": "../../etc/passwd"}, {"$ref": "file:///etc/passwd"}]
    },
    "an $id that belongs to the metaschema": {"$id": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
    "draft-04": {"$schema": DRAFT_04, "id": "http://[::1", "$id": 7, "minimum": 1, "exclusiveMinimum": True},
    "an anchor of draft-04": {"$schema": DRAFT_04, "not": {"$ref": "#a"}, "definitions": {"a": {"id": "#a"}}},
    "an $id with an address in brackets": {"$id": "https://[2001:db8::7]:8080/a%20b"},
    "a relative $id": {"$id": "city.json#"},
    "a dialect that nobody knows": {"$schema": NOWHERE, "type": "leaflet", "not": nested(100)},
    "2020-12 by name": {"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{}]},
    "2019-09": {"$schema": DRAFT_2019_09, "$recursiveAnchor": True, "$recursiveRef": "#", "items": [{}, True]},
    "draft-07": {"$schema": DRAFT_07, "items": [{}], "definitions": {"a": {"$id": "#a"}}, "not": {"$ref": "#a"}},
    "draft-07 by another spelling": {"$schema": "https://json-schema.org/draft-07/schema", "$dynamicRef": "#nowhere"},
    "draft-06": {"$schema": DRAFT_06, "if": 7, "dependencies": {"a": ["b"], "c": {"type": "string"}}},
    "64 levels": nested(64),
}

_TYPE = "is {}, expected one of array, boolean, integer, null, number, object, string or an array of these, each once"
_SCHEMA = "is {}, expected an object or true or false"
_NOWHERE = "is {}, which points at nothing in the schema"
_DEEP = "is nested more than {} levels deep"

INVALID: dict[str, tuple[Schema, str, str, tuple[Any, ...]]] = {
    "a type that does not exist": ({"type": "text"}, "type", _TYPE, (Shown("text"),)),
    "a type twice": ({"type": ["null", "null"]}, "type", _TYPE, (["null", "null"],)),
    "a type that is an object": ({"type": {}}, "type", _TYPE, ({},)),
    "no type at all": ({"type": []}, "type", _TYPE, ([],)),
    "a number for a schema": ({"properties": {"a/b": 7}}, "properties/a~1b", _SCHEMA, (7,)),
    "null for a schema": ({"not": None}, "not", _SCHEMA, (None,)),
    "an array of items in 2020-12": ({"items": [{}]}, "items", _SCHEMA, ([{}],)),
    "the outermost first": (
        {"properties": {"a": {"minLength": -1}}, "title": 7},
        "title",
        "is {}, expected a string",
        (7,),
    ),
    "a fault deep inside": (
        {"anyOf": [{}, {"items": {"properties": {"a": {"minLength": -1}}}}]},
        "anyOf/1/items/properties/a/minLength",
        "is {}, the minimum is {}",
        (-1, 0),
    ),
    "a fault in an item of draft-07": (
        {"$schema": DRAFT_07, "items": [True, {"dependencies": {"a": ["b"], "c": {"minLength": -1}}}]},
        "items/1/dependencies/c/minLength",
        "is {}, the minimum is {}",
        (-1, 0),
    ),
    "properties in an array": ({"properties": []}, "properties", "is {}, expected an object", ([],)),
    "no alternatives": ({"anyOf": []}, "anyOf", "is {}, the minimum is {}", ([], 1)),
    "a name twice": ({"required": ["a", "a"]}, "required", "is {}, expected each item once", (["a", "a"],)),
    "true for required": ({"required": True}, "required", "is {}, expected an array", (True,)),
    "a multiple of 0": ({"multipleOf": 0}, "multipleOf", "is {}, expected more than {}", (0, 0)),
    "true for a number": ({"minimum": True}, "minimum", "is {}, expected a number", (True,)),
    "1 for true": ({"uniqueItems": 1}, "uniqueItems", "is {}, expected true or false", (1,)),
    "a word for an enum": ({"enum": "a"}, "enum", "is {}, expected an array", ("a",)),
    "half an integer": ({"maxLength": 1.5}, "maxLength", "is {}, expected an integer", (1.5,)),
    "a spaced anchor": (
        {"$anchor": "a b"},
        "$anchor",
        "is {}, expected to match {}",
        ("a b", Verbatim("^[A-Za-z_][-A-Za-z0-9._]*$")),
    ),
    "a vocabulary of words": (
        {"$vocabulary": {"a": "b"}},
        "$vocabulary/a",
        "is {}, expected true or false",
        ("b",),
    ),
    "a dependency on nothing": (
        {"dependencies": {"a": 7}},
        "dependencies/a",
        "is {}, expected an object, true or false or an array",
        (7,),
    ),
    "a dependency twice": (
        {"dependentRequired": {"a": ["b", "b"]}},
        "dependentRequired/a",
        "is {}, expected each item once",
        (["b", "b"],),
    ),
    "items of nothing in 2019-09": (
        {"$schema": DRAFT_2019_09, "items": []},
        "items",
        "is {}, the minimum is {}",
        ([], 1),
    ),
    "an $id with a broken host": ({"$id": "http://[::1"}, "$id", "is {}, expected a URI", ("http://[::1",)),
    "an $id of words": ({"$id": "my schema"}, "$id", "is {}, expected a URI", ("my schema",)),
    "an $id with a fragment": ({"$id": "a#b"}, "$id", "is {}, expected to match {}", ("a#b", Verbatim("^[^#]*#?$"))),
    "an $id that is a number": ({"$schema": DRAFT_07, "$id": 7}, "$id", "is {}, expected a string", (7,)),
    "a number for a dialect": ({"$schema": 7}, "$schema", "is {}, expected the URI of a dialect", (7,)),
    "a list for a dialect": ({"$schema": ["x"]}, "$schema", "is {}, expected the URI of a dialect", (["x"],)),
    "nothing required in draft-04": (
        {"$schema": DRAFT_04, "required": []},
        "required",
        "is {}, the minimum is {}",
        ([], 1),
    ),
    "a fault in a keyword of another dialect": (
        {"dependencies": {"a": {"minLength": -1}}},
        "dependencies/a/minLength",
        "is {}, the minimum is {}",
        (-1, 0),
    ),
    "a reference to nothing": ({"properties": {"a": {"$ref": "#/b"}}}, "properties/a/$ref", _NOWHERE, ("#/b",)),
    "a pointer with a bad escape": ({"$ref": "#/~9", "~9": {}}, "$ref", _NOWHERE, ("#/~9",)),
    "an index beyond the list": ({"anyOf": [{"$ref": "#/anyOf/1"}]}, "anyOf/0/$ref", _NOWHERE, ("#/anyOf/1",)),
    "an index of 4,000 digits": (
        {"anyOf": [{}], "$ref": "#/anyOf/" + "9" * 4000},
        "$ref",
        _NOWHERE,
        ("#/anyOf/" + "9" * 4000,),
    ),
    "an unknown anchor": ({"$dynamicRef": "#here", "default": {"$anchor": 7}}, "$dynamicRef", _NOWHERE, ("#here",)),
    "half a surrogate pair": ({"title": "\ud800", "type": []}, "type", _TYPE, ([],)),
    "65 levels": (nested(65), "", _DEEP, (64,)),
    "10,000 levels": (nested(10_000), "", _DEEP, (64,)),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("schema", VALID.values(), ids=VALID)
def test_valid_schema(schema: Schema) -> None:
    assert find_fault(schema) is None


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("schema", "pointer", "message", "values"), INVALID.values(), ids=INVALID)
def test_invalid_schema(schema: Schema, pointer: str, message: str, values: tuple[Any, ...]) -> None:
    assert find_fault(schema) == Problem(pointer, message, values)


VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 1.5, 1e308, 10**30, "", "a", "a b", "string", "text"),
    *([], ["a"], ["a", "a"], ["a", 1], ["string"], ["string", "null"], [{}], [True], [7]),
    *({}, {"a": {}}, {"a": 7}, {"a": True}, {"a": ["b"]}, {"a": ["b", "b"]}, {"a": []}, {"type": 7}),
)


def _keywords(dialect: Dialect) -> list[str]:
    metaschema = REGISTRY.contents(dialect.uri)
    vocabularies = [REGISTRY.resolver(dialect.uri).lookup(part["$ref"]) for part in metaschema.get("allOf", ())]
    schemas = [metaschema, *(vocabulary.contents for vocabulary in vocabularies)]
    return sorted({keyword for schema in schemas for keyword in schema["properties"]} - {"$schema"})


def _random_schema(rng: random.Random, keywords: list[str], levels: int = 3) -> Schema:
    schema: Schema = {}
    for keyword in rng.choices(keywords, k=rng.randint(0, 3)):
        value = rng.choice(VALUES)
        if levels and rng.random() < 0.4:
            inner = _random_schema(rng, keywords, levels - 1)
            value = rng.choice((inner, [inner], {"a": inner}, {"a": [inner]}))
        schema[keyword] = value
    return schema


def assert_same_subschemas(schema: Schema, dialect: Dialect) -> None:
    """Compare the objects among the subschemas with those that `referencing` knows, but for `dependencies`."""
    specification = specification_with(dialect.uri)
    for subschema in subschemas(schema, dialect):
        schema = {keyword: value for keyword, value in subschema.schema.items() if keyword != "dependencies"}
        known = [inner for inner in specification.subresources_of(schema) if isinstance(inner, dict)]
        found = [child.schema for child in subschema._replace(schema=schema).children(dialect)]
        assert sorted(map(repr, found)) == sorted(map(repr, known))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.validator)
def test_metaschema_decides(dialect: Dialect) -> None:
    validator = getattr(jsonschema, dialect.validator)
    metaschema = validator(validator.META_SCHEMA, registry=REGISTRY)
    rng, valid = random.Random(dialect.uri), 0
    for _ in range(600):
        schema = {"$schema": dialect.uri, **_random_schema(rng, _keywords(dialect))}
        problem = find_fault(schema)
        if problem is None or not problem.pointer.endswith(("$id", "$ref", "$dynamicRef", "$recursiveRef")):
            assert (problem is None) == metaschema.is_valid(schema), schema
        if problem is None:
            valid += 1
            assert_same_subschemas(schema, dialect)
    assert 150 < valid < 450


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.validator)
def test_every_keyword_that_holds_schemas(dialect: Dialect) -> None:
    for keyword in _keywords(dialect):
        for value in ({"title": "a"}, [{"title": "a"}], {"a": {"title": "a"}}):
            schema = {"$schema": dialect.uri, keyword: value}
            if find_fault(schema) is None:
                assert_same_subschemas(schema, dialect)


def test_schemas_of_functions_and_answers() -> None:
    run = {
        "tools": [
            {"type": "code_interpreter"},
            {"type": "function", "function": {"name": "a", "parameters": None}},
            {"type": "function", "function": {"name": "b", "parameters": {"title": "b"}, "strict": None}},
            {"type": "function", "function": {"name": "c", "parameters": {"title": "c"}, "strict": True}},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "d", "schema": {"title": "d"}}},
    }
    assert [tuple(tool_schema) for tool_schema in tool_schemas(run)] == [
        ("tools/2/function/parameters", {"title": "b"}, False),
        ("tools/3/function/parameters", {"title": "c"}, True),
        ("response_format/json_schema/schema", {"title": "d"}, False),
    ]


@pytest.mark.parametrize(
    "response_format", [None, "auto", {"type": "text"}, {"type": "json_schema", "json_schema": {"name": "a"}}]
)
def test_answer_without_a_schema(response_format: Any) -> None:
    assert tool_schemas({"tools": [], "response_format": response_format}) == []


def test_problem_is_located_in_the_run() -> None:
    (tool_schema,) = tool_schemas({"tools": [{"type": "function", "function": {"name": "a", "parameters": {}}}]})
    assert tool_schema.locate(Problem("", "is odd")).pointer == "tools/0/function/parameters"
    assert tool_schema.locate(Problem("properties/", "is odd")).pointer == "tools/0/function/parameters/properties/"


class Title(str):
    """A value that JSON does not have."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("schemas", "calls"),
    [
        ([{"maxLength": value} for value in (1, 1, True, 1.0, 1)], [1, 1, 2, 3, 1]),
        ([{"description": "a" * 20_000}] * 2, [1, 2]),
        ([{"title": Title("a")}] * 2, [1, 2]),
        (
            [*({"minimum": number} for number in range(300)), {"minimum": 299}, {"minimum": 0}],
            [*range(1, 301), 300, 301],
        ),
    ],
    ids=["equal schemas", "large schemas", "values that JSON does not have", "more schemas than are cached"],
)
def test_cache_by_value(schemas: list[Schema], calls: list[int]) -> None:
    counter = count(1)
    cached = cache_by_value(lambda _: next(counter))
    assert [cached(schema) for schema in schemas] == calls


HUGE: dict[str, tuple[Callable[[], Schema], str | None]] = {
    "an enum of 200,000 objects": (lambda: {"enum": [{"k": number} for number in range(200_000)]}, None),
    "10,000 required names": (lambda: {"required": [str(number) for number in range(10_000)]}, None),
    "10,000 required objects": (lambda: {"required": [{"k": number} for number in range(10_000)]}, "required/0"),
    "10,000 types": (lambda: {"type": ["string"] * 10_000}, "type"),
    "10,000 objects for types": (lambda: {"type": [{"k": number} for number in range(10_000)]}, "type"),
    "10,000 dependencies on objects": (
        lambda: {"$schema": DRAFT_07, "dependencies": {"a": [{"k": number} for number in range(10_000)]}},
        "dependencies/a/0",
    ),
    "an enum of 10,000 objects in draft-04": (
        lambda: {"$schema": DRAFT_04, "enum": [{"k": number} for number in range(10_000)]},
        None,
    ),
    "10,000 properties": (lambda: {"properties": {str(number): {"type": "string"} for number in range(10_000)}}, None),
    "10,000 alternatives": (lambda: {"oneOf": [{"const": number} for number in range(10_000)]}, None),
    "a chain of 10,000 links": (
        lambda: {"$defs": {str(number): {"$ref": f"#/$defs/{number - 1}"} for number in range(10_000)}},
        "$defs/0/$ref",
    ),
    "10,000 anchors": (
        lambda: {"anyOf": [{"$anchor": f"a{number}", "$ref": f"#a{number}"} for number in range(10_000)]},
        None,
    ),
    "2 ** 30 ways through": (
        lambda: {"$defs": {"0": {}, **{str(n): {"anyOf": [{"$ref": f"#/$defs/{n - 1}"}] * 2} for n in range(1, 31)}}},
        None,
    ),
    "a reference of 100,000 steps": (lambda: {"$ref": "#" + "/a" * 100_000}, "$ref"),
    "a pattern of 1,000,000 characters": (lambda: {"pattern": "(a|" * 333_333}, None),
    "an $id of 1,000,000 characters": (lambda: {"$id": "a%20" * 250_000}, None),
    "an $id that ends as no URI": (lambda: {"$id": "a%20" * 250_000 + "%"}, "$id"),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("make", "pointer"), HUGE.values(), ids=HUGE)
def test_huge_schema(make: Callable[[], Schema], pointer: str | None) -> None:
    problem = find_fault(make())
    assert (problem and problem.pointer) == pointer


@pytest.mark.usefixtures("engine")
def test_no_schema_reaches_for_the_network_or_a_file() -> None:
    schemas = [*VALID.values(), *(invalid[0] for invalid in INVALID.values())]
    find_fault({"type": "text"})  # imports jsonschema, which reads the metaschemas
    for number, schema in enumerate(schemas):
        new = {**schema, "title": f"not cached {number}"}
        with nothing_but():
            find_fault(new)
            ArgumentChecker().check({"a": [1]}, new)
    assert WATCH.reached == []
