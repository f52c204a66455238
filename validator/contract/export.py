"""The schema of a contract in a form as one document, which other validators can use alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from validator.contract.inline import inline
from validator.contract.loader import URN, Contract, Schema, load_contract
from validator.core.options import ContractName, Form
from validator.core.resource import RUN

Layout: TypeAlias = Literal["definitions", "bundle", "dereference"]
"""Parts under `$defs` and references to there; the same parts, each with a `$id` of its own; or no reference at all."""


def export(subject: str, name: ContractName, form: Form, layout: Layout) -> Schema:
    """The schema of a page with its runs, or of a run; its `$id` is a name, and nothing is to be fetched there."""
    whole = load_contract(name, form)
    root = whole.page_with_runs if subject == RUN.list_schema else whole.schema(subject)
    base = f"{URN}{name}:{form}:"
    named = {"$schema": root["$schema"], "$id": f"{base}{subject}"}
    if layout == "dereference":
        return {**named, **inline(root, whole.schemas, annotated=True)}
    keys = {urn: _key(urn, whole) for urn in _reached(root, whole)}
    if layout == "bundle":
        addresses = {urn: f"{base}{key}" for urn, key in keys.items()}
        parts = {keys[urn]: {"$id": addresses[urn]} | _part(whole.schemas[urn], addresses) for urn in keys}
    else:
        addresses = {urn: f"#/$defs/{key}" for urn, key in keys.items()}
        parts = {keys[urn]: _part(whole.schemas[urn], addresses) for urn in keys}
    return named | _part(root, addresses) | {"$defs": parts}


def _reached(schema: Any, whole: Contract) -> dict[str, None]:
    """The `$id`s of all parts that a schema refers to, and these to, in the order in which they are met."""
    return dict.fromkeys(_met(schema, whole))


def _met(schema: Any, whole: Contract) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
            yield from _met(whole.schemas[schema["$ref"]], whole)
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _met(part, whole)


def _key(urn: str, whole: Contract) -> str:
    """The name of a part; one that the contract builds upon is told from its own."""
    if urn.startswith(whole.prefix):
        return urn.removeprefix(whole.prefix)
    key = urn.removeprefix(URN)
    return f"observed_{key}" if f"{whole.prefix}{key}" in whole.schemas else key


def _part(schema: Schema, addresses: Mapping[str, str]) -> Schema:
    """The schema under no name of its own, with its references led to these addresses."""
    led: Schema = _led({word: value for word, value in schema.items() if word not in ("$schema", "$id")}, addresses)
    return led


def _led(schema: Any, addresses: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_led(part, addresses) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        word: addresses[value] if word == "$ref" else _led(value, addresses)
        for word, value in schema.items()
        if not word.startswith("x-")  # annotations of ours
    }
