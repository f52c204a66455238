"""Embedded schemas: which are JSON Schemas and which are safe to apply; and that hostile ones do no harm."""

import random
from typing import Any

import jsonschema
import pytest
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it carries no types

from tests.support.watch import WATCH, nothing_but
from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.support.arguments import Calls
from validator.rules.support.dialects import DIALECTS, Dialect
from validator.rules.support.tool_schemas import Schema, embedded_schemas, fault, remembering

DRAFT_2019_09 = "https://json-schema.org/draft/2019-09/schema"
DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_06 = "http://json-schema.org/draft-06/schema#"
NOWHERE = "http://127.0.0.1:9/nobody-listens.json"


def nested(levels: int) -> Schema:
    """A schema of so many levels of objects."""
    schema: Schema = {}
    for _ in range(levels - 1):
        schema = {"not": schema}
    return schema


SOUND: dict[str, Schema] = {
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

_SCHEMA = "a schema: an object, true or false"
_TYPE = "one of array, boolean, integer, null, number, object, string or an array of these, each once"
_DIALECTS = "2020-12, 2019-09, draft-07 or draft-06"

FAULTY: dict[str, tuple[Schema, str, str, tuple[Any, ...]]] = {
    "a type that does not exist": ({"type": "text"}, "type", f"is {{}}, expected {_TYPE}", (Shown("text"),)),
    "a type twice": ({"type": ["null", "null"]}, "type", f"is {{}}, expected {_TYPE}", (["null", "null"],)),
    "a type that is an object": ({"type": {}}, "type", f"is {{}}, expected {_TYPE}", ({},)),
    "no type at all": ({"type": []}, "type", f"is {{}}, expected {_TYPE}", ([],)),
    "a number for a schema": ({"properties": {"a/b": 7}}, "properties/a~1b", f"is {{}}, expected {_SCHEMA}", (7,)),
    "null for a schema": ({"not": None}, "not", f"is {{}}, expected {_SCHEMA}", (None,)),
    "an array of items in 2020-12": ({"items": [{}]}, "items", f"is {{}}, expected {_SCHEMA}", ([{}],)),
    "the outermost first": (
        {"properties": {"a": {"minLength": -1}}, "title": 7},
        "title",
        "is {}, expected a string",
        (7,),
    ),
    "a fault deep inside": (
        {"anyOf": [{}, {"items": {"properties": {"a": {"minLength": -1}}}}]},
        "anyOf/1/items/properties/a/minLength",
        "is {}, expected an integer of at least 0",
        (-1,),
    ),
    "properties in an array": ({"properties": []}, "properties", "is {}, expected an object of schemas", ([],)),
    "no alternatives": ({"anyOf": []}, "anyOf", "is {}, expected an array of at least one schema", ([],)),
    "a name twice": (
        {"required": ["a", "a"]},
        "required",
        "is {}, expected an array of strings, each once",
        (["a", "a"],),
    ),
    "true for required": ({"required": True}, "required", "is {}, expected an array of strings, each once", (True,)),
    "a multiple of 0": ({"multipleOf": 0}, "multipleOf", "is {}, expected a number above 0", (0,)),
    "true for a number": ({"minimum": True}, "minimum", "is {}, expected a number", (True,)),
    "1 for true": ({"uniqueItems": 1}, "uniqueItems", "is {}, expected true or false", (1,)),
    "a word for an enum": ({"enum": "a"}, "enum", "is {}, expected an array", ("a",)),
    "half an integer": ({"maxLength": 1.5}, "maxLength", "is {}, expected an integer of at least 0", (1.5,)),
    "a spaced anchor": ({"$anchor": "a b"}, "$anchor", "is {}, expected a plain name", ("a b",)),
    "a vocabulary of words": (
        {"$vocabulary": {"a": "b"}},
        "$vocabulary",
        "is {}, expected an object of true and false",
        ({"a": "b"},),
    ),
    "a dependency on nothing": (
        {"dependencies": {"a": 7}},
        "dependencies",
        "is {}, expected an object of schemas and arrays of strings",
        ({"a": 7},),
    ),
    "a dependency twice": (
        {"dependentRequired": {"a": ["b", "b"]}},
        "dependentRequired",
        "is {}, expected an object of arrays of strings",
        ({"a": ["b", "b"]},),
    ),
    "items of nothing in 2019-09": (
        {"$schema": DRAFT_2019_09, "items": []},
        "items",
        "is {}, expected a schema or an array of schemas",
        ([],),
    ),
    "an $id with a broken host": (
        {"$id": "http://[::1"},
        "$id",
        "is {}, expected a URI without a fragment",
        ("http://[::1",),
    ),
    "an $id of words": ({"$id": "my schema"}, "$id", "is {}, expected a URI without a fragment", ("my schema",)),
    "an $id with a fragment": ({"$id": "a#b"}, "$id", "is {}, expected a URI without a fragment", ("a#b",)),
    "an $id that is a number": ({"$schema": DRAFT_07, "$id": 7}, "$id", "is {}, expected a URI", (7,)),
    "a number for a dialect": ({"$schema": 7}, "$schema", "is {}, expected the URI of a dialect", (7,)),
    "a list for a dialect": ({"$schema": ["x"]}, "$schema", "is {}, expected the URI of a dialect", (["x"],)),
    "an outdated dialect": (
        {"$schema": "http://json-schema.org/draft-04/schema#", "enum": [{}, {}]},
        "$schema",
        f"names a dialect before draft-06, expected {_DIALECTS}",
        (),
    ),
    "a reference to nothing": (
        {"properties": {"a": {"$ref": "#/$defs/b"}}},
        "properties/a/$ref",
        "is {}, which points at nothing in the schema",
        ("#/$defs/b",),
    ),
    "a pointer with a bad escape": (
        {"$ref": "#/~9", "~9": {}},
        "$ref",
        "is {}, which points at nothing in the schema",
        ("#/~9",),
    ),
    "an index beyond the list": (
        {"anyOf": [{"$ref": "#/anyOf/1"}]},
        "anyOf/0/$ref",
        "is {}, which points at nothing in the schema",
        ("#/anyOf/1",),
    ),
    "an index of 4,000 digits": (
        {"anyOf": [{}], "$ref": "#/anyOf/" + "9" * 4000},
        "$ref",
        "is {}, which points at nothing in the schema",
        ("#/anyOf/" + "9" * 4000,),
    ),
    "an anchor that nobody dropped": (
        {"$dynamicRef": "#here", "default": {"$anchor": 7}},
        "$dynamicRef",
        "is {}, which points at nothing in the schema",
        ("#here",),
    ),
    "65 levels": (nested(65), "", "is nested more than {} levels deep", (64,)),
    "10,000 levels": (nested(10_000), "", "is nested more than {} levels deep", (64,)),
}


@pytest.mark.parametrize("schema", SOUND.values(), ids=SOUND)
def test_a_sound_schema_has_no_fault(schema: Schema) -> None:
    assert fault(schema) is None


@pytest.mark.parametrize(("schema", "pointer", "message", "values"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_schema_has_its_fault_at_its_place(
    schema: Schema, pointer: str, message: str, values: tuple[Any, ...]
) -> None:
    assert fault(schema) == Problem(pointer, message, values)


KEYWORDS = sorted({keyword for dialect in DIALECTS.values() for keyword in dialect.keywords} - {"$schema"})
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 1.5, 1e308, 10**30, "", "a", "a b", "string", "text"),
    *([], ["a"], ["a", "a"], ["a", 1], ["string"], ["string", "null"], [{}], [True], [7]),
    *({}, {"a": {}}, {"a": 7}, {"a": True}, {"a": ["b"]}, {"a": ["b", "b"]}, {"a": []}, {"type": 7}),
)


def _random_schema(rng: random.Random, levels: int = 3) -> Schema:
    schema: Schema = {}
    for keyword in rng.choices(KEYWORDS, k=rng.randint(0, 3)):
        value = rng.choice(VALUES)
        if levels and rng.random() < 0.4:
            inner = _random_schema(rng, levels - 1)
            value = rng.choice((inner, [inner], {"a": inner}, {"a": [inner]}))
        schema[keyword] = value
    return schema


@pytest.mark.parametrize(("uri", "dialect"), DIALECTS.items(), ids=lambda value: getattr(value, "name", ""))
def test_the_tables_judge_as_the_published_metaschema_does(uri: str, dialect: Dialect) -> None:
    engine = getattr(jsonschema, dialect.validator)
    metaschema = engine(engine.META_SCHEMA, registry=REGISTRY)
    rng, sound = random.Random(uri), 0
    for _ in range(600):
        schema = {"$schema": f"https://{uri}", **_random_schema(rng)}
        problem = fault(schema)
        if problem is None or not problem.pointer.endswith(("$id", "$ref", "$dynamicRef", "$recursiveRef")):
            assert (problem is None) == metaschema.is_valid(schema), schema
            sound += problem is None
    assert 150 < sound < 450


def test_the_schemas_of_functions_and_answers_are_found() -> None:
    run = {
        "tools": [
            {"type": "code_interpreter"},
            {"type": "function", "function": {"name": "a"}},
            {"type": "function", "function": {"name": "b", "parameters": {"title": "b"}, "strict": None}},
            {"type": "function", "function": {"name": "c", "parameters": {"title": "c"}, "strict": True}},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "d", "schema": {"title": "d"}}},
    }
    assert [tuple(embedded) for embedded in embedded_schemas(run)] == [
        ("tools/2/function/parameters", {"title": "b"}, False),
        ("tools/3/function/parameters", {"title": "c"}, True),
        ("response_format/json_schema/schema", {"title": "d"}, False),
    ]


