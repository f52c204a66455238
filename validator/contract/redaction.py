"""Decide what of a document may be printed: strings of ids and closed vocabularies, and the keys around them.

The schemas say so, with `"x-sensitive": false`. Everything else may be somebody's secret: instructions, messages,
metadata, arguments, and whatever no schema declares.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache

from validator.contract.loader import Shape, load_contract, to_camel_case
from validator.core.phrases import is_plain
from validator.core.pointer import Path


@cache
def _places() -> tuple[frozenset[tuple[str, ...]], Mapping[tuple[str, ...], Collection[str]]]:
    """Return the places of strings that may be printed, and of objects with their declared keys; in both namings."""
    shown: set[tuple[str, ...]] = set()
    objects: dict[tuple[str, ...], set[str]] = {}
    for shape in load_contract("observed", "wire").shapes.values():
        for place, value in _values(shape, ()):
            spellings = {place, tuple(map(to_camel_case, place))}
            if value.may_print:
                shown |= spellings
            if value.properties:
                keys = {*value.properties, *map(to_camel_case, value.properties)}
                for spelling in spellings:
                    objects.setdefault(spelling, set()).update(keys)
    return frozenset(shown), objects


def _values(shape: Shape, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """Yield the shapes of a value and of all values in it, each with the keys that lead there."""
    yield place, shape
    if shape.items:
        yield from _values(shape.items, place)
    for key, child in shape.properties.items():
        yield from _values(child, (*place, key))


def may_show(path: Path, text: str) -> bool:
    """Return whether the string at this path may be printed as it is."""
    return not text or (place_of(path) in _places()[0] and is_plain(text))


def may_show_key(path: Path) -> bool:
    """Return whether the key that this path ends with may be printed."""
    key, declared = str(path[-1]), _places()[1].get(place_of(path[:-1]))
    return declared is not None and (key in declared or is_plain(key))


def place_of(path: Path) -> tuple[str, ...]:
    """Return the keys from the page or run on: runs are the same in any document."""
    keys = tuple(part for part in path if isinstance(part, str))
    return keys[1:] if keys[:1] in (("data",), ("runs",)) else keys
