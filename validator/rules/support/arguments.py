"""The arguments of a function call: read as strictly as a document, and compared with the function's parameters.

Fast accept by jsonschema-rs, slow explain by jsonschema, as for documents. Neither is given a reference to follow, a
pattern to match or a format to know, and the work of both is bounded by the size of what is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from validator.core.phrases import TYPES, Shown, either
from validator.core.problem import Problem, Span
from validator.core.severity import Severity
from validator.jsontext.parse import Parsed, parse
from validator.rules.support.applicable import Applicable, applicable
from validator.rules.support.budget import Budget, BudgetExceeded, Sizes, measure
from validator.rules.support.dialects import Dialect
from validator.rules.support.tool_schemas import Part, Schema, is_deep, parts, remembering

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

try:
    import jsonschema_rs
except ImportError:  # no wheel for this platform: jsonschema judges alone
    jsonschema_rs = None  # type: ignore[assignment]

Accepts: TypeAlias = Callable[[Any], bool]

FREE_STEPS = 2_000
"""Steps that the calls of a run may take, beside those for their size; a step is about 2 us of jsonschema."""
STEPS_FOR_A_PART = 6
"""Steps for each key, item and scalar of the arguments, and of a schema once."""

_PAIRS_IN_A_STEP = 128
"""Pairs of a part of the arguments and one of the schema that jsonschema-rs compares in the time of a step."""
_DISPUTED = frozenset(("multipleOf", "unevaluatedItems", "unevaluatedProperties"))
"""Keywords that jsonschema-rs judges otherwise, or in a time that the number of pairs does not bound."""

_LONGEST_REMEMBERED = 16_384
_LIMITS = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), "the least is {}"),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), "the most is {}"),
    "exclusiveMinimum": "expected more than {}",
    "exclusiveMaximum": "expected less than {}",
}


class _Judge(NamedTuple):
    """What can be applied of parameters, with its size and those of its parts.

    What `accepts` rejects, jsonschema decides; it decides alone where there is no `accepts`.
    """

    schema: Schema
    size: int
    sizes: Sizes
    dialect: Dialect
    accepts: Accepts | None


_BYTE_ORDER_MARK = Problem(
    "", "is a byte order mark (U+FEFF), but an object was expected", span=Span(0, 1), rule="not-json"
)
_NOT_COMPARED = Problem(
    "", "is not compared with parameters, which would take too much work for their size", at_most=Severity.INFO
)
_remembered = lru_cache(maxsize=32)(parse)


def read(text: str) -> Parsed:
    """Parse the text of arguments, once for the rules that ask in turn."""
    if text.startswith("\ufeff"):  # let pass before a document in bytes, but JSON.parse and json.loads refuse it here
        return Parsed(None, (_BYTE_ORDER_MARK,), False, text)
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else parse(text)


class Calls:
    """The calls of one run, and the work that may be done for all of them.

    Each schema and each call adds steps in proportion to its size, so the work for a document of many runs grows no
    faster than the document.
    """

    def __init__(self) -> None:
        self._budget = Budget(FREE_STEPS)
        self._judges: dict[int, _Judge | None] = {}

    def mismatch(self, arguments: dict[str, Any], parameters: Schema) -> Problem | None:
        """The first thing in the arguments that the parameters do not allow, as far as those can be applied."""
        judge = self._judge_of(parameters)
        if judge is None or is_deep(arguments):
            return None
        sizes: Sizes = {}
        size = measure(arguments, sizes)
        self._budget.left += size * STEPS_FOR_A_PART
        try:
            if self._is_accepted(arguments, size * judge.size // _PAIRS_IN_A_STEP, judge):
                return None
            error = _first_error(arguments, judge, sizes, self._budget)  # where the engines differ, jsonschema decides
        except BudgetExceeded:
            return _NOT_COMPARED
        return None if error is None else _worded(error, arguments, judge.schema)

    def _judge_of(self, parameters: Schema) -> _Judge | None:
        if id(parameters) not in self._judges:
            judge = self._judges[id(parameters)] = _judge(parameters)
            self._budget.left += judge.size * STEPS_FOR_A_PART if judge else 0
        return self._judges[id(parameters)]

    def _is_accepted(self, arguments: dict[str, Any], steps: int, judge: _Judge) -> bool:
        """The quick verdict, if there is one; False may also mean that the engine could not judge."""
        if judge.accepts is None or steps > self._budget.left:
            return False
        self._budget.spend(steps)
        return judge.accepts(arguments)


@remembering
def _judge(schema: Schema) -> _Judge | None:
    found = applicable(schema)
    if found is None:
        return None
    sizes: Sizes = {}
    size = measure(found.schema, sizes)
    return _Judge(found.schema, size, sizes, found.dialect, _accepts(found))


def _accepts(found: Applicable) -> Accepts | None:
    """The quick verdict, where both engines mean the same by the schema."""
    keywords = found.dialect.keywords
    if jsonschema_rs is None or any(_is_disputed(part) for part in parts(found.schema, keywords)):
        return None
    try:
        is_valid: Accepts = getattr(jsonschema_rs, found.dialect.validator)(
            found.schema, validate_formats=False, offline=True
        ).is_valid
    except ValueError:  # half a surrogate pair in the schema
        return None
    return is_valid


def _is_disputed(part: Part) -> bool:
    return isinstance(part.schema, dict) and not _DISPUTED.isdisjoint(part.schema)


def _first_error(arguments: Any, judge: _Judge, sizes: Sizes, budget: Budget) -> ValidationError | None:
    from validator.rules.support.metered import errors  # imports jsonschema: only for what was not accepted

    found = errors(arguments, judge.schema, judge.dialect, {**judge.sizes, **sizes}, budget)
    orders: dict[int, dict[str, int]] = {}
    return min(found, key=lambda error: _place(arguments, error.path, orders), default=None)


def _place(arguments: Any, path: Iterable[str | int], orders: dict[int, dict[str, int]]) -> list[int]:
    """Where a path leads, in numbers that sort as the text of the arguments runs; `orders` keeps those of keys."""
    place, value = [], arguments
    for key in path:
        if isinstance(key, int):
            place.append(key)
        else:
            if id(value) not in orders:
                orders[id(value)] = {name: index for index, name in enumerate(value)}
            place.append(orders[id(value)][key])
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
    return Problem("", f"does not fit parameters: {{}} {message}", (Shown(".".join(map(str, path))), *values))