@pytest.mark.parametrize(
    "response_format", [None, "auto", {"type": "text"}, {"type": "json_schema", "json_schema": {"name": "a"}}]
)
def test_an_answer_without_a_schema_has_none(response_format: Any) -> None:
    assert embedded_schemas({"tools": [], "response_format": response_format}) == []


def test_a_problem_of_a_schema_is_located_in_the_run() -> None:
    (embedded,) = embedded_schemas({"tools": [{"type": "function", "function": {"name": "a", "parameters": {}}}]})
    assert embedded.located(Problem("", "is odd")).pointer == "tools/0/function/parameters"
    assert embedded.located(Problem("properties/", "is odd")).pointer == "tools/0/function/parameters/properties/"


class Counted:
    """A judge that remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, schema: Schema) -> int:
        self.asked += 1
        return self.asked


def test_equal_schemas_are_judged_once() -> None:
    judge = Counted()
    remembered = remembering(judge)
    assert [remembered({"maxLength": value}) for value in (1, 1, True, 1.0, 1)] == [1, 1, 2, 3, 1]


def test_large_schemas_are_not_remembered() -> None:
    judge = Counted()
    remembered = remembering(judge)
    assert [remembered({"description": "a" * 20_000}) for _ in range(2)] == [1, 2]


def test_the_memory_does_not_grow_for_ever() -> None:
    judge = Counted()
    remembered = remembering(judge)
    for number in range(300):
        remembered({"minimum": number})
    assert remembered({"minimum": 299}) == 300
    assert remembered({"minimum": 0}) == 301


def test_values_of_a_kind_that_json_does_not_have_are_judged_all_the_same() -> None:
    class Title(str):
        __slots__ = ()

    judge = Counted()
    remembered = remembering(judge)
    assert [remembered({"title": Title("a")}) for _ in range(2)] == [1, 2]


HUGE: dict[str, tuple[Schema, str | None]] = {
    "an enum of 200,000 objects": ({"enum": [{"k": number} for number in range(200_000)]}, None),
    "30,000 required names": ({"required": [str(number) for number in range(30_000)]}, None),
    "30,000 required objects": ({"required": [{"k": number} for number in range(30_000)]}, "required"),
    "30,000 types": ({"type": ["string"] * 30_000}, "type"),
    "20,000 properties": ({"properties": {str(number): {"type": "string"} for number in range(20_000)}}, None),
    "20,000 alternatives": ({"oneOf": [{"const": number} for number in range(20_000)]}, None),
    "a chain of 20,000 links": (
        {"$defs": {str(number): {"$ref": f"#/$defs/{number - 1}"} for number in range(20_000)}},
        "$defs/0/$ref",
    ),
    "20,000 anchors": ({"anyOf": [{"$anchor": f"a{number}", "$ref": f"#a{number}"} for number in range(20_000)]}, None),
    "2 ** 30 ways through": (
        {"$defs": {"0": {}, **{str(n): {"anyOf": [{"$ref": f"#/$defs/{n - 1}"}] * 2} for n in range(1, 31)}}},
        None,
    ),
    "a reference of 100,000 steps": ({"$ref": "#" + "/a" * 100_000}, "$ref"),
    "a pattern of 1,000,000 characters": ({"pattern": "(a|" * 333_333}, None),
    "an $id of 1,000,000 characters": ({"$id": "a%20" * 250_000}, None),
    "an $id that is no URI in the end": ({"$id": "a%20" * 250_000 + "%"}, "$id"),
}


@pytest.mark.parametrize(("schema", "pointer"), HUGE.values(), ids=HUGE)
def test_a_huge_schema_is_judged_to_the_end(schema: Schema, pointer: str | None) -> None:
    problem = fault(schema)
    assert (problem and problem.pointer) == pointer


def test_no_schema_reaches_for_the_network_or_a_file() -> None:
    schemas = [*SOUND.values(), *(faulty[0] for faulty in FAULTY.values())]
    for number, schema in enumerate(schemas):
        fresh = {**schema, "title": f"not remembered {number}"}
        with nothing_but():
            fault(fresh)
            Calls().mismatch({"a": [1]}, fresh)
    assert WATCH.reached == []
