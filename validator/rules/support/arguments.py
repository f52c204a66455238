"""The arguments of a function call: read as strictly as a document, and compared with the function's parameters.

jsonschema-rs accepts, and jsonschema explains what that rejects. Neither gets a reference to follow, a pattern to match
or a format to know, and the work of both is bounded by the size of what is compared.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple

from validator.contract.compiler import Accepts
from validator.core.phrases import Shown
from validator.core.problem import Problem, Span
from validator.core.severity import Severity
from validator.jsontext.parse import Parsed, parse
from validator.rules.support.budget import Budget, BudgetExceeded, Sizes, iter_errors, measure
from validator.rules.support.dialects import Dialect, Schema, dialect_of, map_schemas, subschemas
from validator.rules.support.tool_schemas import cache_by_value, find_fault, is_deep

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

FREE_STEPS = 2_000
"""Steps that the calls of a run may take, beside those for their size; a step is about 2 us of jsonschema."""
STEPS_FOR_A_PART = 6
"""Steps for each key, item and scalar of the arguments, and of a schema once."""

_PAIRS_IN_A_STEP = 128
"""Pairs of a part of the arguments and one of the schema that jsonschema-rs compares in the time of a step."""
_DISPUTED = frozenset(("multipleOf", "unevaluatedItems", "unevaluatedProperties"))
"""Keywords that jsonschema-rs judges otherwise, or in a time that the number of pairs does not bound."""
_MAX_CACHED_LENGTH = 16_384

_ASSERTIONS = frozenset(
    (
        *("type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
        *("minProperties", "maxProperties", "required", "dependentRequired"),
    )
)
"""The keywords that are applied, beside those that hold schemas."""
_PATTERNS = frozenset(("pattern", "patternProperties"))
_UNUSED = frozenset(("$defs", "definitions", "contentSchema", "patternProperties"))
"""The keywords that hold schemas and are not applied."""

_BYTE_ORDER_MARK = Problem(
    "", "is a byte order mark (U+FEFF), but an object was expected", span=Span(0, 1), rule="not-json"
)
_NOT_COMPARED = Problem(
    "", "is not compared with parameters, which would take too much work for their size", max_severity=Severity.INFO
)
_parse_cached = lru_cache(maxsize=32)(parse)


class _Parameters(NamedTuple):
    """What can be applied of parameters, with its size and those of its parts."""

    schema: Schema
    dialect: Dialect
    size: int
    sizes: Sizes
    accepts: Accepts | None


def parse_arguments(text: str) -> Parsed:
    """Parse the text of arguments, once for the rules that ask for it one after the other."""
    if text.startswith("\ufeff"):  # ignored before a document in bytes, but JSON.parse and json.loads refuse it here
        return Parsed(None, (_BYTE_ORDER_MARK,), False, text)
    return _parse_cached(text) if len(text) <= _MAX_CACHED_LENGTH else parse(text)


class ArgumentChecker:
    """Checks the calls of one run, within a budget for all of them.

    Each schema and each call adds steps in proportion to its size, so the work for a document of many runs grows no
    faster than the document.
    """

    def __init__(self) -> None:
        self._budget = Budget(FREE_STEPS)
        self._prepared: dict[int, _Parameters | None] = {}

    def check(self, arguments: dict[str, Any], parameters: Schema) -> Problem | None:
        """Return the first thing in the arguments that the parameters do not allow, as far as those are applied."""
        if id(parameters) not in self._prepared:
            prepared = self._prepared[id(parameters)] = _prepare(parameters)
            self._budget.left += prepared.size * STEPS_FOR_A_PART if prepared else 0
        prepared = self._prepared[id(parameters)]
        if prepared is None or is_deep(arguments):
            return None
        sizes: Sizes = {}
        size = measure(arguments, sizes)
        self._budget.left += size * STEPS_FOR_A_PART
        try:
            steps = size * prepared.size // _PAIRS_IN_A_STEP
            if prepared.accepts is not None and steps <= self._budget.left:
                self._budget.spend(steps)
                if prepared.accepts(arguments):
                    return None
            error = _first_error(arguments, prepared, sizes, self._budget)  # where the engines differ, this one decides
        except BudgetExceeded:
            return _NOT_COMPARED
        return None if error is None else _explain(error, arguments, prepared.schema)


@cache_by_value
def _prepare(parameters: Schema) -> _Parameters | None:
    """Prepare what can be applied; None where parameters have a fault, their dialect is unknown, or nothing is left."""
    dialect = None if find_fault(parameters) else dialect_of(parameters)
    if dialect is None:
        return None
    schema = _reduce(parameters, dialect, [])
    if not isinstance(schema, dict):
        return None
    sizes: Sizes = {}
    size = measure(schema, sizes)
    is_disputed = any(not _DISPUTED.isdisjoint(part.schema) for part in subschemas(schema, dialect))
    return _Parameters(schema, dialect, size, sizes, None if is_disputed else dialect.compile(schema))


def _reduce(schema: Any, dialect: Dialect, dropped: list[str]) -> Any:
    """Return the part of a schema that can be applied; add to `dropped` where it accepts more than the whole does.

    References are not followed and patterns not run. A keyword is dropped only where the schema then accepts more,
    never less: what the part rejects, the whole schema rejects too.
    """
    if not isinstance(schema, dict):
        return schema
    is_foreign = "$schema" in schema and dialect_of(schema) is not dialect
    if is_foreign or ("$ref" in schema and "$defs" not in dialect.keywords):  # in old dialects it stands alone
        dropped.append("$ref")
        return True
    reduced: Schema = {}
    widened = {keyword for keyword in schema if keyword in _PATTERNS or keyword in dialect.references}
    unused = _UNUSED | {"dependencies"} if "dependentSchemas" in dialect.keywords else _UNUSED
    for keyword, value in schema.items():
        if keyword in _ASSERTIONS:
            reduced[keyword] = value
        elif keyword in dialect.keywords - unused:
            before = len(dropped)
            reduced[keyword] = map_schemas(keyword, value, lambda part: _reduce(part, dialect, dropped))
            if len(dropped) > before:
                widened.add(keyword)
    if "additionalItems" in dialect.keywords and isinstance(schema.get("items"), bool):
        reduced["items"] = {} if schema["items"] else {"not": {}}  # jsonschema fails on a boolean beside others
    dropped += widened
    for keyword in _unsafe(widened):
        reduced.pop(keyword, None)
    return reduced


def _unsafe(widened: set[str]) -> set[str]:
    """Return the keywords that might reject too much where these accept more than they should."""
    unsafe = widened & {"not", "oneOf", "if"}
    if "patternProperties" in widened:
        unsafe.add("additionalProperties")
    if "contains" in widened:
        unsafe.add("maxContains")
    return unsafe | {"unevaluatedProperties", "unevaluatedItems"} if widened else unsafe


def _first_error(value: Any, parameters: _Parameters, sizes: Sizes, budget: Budget) -> ValidationError | None:
    """Return the error at the first place in the order of the arguments."""
    candidates = iter_errors(value, parameters.schema, parameters.dialect, {**parameters.sizes, **sizes}, budget)
    orders: dict[int, dict[str, int]] = {}

    def order(error: ValidationError) -> list[int]:
        indexes, holder = [], value
        for key in error.path:
            if isinstance(key, str):
                if id(holder) not in orders:
                    orders[id(holder)] = {name: index for index, name in enumerate(holder)}
                indexes.append(orders[id(holder)][key])
            else:
                indexes.append(key)
            holder = holder[key]
        return indexes

    return min(candidates, key=order, default=None)


def _explain(error: ValidationError, arguments: Any, schema: Schema) -> Problem:
    from validator.contract.errors import describe_error  # imports jsonschema: only for what was not accepted

    path: list[str | int] = [*error.path]
    values: tuple[object, ...] = ()
    value: Any = error.instance
    limit: Any = error.validator_value
    match error.validator:
        case None:
            path += _forbidden_key(error, arguments, schema)
            message, values = "holds {} where nothing is allowed", (value,)
        case _ if reduce(getitem, path, arguments) is not value:  # but one of its keys
            message = "has a key that propertyNames rejects"
        case "required":
            path.append(next(key for key in limit if key not in value))
            message = "is missing"
        case "additionalProperties":
            declared = error.schema.get("properties", ())  # type: ignore[union-attr]  # a schema with a keyword
            path.append(next(key for key in value if key not in declared))
            message = "is not declared"
        case _:
            message, values = describe_error(error)
    if path:
        message, values = f"{{}} {message}", (Shown(".".join(map(str, path))), *values)
    return Problem("", f"does not fit parameters: {message}", values)


def _forbidden_key(error: ValidationError, arguments: Any, schema: Any) -> list[str]:
    """Return the key that a false schema forbids, which the path of the error lacks; nothing for another value."""
    if error.schema_path[-1] != "properties":
        return []
    holder = reduce(getitem, error.path, arguments)
    properties = reduce(getitem, error.schema_path, schema)
    return [key for key, value in holder.items() if properties.get(key) is False and value is error.instance][:1]
