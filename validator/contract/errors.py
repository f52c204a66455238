"""What exactly is misshapen: jsonschema's errors, one finding a place, in our own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from validator.contract.inline import inline
from validator.contract.loader import load_contract
from validator.core.options import ContractName, Form
from validator.core.phrases import TYPES, Shown, Verbatim, closest, either
from validator.core.pointer import join
from validator.core.problem import MAX_PROBLEMS, Fix, Problem
from validator.core.resource import OTHER_OBJECTS

_CUTOFF = 0.78
"""`web_search` is a tool of its own, not a misspelt `file_search` (0.76); `fail` is meant to be `failed` (0.80)."""
_LOWER_CASE_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(t[0-9:.]+[Zz]|T[0-9:.]+z|t[0-9:.]+[+-][0-9:]+)")
_LIMITS = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), "is {}, the least is {}"),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), "is {}, the most is {}"),
    "exclusiveMinimum": "is {}, expected more than {}",
    "exclusiveMaximum": "is {}, expected less than {}",
}


def explain(value: Any, subject: str, name: ContractName, form: Form) -> list[Problem]:
    """Every keyword that a value breaks at a place, once; the missing keys of one object are one problem.

    Of several keywords at one place the first explains the others, and missing keys come first.
    """
    places: dict[str, dict[str, ValidationError]] = {}
    missing: dict[str, dict[str, None]] = {}
    for error in _validator(subject, name, form).iter_errors(value):
        place = join(*error.absolute_path)
        places.setdefault(place, {}).setdefault(str(error.validator), error)
        if len(places) > MAX_PROBLEMS:
            break
        if error.validator == "required":
            missing.setdefault(place, {}).update(dict.fromkeys(_missing_keys(error)))
    problems: list[Problem] = []
    for place, errors in places.items():
        if place in missing:
            problems.append(_of_required(place, errors.pop("required"), missing[place]))
        problems += [_of_keyword(place, error) for error in errors.values()]
    if len(problems) == 1:
        return problems
    crowded = {place for place, errors in places.items() if len(errors) + (place in missing) > 1}
    return [
        problem._replace(fix=None, explains=(problem.pointer,) if problem.pointer in crowded else ())
        for problem in problems
    ]


def _missing_keys(error: ValidationError) -> Iterator[str]:
    instance: Any = error.instance
    required: Any = error.validator_value
    return (key for key in required if key not in instance)


@cache
def _validator(subject: str, name: ContractName, form: Form) -> Draft202012Validator:
    schemas = load_contract(name, form)
    nothing_to_look_up: Registry[Any] = Registry()
    return Draft202012Validator(inline(schemas.schema(subject), schemas.schemas), registry=nothing_to_look_up)


def _of_required(place: str, error: ValidationError, missing: Iterable[str]) -> Problem:
    keys = tuple(missing)
    instance: Any = error.instance
    message = "lacks " + " and ".join(filter(None, (", ".join("{}" for _ in keys[:-1]), "{}")))
    values = [Shown(key) for key in keys]
    for key in keys:
        if (instead := _instead_of(key, instance)) is not None:
            message += "; has {}, did you mean {}"
            values += [Shown(instead), Shown(key)]
    return Problem(place, message, tuple(values), identity=",".join(keys), rule="schema:required")


def _instead_of(key: str, instance: Mapping[str, Any]) -> str | None:
    """A key of the object that may have been meant for the missing one."""
    folded = {present.replace("_", "").lower(): present for present in instance}
    meant = closest(key.replace("_", "").lower(), folded, cutoff=0.85)
    return None if meant is None else folded[meant]


def _of_keyword(place: str, error: ValidationError) -> Problem:
    return _problem(place, error)._replace(rule=f"schema:{error.validator}")


def _problem(place: str, error: ValidationError) -> Problem:
    value: Any = error.instance
    limit: Any = error.validator_value
    match error.validator:
        case "type":
            expected = either(_allowed(error))
            if _is_moment(error) and isinstance(value, str) and _LOWER_CASE_TIME.fullmatch(value):
                expected += "; T and Z are to be capitals"
            return Problem(place, f"is {{}}, expected {expected}", (value,))
        case "enum":
            return _of_vocabulary(place, value, limit)
        case "const":
            return _of_vocabulary(place, value, [limit])._replace(fix=_object_fix(place, value, limit))
        case "minLength":
            return Problem(place, "is empty, expected at least {} character", (limit,))
        case "maxItems":
            return Problem(place, "has {} items, the most is {}", (len(value), limit))
        case _:
            return Problem(place, *describe(error))


def _allowed(error: ValidationError) -> list[str]:
    """The types that are allowed, in words."""
    limit: Any = error.validator_value
    first, *others = [TYPES[name] for name in ([limit] if isinstance(limit, str) else limit)]
    return [first, "a date-time with its offset from UTC", *others] if _is_moment(error) else [first, *others]


def _is_moment(error: ValidationError) -> bool:
    return [*error.schema_path][-2:] == ["else", "type"]  # of schemas/sdk: else than a date-time


def _object_fix(place: str, value: Any, right: str) -> Fix | None:
    """What a page or run is to call itself, unless it may be what it says, or holds who knows what."""
    is_other = isinstance(value, dict | list) or value in OTHER_OBJECTS
    return None if place != "object" or is_other else Fix(right)


def _of_vocabulary(place: str, value: Any, words: Iterable[str]) -> Problem:
    words = list(words)
    spelt = Shown(value) if isinstance(value, str) else value
    message = f"is {{}}, expected {either('{}' for _ in words)}"
    meant = closest(value, words, _CUTOFF) if isinstance(value, str) else None
    if meant is None or len(words) == 1:
        return Problem(place, message, (spelt, *map(Shown, words)))
    return Problem(place, message + "; did you mean {}", (spelt, *map(Shown, words), Shown(meant)))


def describe(error: ValidationError) -> tuple[str, tuple[object, ...]]:
    """Return a message about an error of jsonschema, and the values in the message."""
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    expected = _expected_types(error)
    match error.validator:
        case _ if expected:
            return f"is {{}}, expected {either(expected)}", (value,)
        case "enum":
            return "is {}, expected one of the values in its enum ({})", (value, len(limit))
        case "uniqueItems":
            return "is {}, expected each item once", (value,)
        case "pattern":
            return "is {}, expected to match {}", (value, Verbatim(limit))
        case str() as keyword if keyword in _LIMITS:
            is_exclusive = schema.get(f"exclusive{keyword.title()}") is True  # in draft-04
            return _LIMITS[f"exclusive{keyword.title()}" if is_exclusive else keyword], (value, limit)
        case keyword:
            return f"is {{}}, which {keyword} rejects", (value,)


def _expected_types(error: ValidationError) -> list[str]:
    """Return the types that an error asks for, also as alternatives; nothing where it asks for something else."""
    if error.validator == "type":
        limit: Any = error.validator_value
        return [TYPES[name] for name in ([limit] if isinstance(limit, str) else limit)]
    branches = error.context or () if error.validator == "anyOf" else ()
    alternatives = [[] if inner.path else _expected_types(inner) for inner in branches]
    return list(dict.fromkeys(name for types in alternatives for name in types)) if all(alternatives) else []
