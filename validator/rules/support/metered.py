"""jsonschema with a budget: it stops where the work would be out of proportion to what is compared.

Combinations of `allOf`, `oneOf`, `contains` and the like multiply, and `unevaluatedProperties` doubles the work at each
level. So each application of a schema and each keyword costs steps, as many as its work may take at worst.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import jsonschema
from jsonschema.exceptions import ValidationError
from jsonschema.validators import create
from referencing import Registry

from validator.rules.support.budget import Budget, Sizes, size_of
from validator.rules.support.dialects import Dialect

_PARTS_IN_A_STEP = 16
"""Parts of a value that are looked at, or shown in jsonschema's own message, in the time of one step."""
_STEPS_OF_AN_ERROR = 2
_IN_EACH = frozenset(("allOf", "anyOf", "oneOf", "enum", "dependentSchemas", "dependencies"))
"""Keywords that may look at, or show, the whole value once for each of theirs."""


class _Work(NamedTuple):
    """The comparison under way: `sizes` knows the objects and arrays of arguments and schema by `id`."""

    budget: Budget
    sizes: Sizes
    schema_size: int


_WORK: ContextVar[_Work] = ContextVar("_WORK")


def errors(
    arguments: Any, schema: Mapping[str, Any], dialect: Dialect, sizes: Sizes, budget: Budget
) -> Iterator[ValidationError]:
    """The errors of jsonschema, for a schema without references; raises `BudgetExceeded`.

    Steps are spent while the iterator is read, so only one may be read at a time.
    """
    _WORK.set(_Work(budget, sizes, size_of(schema, sizes)))
    nothing_to_look_up: Registry[Any] = Registry()
    found: Iterator[ValidationError] = _engine(dialect.validator)(schema, registry=nothing_to_look_up).iter_errors(
        arguments
    )
    return found


@cache
def _engine(name: str) -> Any:
    base = getattr(jsonschema, name)
    functions = {
        **base.VALIDATORS,
        "multipleOf": _multiple_of,
        "additionalProperties": _in_order(base.VALIDATORS["additionalProperties"]),
    }
    metered = {keyword: _metered(keyword, function) for keyword, function in functions.items()}
    return create(base.META_SCHEMA, metered, type_checker=base.TYPE_CHECKER, applicable_validators=_keywords)


def _keywords(schema: Any) -> Iterable[tuple[str, Any]]:
    """The keywords of a schema that is about to be applied."""
    _WORK.get().budget.spend(1)
    return tuple(schema.items())


def _metered(keyword: str, function: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        work = _WORK.get()
        work.budget.spend(_cost(keyword, value, instance, work))
        for error in function(validator, value, instance, schema) or ():
            work.budget.spend(_STEPS_OF_AN_ERROR)
            yield error

    return check


def _cost(keyword: str, value: Any, instance: Any, work: _Work) -> int:
    times, errors_at_once = 1, 0
    if keyword in _IN_EACH:
        times = len(value)
        errors_at_once = value.count(False) if isinstance(value, list) else 0
    elif keyword == "uniqueItems" and value and isinstance(instance, list) and not _is_sortable(instance):
        times = len(instance)
    elif keyword in ("unevaluatedProperties", "unevaluatedItems"):
        times = 1 + work.schema_size // 8
    parts = size_of(instance, work.sizes) * times + size_of(value, work.sizes)
    return 1 + parts // _PARTS_IN_A_STEP + errors_at_once * _STEPS_OF_AN_ERROR


def _is_sortable(items: list[Any]) -> bool:
    """Whether jsonschema sorts the items to find equal ones; otherwise it compares every pair."""
    types = {*map(type, items)}
    return types <= {str} or types <= {int, float}


def _multiple_of(_: Any, divisor: float, instance: Any, __: Any) -> Iterator[ValidationError]:
    """In decimal, as both are written: 19.99 is a multiple of 0.01."""
    is_number = isinstance(instance, (int, float)) and not isinstance(instance, bool)
    if is_number and Fraction(repr(instance)) % Fraction(repr(divisor)):
        yield ValidationError("is not a multiple")


def _in_order(function: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
    """`additionalProperties` in the order of the keys, so that the steps up to its first error are always the same."""

    def check(validator: Any, others: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(others, dict) or not isinstance(instance, dict):
            yield from function(validator, others, instance, schema)
            return
        for key, value in instance.items():
            if key not in schema.get("properties", ()):
                yield from validator.descend(value, others, path=key)

    return check
