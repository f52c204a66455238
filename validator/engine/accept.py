"""The quick verdict on a run, by jsonschema-rs: one compiled schema that says all that a schema can say.

The run is shaped as the contract says, has no unknown key, and satisfies the accept schema of every rule in effect that
has one. Where it says no, or is not installed, the passes look themselves and decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from threading import Lock
from typing import TypeAlias

from validator.contract.compiler import Accepts, compile_schemas
from validator.contract.loader import Schema, Shape, load_contract, rename_keys
from validator.contract.unknown_keys import Undeclared, find_similar_keys, is_in_other_naming
from validator.core.options import ContractName, Form
from validator.core.resource import RUN
from validator.rules.base import Rule

MAX_LEARNED = 64
"""How often the schema is compiled again for unknown keys, and how many of them it learns each time."""
MAX_KEY_LENGTH = 64
MAX_SEEN = 4096
"""Unknown keys that are remembered until they appear again."""

_Place: TypeAlias = tuple[str | int, ...]
"""Where objects stand in a run: the keys that lead there, with 0 for any index."""


class Acceptance:
    """The verdict on runs in one contract and form, from the time `now` on, in Unix seconds.

    It learns the harmless keys that servers add, at their second appearance: what appears once does not pay. Safe in
    threads: `accepts` is replaced as a whole.
    """

    accepts: Accepts

    def __init__(self, rules: Sequence[Rule], name: ContractName, now: float, form: Form) -> None:
        schemas = load_contract(name, form)
        of_rules = (rename_keys(schema, form) for schema in _accept_schemas(rules, now))
        self._form = form
        self._schemas = schemas.schemas
        self._fixed = [schemas.schema(RUN.item_schema), *of_rules]
        self._shape = schemas.shapes[RUN.item_schema]
        self._learned: dict[_Place, dict[str, list[str]]] = {}
        """The keys by place, with the declared keys that must stand beside each: without them it may be misspelt."""
        self._seen: set[tuple[_Place, str]] = set()
        self._left = MAX_LEARNED
        self._lock = Lock()
        self.accepts = self._compiled()

    def learn(self, undeclared: Iterable[Undeclared]) -> None:
        """From now on, accept those of these keys that are never a finding."""
        if not self._left:
            return
        with self._lock:
            if new := [*islice(self._harmless(undeclared), MAX_LEARNED)]:
                for place, key, beside in new:
                    self._learned.setdefault(place, {})[key] = beside
                self._left -= 1
                self.accepts = self._compiled()

    def _harmless(self, undeclared: Iterable[Undeclared]) -> Iterator[tuple[_Place, str, list[str]]]:
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

    def _compiled(self) -> Accepts:
        return compile_schemas([*self._fixed, self._closed(self._shape, ())], self._schemas)

    def _closed(self, shape: Shape, place: _Place) -> Schema:
        """A schema that allows no key but the declared and the learned ones, at any depth."""
        schema: Schema = {}
        if shape.properties:
            learned = self._learned.get(place, {})
            declared = {key: self._closed(child, (*place, key)) for key, child in shape.properties.items()}
            schema["properties"] = dict.fromkeys(learned, True) | declared
            schema["additionalProperties"] = shape.others is not None
            if dependent := {key: beside for key, beside in learned.items() if beside}:
                schema["dependentRequired"] = dependent
        if shape.items is not None:
            schema["items"] = self._closed(shape.items, (*place, 0))
        return schema


def _accept_schemas(rules: Sequence[Rule], now: float) -> Iterator[Schema]:
    """What the rules say in schemas: where a run satisfies them, these rules report nothing, now or later."""
    for rule in rules:
        if rule.accept_schema is not None:
            yield dict(rule.accept_schema(now=now) if callable(rule.accept_schema) else rule.accept_schema)
    yield _of_conditions([rule for rule in rules if rule.is_condition])


def _of_conditions(rules: list[Rule]) -> Schema:
    """What the rules on fields ask in each status; the status that most runs have comes first."""
    statuses = {status for rule in rules for status in rule.on or ()}
    chain: Schema = {}
    for status in sorted(statuses, key=lambda status: (status != "completed", status), reverse=True):
        speaking = [_avoided(rule) for rule in rules if status in (rule.on or ())]
        chain = {"if": {"properties": {"status": {"const": status}}}, "then": {"allOf": speaking}, "else": chain}
    return chain


def _avoided(rule: Rule) -> Schema:
    """What keeps a rule from applying in its statuses: that one of its conditions on fields fails."""
    conditions = [(name, True) for name in rule.given] + [(name, False) for name in rule.null]
    *others, (field, is_given) = conditions
    avoided = _condition(field, is_given=not is_given)
    if not others:
        return avoided
    return {"if": {"allOf": [_condition(name, is_given=is_given) for name, is_given in others]}, "then": avoided}


def _condition(field: str, *, is_given: bool) -> Schema:
    """A field is present and not null, or else it is null or absent."""
    if is_given:
        return {"required": [field], "properties": {field: {"not": {"type": "null"}}}}
    return {"properties": {field: {"type": "null"}}}
