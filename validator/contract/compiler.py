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

Accepts: TypeAlias = Callable[[Any], bool]
"""A fast verdict. False may also mean that there is none."""


def check_shape(value: Any, schema_name: str, name: ContractName, form: Form) -> list[Problem]:
    """Check the shape of a page without its runs, or of a run; pointers are relative to it."""
    if compile_schema(schema_name, name, form)(value):
        return []
    from validator.contract.errors import explain  # imports jsonschema: only where something was rejected

    return explain(value, schema_name, name, form)


@cache
def compile_schema(schema_name: str, name: ContractName, form: Form) -> Accepts:
    """Compile the schema of a page without its runs, or of a run."""
    contract = load_contract(name, form)
    return compile_schemas([contract.schema(schema_name)], contract.schemas)


def compile_schemas(together: Iterable[Schema], schemas: Mapping[str, Schema]) -> Accepts:
    """Compile a verdict on values that satisfy several schemas together; these may refer to `schemas`, by `$id`."""
    return compile_validator(merge(inline(schema, schemas) for schema in together))


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
