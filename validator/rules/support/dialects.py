"""The keywords of JSON Schema and what each takes, dialect by dialect: the published metaschemas as tables.

The metaschemas are followed to the letter, but for two things that they leave to `format`: whether a pattern
compiles is never asked (patterns come from strangers, and no two engines agree on them), and `$id` is a URI.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""Keys and indexes that lead from a value to a part of it."""

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

_URI_CHARACTERS = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_ANCHOR = r"[A-Za-z_][A-Za-z0-9._-]*"
_ANCHOR_2019 = r"[A-Za-z][A-Za-z0-9.:_-]*"


class Takes(NamedTuple):
    """What a keyword takes: in words, as a question, and the schemas that stand in such a value."""

    expected: str
    fits: Callable[[Any], bool]
    schemas: Callable[[Any], Iterable[tuple[Place, Any]]] | None = None


Keywords: TypeAlias = Mapping[str, Takes]


class Dialect(NamedTuple):
    """A dialect by its name, its keywords, and the class that both engines have for it."""

    name: str
    keywords: Keywords
    validator: str


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_array(value: Any) -> bool:
    return isinstance(value, list)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value % 1 == 0


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list_of_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_string, value)) and len(set(value)) == len(value)


def _is_type(value: Any) -> bool:
    if isinstance(value, str):
        return value in TYPES
    return _are_names(value) and bool(value) and all(name in TYPES for name in value)


def is_uri(text: str) -> bool:
    """Whether a text can be a URI or a relative reference; every engine can then resolve references against it."""
    from urllib.parse import urlsplit  # few schemas have an $id

    try:
        urlsplit(text)
    except ValueError:
        return False
    return re.fullmatch(_URI_CHARACTERS, text) is not None


def _itself(value: Any) -> Iterable[tuple[Place, Any]]:
    return (((), value),)


def _items(value: Any) -> Iterable[tuple[Place, Any]]:
    return (((index,), item) for index, item in enumerate(value))


def _values(value: Any) -> Iterable[tuple[Place, Any]]:
    return (((key,), item) for key, item in value.items())


_STRING = Takes("a string", _is_string)
_BOOLEAN = Takes("true or false", _is_boolean)
_ARRAY = Takes("an array", _is_array)
_NUMBER = Takes("a number", _is_number)
_POSITIVE = Takes("a number above 0", _is_positive)
_COUNT = Takes("an integer of at least 0", _is_count)
_NAMES = Takes("an array of strings, each once", _are_names)
_TYPE = Takes(f"one of {', '.join(TYPES)} or an array of these, each once", _is_type)
SCHEMA = Takes("a schema: an object, true or false", _is_schema, _itself)
_LIST_OF_SCHEMAS = Takes("an array of at least one schema", _is_list_of_schemas, _items)
_MAP_OF_SCHEMAS = Takes("an object of schemas", _is_map, _values)
LIST_OR_SCHEMA = Takes(
    "a schema or an array of schemas",
    lambda value: _is_schema(value) or _is_list_of_schemas(value),
    lambda value: _items(value) if isinstance(value, list) else _itself(value),
)
_DEPENDENCIES = Takes(
    "an object of schemas and arrays of strings",
    lambda value: _is_map(value) and all(_is_schema(item) or _are_names(item) for item in value.values()),
    lambda value: (part for part in _values(value) if not isinstance(part[1], list)),
)
_MAP_OF_NAMES = Takes(
    "an object of arrays of strings", lambda value: _is_map(value) and all(map(_are_names, value.values()))
)
_VOCABULARY = Takes(
    "an object of true and false", lambda value: _is_map(value) and all(map(_is_boolean, value.values()))
)
_LEGACY_ID = Takes("a URI", lambda value: _is_string(value) and is_uri(value))
_ID = Takes(
    "a URI without a fragment",
    lambda value: _is_string(value) and "#" not in value.removesuffix("#") and is_uri(value),
)


def _anchor(pattern: str) -> Takes:
    return Takes("a plain name", lambda value: _is_string(value) and re.fullmatch(pattern, value) is not None)


_DRAFT_06: Keywords = {
    "$id": _LEGACY_ID,
    **dict.fromkeys(("$schema", "$ref", "title", "description", "pattern", "format"), _STRING),
    **dict.fromkeys(("examples", "enum"), _ARRAY),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"), _NUMBER),
    **dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"), _COUNT),
    **dict.fromkeys(("additionalItems", "contains", "additionalProperties", "propertyNames", "not"), SCHEMA),
    **dict.fromkeys(("definitions", "properties", "patternProperties"), _MAP_OF_SCHEMAS),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _LIST_OF_SCHEMAS),
    "multipleOf": _POSITIVE,
    "uniqueItems": _BOOLEAN,
    "required": _NAMES,
    "type": _TYPE,
    "items": LIST_OR_SCHEMA,
    "dependencies": _DEPENDENCIES,
}
_DRAFT_07: Keywords = {
    **_DRAFT_06,
    **dict.fromkeys(("$comment", "contentMediaType", "contentEncoding"), _STRING),
    **dict.fromkeys(("if", "then", "else"), SCHEMA),
    "readOnly": _BOOLEAN,
}
_DRAFT_2019_09: Keywords = {
    **_DRAFT_07,
    "$id": _ID,
    "$anchor": _anchor(_ANCHOR_2019),
    "$recursiveRef": _STRING,
    "$vocabulary": _VOCABULARY,
    **dict.fromkeys(("$recursiveAnchor", "deprecated", "writeOnly"), _BOOLEAN),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties", "contentSchema"), SCHEMA),
    **dict.fromkeys(("$defs", "dependentSchemas"), _MAP_OF_SCHEMAS),
    **dict.fromkeys(("maxContains", "minContains"), _COUNT),
    "dependentRequired": _MAP_OF_NAMES,
}
_DRAFT_2020_12: Keywords = {
    **{keyword: takes for keyword, takes in _DRAFT_2019_09.items() if keyword != "additionalItems"},
    **dict.fromkeys(("$anchor", "$dynamicAnchor", "$recursiveAnchor"), _anchor(_ANCHOR)),
    "$dynamicRef": _STRING,
    "items": SCHEMA,
    "prefixItems": _LIST_OF_SCHEMAS,
}

DEFAULT = Dialect("2020-12", _DRAFT_2020_12, "Draft202012Validator")
DIALECTS: Mapping[str, Dialect] = {
    "json-schema.org/draft/2020-12/schema": DEFAULT,
    "json-schema.org/draft/2019-09/schema": Dialect("2019-09", _DRAFT_2019_09, "Draft201909Validator"),
    "json-schema.org/draft-07/schema": Dialect("draft-07", _DRAFT_07, "Draft7Validator"),
    "json-schema.org/draft-06/schema": Dialect("draft-06", _DRAFT_06, "Draft6Validator"),
}
"""The dialects that are checked, by address."""
OUTDATED = frozenset(f"json-schema.org/draft-0{number}/schema" for number in range(6))
"""Dialects that are known, and too old to be checked."""


def address(uri: str) -> str:
    """The address of a dialect however its URI is spelt: with http or https, with an empty fragment or none."""
    return uri.removeprefix("http://").removeprefix("https://").removesuffix("#")
