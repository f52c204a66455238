"""The quick verdicts, by jsonschema-rs: shaped as the schemas say with no undeclared key, and nothing for simple rules.

Where it says no, or is not installed, the passes look themselves and decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from validator.contract import Schema, Shape, Subject, contract, in_form
from validator.rule import Rule
from validator.schema_pass import Accepts, engine
from validator.settings import ContractName, Form


@cache
def well_shaped(subject: Subject, name: ContractName, form: Form) -> Accepts:
    """Whether neither the schemas nor the keys of a page without its runs, or of a run, can give a problem."""
    schemas = contract(name, form)
    return engine([schemas.schema_of(subject), _closed(schemas.shape_of(subject))], schemas.schemas)


def unremarkable(rules: Iterable[Rule], name: ContractName, now: float, form: Form) -> Accepts:
    """Whether a run is well shaped and certainly sound, now or later, for all the rules with `unless`."""
    unless = [
        rule.unless(now=now) if callable(rule.unless) else rule.unless for rule in rules if rule.unless is not None
    ]
    schemas = contract(name, form)
    return engine(
        [schemas.schema_of("run"), _closed(schemas.shape_of("run")), *(in_form(schema, form) for schema in unless)],
        schemas.schemas,
    )


def _closed(shape: Shape) -> Schema:
    """A schema that allows no key but the declared ones, at any depth."""
    schema: Schema = {}
    if shape.properties:
        schema["properties"] = {key: _closed(child) for key, child in shape.properties.items()}
        schema["additionalProperties"] = shape.others is not None
    if shape.items is not None:
        schema["items"] = _closed(shape.items)
    return schema
