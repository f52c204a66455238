"""What it may cost to compare values from strangers: in steps, by the size of the values."""

from __future__ import annotations

from typing import Any, TypeAlias

Sizes: TypeAlias = dict[int, int]
"""The sizes of objects and arrays by their `id`."""

_CHARACTERS_IN_A_PART = 200
_BITS_IN_A_PART = 1_000


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
    """The number of parts in a value: itself, its keys, items and scalars, long ones counted for more.

    Adds the sizes of all objects and arrays in it to `sizes`. Takes a level of recursion for each level of the value.
    """
    if isinstance(value, dict):
        size = 1 + sum(measure(key, sizes) + measure(item, sizes) for key, item in value.items())
    elif isinstance(value, list):
        size = 1 + sum(measure(item, sizes) for item in value)
    else:
        return size_of(value, sizes)
    sizes[id(value)] = size
    return size


def size_of(value: Any, sizes: Sizes) -> int:
    """The size of a value that was measured, or of a scalar."""
    match value:
        case dict() | list():
            return sizes[id(value)]
        case str():
            return 1 + len(value) // _CHARACTERS_IN_A_PART
        case int():
            return 1 + value.bit_length() // _BITS_IN_A_PART
        case _:
            return 1
