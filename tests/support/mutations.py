"""Faults of shape, drawn from every keyword of every schema, laid into sound documents."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from validator.contract.loader import Contract, Schema

OF_EACH_TYPE: dict[str, Any] = {
    "string": "zebra",
    "integer": 7,
    "number": 7.5,
    "boolean": True,
    "object": {"zebra": 7},
    "array": [7],
    "null": None,
}
UNKNOWN: tuple[Any, ...] = ("zebra", "", 7, [], {})
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One fault: `change` of the value at `path` of a page (`delete` or the new value)."""

    path: Path
    keyword: str
    value: Any = None
    delete: bool = False

    def applied(self, page: Any) -> Any:
        """A copy of the page with the fault in it."""
        if not self.path:
            return self.value
        page = parent = copy.copy(page)  # the rest of the page is shared: nobody changes a document
        for part in self.path[:-1]:
            parent[part] = copy.copy(parent[part])
            parent = parent[part]
        if isinstance(parent, dict) and self.path[-1] not in parent:
            raise KeyError(self.path)
        if self.delete:
            del parent[self.path[-1]]
        else:
            parent[self.path[-1]] = self.value
        return page


def mutations(page: dict[str, Any], contract: Contract) -> list[Mutation]:
    """Every fault of shape that the schemas of the contract forbid, one at a time, in this page."""
    envelope = contract.schema("list_runs_response")
    found = list(_at(page, envelope, contract, ()))
    run = contract.schema("run")
    for index, value in enumerate(page["data"]):
        found += _at(value, run, contract, ("data", index))
    return list({(m.path, m.keyword, repr(m.value), m.delete): m for m in found}.values())


def _at(value: Any, schema: Schema, contract: Contract, path: Path) -> Iterator[Mutation]:
    if "$ref" in schema:
        yield from _at(value, contract.schemas[schema["$ref"]], contract, path)
    for branch in schema.get("allOf", ()):
        yield from _at(value, branch, contract, path)
    if "if" in schema:
        yield from _at_branch(value, schema, contract, path)
    yield from _of_keywords(value, schema, path)
    if isinstance(value, dict):
        for key, child in schema.get("properties", {}).items():
            if key in value:
                yield from _at(value[key], child, contract, (*path, key))
        if isinstance(schema.get("additionalProperties"), dict):
            for key in value:
                yield from _at(value[key], schema["additionalProperties"], contract, (*path, key))
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            yield from _at(item, schema["items"], contract, (*path, index))


def _at_branch(value: Any, schema: Schema, contract: Contract, path: Path) -> Iterator[Mutation]:
    """The faults in the branch that the value is led to, but those that would lead it to the other."""
    asked = {(*path, key) for key in schema["if"].get("properties", ())}
    branch = schema.get("then" if Draft202012Validator(schema["if"]).is_valid(value) else "else")
    if branch is not None:
        yield from (found for found in _at(value, branch, contract, path) if found.path not in asked)


def _of_keywords(value: Any, schema: Schema, path: Path) -> Iterator[Mutation]:
    for keyword in schema:
        if keyword == "type":
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            for name, other in OF_EACH_TYPE.items():
                if name not in names and not (name == "integer" and "number" in names):
                    yield Mutation(path, "type", other)
        elif keyword in ("enum", "const"):
            yield from (Mutation(path, keyword, wrong) for wrong in UNKNOWN)
        elif keyword == "minimum":
            yield from (Mutation(path, keyword, schema[keyword] - step) for step in (1, 0.5, 10**30))
        elif keyword == "maximum":
            yield from (Mutation(path, keyword, schema[keyword] + step) for step in (1, 0.5, 10**30))
        elif keyword == "minLength":
            yield Mutation(path, keyword, "")
        elif keyword == "maxItems":
            yield Mutation(path, keyword, [{"type": "code_interpreter"}] * (schema[keyword] + 1))
        elif keyword == "required" and isinstance(value, dict):
            yield from (Mutation((*path, key), keyword, delete=True) for key in schema[keyword] if key in value)


def several(page: Any, pool: list[Mutation], rng: random.Random) -> Any:
    """A page with one to four of the faults; a fault whose place an earlier one took away is left out."""
    for mutation in rng.sample(pool, min(len(pool), rng.randint(1, 4))):
        try:
            page = mutation.applied(page)
        except (KeyError, IndexError, TypeError):
            continue
    return page
