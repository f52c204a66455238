"""The shapes by which runs, pages, events and other objects of the API are recognised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from validator.contract.loader import field_names, to_camel_case
from validator.core.resource import OTHER_OBJECTS, RUN

_PAGE_KEYS = tuple(key for key in field_names(RUN.list_schema) if key != "data")
PAGE_SPELLINGS = tuple((key, to_camel_case(key)) for key in _PAGE_KEYS)
_OWNERS = (*RUN.owners, *map(to_camel_case, RUN.owners))
_UNIQUE_FIELDS = (RUN.unique_field, to_camel_case(RUN.unique_field))
WIRE_KEYS = frozenset(key for key in (*_PAGE_KEYS, *field_names(RUN.item_schema)) if "_" in key)
SDK_KEYS = frozenset(map(to_camel_case, WIRE_KEYS))


def is_run(value: Any) -> bool:
    """Return whether a value is a run: by its keys, or by what it calls itself unless its `data` has runs."""
    if has_run_keys(value):
        return True
    if not isinstance(value, dict) or value.get("object") != RUN.object:
        return False
    data = value.get("data")
    return not (isinstance(data, list) and any(has_run_keys(item) for item in data))


def has_run_keys(value: Any) -> bool:
    """Return whether a value has an id, a status and one of the owners of a run."""
    if not isinstance(value, dict) or is_other_object(value):
        return False
    return "id" in value and "status" in value and any(owner in value for owner in _OWNERS)


def has_page_keys(value: Any) -> bool:
    """Return whether a value has one of the keys that a page has besides its runs."""
    return isinstance(value, dict) and any(key in value for spellings in PAGE_SPELLINGS for key in spellings)


def is_page(value: Any) -> bool:
    """Return whether a value is a page, perhaps a damaged one."""
    if not isinstance(value, dict):
        return False
    if "data" not in value:
        return sum(any(key in value for key in spellings) for spellings in PAGE_SPELLINGS) >= 2
    data = value["data"]
    if isinstance(data, dict) and not has_page_keys(value):  # a wrapper
        return False
    return not isinstance(data, list) or not data or any(is_run(item) for item in data)


def looks_like_event(value: Any) -> bool:
    """Return whether a value is an event of a stream, as SDKs hand it out."""
    return isinstance(value, dict) and isinstance(value.get("event"), str) and "data" in value


def is_other_object(value: Any) -> bool:
    """Return whether a value is an object of the API that is neither a run nor a page."""
    if not isinstance(value, dict) or not isinstance(kind := value.get("object"), str):
        return False
    return kind in OTHER_OBJECTS and not any(key in value for key in _UNIQUE_FIELDS)


def is_json_with_run(value: Any) -> bool:
    """Return whether a value is a text that is JSON with a run."""
    return isinstance(value, str) and RUN.is_named_in(value)


def find_run(value: Any) -> tuple[Sequence[object], Any] | None:
    """Return the keys that lead to the first run in a value, or text that is JSON with one, and that; None without."""
    keys: list[object] = []
    levels: list[Iterator[tuple[object, Any]]] = [
        iter([("", value)])
    ]  # iterators, since a hostile document is both deep and wide
    while levels:
        for key, inner in levels[-1]:
            if is_run(inner) or is_json_with_run(inner):
                return [*keys, key][1:], inner
            if isinstance(inner, dict | list):
                keys.append(key)
                levels.append(iter(inner.items() if isinstance(inner, dict) else enumerate(inner)))
                break
        else:
            levels.pop()
            del keys[-1:]
    return None
