"""A strict schema uses more of JSON Schema than strict mode allows.

With `strict` true the model follows the schema to the letter, and the API demands a form that makes this possible:
every object closed with `additionalProperties` false, every property required, at most 5,000 properties in all, and
objects nested at most 10 deep. A looser schema is refused with status 400, so a run that shows one promises what it
cannot have had. An optional value is a required property whose type allows null. Which other keywords are allowed has
changed over the years and is not checked. The first place in each schema is reported.

Bad:

    {"tools": [{"type": "function", "function": {"name": "tide", "strict": true, "parameters": {"type": "object",
     "properties": {"harbour": {"type": "string"}, "days": {"type": ["integer", "null"]}},
     "required": ["harbour"], "additionalProperties": false}}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "tide", "strict": true, "parameters": {"type": "object",
     "properties": {"harbour": {"type": "string"}, "days": {"type": ["integer", "null"]}},
     "required": ["harbour", "days"], "additionalProperties": false}}}]}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule
from validator.rules.support.dialects import Schema, Subschema, dialect_of, subschemas
from validator.rules.support.tool_schemas import cache_by_value, find_fault, tool_schemas
from validator.rules.support.tools import calls_no_function

MAX_PROPERTIES = 5000
MAX_OBJECT_DEPTH = 10


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("tools",),
    reads=("response_format",),
    accepts=calls_no_function,
    source="https://platform.openai.com/docs/guides/structured-outputs",
    source_note="supported schemas",
    evidence="held in 7 of 7 genuine strict functions",
)
def check(run: Run) -> Problems:
    return [
        tool_schema.locate(problem)
        for tool_schema in tool_schemas(run)
        if tool_schema.strict and (problem := _find_looseness(tool_schema.schema)) is not None
    ]


@cache_by_value
def _find_looseness(schema: Schema) -> Problem | None:
    """Return the first thing, outermost first, that strict mode refuses; nothing for an invalid JSON Schema."""
    dialect = dialect_of(schema) if find_fault(schema) is None else None
    if dialect is None:
        return None
    objects = [part for part in subschemas(schema, dialect) if _is_object(part.schema)]
    properties = sum(len(part.schema.get("properties", ())) for part in objects)
    if properties > MAX_PROPERTIES:
        return Problem("", "has {} properties in all, the most in a strict schema is {}", (properties, MAX_PROPERTIES))
    return next((problem for part in objects if (problem := _check_object(part)) is not None), None)


def _is_object(schema: Schema) -> bool:
    return "properties" in schema or "object" in schema.get("type", ())


def _check_object(part: Subschema) -> Problem | None:
    closed = part.schema.get("additionalProperties")
    if closed is None:
        return Problem(part.pointer(), "lacks additionalProperties, expected false in every object of a strict schema")
    if closed is not False:
        return Problem(part.pointer("additionalProperties"), "is {}, expected false in a strict schema", (closed,))
    required = set(part.schema.get("required", ()))
    for name in part.schema.get("properties", ()):
        if name not in required:
            return Problem(part.pointer("properties", name), "is optional, expected to be required in a strict schema")
    if sum(map(_is_object, part.ancestors)) > MAX_OBJECT_DEPTH:
        return Problem(
            part.pointer(), "lies within more than {} objects, the most in a strict schema", (MAX_OBJECT_DEPTH,)
        )
    return None
