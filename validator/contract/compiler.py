"""Does a value have the shape that the schemas ask for?

jsonschema-rs gives the verdict, where it is installed. Only what it rejects, or cannot judge, is explained by
jsonschema, whose errors are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from validator.contract.inline import inline, merge
from validator.contract.loader import Schema, load_contract
from validator.core.options import ContractName, Form
from validator.core.problem import Problem

try:
    import decimal  # noqa: F401  # jsonschema_rs imports it in a way that no interrupt may come to

    import jsonschema_rs
except ImportError:  # no wheel for this platform: jsonschema gives the verdict
    jsonschema_rs = None  # type: ignore[assignment]

_DRAFT_4 = "http://json-schema.org/draft-04/schema#"
_EXACT_INTEGERS = {
    name: {"$schema": _DRAFT_4, "$id": f"urn:{name}", "id": f"urn:{name}", "type": types}
    for name, types in (("integer", "integer"), ("integer-or-null", ["integer", "null"]))
}
"""The types of integers in draft-04, where 1.0 is a number but no integer; later drafts cannot say it."""

Accepts: TypeAlias = Callable[[Any], bool]
"""A fast verdict. False may also mean that there is none."""


def check_shape(value: Any, schema_name: str, name: ContractName, form: Form) -> list[Problem]:
    """Check the shape of a page without its runs, or of a run; pointers are relative to it."""
    if compile_schema(schema_name, name, form)(value):
        return []
    from validator.contract.errors import explain_shape  # imports jsonschema: only where something was rejected

    return explain_shape(value, schema_name, name, form)


@cache
def compile_schema(schema_name: str, name: ContractName, form: Form) -> Accepts:
    """Compile the schema of a page without its runs, or of a run."""
    contract = load_contract(name, form)
    return compile_validator(merge([inline(contract.schema(schema_name), contract.schemas)]))


def compile_items(
    together: Iterable[Schema], schemas: Mapping[str, Schema], *, exact_integers: bool = False
) -> Accepts:
    """Compile a verdict on arrays whose items satisfy several schemas together, which may refer to `schemas` by `$id`.

    With `exact_integers`, 1.0 is not accepted as an integer.
    """
    merged = merge(inline(schema, schemas) for schema in together)
    items = _with_exact_integers(merged) if exact_integers else merged
    return compile_validator({"items": items, "$defs": _EXACT_INTEGERS})


def _with_exact_integers(schema: Any) -> Any:
    """Return the schema with references to draft-04 for the types of integers: there, 1.0 is none."""
    if isinstance(schema, list):
        return [_with_exact_integers(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    exact = {keyword: _with_exact_integers(value) for keyword, value in schema.items()}
    types = schema.get("type")
    if types == "integer" or (isinstance(types, list) and set(types) == {"integer", "null"}):
        del exact["type"]
        exact["$ref"] = "urn:integer" if types == "integer" else "urn:integer-or-null"
    return exact


def compile_validator(schema: Any, validator: str = "Draft202012Validator", **options: bool) -> Accepts:
    """Compile a verdict by a schema, with the class that jsonschema-rs has for its dialect; nothing is fetched."""
    if jsonschema_rs is None:
        return lambda _: False
    try:
        is_valid: Accepts = getattr(jsonschema_rs, validator)(schema, offline=True, **options).is_valid
    except ValueError:  # half a surrogate pair in the schema
        return lambda _: False

    def accepts(value: Any) -> bool:
        try:
            return is_valid(value)
        except (ValueError, RecursionError):  # lone surrogates, depth: jsonschema decides
            return False

    return accepts
