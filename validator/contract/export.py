"""Export the schema of a contract in a form as one document, which other validators can use alone."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from validator.contract.inline import inline
from validator.contract.loader import URN, Contract, Schema, load_contract
from validator.core.options import ContractName, Form
from validator.core.resource import RUN

Layout: TypeAlias = Literal["definitions", "bundle", "dereference"]
"""Parts under `$defs` and references to there; the same parts, each with a `$id` of its own; or no reference at all."""


def export(schema_name: str, name: ContractName, form: Form, layout: Layout) -> Schema:
    """Export the schema of a page with its runs, or of a run; its `$id` is a name, and nothing can be fetched there."""
    contract = load_contract(name, form)
    root = contract.page_with_runs if schema_name == RUN.list_schema else contract.schema(schema_name)
    base = f"{URN}{name}:{form}:"
    named = {"$schema": root["$schema"], "$id": f"{base}{schema_name}"}
    if layout == "dereference":
        return {**named, **inline(root, contract.schemas, annotated=True)}
    parts: dict[str, Schema] = {}

    def copy(schema: Any) -> Any:
        """Return the schema with its references led to `parts`, where what they refer to is added."""
        if isinstance(schema, list):
            return [copy(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        copied = {}
        for keyword, value in schema.items():
            if keyword == "$ref":
                part = _part_name(value, contract)
                copied[keyword] = f"{base}{part}" if layout == "bundle" else f"#/$defs/{part}"
                if part not in parts:
                    parts[part] = {"$id": f"{base}{part}"} if layout == "bundle" else {}
                    parts[part] |= copy(contract.schemas[value])
            elif keyword not in ("$schema", "$id") and not keyword.startswith("x-"):
                copied[keyword] = copy(value)
        return copied

    return {**named, **copy(root), "$defs": parts}


def _part_name(urn: str, contract: Contract) -> str:
    """Return the name of a part; `observed_` marks one that the contract extends."""
    if urn.startswith(contract.prefix):
        return urn.removeprefix(contract.prefix)
    key = urn.removeprefix(URN)
    return f"observed_{key}" if f"{contract.prefix}{key}" in contract.schemas else key
