"""Find keys that no schema declares, and report those that are misspelt, or snake_case beside camelCase."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from validator.contract.loader import Shape, to_camel_case, to_wire_name
from validator.core.options import Form
from validator.core.phrases import Shown
from validator.core.pointer import Path, join
from validator.core.problem import Problem

_CUTOFF = 0.84
"""`top_k` is a key of its own, not a misspelt `top_p` (0.80), as is `input_tokens_details` beside
`prompt_tokens_details` (0.83); `stict` is meant to be `strict` (0.91)."""


class Undeclared(NamedTuple):
    """An object that has undeclared keys, with its path and the keys that are declared for it."""

    path: Path
    value: dict[str, Any]
    shape: Shape


def find_undeclared_keys(value: Any, shape: Shape, path: Path = ()) -> list[Undeclared]:
    """Return the objects in a value that have undeclared keys; free-form maps are ignored."""
    undeclared: list[Undeclared] = []
    if isinstance(value, dict):
        if shape.properties and not shape.others and not value.keys() <= shape.properties.keys():
            undeclared.append(Undeclared(path, value, shape))
        for key in shape.containers:
            if child := value.get(key):
                undeclared += find_undeclared_keys(child, shape.properties[key], (*path, key))
    elif isinstance(value, list) and shape.items is not None:
        for index, item in enumerate(value):
            undeclared += find_undeclared_keys(item, shape.items, (*path, index))
    return undeclared


def check_keys(undeclared: Iterable[Undeclared], form: Form, missing: Mapping[str, Collection[str]]) -> list[Problem]:
    """Report misspelt keys, and the first key of each object that is in the other naming; pointers are relative.

    `missing` has the required keys that were reported as missing, by the pointer of their object: such a report names
    the key that is there instead.
    """
    problems: list[Problem] = []
    for path, value, shape in undeclared:
        reported = missing.get(join(*path), ())
        is_mixed = False
        for key in value:
            if key in shape.properties:
                continue
            pointer, meant = join(*path, key), _to_naming(key, form)
            if meant in shape.properties:
                if not is_mixed and meant not in reported:
                    naming = "camelCase" if form == "wire" else "snake_case"
                    message = f"is {naming}, expected {{}} as the keys around it"
                    problems.append(Problem(pointer, message, (Shown(meant),), on_key=True, rule="mixed-naming"))
                    is_mixed = True
                continue
            similar = find_similar_keys(key, frozenset(shape.properties))
            absent = next((name for name in similar if name not in value), None)
            if absent is not None and absent not in reported:
                message = "is not a key of the contract, did you mean {}"
                problems.append(Problem(pointer, message, (Shown(absent),), on_key=True, rule="misspelt-key"))
    return problems


def is_in_other_naming(key: str, shape: Shape, form: Form) -> bool:
    """Return whether an undeclared key is a declared one in the naming of the other form."""
    return _to_naming(key, form) in shape.properties


def _to_naming(key: str, form: Form) -> str:
    """Return the key as the form spells it, where a schema declares it."""
    return to_camel_case(key) if form == "sdk" else to_wire_name(key)


@lru_cache(maxsize=4096)
def find_similar_keys(key: str, declared: frozenset[str]) -> list[str]:
    """Return the declared keys that this one may be a misspelling of, where they are absent; the most similar first.

    `schema_` is none: the Python SDK calls the field so, since models of pydantic have a `schema` of their own.
    """
    if key == "schema_":
        return []
    import difflib  # only a key that is new pays for it

    return difflib.get_close_matches(key, sorted(declared), n=len(declared), cutoff=_CUTOFF)
