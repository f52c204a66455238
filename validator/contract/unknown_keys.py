"""Keys that no schema declares: misspelt ones, and snake_case beside camelCase."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from validator.contract.loader import Shape, to_camel_case, to_wire_name
from validator.core.options import Form
from validator.core.phrases import Shown, closest
from validator.core.pointer import join
from validator.core.problem import Problem

Path: TypeAlias = tuple[str | int, ...]

_CUTOFF = 0.84
"""`top_k` is a key of its own, not a misspelt `top_p` (0.80), as is `input_tokens_details` beside
`prompt_tokens_details` (0.83); `stict` is meant to be `strict` (0.91)."""


Missing: TypeAlias = Mapping[str, Collection[str]]
"""The keys that the schema pass found missing, by the pointer of their object; its message says what stands there."""


Undeclared: TypeAlias = tuple[Path, dict[str, Any], Shape]
"""An object that has undeclared keys, with its path and what is declared for it."""


def check_keys(undeclared: Iterable[Undeclared], form: Form, missing: Missing) -> list[Problem]:
    """The problems of undeclared keys, pointers relative to the value in which they were found."""
    problems: list[Problem] = []
    for path, found, known in undeclared:
        absent = frozenset(known.properties.keys() - found.keys())
        accounted = missing.get(join(*path), ())
        problems += _of_naming(path, found, known, form, accounted)
        problems += _of_spelling(path, found, known, form, absent, accounted)
    return problems


def find_undeclared_keys(value: Any, shape: Shape, path: Path = ()) -> list[Undeclared]:
    """The objects in a value that have undeclared keys; free-form maps are left alone."""
    found: list[Undeclared] = []
    if isinstance(value, dict):
        if shape.properties and not shape.others and not value.keys() <= shape.properties.keys():
            found.append((path, value, shape))
        for key in shape.containers:
            if child := value.get(key):
                found += find_undeclared_keys(child, shape.properties[key], (*path, key))
    elif isinstance(value, list) and shape.items is not None:
        for index, item in enumerate(value):
            found += find_undeclared_keys(item, shape.items, (*path, index))
    return found


def is_in_other_naming(key: str, shape: Shape, form: Form) -> bool:
    """Whether an undeclared key is a declared one in the naming of the other form."""
    return _other_naming(key, form) in shape.properties


@lru_cache(maxsize=4096)
def find_similar_keys(key: str, declared: frozenset[str]) -> list[str]:
    """The declared keys that this one may be a misspelling of, where they are absent."""
    return [name for name in sorted(declared) if closest(key, [name], _CUTOFF) is not None]


def _of_naming(
    path: Path, value: dict[str, Any], shape: Shape, form: Form, accounted: Collection[str]
) -> Iterator[Problem]:
    """The first key of an object that is in the other naming."""
    for key in value:
        meant = _other_naming(key, form)
        if meant and key not in shape.properties and meant in shape.properties and meant not in accounted:
            naming = "camelCase" if form == "wire" else "snake_case"
            message = f"is {naming}, expected {{}} as the keys around it"
            yield Problem(join(*path, key), message, (Shown(meant),), on_key=True, rule="mixed-naming")
            return


def _of_spelling(
    path: Path, value: dict[str, Any], shape: Shape, form: Form, absent: frozenset[str], accounted: Collection[str]
) -> Iterator[Problem]:
    for key in value:
        if key in shape.properties or is_in_other_naming(key, shape, form):
            continue
        if (meant := _meant(key, absent)) and meant not in accounted:
            message = "is no key of the contract, did you mean {}"
            yield Problem(join(*path, key), message, (Shown(meant),), on_key=True, rule="misspelt-key")


@lru_cache(maxsize=4096)
def _meant(key: str, absent: frozenset[str]) -> str | None:
    return closest(key, sorted(absent), _CUTOFF)


def _other_naming(key: str, form: Form) -> str | None:
    """What this key is in the naming of the form, as far as it is known."""
    return to_camel_case(key) if form == "sdk" else to_wire_name(key)
