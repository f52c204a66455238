"""Load the schemas of a contract: read from `schemas/`, with keys renamed for the camelCase form, never fetched."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from validator.core.options import ContractName, Form
from validator.core.resource import RUN

Schema: TypeAlias = dict[str, Any]

URN = "urn:validate-runs:"
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = next(path for path in (f"{_HERE}/schemas", f"{os.path.dirname(_HERE)}/schemas") if os.path.isdir(path))
"""The schemas: inside the package when it is installed from a wheel, beside it in a checkout."""

_SUBSCHEMAS = {"if", "then", "else", "not", "items", "additionalProperties"}


class Shape(NamedTuple):
    """The keys that the schemas declare for a value, whatever branch declares them.

    A free-form map (metadata, parameters) has no properties: no key in it is ever renamed or reported as misspelt.
    """

    properties: Mapping[str, Shape] = MappingProxyType({})
    items: Shape | None = None
    others: Shape | None = None
    """The shape of the values of all other keys, where any key is allowed."""
    containers: tuple[str, ...] = ()
    """The properties that declare keys of their own."""
    may_print: bool = False
    """The schemas have `"x-sensitive": false` for the value or its elements."""

    @property
    def declares(self) -> bool:
        """Return whether keys are declared in the value or in its elements."""
        return bool(self.properties) or self.items is not None


class Contract(NamedTuple):
    """The schemas of a contract in a form, by `$id`, and the shapes of a page and of a run, by schema name.

    The schema and the shape of the page leave out the runs in it, so that each run is checked once, on its own;
    `page_with_runs` is the schema with them.
    """

    schemas: Mapping[str, Schema]
    page_with_runs: Schema
    prefix: str
    shapes: Mapping[str, Shape]

    def schema(self, name: str) -> Schema:
        """Return the schema of this name, as the contract has it."""
        return self.schemas[f"{self.prefix}{name}"]


@cache
def load_contract(name: ContractName, form: Form) -> Contract:
    """Load a contract, with its keys as the form spells them."""
    schemas = _load_schemas(name, form)
    prefix = f"{URN}published:" if name == "published" else URN
    page_with_runs = schemas[f"{prefix}{RUN.list_schema}"]
    for urn in {f"{URN}{RUN.list_schema}", f"{prefix}{RUN.list_schema}"}:
        schemas[urn] = _without_items(schemas[urn])
    shapes = {name: _shape([schemas[f"{URN}{name}"]], schemas) for name in (RUN.list_schema, RUN.item_schema)}
    return Contract(schemas, page_with_runs, prefix, shapes)


@cache
def field_names(schema_name: str, annotation: str | None = None, value: object = True) -> tuple[str, ...]:
    """Return the wire names of the fields of a page or run: all of them, or those whose annotation has this value."""
    schemas = {schema["$id"]: schema for schema in _read(FOLDER)}
    fields = schemas[f"{URN}{schema_name}"]["properties"]
    return tuple(
        name
        for name, field in fields.items()
        if annotation is None or (schemas.get(field.get("$ref"), {}) | field).get(annotation) == value
    )


def is_declared(key: str) -> bool:
    """Return whether a schema declares a key of this wire name, at any place."""
    return _wire_names().get(to_camel_case(key)) == key


def to_wire_name(key: str) -> str:
    """Return the wire name of a declared key in camelCase, and any other key as it is."""
    return _wire_names().get(key, key)


def to_camel_case(name: str) -> str:
    """Return a wire name as the sdk form spells it: `first_id` is `firstId`."""
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


@cache
def _wire_names() -> dict[str, str]:
    """Return the wire names of all declared keys by their camelCase names."""
    return {to_camel_case(name): name for name in _declared_keys(_read(FOLDER))}


def _declared_keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
    if isinstance(schema, dict | tuple):
        for part in schema.values() if isinstance(schema, dict) else schema:
            yield from _declared_keys(part)


def _load_schemas(name: ContractName, form: Form) -> dict[str, Schema]:
    files = _read(FOLDER)
    if name == "published":
        files += _read(f"{FOLDER}/published")
    elif form == "sdk":
        files += _read(f"{FOLDER}/sdk")
    return {schema["$id"]: rename_keys(schema, form) for schema in files}


@cache
def _read(folder: str) -> tuple[Schema, ...]:
    schemas = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(f"{folder}/{name}", "rb") as file:
                schemas.append(json.loads(file.read()))
    return tuple(schemas)


def rename_keys(schema: Mapping[str, Any], form: Form) -> Schema:
    """Return the schema with its keys as the form spells them; constants and enum values stay as they are."""
    if form == "wire":
        return dict(schema)
    renamed = dict(schema)
    if "properties" in schema:
        renamed["properties"] = {
            to_camel_case(key): rename_keys(value, form) for key, value in schema["properties"].items()
        }
    if "required" in schema:
        renamed["required"] = [to_camel_case(key) for key in schema["required"]]
    for keyword in _SUBSCHEMAS & schema.keys():
        renamed[keyword] = rename_keys(schema[keyword], form)
    if "allOf" in schema:
        renamed["allOf"] = [rename_keys(part, form) for part in schema["allOf"]]
    return renamed


def _shape(together: Iterable[Schema], schemas: Mapping[str, Schema]) -> Shape:
    """Return the union of what these schemas, their branches and their references declare for one value."""
    properties: dict[str, list[Schema]] = {}
    inner: dict[str, list[Schema]] = {"items": [], "additionalProperties": []}
    branches = [branch for schema in together for branch in _branches(schema, schemas)]
    for branch in branches:
        for key, value in branch.get("properties", {}).items():
            properties.setdefault(key, []).append(value)
        for keyword, subschemas in inner.items():
            if isinstance(branch.get(keyword), dict):
                subschemas.append(branch[keyword])
    shapes = {key: _shape(values, schemas) for key, values in properties.items()}
    items, others = (_shape(subschemas, schemas) if subschemas else Shape() for subschemas in inner.values())
    return Shape(
        shapes,
        items if items.declares else None,
        others if others.declares else None,
        containers=tuple(key for key, shape in shapes.items() if shape.declares),
        may_print=items.may_print or any(branch.get("x-sensitive") is False for branch in branches),
    )


def _branches(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    """Yield the schema and all that apply to the same value beside it."""
    yield schema
    beside = [*schema.get("allOf", ()), *(schema[keyword] for keyword in ("if", "then", "else") if keyword in schema)]
    if "$ref" in schema:
        beside.append(schemas[schema["$ref"]])
    for part in beside:
        yield from _branches(part, schemas)


def find_keywords(contract: Contract, schema_name: str, field: str) -> set[str]:
    """Return the keywords of the schemas for a field of a page or run, and for what is inside it."""
    own = [*_branches(contract.schema(schema_name), contract.schemas)]
    keywords = {"required"} if any(field in branch.get("required", ()) for branch in own) else set()
    waiting = [branch["properties"][field] for branch in own if field in branch.get("properties", ())]
    while waiting:
        for branch in _branches(waiting.pop(), contract.schemas):
            keywords |= branch.keys()
            waiting += branch.get("properties", {}).values()
            waiting += [
                branch[word] for word in ("items", "additionalProperties") if isinstance(branch.get(word), dict)
            ]
    return keywords


def _without_items(envelope: Schema) -> Schema:
    """Return the schema of the page, in which `data` is just an array."""
    data = {key: value for key, value in envelope["properties"]["data"].items() if key != "items"}
    return {**envelope, "properties": {**envelope["properties"], "data": data}}
