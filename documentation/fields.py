"""The fields that the schemas declare: their values, where they are required, and what is inside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from documentation.markdown import code
from validator.contract.loader import Schema, load_contract, to_camel_case, to_wire_name
from validator.core.options import ContractName, Form
from validator.core.phrases import TYPES, join_or

Schemas: TypeAlias = Mapping[str, Schema]


_NO_STRING = "it is not a string"


class Condition(NamedTuple):
    """A condition on the object or the value under which a schema applies."""

    text: str
    otherwise: str
    key: str = ""
    """The key that the condition looks at, if it is one with a value."""
    positive: bool = True

    def negated(self) -> Condition:
        """Return the opposite."""
        return Condition(self.otherwise, self.text, self.key, not self.positive)


class Demand(NamedTuple):
    """A schema with the conditions under which it applies."""

    when: tuple[Condition, ...]
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A key, the elements of an array (`[]`) or the values of a free-form map (`*`), in one contract and form."""

    name: str
    path: str
    demands: tuple[Demand, ...]
    only: tuple[Condition, ...]
    """The conditions under which the key is declared."""
    required: str
    inside: tuple[Field, ...]

    @property
    def description(self) -> str:
        """The description in the first schema that has one."""
        return next((d.schema["description"] for d in self.demands if "description" in d.schema), "")

    @property
    def described(self) -> tuple[str, ...]:
        """The descriptions in all schemas that apply always, each once."""
        descriptions = (d.schema["description"] for d in self.demands if "description" in d.schema and not d.when)
        return tuple(dict.fromkeys(descriptions))

    @property
    def value(self) -> str:
        """The allowed values, in words."""
        return "; ".join(_values(self.demands)) or "anything"

    def all_inside(self) -> Iterator[Field]:
        """Yield the fields inside this one, at any depth."""
        for field in self.inside:
            yield field
            yield from field.all_inside()


@cache
def fields(name: ContractName, form: Form, subject: str) -> Mapping[str, Field]:
    """Return the top fields of a page or a run by their wire names."""
    schemas = load_contract(name, form)
    top = _applied(schemas.schema(subject), schemas.schemas)
    return {field.name: field for field in _inside(tuple(top), schemas.schemas, "")}


def _applied(schema: Schema, schemas: Schemas, when: tuple[Condition, ...] = ()) -> Iterator[Demand]:
    """Yield the schema and every subschema of the same value, with the conditions under which they apply."""
    yield Demand(when, schema)
    if "$ref" in schema:
        yield from _applied(schemas[schema["$ref"]], schemas, when)
    for part in schema.get("allOf", ()):
        yield from _applied(part, schemas, when)
    if "if" in schema:
        yield from _branches(schema, schemas, when)


def _branches(schema: Schema, schemas: Schemas, when: tuple[Condition, ...]) -> Iterator[Demand]:
    if "pattern" in schema["if"]:  # text of this pattern is valid, and `else` applies to anything else
        other = schema["else"]["type"]
        yield Demand(when, {"type": ["date-time", *([other] if isinstance(other, str) else other)]})
        return
    condition = _condition(schema["if"])
    yield from _applied(schema["then"], schemas, (*when, condition))
    if "else" in schema:
        yield from _applied(schema["else"], schemas, (*when, condition.negated()))


def _condition(schema: Schema) -> Condition:
    """Return the condition of an `if`: one of the four kinds that the schemas use."""
    match schema:
        case {"properties": dict(properties)}:
            ((key, value),) = properties.items()
            return Condition(f"`{key}` is `{value['const']}`", f"`{key}` is not `{value['const']}`", key)
        case {"required": ["file_ids" | "fileIds"]}:
            return Condition("the run is of v1", "the run is of v2")
        case {"type": "string"}:
            return Condition("it is a string", _NO_STRING)
    raise AssertionError(f"unknown kind of condition: {schema}")


def _inside(demands: tuple[Demand, ...], schemas: Schemas, path: str) -> Iterator[Field]:
    """Yield the fields that the schemas of a value declare in it."""
    declared: dict[str, list[Demand]] = {}
    demands = tuple(_of_objects(demand) for demand in demands)
    for when, schema in demands:
        for name, value in _parts(schema):
            declared.setdefault(name, []).append(Demand(when, value))
    for name, declarations in declared.items():
        yield _field(name, declarations, demands, schemas, path)


