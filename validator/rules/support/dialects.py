"""The dialects of JSON Schema: which schemas a dialect allows, and where in a schema other schemas are.

The published metaschemas give the verdict, by the dialect that we choose. Nothing is fetched: jsonschema-rs has them
built in, and jsonschema takes them from jsonschema-specifications.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from validator.contract.compiler import Accepts, compile_validator
from validator.core.phrases import TYPES, Shown
from validator.core.pointer import Path, join

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Schema: TypeAlias = dict[str, Any]

_BY_KEY = frozenset(("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"))
"""Keywords whose value is an object of schemas."""
_DRAFT_04 = frozenset(
    (
        *("definitions", "dependencies", "patternProperties", "properties"),
        *("additionalItems", "additionalProperties", "allOf", "anyOf", "items", "not", "oneOf"),
    )
)
_DRAFT_06 = _DRAFT_04 | {"contains", "propertyNames"}
_DRAFT_07 = _DRAFT_06 | {"if", "then", "else"}
_DRAFT_2019_09 = _DRAFT_07 | {
    *("$defs", "contentSchema", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties")
}
_DRAFT_2020_12 = (_DRAFT_2019_09 - {"additionalItems"}) | {"prefixItems"}


class Dialect(NamedTuple):
    """A dialect by the URI of its metaschema and the class that jsonschema and jsonschema-rs have for it.

    `keywords` are those that hold schemas. `referencing` knows them too, but it takes more than half as long to import
    as this package.
    """

    uri: str
    validator: str
    keywords: frozenset[str]
    references: tuple[str, ...] = ("$ref",)

    def compile(self, schema: Schema) -> Accepts:
        """Compile a schema without references to documents."""
        return compile_validator(schema, self.validator, validate_formats=False)


class Subschema(NamedTuple):
    """A schema in a schema, or that schema itself: where it is, and the schemas around it, the outermost first."""

    schema: Schema
    path: Path = ()
    ancestors: tuple[Schema, ...] = ()

    def pointer(self, *path: str | int) -> str:
        """Return the pointer of a value in the subschema, relative to the whole schema."""
        return join(*self.path, *path)

    def children(self, dialect: Dialect) -> Iterator[Subschema]:
        """Yield the schemas directly in this one, but for booleans. Values of unknown keywords are not schemas."""
        ancestors = (*self.ancestors, self.schema)
        for keyword, value in self.schema.items():
            if keyword in dialect.keywords:
                for step, schema in _schemas(keyword, value):
                    if isinstance(schema, dict):
                        yield Subschema(schema, (*self.path, keyword, *step), ancestors)


def _schemas(keyword: str, value: Any) -> Iterable[tuple[Path, Any]]:
    if keyword in _BY_KEY:
        return (((key,), schema) for key, schema in value.items())
    if isinstance(value, list):
        return (((index,), schema) for index, schema in enumerate(value))
    return (((), value),)


def map_schemas(keyword: str, value: Any, function: Callable[[Any], Any]) -> Any:
    """Return the value of a keyword with the function applied to each schema in it, and to what is beside them."""
    if keyword in _BY_KEY:
        return {key: function(schema) for key, schema in value.items()}
    return [function(schema) for schema in value] if isinstance(value, list) else function(value)


_DEFAULT = Dialect(
    "https://json-schema.org/draft/2020-12/schema",
    "Draft202012Validator",
    _DRAFT_2020_12,
    ("$ref", "$dynamicRef", "$recursiveRef"),
)
DRAFT_04 = Dialect("http://json-schema.org/draft-04/schema", "Draft4Validator", _DRAFT_04)
DIALECTS = (
    _DEFAULT,
    Dialect(
        "https://json-schema.org/draft/2019-09/schema",
        "Draft201909Validator",
        _DRAFT_2019_09,
        ("$ref", "$recursiveRef"),
    ),
    Dialect("http://json-schema.org/draft-07/schema", "Draft7Validator", _DRAFT_07),
    Dialect("http://json-schema.org/draft-06/schema", "Draft6Validator", _DRAFT_06),
    DRAFT_04,
)


def _address(uri: str) -> str:
    """Return what two spellings of a dialect have in common: with http or https, with an empty fragment or none."""
    return uri.removeprefix("http://").removeprefix("https://").removesuffix("#")


_BY_ADDRESS = {_address(dialect.uri): dialect for dialect in DIALECTS}


def dialect_of(schema: Schema) -> Dialect | None:
    """Return the dialect that `$schema` names, 2020-12 where there is none, and None for an unknown one."""
    return _BY_ADDRESS.get(_address(schema["$schema"])) if "$schema" in schema else _DEFAULT


def subschemas(schema: Schema, dialect: Dialect) -> Iterator[Subschema]:
    """Yield a valid schema and the schemas in it, level by level, but for booleans."""
    level = [Subschema(schema)]
    while level:
        yield from level
        level = [child for subschema in level for child in subschema.children(dialect)]


def metaschema_error(schema: Schema, dialect: Dialect) -> tuple[str, str, tuple[object, ...]] | None:
    """Return the first violation of the metaschema, outermost first: pointer, message and the values in it."""
    accepts = _compile_metaschema(dialect)
    level = [Subschema(schema)]
    while level:
        level = [subschema for subschema in level if not accepts(subschema.schema)]
        for subschema in level:  # jsonschema decides, where the engines differ
            for keyword, value in subschema.schema.items():
                validator = _keyword_validators(dialect).get(keyword)
                error = None if validator is None else next(validator.iter_errors(value), None)
                if error is not None:
                    path, message, values = _describe(keyword, error)
                    return subschema.pointer(keyword, *path), message, values
        level = [child for subschema in level for child in subschema.children(dialect)]
    return None


def _describe(keyword: str, error: ValidationError) -> tuple[Path, str, tuple[object, ...]]:
    from jsonschema.exceptions import best_match  # only for what jsonschema-rs did not accept

    from validator.contract.errors import describe_error

    if keyword == "type":  # one or an array of them: the error of one alternative is no help with the other
        value = error.instance
        message = f"is {{}}, expected one of {', '.join(TYPES)} or an array of these, each once"
        return (), message, (Shown(value) if isinstance(value, str) else value,)
    best = best_match([error])
    return (*best.absolute_path,), *describe_error(best)


@cache
def _compile_metaschema(dialect: Dialect) -> Accepts:
    return dialect.compile({"$ref": dialect.uri})


@cache
def _keyword_validators(dialect: Dialect) -> Mapping[str, Any]:
    """Return a validator for the value of each keyword, made from the metaschema; schemas in it count as valid.

    So schemas are checked one by one, and the depth of a schema from a stranger is no depth of recursion.
    """
    import jsonschema
    from jsonschema.validators import extend
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it carries no types

    make: Any = extend
    engine = make(getattr(jsonschema, dialect.validator), {"uniqueItems": _unique_names})
    metaschema = REGISTRY.contents(dialect.uri)
    validators = {}
    for part in ({"$ref": dialect.uri}, *metaschema.get("allOf", ())):
        resolved = REGISTRY.resolver(base_uri=dialect.uri).lookup(part["$ref"])
        for keyword, rule in resolved.contents["properties"].items():
            validators[keyword] = engine(_inline(rule, resolved.resolver, {"type": metaschema["type"]}))
    return {**validators, "enum": engine({"type": "array"})}  # draft-04 asked for more; jsonschema-rs does not


def _inline(rule: Any, resolver: Any, any_schema: Schema) -> Any:
    if isinstance(rule, list):
        return [_inline(item, resolver, any_schema) for item in rule]
    if not isinstance(rule, dict):
        return rule
    if rule.get("$ref") == "#" or "$dynamicRef" in rule or "$recursiveRef" in rule:
        return any_schema
    inlined = {key: _inline(value, resolver, any_schema) for key, value in rule.items() if key != "$ref"}
    if "$ref" in rule:
        target = resolver.lookup(rule["$ref"])
        inlined = {**_inline(target.contents, target.resolver, any_schema), **inlined}
    return inlined


def _unique_names(_: Any, __: Any, value: Any, ___: Any) -> Iterator[ValidationError]:
    """Check `uniqueItems` in linear time: arrays of metaschemas hold strings, and other items are other errors."""
    from jsonschema.exceptions import ValidationError

    names = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    if len(names) != len({*names}):
        yield ValidationError("is not unique")
