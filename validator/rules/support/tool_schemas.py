"""The JSON Schemas that a run carries: is each of them one?

They come from strangers, so nothing in them is ever fetched, compiled or followed in circles: they are read as plain
values, in one walk with tables of keywords. No engine is asked, as `jsonschema_rs.meta.is_valid` sends a request to
the address in an unknown `$schema`, and jsonschema takes quadratic time for some schemas and long for all.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

from validator.core.phrases import Shown, either
from validator.core.pointer import join, split
from validator.core.problem import Problem
from validator.rules.support.dialects import DEFAULT, DIALECTS, OUTDATED, SCHEMA, Dialect, Keywords, Place, address
from validator.rules.support.objects import Run
from validator.rules.support.tools import functions, named_schema

Schema: TypeAlias = dict[str, Any]
Judgement = TypeVar("Judgement")

DEEPEST_SCHEMA = 64
"""Levels of objects and arrays in a schema, and in what is held against it."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_INDEX = "0|[1-9][0-9]{0,9}"
_BAD_ESCAPE = "~(?![01])"
_MOST_REMEMBERED = 256
_LARGEST_REMEMBERED = 16_384


class Embedded(NamedTuple):
    """A schema in a run: where it stands, and whether the model is held to it to the letter."""

    pointer: str
    schema: Schema
    strict: bool

    def located(self, problem: Problem) -> Problem:
        """A problem of the schema as one of the run."""
        return problem._replace(pointer=f"{self.pointer}/{problem.pointer}" if problem.pointer else self.pointer)


class Part(NamedTuple):
    """A schema or a schema within it, with the step that leads there from the part around it."""

    schema: Any
    step: Place = ()
    around: Part | None = None

    @property
    def pointer(self) -> str:
        """Where the part stands, relative to the whole schema."""
        return join(*(key for part in reversed([self, *self.surroundings()]) for key in part.step))

    def under(self, *keys: str) -> str:
        """Where a value in the part stands."""
        return self._replace(step=(*self.step, *keys)).pointer

    def surroundings(self) -> Iterator[Part]:
        """The parts that this one stands in, the nearest first."""
        part = self.around
        while part is not None:
            yield part
            part = part.around


def embedded_schemas(run: Run) -> list[Embedded]:
    """The schemas of the run's functions and of its answer."""
    found = [
        _embedded(f"tools/{index}/function/parameters", function["parameters"], function)
        for index, function in functions(run)
        if "parameters" in function
    ]
    named = named_schema(run)
    if named is not None and "schema" in named:
        found.append(_embedded("response_format/json_schema/schema", named["schema"], named))
    return found


def _embedded(pointer: str, schema: Schema, owner: Mapping[str, Any]) -> Embedded:
    return Embedded(pointer, schema, strict=owner.get("strict") is True)


def remembering(judge: Callable[[Schema], Judgement]) -> Callable[[Schema], Judgement]:
    """Judge equal schemas once: the runs of an archive repeat the same tools over and over.

    Schemas are told apart by their bytes, so that 1, 1.0 and true stay different. Large ones are not remembered.
    """
    memo: dict[bytes, Judgement] = {}

    @wraps(judge)
    def judged(schema: Schema) -> Judgement:
        try:
            data = marshal.dumps(schema, 2)
        except ValueError:  # something other than plain JSON values, from a caller of the library
            return judge(schema)
        try:
            return memo[data]
        except KeyError:  # asked for but once, since another thread may clear it
            judgement = judge(schema)
        if len(data) <= _LARGEST_REMEMBERED:
            if len(memo) >= _MOST_REMEMBERED:
                memo.clear()
            memo[data] = judgement
        return judgement

    return judged


