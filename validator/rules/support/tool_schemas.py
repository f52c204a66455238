"""The JSON Schemas that a run carries, in its functions and for its answer.

They come from strangers: nothing in them is ever fetched, no pattern is compiled, and no reference is followed further
than to the place that it names.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from validator.core.pointer import split
from validator.core.problem import Problem
from validator.rules.objects import Run
from validator.rules.support.dialects import (
    DRAFT_04,
    Dialect,
    Schema,
    Subschema,
    dialect_of,
    metaschema_error,
    subschemas,
)
from validator.rules.support.tools import functions, named_schema

Result = TypeVar("Result")

MAX_DEPTH = 64
"""Levels of objects and arrays in a schema, and in what is compared with it."""

_URI_CHARACTERS = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_INDEX = "0|[1-9][0-9]{0,9}"
_BAD_ESCAPE = "~(?![01])"
_MAX_CACHED = 256
_MAX_CACHED_BYTES = 16_384


class ToolSchema(NamedTuple):
    """A schema in a run: where it is, and whether the model follows it to the letter."""

    pointer: str
    schema: Schema
    strict: bool

    def locate(self, problem: Problem) -> Problem:
        """Return a problem of the schema as one of the run."""
        return problem._replace(pointer=f"{self.pointer}/{problem.pointer}" if problem.pointer else self.pointer)


def tool_schemas(run: Run) -> list[ToolSchema]:
    """Return the schemas of the run's functions and of its answer."""
    owners: list[tuple[str, str, Mapping[str, Any]]] = [
        (f"tools/{index}/function/parameters", "parameters", function) for index, function in functions(run)
    ]
    named = named_schema(run)
    if named is not None:
        owners.append(("response_format/json_schema/schema", "schema", named))
    return [
        ToolSchema(pointer, schema, owner.get("strict") is True)
        for pointer, key, owner in owners
        if (schema := owner.get(key)) is not None
    ]


def cache_by_value(function: Callable[[Schema], Result]) -> Callable[[Schema], Result]:
    """Call the function once for equal schemas: the runs of an archive repeat the same tools over and over.

    Schemas are compared by their bytes, so that 1, 1.0 and true stay different. Large ones are not cached.
    """
    cache: dict[bytes, Result] = {}

    @wraps(function)
    def cached(schema: Schema) -> Result:
        try:
            data = marshal.dumps(schema, 2)
        except ValueError:  # a value that JSON does not have, from a caller of the library
            return function(schema)
        try:
            return cache[data]
        except KeyError:  # looked up only once, as another thread may clear the cache
            result = function(schema)
        if len(data) <= _MAX_CACHED_BYTES:
            if len(cache) >= _MAX_CACHED:
                cache.clear()
            cache[data] = result
        return result

    cached.cache_clear = cache.clear  # type: ignore[attr-defined]  # as functools.cache has it
    return cached


@cache_by_value
def find_fault(schema: Schema) -> Problem | None:
    """Return the first thing, outermost first, that keeps an object from being a JSON Schema of its dialect.

    Schemas of a dialect that is not known have no fault; patterns and references to other documents are ignored.
    """
    if not isinstance(schema.get("$schema", ""), str):
        return Problem("$schema", "is {}, expected the URI of a dialect", (schema["$schema"],))
    if (dialect := dialect_of(schema)) is None:
        return None
    if is_deep(schema):
        return Problem("", "is nested more than {} levels deep", (MAX_DEPTH,))
    error = metaschema_error(schema, dialect)
    return Problem(*error) if error else _find_bad_address(schema, dialect)


def find_boolean_limit(schema: Schema) -> Problem | None:
    """Return the first `exclusiveMinimum` or `exclusiveMaximum` that is a boolean in a valid schema of draft-04."""
    return _find_boolean_limit(schema) if dialect_of(schema) is DRAFT_04 else None


@cache_by_value
def _find_boolean_limit(schema: Schema) -> Problem | None:
    for subschema in subschemas(schema, DRAFT_04):
        for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
            if isinstance(value := subschema.schema.get(keyword), bool):
                message = "is {}, which only draft-04 allows; expected a number"
                return Problem(subschema.pointer(keyword), message, (value,))
    return None


def is_deep(value: Any) -> bool:
    """Return whether a value is nested deeper than `MAX_DEPTH`."""
    return any(islice(_levels(value), MAX_DEPTH, None))


def _levels(value: Any) -> Iterator[list[Any]]:
    """Yield the objects and arrays in a value, level by level, without recursion."""
    level = [value] if isinstance(value, (dict, list)) else []
    while level:
        yield level
        inner = (item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer))
        level = [item for item in inner if isinstance(item, (dict, list))]


def _find_bad_address(schema: Schema, dialect: Dialect) -> Problem | None:
    """Return the first `$id` that is no URI, or else the first reference to a place that the schema does not have."""
    references = []
    for subschema in subschemas(schema, dialect):
        uri = subschema.schema.get("$id")
        if isinstance(uri, str) and not _is_uri(uri):
            return Problem(subschema.pointer("$id"), "is {}, expected a URI", (uri,))
        references += [(subschema, keyword) for keyword in dialect.references if keyword in subschema.schema]
    anchors = _anchors(schema) if references else frozenset()
    for subschema, keyword in references:
        reference = subschema.schema[keyword]
        if reference.startswith("#") and not _has_target(reference[1:], subschema, schema, anchors):
            message = "is {}, which points at nothing in the schema"
            return Problem(subschema.pointer(keyword), message, (reference,))
    return None


def _is_uri(text: str) -> bool:
    """Return whether a text is a URI or a relative reference, which metaschemas leave to `format`."""
    from urllib.parse import urlsplit  # few schemas have an $id

    try:
        urlsplit(text)
    except ValueError:
        return False
    return re.fullmatch(_URI_CHARACTERS, text) is not None


def _anchors(schema: Schema) -> frozenset[str]:
    objects = [value for level in _levels(schema) for value in level if isinstance(value, dict)]
    names = [value.get(key) for value in objects for key in ("$anchor", "$dynamicAnchor", "$id", "id")]
    return frozenset(name.removeprefix("#") for name in names if isinstance(name, str))


def _has_target(fragment: str, subschema: Subschema, schema: Schema, anchors: frozenset[str]) -> bool:
    """Return whether a fragment names a place in the schema, or in the nearest part with an address of its own."""
    from urllib.parse import unquote  # few schemas have references

    fragment = unquote(fragment)
    if not fragment.startswith("/"):
        return not fragment or fragment in anchors
    around = (subschema.schema, *reversed(subschema.ancestors))
    resource = next((outer for outer in around if "$id" in outer or "id" in outer), schema)
    return not re.search(_BAD_ESCAPE, fragment) and (_has(schema, fragment) or _has(resource, fragment))


def _has(value: Any, fragment: str) -> bool:
    for key in split(fragment[1:]) or ("",):
        match value:
            case dict() if key in value:
                value = value[key]
            case list() if re.fullmatch(_INDEX, key) and int(key) < len(value):
                value = value[int(key)]
            case _:
                return False
    return True
