"""Rename the keys of a camelCase document to wire names, for the rules; and those of pointers into it back."""

from __future__ import annotations

import datetime
from typing import Any

from validator.contract.loader import Shape, is_declared, to_camel_case, to_wire_name
from validator.rules.objects import TIMES, Instant

_FREE = Shape()


def to_wire(value: Any, shape: Shape) -> Any:
    """Return a copy with every declared key renamed to its wire name, and ISO 8601 times as `Instant`s.

    Keys of free-form maps and undeclared keys stay; an undeclared key that is already a wire name is left out.
    """
    if isinstance(value, list):
        return value if shape.items is None else [to_wire(item, shape.items) for item in value]
    if not isinstance(value, dict):
        return int(value) if type(value) is float and value.is_integer() else value  # JavaScript knows no difference
    renamed = {
        to_wire_name(key) if key in shape.properties else key: to_wire(
            child, shape.properties.get(key, shape.others or _FREE)
        )
        for key, child in value.items()
        if key in shape.properties or to_camel_case(key) not in shape.properties
    }
    return _normalize_run(renamed) if "usage" in shape.properties else renamed


def _normalize_run(run: dict[str, Any]) -> dict[str, Any]:
    """Change the times of a run, and keys that no schema declares: the payload of its action, the usage of its steps.

    The payload is under the key that the type of the action names. Steps are what an export keeps beside a run.
    """
    for key in TIMES:
        if isinstance(text := run.get(key), str) and (instant := _instant(text)) is not None:
            run[key] = instant
    action, steps = run.get("required_action"), run.get("steps")
    if isinstance(action, dict) and isinstance(kind := action.get("type"), str):
        payload = to_camel_case(kind)
        run["required_action"] = {kind if key == payload else key: child for key, child in action.items()}
    if isinstance(steps, list):
        run["steps"] = [_with_wire_usage(step) for step in steps]
    return run


def _with_wire_usage(step: Any) -> Any:
    usage = step.get("usage") if isinstance(step, dict) else None
    if not isinstance(usage, dict):
        return step
    return {**step, "usage": {to_wire_name(key): count for key, count in usage.items()}}


def _instant(text: str) -> Instant | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:  # the schema says so
        return None
    instant = Instant((moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp())
    instant.text = f'"{text}"'
    return instant


def to_original(path: tuple[str, ...], value: Any) -> tuple[str, ...]:
    """Return a path in wire names as the document spells it; a key that is absent is spelt in camelCase."""
    keys = []
    for part in path:
        if isinstance(value, list):
            key, value = part, value[int(part)]
        else:
            present = value if isinstance(value, dict) else {}
            camel = to_camel_case(part)
            spellings = (camel, part) if is_declared(part) else (part, camel)  # keys of free-form maps stay
            key = next((spelling for spelling in spellings if spelling in present), camel)
            value = present.get(key)
        keys.append(key)
    return tuple(keys)
