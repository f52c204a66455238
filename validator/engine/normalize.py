"""A camelCase document under wire names, for the rules; and pointers into it turned back."""

from __future__ import annotations

import datetime
from typing import Any

from validator.contract.loader import Shape, is_declared, to_camel_case, to_wire_name
from validator.rules.objects import TIMES, Instant


def to_wire(value: Any, shape: Shape) -> Any:
    """A copy with every declared key renamed to its wire name, and ISO 8601 times as `Instant`s.

    Keys of free-form maps, undeclared keys and values are left alone, but for undeclared keys that a wire name would
    collide with.
    """
    if isinstance(value, list):
        return value if shape.items is None else [to_wire(item, shape.items) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {
        _wire_name(key, shape): to_wire(child, shape.properties.get(key, shape.others or _FREE))
        for key, child in value.items()
        if key in shape.properties or to_camel_case(key) not in shape.properties
    }
    renamed = _with_instants(_with_payload(renamed))
    return _with_steps(renamed) if "usage" in shape.properties else renamed


_FREE = Shape.of({})


def _wire_name(key: str, shape: Shape) -> str:
    return to_wire_name(key) if key in shape.properties else key


def _with_payload(value: dict[str, Any]) -> dict[str, Any]:
    """The payload of a required action stands under the key that its type names, also where no schema declares it."""
    action = value.get("required_action")
    if (
        not isinstance(action, dict)
        or not isinstance(kind := action.get("type"), str)
        or to_camel_case(kind) not in action
    ):
        return value
    return {
        **value,
        "required_action": {kind if key == to_camel_case(kind) else key: child for key, child in action.items()},
    }


def _with_steps(run: dict[str, Any]) -> dict[str, Any]:
    """The steps that an export keeps beside a run are in no schema; the counts of their usage are those of the run."""
    steps = run.get("steps")
    return {**run, "steps": [_with_usage(step) for step in steps]} if isinstance(steps, list) else run


def _with_usage(step: Any) -> Any:
    usage = step.get("usage") if isinstance(step, dict) else None
    if not isinstance(usage, dict):
        return step
    return {**step, "usage": {to_wire_name(key): count for key, count in usage.items()}}


def _with_instants(value: dict[str, Any]) -> dict[str, Any]:
    for key in TIMES:
        if isinstance(text := value.get(key), str) and (instant := _instant(text)) is not None:
            value[key] = instant
    return value


def _instant(text: str) -> Instant | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:  # the schema says so
        return None
    instant = Instant((moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp())
    instant.text = f'"{text}"'
    return instant


def as_it_stands(pointer: tuple[str, ...], value: Any) -> tuple[str, ...]:
    """A pointer in wire names as the document spells it; a key that is absent is spelt in camelCase."""
    parts = []
    for part in pointer:
        key, value = _step(part, value)
        parts.append(key)
    return tuple(parts)


def _step(part: str, value: Any) -> tuple[str, Any]:
    """A part of a pointer as the value spells it, and where it leads."""
    if isinstance(value, list):
        return part, value[int(part)]
    present = value if isinstance(value, dict) else {}
    key = next((key for key in _spellings(part) if key in present), to_camel_case(part))
    return key, present.get(key)


def _spellings(part: str) -> tuple[str, str]:
    """How a key may be spelt, the likelier first: keys of free-form maps are not renamed."""
    camel = to_camel_case(part)
    return (camel, part) if is_declared(part) else (part, camel)
