"""Which keywords of an embedded schema can be applied to arguments; the others are left out, one by one.

References are not followed and patterns are not run, so what they ask cannot be judged. A keyword is left out only
where the schema then accepts more than before, never less: a mismatch with what is kept is one with the whole schema.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from validator.rules.support.dialects import LIST_OR_SCHEMA, Dialect, Keywords, Takes, address
from validator.rules.support.tool_schemas import Schema, dialect_of, fault, remembering

_ASSERTIONS = frozenset(
    (
        *("type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"),
        *("minProperties", "maxProperties", "required", "dependentRequired", "dependentSchemas", "dependencies"),
        *("properties", "additionalProperties", "propertyNames", "unevaluatedProperties"),
        *("items", "prefixItems", "additionalItems", "unevaluatedItems"),
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
    )
)
_NOT_JUDGED = frozenset(("$ref", "$dynamicRef", "$recursiveRef", "pattern", "patternProperties"))
_REJECTING = frozenset(("not", "oneOf", "if"))
"""Keywords that may accept less when a schema in them accepts more."""
_UNEVALUATED = frozenset(("unevaluatedProperties", "unevaluatedItems"))


class Applicable(NamedTuple):
    """The keywords of a schema that can be judged, in all its subschemas, and the dialect to apply them by."""

    schema: Schema
    dialect: Dialect


@remembering
def applicable(schema: Schema) -> Applicable | None:
    """What can be applied of a schema; None where it has a fault, its dialect is not known, or nothing is left."""
    dialect = None if fault(schema) else dialect_of(schema)
    if dialect is None:
        return None
    kept, _ = _reduced(schema, dialect.keywords, address(schema["$schema"]) if "$schema" in schema else "")
    return Applicable(kept, dialect) if isinstance(kept, dict) else None


def _reduced(schema: Any, keywords: Keywords, own: str) -> tuple[Any, bool]:
    """A schema without what cannot be judged, and whether it still means the same; `own` is the dialect's address."""
    if not isinstance(schema, dict):
        return schema, True
    if _is_of_another_kind(schema, keywords, own):
        return True, False
    kept: Schema = {}
    widened = {keyword for keyword in schema if keyword in _NOT_JUDGED and keyword in keywords}
    for keyword, value in schema.items():
        if _is_assertion(keyword, keywords):
            kept[keyword], is_same = _reduced_value(value, keywords.get(keyword), keywords, own)
            if not is_same:
                widened.add(keyword)
    for keyword in _unsafe(widened):
        kept.pop(keyword, None)
    return kept, not widened


def _is_of_another_kind(schema: Schema, keywords: Keywords, own: str) -> bool:
    """Whether a schema is of another dialect, or nothing but a reference, as in old dialects with a `$ref`."""
    is_foreign = "$schema" in schema and address(schema["$schema"]) != own
    return is_foreign or ("$ref" in schema and "$defs" not in keywords)


def _is_assertion(keyword: str, keywords: Keywords) -> bool:
    if keyword == "dependencies":  # newer metaschemas describe it, and the dialects ignore it
        return "dependentRequired" not in keywords
    return keyword in _ASSERTIONS and (keyword in keywords or keyword == "const")


def _reduced_value(value: Any, takes: Takes | None, keywords: Keywords, own: str) -> tuple[Any, bool]:
    if takes is None or takes.schemas is None:
        return value, True
    if isinstance(value, bool) and takes is LIST_OR_SCHEMA:  # beside unevaluatedItems, jsonschema fails on a boolean
        return ({} if value else {"not": {}}), True
    reduced = {step: _reduced(schema, keywords, own) for step, schema in takes.schemas(value)}
    is_same = all(same for _, same in reduced.values())
    if () in reduced:
        return reduced[()][0], is_same
    if isinstance(value, list):
        return [schema for schema, _ in reduced.values()], is_same
    return {key: reduced[key,][0] if (key,) in reduced else names for key, names in value.items()}, is_same


def _unsafe(widened: set[str]) -> set[str]:
    """The keywords that might reject too much where these accept more than they should."""
    unsafe = widened & _REJECTING
    if "patternProperties" in widened:
        unsafe.add("additionalProperties")
    if "contains" in widened:
        unsafe.add("maxContains")
    return unsafe | _UNEVALUATED if widened else unsafe
