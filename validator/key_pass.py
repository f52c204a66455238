"""Keys that no schema declares: misspelt ones, and snake_case beside camelCase."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from validator.contract import Shape, camel_case, wire_names
from validator.pointer import join
from validator.problem import NamedProblem, Problem
from validator.settings import Form
from validator.wording import Name, closest

Path: TypeAlias = tuple[str | int, ...]

_CUTOFF = 0.84
"""`top_k` is a key of its own, not a misspelt `top_p` (0.80), as is `input_tokens_details` beside
`prompt_tokens_details` (0.83); `stict` is meant to be `strict` (0.91)."""


Missing: TypeAlias = Mapping[str, Collection[str]]
"""The keys that the schema pass found missing, by the pointer of their object; its message says what stands there."""


def key_problems(value: Any, shape: Shape, form: Form, missing: Missing) -> list[NamedProblem]:
    """The problems of all keys in a value, pointers relative to it; free-form maps are left alone."""
    problems: list[NamedProblem] = []
    for path, found, known in _undeclared(value, shape):
        absent = frozenset(known.properties.keys() - found.keys())
        accounted = missing.get(join(*path), ())
        problems += _of_naming(path, found, known, form, accounted)
        problems += _of_spelling(path, found, known, form, absent, accounted)
    return problems


def _undeclared(value: Any, shape: Shape, path: Path = ()) -> list[tuple[Path, dict[str, Any], Shape]]:
    """The objects that have undeclared keys, with their paths."""
    found: list[tuple[Path, dict[str, Any], Shape]] = []
    if isinstance(value, dict):
        if shape.properties and not shape.others and not value.keys() <= shape.properties.keys():
            found.append((path, value, shape))
        for key in shape.containers:
            if child := value.get(key):
                found += _undeclared(child, shape.properties[key], (*path, key))
    elif isinstance(value, list) and shape.items is not None:
        for index, item in enumerate(value):
            found += _undeclared(item, shape.items, (*path, index))
    return found


def _of_naming(
    path: Path, value: dict[str, Any], shape: Shape, form: Form, accounted: Collection[str]
) -> Iterator[NamedProblem]:
    """The first key of an object that is in the other naming."""
    for key in value:
        meant = _other_naming(key, form)
        if key not in shape.properties and meant in shape.properties and meant not in accounted:
            naming = "camelCase" if form == "wire" else "snake_case"
            message = f"is {naming}, expected {{}} as the keys around it"
            yield "mixed-naming", Problem(join(*path, key), message, (Name(meant),), on_key=True)
            return


def _of_spelling(
    path: Path, value: dict[str, Any], shape: Shape, form: Form, absent: frozenset[str], accounted: Collection[str]
) -> Iterator[NamedProblem]:
    for key in value:
        if key in shape.properties or _other_naming(key, form) in shape.properties:
            continue
        if (meant := _meant(key, absent)) and meant not in accounted:
            message = "is no key of the contract, did you mean {}"
            yield "misspelt-key", Problem(join(*path, key), message, (Name(meant),), on_key=True)


@lru_cache(maxsize=4096)
def _meant(key: str, absent: frozenset[str]) -> str | None:
    return closest(key, sorted(absent), _CUTOFF)


def _other_naming(key: str, form: Form) -> str | None:
    """What this key is in the naming of the form, as far as it is known."""
    return camel_case(key) if form == "sdk" else wire_names().get(key)
