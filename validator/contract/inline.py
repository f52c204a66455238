"""Schemas made quick to apply: no references, and one schema where several apply to the same value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validator.contract.loader import Schema

_NAMES = ("$schema", "$id")
_ANNOTATIONS = (*_NAMES, "title", "description")
_CONDITION = ("if", "then", "else")
_GATHERED = ("properties", "items", "additionalProperties", "allOf", *_CONDITION)
_STRICTER = {"minimum": max, "maximum": min, "exclusiveMaximum": min}


def inline(schema: Any, schemas: Mapping[str, Schema], *, annotated: bool = False) -> Any:
    """The schema with its references replaced by what they refer to; without annotations, unless somebody reads them.

    Annotations of a place are in the place of those of what it refers to.
    """
    if isinstance(schema, list):
        return [inline(part, schemas, annotated=annotated) for part in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = ("$ref", *(_NAMES if annotated else _ANNOTATIONS))
    own = {
        word: _inlined(word, schema[word], schemas, annotated)
        for word in schema
        if word not in left_out and not word.startswith("x-")
    }
    if "$ref" not in schema:
        return own
    target = inline(schemas[schema["$ref"]], schemas, annotated=annotated)
    return target | own if own.keys() <= {*_ANNOTATIONS} else {**own, "allOf": [*own.get("allOf", ()), target]}


def _inlined(word: str, value: Any, schemas: Mapping[str, Schema], annotated: bool) -> Any:
    if word == "properties":
        return {key: inline(schema, schemas, annotated=annotated) for key, schema in value.items()}
    return inline(value, schemas, annotated=annotated)


def merge(schemas: Iterable[Any]) -> Any:
    """One schema for the values that satisfy all of these, which hold no references; no place is visited twice."""
    parts = [part for schema in schemas for part in _parts(schema)]
    if False in parts:
        return False
    if len(parts) == 1 and parts[0].keys().isdisjoint(_GATHERED):
        return parts[0]
    whole: Schema = {}
    rest: list[Schema] = []
    for part in parts:
        for unit in _units(part):
            _add(unit, whole, rest)
    _add_inner(parts, whole, rest)
    return whole | ({"allOf": rest} if rest else {})


def _parts(schema: Any) -> Iterator[Any]:
    """A schema and those in its `allOf`; of a boolean only `false` says anything."""
    if schema is False:
        yield False
    elif schema is not True:
        yield schema
        for part in schema.get("allOf", ()):
            yield from _parts(part)


def _units(schema: Schema) -> Iterator[Schema]:
    """The keywords that say something of the value itself, each alone but for those of a condition."""
    yield from ({word: value} for word, value in schema.items() if word not in _GATHERED)
    if "if" in schema:
        yield {word: merge([schema[word]]) for word in _CONDITION if word in schema}


def _add(unit: Schema, whole: Schema, rest: list[Schema]) -> None:
    """Say it in the whole; beside the whole, where that says something else in the same words."""
    if whole.keys().isdisjoint(unit):
        whole |= unit
    elif len(unit) == 1 and (word := next(iter(unit))) in _STRICTER:
        whole[word] = _STRICTER[word](whole[word], unit[word])
    elif any(whole.get(word) != value for word, value in unit.items()):
        rest.append(unit)


def _add_inner(parts: list[Schema], whole: Schema, rest: list[Schema]) -> None:
    """Say what is asked of the members of an object and of the elements of an array."""
    if items := [part["items"] for part in parts if "items" in part]:
        whole["items"] = merge(items)
    keys = dict.fromkeys(key for part in parts for key in part.get("properties", ()))
    if keys:
        whole["properties"] = {
            key: merge(part["properties"][key] for part in parts if key in part.get("properties", ())) for key in keys
        }
    for declared, schema in _others(parts):
        if declared >= keys.keys() and "additionalProperties" not in whole:
            whole["additionalProperties"] = schema
        else:
            rest.append({"properties": dict.fromkeys(declared, True), "additionalProperties": schema})


def _others(parts: list[Schema]) -> Iterator[tuple[frozenset[str], Any]]:
    """What is asked of all members but those with certain keys."""
    closed = [part for part in parts if "additionalProperties" in part]
    for declared in dict.fromkeys(frozenset(part.get("properties", ())) for part in closed):
        yield (
            declared,
            merge(part["additionalProperties"] for part in closed if declared == frozenset(part.get("properties", ()))),
        )
