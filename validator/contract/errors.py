"""Explain what is wrong with the shape of a value: the errors of jsonschema, in our own words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from validator.contract.inline import inline
from validator.contract.loader import field_names, load_contract, to_camel_case, to_wire_name
from validator.core.options import ContractName, Form
from validator.core.phrases import TYPES, Shown, Verbatim, find_similar, join_and, join_or
from validator.core.pointer import join
from validator.core.problem import MAX_PROBLEMS, Fix, Problem
from validator.core.resource import OTHER_OBJECTS, RUN

_CUTOFF = 0.78
"""`web_search` is a tool of its own, not a misspelt `file_search` (0.76); `fail` is meant to be `failed` (0.80)."""
_LOWER_CASE_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(t[0-9:.]+[Zz]|T[0-9:.]+z|t[0-9:.]+[+-][0-9:]+)")
_IN_QUOTES = {
    TYPES["integer"]: re.compile("-?(0|[1-9][0-9]{0,18})"),
    TYPES["number"]: re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,19})?"),
    TYPES["boolean"]: re.compile("true|false", re.IGNORECASE),
    TYPES["null"]: re.compile("null|None"),
}
"""By type: a string that was meant as a value of it."""
_MAX_DATE = 64
"""Characters of a text that is read as a date."""
_RESPONSES_NAMES = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "promptTokens": "inputTokens",
    "completionTokens": "outputTokens",
}
"""What the Responses API calls the counts of the usage."""
_DROPS_NULLS = "exclude_none, omitempty, WhenWritingNull"
"""The options of Pydantic, Go and .NET that leave out what is null."""
_LIMITS = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), "is {}, the minimum is {}"),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), "is {}, the maximum is {}"),
    "exclusiveMinimum": "is {}, expected more than {}",
    "exclusiveMaximum": "is {}, expected less than {}",
}


def explain_shape(value: Any, schema_name: str, name: ContractName, form: Form) -> list[Problem]:
    """Return a problem for every keyword that a value breaks at a place; the missing keys of an object are one problem.

    Of several problems at one place the first explains the others, and missing keys come first.
    """
    errors: dict[str, dict[str, ValidationError]] = {}
    missing: dict[str, dict[str, None]] = {}
    for error in _compile(schema_name, name, form).iter_errors(value):
        pointer = join(*error.absolute_path)
        errors.setdefault(pointer, {}).setdefault(str(error.validator), error)
        if len(errors) > MAX_PROBLEMS:
            break
        if error.validator == "required":
            instance: Any = error.instance
            required: Any = error.validator_value
            missing.setdefault(pointer, {}).update(dict.fromkeys(key for key in required if key not in instance))
    problems: list[Problem] = []
    for pointer, by_keyword in errors.items():
        here = []
        if pointer in missing:
            nullable = _nullable_keys(schema_name, name, form) if not pointer else frozenset()
            here = [_explain_required(pointer, by_keyword.pop("required"), missing[pointer], nullable, form)]
        here += [_explain_keyword(pointer, error) for error in by_keyword.values()]
        problems += [problem._replace(explains=(pointer,)) for problem in here] if len(here) > 1 else here
    return problems if len(problems) == 1 else [problem._replace(fix=None) for problem in problems]


@cache
def _compile(schema_name: str, name: ContractName, form: Form) -> Draft202012Validator:
    contract = load_contract(name, form)
    no_resources: Registry[Any] = Registry()
    return Draft202012Validator(inline(contract.schema(schema_name), contract.schemas), registry=no_resources)


@cache
def _nullable_keys(schema_name: str, name: ContractName, form: Form) -> frozenset[str]:
    """Return the keys of a page or run whose values may be null."""
    contract = load_contract(name, form)
    properties = inline(contract.schema(schema_name), contract.schemas)["properties"]
    return frozenset(key for key, schema in properties.items() if Draft202012Validator(schema).is_valid(None))


def _explain_required(
    pointer: str, error: ValidationError, missing: Iterable[str], nullable: frozenset[str], form: Form
) -> Problem:
    keys = tuple(missing)
    instance: Any = error.instance
    message, values = f"lacks {join_and('{}' for _ in keys)}", [*keys]
    declared: Any = error.schema
    others = instance.keys() - declared.get("properties", {}).keys()
    normalized = {present.replace("_", "").lower(): present for present in sorted(others)}
    rename, seen, read = (
        (to_camel_case, "camelCase", "snake_case") if form == "wire" else (to_wire_name, "snake_case", "camelCase")
    )
    renamed = [rename(key) for key in keys if rename(key) != key and rename(key) in instance]
    if len(renamed) > 1:
        them = "them" if len(renamed) == len(keys) else join_and("{}" for _ in renamed)
        message += f"; has {them} in {seen}, but the document is read as {read}: use one naming"
        values += [] if them == "them" else renamed
    for key in (key for key in keys if len(renamed) < 2 or rename(key) not in renamed):
        similar = find_similar(key.replace("_", "").lower(), normalized, cutoff=0.85)
        if similar is not None:
            message += "; has {}, did you mean {}"
            values += [normalized[similar], key]
    responses = [_RESPONSES_NAMES[key] for key in keys if _RESPONSES_NAMES.get(key) in instance]
    if responses:
        message += f"; has {join_and('{}' for _ in responses)}, as the Responses API calls them: rename them"
        values += responses
    elif len(keys) > 1 and nullable.issuperset(keys) and not _has_null(instance):
        message += f"; no value is null, so the serializer drops nulls ({_DROPS_NULLS}): keep them"
    return Problem(pointer, message, tuple(map(Shown, values)), identity=",".join(keys), rule="schema:required")


def _has_null(instance: dict[str, Any]) -> bool:
    """Return whether a value in an object, or in the runs of a page, is null."""
    runs = instance.get("data")
    objects = [instance, *(runs if isinstance(runs, list) else ())]
    return any(isinstance(value, dict) and None in value.values() for value in objects)


def _explain_keyword(pointer: str, error: ValidationError) -> Problem:
    value: Any = error.instance
    limit: Any = error.validator_value
    message: str
    values: tuple[object, ...]
    fix = None
    match error.validator:
        case "type" if [*error.schema_path][-2:] == ["else", "type"]:  # of schemas/sdk: not a date-time either
            first, *others = _expected_types(error)
            expected = join_or([first, "a date-time with its offset from UTC", *others])
            is_lower_case = isinstance(value, str) and _LOWER_CASE_TIME.fullmatch(value)
            message = f"is {{}}, expected {expected}{'; write T and Z in upper case' if is_lower_case else ''}"
            values = (value,)
        case "type" if isinstance(value, str) and (meant := _read_string(value, error)) is not None:
            message, values = meant
        case "enum":
            message, values = _suggest_word(value, limit)
        case "const":
            message, values = _suggest_word(value, [limit])
            is_other = isinstance(value, dict | list) or value in OTHER_OBJECTS  # of another kind
            fix = Fix(limit) if pointer == "object" and not is_other else None
        case "minLength":
            message, values = "is empty, expected at least {} character", (limit,)
        case "maxItems":
            message, values = "has {} items, the maximum is {}", (len(value), limit)
        case _:
            message, values = describe_error(error)
    return Problem(pointer, message, values, fix=fix, rule=f"schema:{error.validator}")


def _read_string(text: str, error: ValidationError) -> tuple[str, tuple[object, ...]] | None:
    """Return the message about another value in quotes, or about a date in the place of Unix seconds."""
    expected = _expected_types(error)
    for name, pattern in _IN_QUOTES.items():
        if name in expected and pattern.fullmatch(text):
            value = "null" if name == TYPES["null"] else text.lower()
            kind = "a boolean" if name == TYPES["boolean"] else name
            return f"is {kind} in quotes, expected {{}} without them", (Verbatim(value),)
    if "an integer" not in expected:
        return None
    if len(text) > _MAX_DATE or error.absolute_path[-1] not in field_names(RUN.item_schema, "x-timestamp"):
        return None
    for parse in (datetime.datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, IndexError, TypeError):  # of email.utils, which was written for less hostile text
            continue
        has_offset = moment.tzinfo is not None
        seconds = int((moment if has_offset else moment.replace(tzinfo=datetime.UTC)).timestamp())
        return f"is a date, expected Unix seconds: {{}}{'' if has_offset else ' if it is in UTC'}", (seconds,)
    return None


def _suggest_word(value: Any, words: list[str]) -> tuple[str, tuple[object, ...]]:
    expected = join_or("{}" for _ in words)
    shown, known = Shown(value) if isinstance(value, str) else value, tuple(map(Shown, words))
    similar = find_similar(value, words, _CUTOFF) if isinstance(value, str) and len(words) > 1 else None
    if similar is None:
        return f"is {{}}, expected {expected}", (shown, *known)
    return f"is {{}}, did you mean {{}}? Expected {expected}", (shown, Shown(similar), *known)


def describe_error(error: ValidationError) -> tuple[str, tuple[object, ...]]:
    """Return a message about an error of jsonschema, and the values in the message."""
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    expected = _expected_types(error)
    match error.validator:
        case _ if expected:
            return f"is {{}}, expected {join_or(expected)}", (value,)
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
    """Return the types that an error expects, also as alternatives; nothing where it expects something else."""
    if error.validator == "type":
        limit: Any = error.validator_value
        return [TYPES[name] for name in ([limit] if isinstance(limit, str) else limit)]
    branches = error.context or () if error.validator == "anyOf" else ()
    alternatives = [[] if inner.path else _expected_types(inner) for inner in branches]
    return list(dict.fromkeys(name for types in alternatives for name in types)) if all(alternatives) else []