@remembering
def fault(schema: Schema) -> Problem | None:
    """The first thing, outermost first, that keeps an object from being a JSON Schema of its dialect.

    A dialect that nobody knows is left alone, and so are patterns and references to other documents.
    """
    uri = schema.get("$schema", "")
    if not isinstance(uri, str):
        return Problem("$schema", "is {}, expected the URI of a dialect", (uri,))
    if address(uri) in OUTDATED:
        known = either(dialect.name for dialect in DIALECTS.values())
        return Problem("$schema", f"names a dialect before draft-06, expected {known}")
    if (dialect := dialect_of(schema)) is None:
        return None
    if is_deep(schema):
        return Problem("", "is nested more than {} levels deep", (DEEPEST_SCHEMA,))
    found = parts(schema, dialect.keywords)
    return _misfit(found, dialect.keywords) or _dangling(found, dialect.keywords)


def dialect_of(schema: Schema) -> Dialect | None:
    """The dialect that the schema names; the newest where it names none, and None for one that is not checked."""
    return DIALECTS.get(address(schema["$schema"])) if "$schema" in schema else DEFAULT


def levels(value: Any) -> Iterator[list[Any]]:
    """The objects and arrays in a value, level by level, without recursion."""
    level = [value] if isinstance(value, (dict, list)) else []
    while level:
        yield level
        inner = (item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer))
        level = [item for item in inner if isinstance(item, (dict, list))]


def is_deep(value: Any) -> bool:
    """Whether a value is nested deeper than is allowed here."""
    return any(islice(levels(value), DEEPEST_SCHEMA, None))


def parts(schema: Schema, keywords: Keywords) -> list[Part]:
    """The schema and every schema within it, outermost first. Values of unknown keywords are not schemas."""
    found = [Part(schema)]
    for part in found:  # grows while it is read
        if isinstance(part.schema, dict):
            found += _inner(part, keywords)
    return found


def _inner(part: Part, keywords: Keywords) -> Iterator[Part]:
    for keyword, value in part.schema.items():
        takes = keywords.get(keyword)
        if takes is not None and takes.schemas is not None and takes.fits(value):
            for step, schema in takes.schemas(value):
                yield Part(schema, (keyword, *step), part)


def _misfit(found: list[Part], keywords: Keywords) -> Problem | None:
    for part in found:
        if not SCHEMA.fits(part.schema):
            return Problem(part.pointer, f"is {{}}, expected {SCHEMA.expected}", (part.schema,))
        for keyword, value in part.schema.items() if isinstance(part.schema, dict) else ():
            takes = keywords.get(keyword)
            if takes is not None and not takes.fits(value):
                shown = Shown(value) if keyword == "type" and isinstance(value, str) else value
                return Problem(part.under(keyword), f"is {{}}, expected {takes.expected}", (shown,))
    return None


def _dangling(found: list[Part], keywords: Keywords) -> Problem | None:
    references = [
        (part, keyword)
        for part in found
        if isinstance(part.schema, dict)
        for keyword in _REFERENCES
        if keyword in keywords and part.schema.get(keyword, "").startswith("#")
    ]
    anchors = _anchors(found[0].schema) if references else frozenset()
    for part, keyword in references:
        if not _resolves(part.schema[keyword][1:], part, found[0].schema, anchors):
            message = "is {}, which points at nothing in the schema"
            return Problem(part.under(keyword), message, (part.schema[keyword],))
    return None


def _anchors(schema: Schema) -> frozenset[Any]:
    objects = [value for level in levels(schema) for value in level if isinstance(value, dict)]
    names = [value[key] for value in objects for key in ("$anchor", "$dynamicAnchor", "$id") if key in value]
    return frozenset(name.removeprefix("#") for name in names if isinstance(name, str))


def _resolves(fragment: str, part: Part, schema: Schema, anchors: frozenset[str]) -> bool:
    """Whether a fragment names a place in the whole schema, or in the part around it that has an address of its own."""
    from urllib.parse import unquote  # few schemas have references

    fragment = unquote(fragment)
    if not fragment.startswith("/"):
        return not fragment or fragment in anchors
    resource = next((outer.schema for outer in (part, *part.surroundings()) if "$id" in outer.schema), schema)
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
