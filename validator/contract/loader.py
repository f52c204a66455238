"""The schemas of a contract in a form: read from `schemas/`, renamed for the camelCase form, never fetched."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from validator.core.options import ContractName, Form

Schema: TypeAlias = dict[str, Any]

Subject: TypeAlias = Literal["list_runs_response", "run"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)

URN = "urn:validate-runs:"
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = next(path for path in (f"{_HERE}/schemas", f"{os.path.dirname(_HERE)}/schemas") if os.path.isdir(path))
"""Inside the package when it is installed from a wheel, beside it in a checkout."""

_SUBSCHEMAS = ("if", "then", "else", "not", "items", "additionalProperties")


class Shape(NamedTuple):
    """The keys that the schemas declare for a value, whatever branch declares them.

    A free-form map (metadata, parameters) has no properties: nothing in it is ever renamed or called misspelt.
    """

    properties: Mapping[str, Shape]
    items: Shape | None
    others: Shape | None
    """What the values of all other keys declare, where any key will do."""
    containers: tuple[str, ...]
    """The properties that declare keys of their own."""

    @classmethod
    def of(cls, properties: Mapping[str, Shape], items: Shape | None = None, others: Shape | None = None) -> Shape:
        """The shape with these properties."""
        containers = tuple(key for key, shape in properties.items() if shape.declares)
        items, others = (shape if shape and shape.declares else None for shape in (items, others))
        return cls(properties, items, others, containers)

    @property
    def declares(self) -> bool:
        """Whether keys are declared in the value or in its elements."""
        return bool(self.properties) or self.items is not None


class Contract(NamedTuple):
    """The schemas by `$id`, and the shapes of a page and of a run.

    The schema and the shape of the page say nothing of the runs in it, so that each run is checked once, on its own;
    `whole_page` is the schema that does.
    """

    schemas: Mapping[str, Schema]
    whole_page: Schema
    prefix: str
    shapes: Mapping[Subject, Shape]

    def id_of(self, subject: Subject) -> str:
        """The `$id` of the schema for a page without its runs, or for a run."""
        return f"{self.prefix}{subject}"

    def schema_of(self, subject: Subject) -> Schema:
        """The schema for a page without its runs, or for a run."""
        return self.schemas[self.id_of(subject)]

    def shape_of(self, subject: Subject) -> Shape:
        """The keys that are declared in a page without its runs, or in a run."""
        return self.shapes[subject]


@cache
def contract(name: ContractName, form: Form) -> Contract:
    """The contract in the key names of the form."""
    schemas = _schemas(name, form)
    prefix = f"{URN}published:" if name == "published" else URN
    whole_page = schemas[f"{prefix}list_runs_response"]
    for urn in {f"{URN}list_runs_response", f"{prefix}list_runs_response"}:
        schemas[urn] = _without_runs(schemas[urn])
    shapes = {subject: _shape([schemas[f"{URN}{subject}"]], schemas) for subject in SUBJECTS}
    return Contract(schemas, whole_page, prefix, shapes)


@cache
def declared_names() -> frozenset[str]:
    """The wire names of all declared keys, wherever they stand."""
    return frozenset(key for schema in _read(FOLDER) for key in _declared(schema))


@cache
def wire_names() -> dict[str, str]:
    """The wire name of every declared key, by its camelCase name."""
    return {camel_case(name): name for name in declared_names()}


def camel_case(name: str) -> str:
    """A wire name as the sdk form spells it: `first_id` is `firstId`."""
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _schemas(name: ContractName, form: Form) -> dict[str, Schema]:
    files = _read(FOLDER)
    if name == "published":
        files += _read(f"{FOLDER}/published")
    elif form == "sdk":
        files += _read(f"{FOLDER}/sdk")
    return {schema["$id"]: in_form(schema, form) for schema in files}


def _read(folder: str) -> list[Schema]:
    schemas = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(f"{folder}/{name}", "rb") as file:
                schemas.append(json.loads(file.read()))
    return schemas


def in_form(schema: Mapping[str, Any], form: Form) -> Schema:
    """The schema with its declared keys as the form spells them; constants and enum values stay as they are."""
    return dict(schema) if form == "wire" else _camel(schema)


def _camel(schema: Mapping[str, Any]) -> Schema:
    renamed = dict(schema)
    if "properties" in schema:
        renamed["properties"] = {camel_case(key): _camel(value) for key, value in schema["properties"].items()}
    if "required" in schema:
        renamed["required"] = [camel_case(key) for key in schema["required"]]
    renamed |= {keyword: _camel(schema[keyword]) for keyword in _SUBSCHEMAS if isinstance(schema.get(keyword), dict)}
    if "allOf" in schema:
        renamed["allOf"] = [_camel(part) for part in schema["allOf"]]
    return renamed


def _branches(schema: Schema) -> Iterator[Schema]:
    """The schema itself and what applies to the same value beside it."""
    yield schema
    for part in (
        *(schema[keyword] for keyword in ("if", "then", "else") if keyword in schema),
        *schema.get("allOf", ()),
    ):
        yield from _branches(part)


def _declared(schema: Schema) -> Iterator[str]:
    for branch in _branches(schema):
        for key, value in branch.get("properties", {}).items():
            yield key
            yield from _declared(value)
        if isinstance(branch.get("items"), dict):
            yield from _declared(branch["items"])


def _shape(together: Iterable[Schema], schemas: Mapping[str, Schema]) -> Shape:
    """The union of what these schemas, their branches and their references declare for one value."""
    properties: dict[str, list[Schema]] = {}
    inner: dict[str, list[Schema]] = {"items": [], "additionalProperties": []}
    for branch in (branch for schema in together for branch in _applied(schema, schemas)):
        for key, value in branch.get("properties", {}).items():
            properties.setdefault(key, []).append(value)
        for word, found in inner.items():
            if isinstance(branch.get(word), dict):
                found.append(branch[word])
    items, others = (_shape(found, schemas) if found else None for found in inner.values())
    return Shape.of({key: _shape(values, schemas) for key, values in properties.items()}, items, others)


def _applied(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    """The branches of a schema and of its references."""
    for branch in _branches(schema):
        yield branch
        if "$ref" in branch:
            yield from _applied(schemas[branch["$ref"]], schemas)


def _without_runs(envelope: Schema) -> Schema:
    """The schema of the page, saying of `data` only that it is an array."""
    data = {key: value for key, value in envelope["properties"]["data"].items() if key != "items"}
    return {**envelope, "properties": {**envelope["properties"], "data": data}}
