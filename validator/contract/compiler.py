"""First pass: is the page shaped as the schemas say, and are the runs in it?

Fast accept: one verdict for the envelope and one for each run, by jsonschema-rs where it is installed. Only what it
rejects, or cannot judge, is explained by jsonschema, whose verdict and errors are the ones reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from validator.contract.inline import inlined, united
from validator.contract.loader import Schema, Subject, contract
from validator.core.options import ContractName, Form
from validator.core.problem import Problem

try:
    import decimal  # noqa: F401  # jsonschema_rs imports it in a way that no interrupt may come to

    import jsonschema_rs
except ImportError:  # no wheel for this platform: jsonschema judges too
    jsonschema_rs = None  # type: ignore[assignment]

Accepts: TypeAlias = Callable[[Any], bool]


def schema_problems(value: Any, subject: Subject, name: ContractName, form: Form) -> list[Problem]:
    """What is wrong with the shape of a page without its runs, or of a run; pointers are relative to it."""
    if accepts(subject, name, form)(value):
        return []
    from validator.contract.errors import explain  # imports jsonschema: only where something was rejected

    return explain(value, subject, name, form)


@cache
def accepts(subject: Subject, name: ContractName, form: Form) -> Accepts:
    """The quick verdict on a page without its runs, or on a run; False may also mean that nobody could judge."""
    schemas = contract(name, form)
    return engine([schemas.schema_of(subject)], schemas.schemas)


def engine(together: Iterable[Schema], schemas: Mapping[str, Schema]) -> Accepts:
    """The fast engine for what satisfies several schemas together; they may refer to these, by `$id`, and no others."""
    if jsonschema_rs is None:
        return _cannot_judge
    schema = united(inlined(one, schemas) for one in together)
    is_valid = jsonschema_rs.Draft202012Validator(schema, offline=True).is_valid

    def judged(value: Any) -> bool:
        try:
            return is_valid(value)
        except (ValueError, RecursionError):  # lone surrogates, depth: jsonschema decides
            return False

    return judged


def _cannot_judge(_: Any) -> bool:
    return False
