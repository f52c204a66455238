"""jsonschema with a budget: it stops where the work would be out of proportion to what is compared.

Combinations of `allOf`, `oneOf`, `contains` and the like multiply, and `unevaluatedProperties` doubles the work at each
level. So each application of a schema and each keyword costs steps, as many as its work may take at worst.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from validator.rules.support.dialects import Dialect, Schema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Sizes: TypeAlias = dict[int, int]
"""The sizes of objects and arrays by their `id`."""

_CHARACTERS_IN_A_PART = 200
_BITS_IN_A_PART = 1_000
_PARTS_IN_A_STEP = 16
"""Parts of a value that jsonschema looks at, or shows in its own message, in the time of one step."""
_STEPS_OF_AN_ERROR = 2
_EACH = frozenset(("allOf", "anyOf", "oneOf", "enum", "dependentSchemas", "dependencies"))
"""Keywords that may look at, or show, the whole value once for each of their items."""


class BudgetExceeded(Exception):
    """There are not enough steps left."""


class Budget:
    """Steps that may still be taken."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take steps, or raise `BudgetExceeded`; then none are left."""
        if steps > self.left:
            self.left = 0
            raise BudgetExceeded
        self.left -= steps


def measure(value: Any, sizes: Sizes) -> int:
    """Return the number of parts in a value: itself, its keys, items and scalars, long ones counted for more.

    Adds the sizes of all objects and arrays in it to `sizes`. Takes a level of recursion for each level of the value.
    """
    if isinstance(value, dict):
        size = 1 + sum(measure(key, sizes) + measure(item, sizes) for key, item in value.items())
    elif isinstance(value, list):
        size = 1 + sum(measure(item, sizes) for item in value)
    else:
        return _size(value, sizes)
    sizes[id(value)] = size
    return size


def _size(value: Any, sizes: Sizes) -> int:
    """Return the size of a value that was measured, or of a scalar."""
    match value:
        case dict() | list():
            return sizes[id(value)]
        case str():
            return 1 + len(value) // _CHARACTERS_IN_A_PART
        case int():
            return 1 + value.bit_length() // _BITS_IN_A_PART
        case _:
            return 1


class _Work(NamedTuple):
    budget: Budget
    sizes: Sizes
    schema_size: int


_WORK: ContextVar[_Work] = ContextVar("_WORK")
"""The comparison under way."""


def iter_errors(
    value: Any, schema: Schema, dialect: Dialect, sizes: Sizes, budget: Budget
) -> Iterator[ValidationError]:
    """Yield the errors of jsonschema, for a schema without references; raise `BudgetExceeded`.

    `sizes` knows all objects and arrays in value and schema. Steps are spent while the iterator is read, so only one
    may be read at a time.
    """
    from referencing import Registry

    _WORK.set(_Work(budget, sizes, _size(schema, sizes)))
    empty: Registry[Any] = Registry()
    found: Iterator[ValidationError] = _engine(dialect)(schema, registry=empty).iter_errors(value)
    return found


@cache
def _engine(dialect: Dialect) -> Any:
    import jsonschema  # only for what jsonschema-rs did not accept
    from jsonschema.validators import create

    base = getattr(jsonschema, dialect.validator)
    keywords = {
        **base.VALIDATORS,
        "multipleOf": _multiple_of,
        "additionalProperties": _in_order(base.VALIDATORS["additionalProperties"]),
    }
    metered = {keyword: _meter(keyword, function) for keyword, function in keywords.items()}
    return create(base.META_SCHEMA, metered, type_checker=base.TYPE_CHECKER, applicable_validators=_spend_on_schema)


def _spend_on_schema(schema: Any) -> Iterable[tuple[str, Any]]:
    """Return the keywords of a schema that is about to be applied."""
    _WORK.get().budget.spend(1)
    return tuple(schema.items())


def _meter(keyword: str, function: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
    def check(validator: Any, limit: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
        work = _WORK.get()
        work.budget.spend(_cost(keyword, limit, value, work))
        for error in function(validator, limit, value, schema) or ():
            work.budget.spend(_STEPS_OF_AN_ERROR)
            yield error

    return check


def _cost(keyword: str, limit: Any, value: Any, work: _Work) -> int:
    times, errors_at_once = 1, 0
    if keyword in _EACH:
        times = len(limit)
        errors_at_once = limit.count(False) if isinstance(limit, list) else 0
    elif keyword == "uniqueItems" and limit and isinstance(value, list):
        types = {*map(type, value)}
        is_sorted = types <= {str} or types <= {int, float}  # otherwise jsonschema compares every pair
        times = 1 if is_sorted else len(value)
    elif keyword in ("unevaluatedProperties", "unevaluatedItems"):
        times = 1 + work.schema_size // 8
    parts = _size(value, work.sizes) * times + _size(limit, work.sizes)
    return 1 + parts // _PARTS_IN_A_STEP + errors_at_once * _STEPS_OF_AN_ERROR


def _multiple_of(_: Any, divisor: float, value: Any, __: Any) -> Iterator[ValidationError]:
    """Compare in decimal, as both numbers are written: 19.99 is a multiple of 0.01."""
    from fractions import Fraction  # few schemas have this keyword

    from jsonschema.exceptions import ValidationError

    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and Fraction(repr(value)) % Fraction(repr(divisor)):
        yield ValidationError("is not a multiple")


def _in_order(function: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
    """Check `additionalProperties` in the order of the keys, so that its first error always takes the same steps."""

    def check(validator: Any, others: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(others, dict) or not isinstance(value, dict):
            yield from function(validator, others, value, schema)
            return
        for key, item in value.items():
            if key not in schema.get("properties", ()):
                yield from validator.descend(item, others, path=key)

    return check
