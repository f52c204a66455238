"""Accept valid runs by one compiled schema: that of the contract, closed, and those of the rules that have one.

A run that is rejected, or that jsonschema-rs is not there to judge, is explained by the checker, which decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from threading import Lock
from typing import TypeAlias

from validator.contract.compiler import Accepts, compile_items
from validator.contract.loader import Schema, Shape, load_contract, rename_keys
from validator.contract.unknown_keys import Undeclared, find_similar_keys, is_in_other_naming
from validator.core.options import ContractName, Form
from validator.core.resource import RUN
from validator.rules.base import Rule

MAX_LEARNED = 64
"""How often the schema is compiled again for unknown keys, and how many keys it learns each time."""
MAX_KEY_LENGTH = 64
MAX_SEEN = 4096
"""Unknown keys that wait for their second appearance."""

_Place: TypeAlias = tuple[str | int, ...]
"""The place of objects in a run: the keys that lead there, with 0 for any index."""


class Acceptor:
    """Accepts runs in one contract and form, at any time from `since` on, in Unix seconds.

    `accepts` takes a list of runs: one call for many takes less time than many calls. Undeclared keys that are never a
    finding are learned at their second appearance: compiling for one does not pay. Safe in threads: `accepts` is
    replaced in one assignment.
    """

    accepts: Accepts

    def __init__(self, rules: Sequence[Rule], name: ContractName, since: float, form: Form) -> None:
        schemas = load_contract(name, form)
        rule_schemas = (rename_keys(schema, form) for schema in _accept_schemas(rules, since))
        self._form = form
        self._schemas = schemas.schemas
        self._fixed = [schemas.schema(RUN.item_schema), *rule_schemas]
        self._shape = schemas.shapes[RUN.item_schema]
        self._learned: dict[_Place, dict[str, list[str]]] = {}
        """The keys by place; each with the declared keys that must be present, for it may be a misspelling of them."""
        self._seen: set[tuple[_Place, str]] = set()
        self._compilations_left = MAX_LEARNED
        self._lock = Lock()
        self.accepts = self._compile()

    def learn(self, undeclared: Iterable[Undeclared]) -> None:
        """Accept those of these keys that are never a finding from now on."""
        if not self._compilations_left:
            return
        with self._lock:
            if new := [*islice(self._find_learnable(undeclared), MAX_LEARNED)]:
                for place, key, beside in new:
                    self._learned.setdefault(place, {})[key] = beside
                self._compilations_left -= 1
                self.accepts = self._compile()

    def _find_learnable(self, undeclared: Iterable[Undeclared]) -> Iterator[tuple[_Place, str, list[str]]]:
        if len(self._seen) > MAX_SEEN:
            self._seen.clear()
        for path, value, shape in undeclared:
            place = tuple(0 if isinstance(part, int) else part for part in path)
            known = self._learned.get(place, {})
            for key in value:
                is_new = key not in shape.properties and key not in known and len(key) <= MAX_KEY_LENGTH
                if not is_new or is_in_other_naming(key, shape, self._form):
                    continue
                if (place, key) in self._seen:
                    yield place, key, find_similar_keys(key, frozenset(shape.properties))
                elif len(self._seen) <= MAX_SEEN:
                    self._seen.add((place, key))

    def _compile(self) -> Accepts:
        together = [*self._fixed, self._close(self._shape, ())]
        return compile_items(together, self._schemas, exact_integers=self._form == "wire")

    def _close(self, shape: Shape, place: _Place) -> Schema:
        """Return a schema that allows only the declared and the learned keys, at any depth."""
        schema: Schema = {}
        if shape.properties:
            learned = self._learned.get(place, {})
            declared = {key: self._close(child, (*place, key)) for key, child in shape.properties.items()}
            schema["properties"] = dict.fromkeys(learned, True) | declared
            schema["additionalProperties"] = shape.others is not None
            if dependent := {key: beside for key, beside in learned.items() if beside}:
                schema["dependentRequired"] = dependent
        if shape.items is not None:
            schema["items"] = self._close(shape.items, (*place, 0))
        return schema


def _accept_schemas(rules: Sequence[Rule], since: float) -> Iterator[Schema]:
    """Return schemas; the rules that have one report nothing of a run that satisfies them, now or later."""
    for rule in rules:
        if rule.accept_schema is not None:
            yield dict(rule.accept_schema(now=since) if callable(rule.accept_schema) else rule.accept_schema)
    yield _conditions_schema([rule for rule in rules if rule.is_condition])


def _conditions_schema(rules: Sequence[Rule]) -> Schema:
    """Return what the rules on fields require in each status; the status that most runs have comes first."""
    statuses = {status for rule in rules for status in rule.statuses or ()}
    schema: Schema = {}
    for status in sorted(statuses, key=lambda status: (status != "completed", status), reverse=True):
        silent = [_silent_schema(rule) for rule in rules if status in (rule.statuses or ())]
        schema = {"if": {"properties": {"status": {"const": status}}}, "then": {"allOf": silent}, "else": schema}
    return schema


def _silent_schema(rule: Rule) -> Schema:
    """Return what keeps a rule from applying in its statuses: that one of its conditions on fields fails."""
    conditions = [(name, True) for name in rule.requires] + [(name, False) for name in rule.requires_null]
    *others, (field, is_set) = conditions
    fails = _field_schema(field, is_set=not is_set)
    if not others:
        return fails
    return {"if": {"allOf": [_field_schema(name, is_set=is_set) for name, is_set in others]}, "then": fails}


def _field_schema(field: str, *, is_set: bool) -> Schema:
    """Return the schema of a field that is present and not null, or of one that is null or absent."""
    if is_set:
        return {"required": [field], "properties": {field: {"not": {"type": "null"}}}}
    return {"properties": {field: {"type": "null"}}}