def _of_others(demand: Demand, name: str) -> Demand:
    """Return the demand on a key without a condition on the value of this key."""
    return demand._replace(when=tuple(condition for condition in demand.when if condition.key != name))


def _of_objects(demand: Demand) -> Demand:
    """Return the demand without the condition that the value is not a string: objects are not."""
    return demand._replace(when=tuple(condition for condition in demand.when if condition.text != _NO_STRING))


def _parts(schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield from schema.get("properties", {}).items()
    if "items" in schema:
        yield "[]", schema["items"]
    if "additionalProperties" in schema:
        yield "*", schema["additionalProperties"]


def _field(name: str, declarations: list[Demand], around: Iterable[Demand], schemas: Schemas, path: str) -> Field:
    only = declarations[0].when if len({demand.when for demand in declarations}) == 1 else ()
    demands = tuple(
        _of_others(demand, name)
        for when, schema in declarations
        for demand in _applied(schema, schemas, () if only else when)
        if not any(condition.key == name and condition.positive for condition in demand.when)
    )  # without "`type` is `function` where `type` is `function`"
    wire = to_wire_name(name)
    full_path = path + wire if wire == "[]" or not path else f"{path}.{wire}"
    return Field(
        name=wire,
        path=full_path,
        demands=demands,
        only=only,
        required=_required(
            [() if when == only else when for when, schema in around if name in schema.get("required", ())]
        ),
        inside=tuple(_inside(demands, schemas, full_path)),
    )


def _required(whens: list[tuple[Condition, ...]]) -> str:
    """Return in words where a key is required: always, if the conditions cover all cases."""
    single = {when[0].text for when in whens if len(when) == 1}
    if () in whens or any(when[0].otherwise in single for when in whens):
        return "always"
    return "; ".join(dict.fromkeys(map(in_words, whens))) or "no"


def in_words(when: Iterable[Condition]) -> str:
    """Return conditions in words."""
    return f"where {' and '.join(condition.text for condition in when)}"


def _values(demands: Iterable[Demand]) -> Iterator[str]:
    """Yield the demands: first those without a condition, then those under each."""
    groups: dict[tuple[Condition, ...], list[Schema]] = {(): []}
    for when, schema in demands:
        groups.setdefault(when, []).append(schema)
    always = groups.pop(())
    if general := _bounds(always):
        yield general
    for when, schemas in groups.items():
        if (narrower := _bounds([*always, *schemas])) != general:
            yield f"{in_words(when)}: {narrower}"


def _bounds(schemas: Iterable[Schema]) -> str:
    """Return what schemas that apply together allow: the narrowest of each bound."""
    together = list(schemas)
    types = _common([s["type"] if isinstance(s["type"], list) else [s["type"]] for s in together if "type" in s])
    words = _common([s.get("enum", [s.get("const")]) for s in together if "enum" in s or "const" in s])
    limits = {key: [s[key] for s in together if key in s] for key in _BOUNDS if not words}
    bounds = [_BOUNDS[key][0].format(_BOUNDS[key][1](values)) for key, values in limits.items() if values]
    kinds = [code(word) for word in words] or [_KINDS[name] for name in types]
    return ", ".join([*([join_or(kinds)] if kinds else ()), *bounds])


_BOUNDS: Mapping[str, tuple[str, Callable[[list[int]], int]]] = {
    "minimum": ("at least {}", max),
    "maximum": ("at most {}", min),
    "minLength": ("of length {} or more", max),
    "maxItems": ("of at most {} items", min),
}
_KINDS = {**TYPES, "date-time": "a date-time string of ISO 8601"}


def _common(lists: list[list[Any]]) -> list[Any]:
    """Return the values that all lists have, in the order of the first."""
    first, *others = lists or [[]]
    return [item for item in first if all(item in other for other in others)]


def camel_path(path: str) -> str:
    """Return a path in the key names of the sdk form."""
    return ".".join(to_camel_case(part.removesuffix("[]")) + "[]" * part.endswith("[]") for part in path.split("."))
