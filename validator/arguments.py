"""The arguments of a function call: read as strictly as a document, and held against the function's parameters.

Fast accept by jsonschema-rs, slow explain by jsonschema, as for documents. Neither is given a reference to follow, a
pattern to match or a format to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from validator.dialects import Dialect
from validator.embedded import Schema, applicable_dialect, is_deep, levels, remembering
from validator.parse import Parsed, parse
from validator.problem import Problem, Span
from validator.wording import TYPES, Name, either

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

try:
    import jsonschema_rs
except ImportError:  # no wheel for this platform: jsonschema judges alone
    jsonschema_rs = None  # type: ignore[assignment]

Accepts: TypeAlias = Callable[[Any], bool]

MOST_WORK = 500_000
"""Pairs of a part of the arguments with a part of the schema, or with another of theirs, compared for one run."""

_CHARACTERS = 200
"""Characters that are as much work as one part."""

_LONGEST_REMEMBERED = 16_384
_LIMITS = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), "the least is {}"),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), "the most is {}"),
    "exclusiveMinimum": "expected more than {}",
    "exclusiveMaximum": "expected less than {}",
}


class _Judge(NamedTuple):
    """Parameters that are safe to apply; what `accepts` rejects is decided by jsonschema."""

    schema: Schema
    size: int
    dialect: Dialect
    accepts: Accepts


_BYTE_ORDER_MARK = Problem("", "is a byte order mark (U+FEFF), but an object was expected", span=Span(0, 1))
_remembered = lru_cache(maxsize=32)(parse)


def read(text: str) -> Parsed:
    """Parse the text of arguments, once for the rules that ask in turn."""
    if text.startswith("\ufeff"):  # let pass before a document in bytes, but JSON.parse and json.loads refuse it here
        return Parsed(None, (("not-json", _BYTE_ORDER_MARK),), False, text)
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else parse(text)


class Calls:
    """The calls of one run: the same parameters are looked into once, and only so much work is done for all calls."""

    def __init__(self) -> None:
        self._left = MOST_WORK
        self._judges: dict[int, _Judge | None] = {}

    def mismatch(self, arguments: dict[str, Any], parameters: Schema) -> Problem | None:
        """The first thing in the arguments that the parameters do not allow, if they are safe to apply at all."""
        if id(parameters) not in self._judges:
            self._judges[id(parameters)] = _judge(parameters)
        judge = self._judges[id(parameters)]
        if judge is None or not self._is_worth(_work(arguments, judge)) or is_deep(arguments):
            return None
        if jsonschema_rs is not None and judge.accepts(arguments):
            return None
        error = _first_error(arguments, judge)  # where the engines differ, jsonschema decides
        return None if error is None else _worded(error, arguments, judge.schema)

    def _is_worth(self, work: int) -> bool:
        if work > self._left:
            return False
        self._left -= work
        return True


@remembering
def _judge(schema: Schema) -> _Judge | None:
    dialect = applicable_dialect(schema)
    if dialect is None:
        return None
    bare = {keyword: value for keyword, value in schema.items() if keyword not in ("$schema", "$id")}
    return _Judge(bare, _size(bare), dialect, _accepts(bare, dialect))


def _work(arguments: dict[str, Any], judge: _Judge) -> int:
    size = _size(arguments)
    return max(size, 1) * (size + judge.size)


def _size(value: Any) -> int:
    """The number of keys, items and scalars in a value, long strings counted for more."""
    parts = [part for level in levels(value) for outer in level for part in _inside(outer)]
    return len(parts) + sum(len(part) // _CHARACTERS for part in parts if isinstance(part, str))


def _inside(value: Any) -> Iterable[Any]:
    return (*value, *value.values()) if isinstance(value, dict) else value


def _accepts(schema: Schema, dialect: Dialect) -> Accepts:
    """The quick verdict; False may also mean that the engine could not judge."""
    if jsonschema_rs is None:
        return _cannot_judge
    try:
        is_valid: Accepts = getattr(jsonschema_rs, dialect.validator)(
            schema, validate_formats=False, offline=True
        ).is_valid
    except ValueError:  # half a surrogate pair in the schema
        return _cannot_judge
    return is_valid


def _cannot_judge(_: Any) -> bool:
    return False


def _first_error(arguments: Any, judge: _Judge) -> ValidationError | None:
    import jsonschema  # only for what was rejected
    from referencing import Registry

    validator = getattr(jsonschema, judge.dialect.validator)(judge.schema, registry=Registry())
    return min(validator.iter_errors(arguments), key=lambda error: _place(arguments, error.path), default=None)


def _place(arguments: Any, path: Iterable[str | int]) -> list[int]:
    """Where a path leads, in numbers that sort as the text of the arguments runs."""
    place, value = [], arguments
    for key in path:
        place.append(key if isinstance(key, int) else list(value).index(key))
        value = value[key]
    return place


def _worded(error: ValidationError, arguments: Any, schema: Schema) -> Problem:
    path = tuple(error.path)
    value: Any = error.instance
    limit: Any = error.validator_value
    match error.validator:
        case None:
            said = _said((*path, *_forbidden(error, arguments, schema)), "holds {} where nothing is allowed", value)
        case _ if reduce(getitem, path, arguments) is not value:  # but one of its keys
            said = _said(path, "has a key that propertyNames rejects")
        case "required":
            said = _said((*path, next(key for key in limit if key not in value)), "is missing")
        case "additionalProperties":
            declared = error.schema.get("properties", ())  # type: ignore[union-attr]  # a schema with a keyword
            said = _said((*path, next(key for key in value if key not in declared)), "is not declared")
        case "type":
            names = [limit] if isinstance(limit, str) else limit
            said = _said(path, f"is {{}}, expected {either(TYPES[name] for name in names)}", value)
        case "enum":
            said = _said(path, "is {}, expected one of the values in its enum ({})", value, len(limit))
        case keyword if keyword in _LIMITS:
            said = _said(path, f"is {{}}, {_LIMITS[keyword]}", value, limit)
        case keyword:
            said = _said(path, f"is {{}}, which {keyword} rejects", value)
    return said


def _forbidden(error: ValidationError, arguments: Any, schema: Any) -> Iterable[str]:
    """The key that a false schema forbids, which the path of the error lacks; none where it forbids another thing."""
    if error.schema_path[-1] != "properties":
        return ()
    holder = reduce(getitem, error.path, arguments)
    properties = reduce(getitem, error.schema_path, schema)
    return [key for key, value in holder.items() if properties.get(key) is False and value is error.instance][:1]


def _said(path: tuple[str | int, ...], message: str, *values: Any) -> Problem:
    if not path:
        return Problem("", f"does not fit parameters: {message}", values)
    return Problem("", f"does not fit parameters: {{}} {message}", (Name(".".join(map(str, path))), *values))
