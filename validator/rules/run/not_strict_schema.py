"""A strict schema leaves the subset of JSON Schema that strict mode takes.

With `strict` true the model is held to the schema to the letter, and the API demands a form that makes this possible:
every object closed with `additionalProperties` false, every property required, at most 5,000 properties in all, and
objects nested at most 10 deep. A looser schema is refused with status 400, so a run that shows one promises what it
cannot have had. An optional value is a required property whose type allows null. Which other keywords are taken has
changed over the years and is not judged. Told is the first place in each schema.

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
from validator.rules.support.tool_schemas import Part, Schema, dialect_of, embedded_schemas, fault, parts, remembering
from validator.rules.support.tools import calls_no_function

MOST_PROPERTIES = 5000
DEEPEST_OBJECT = 10


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
        embedded.located(problem)
        for embedded in embedded_schemas(run)
        if embedded.strict and (problem := _looseness(embedded.schema)) is not None
    ]


@remembering
def _looseness(schema: Schema) -> Problem | None:
    """The first thing, outermost first, that strict mode does not take; nothing where the schema is no JSON Schema."""
    dialect = dialect_of(schema) if fault(schema) is None else None
    if dialect is None:
        return None
    objects = [part for part in parts(schema, dialect.keywords) if _is_object(part)]
    properties = sum(len(part.schema.get("properties", ())) for part in objects)
    if properties > MOST_PROPERTIES:
        return Problem("", "has {} properties in all, the most in a strict schema is {}", (properties, MOST_PROPERTIES))
    return next((problem for part in objects if (problem := _loose(part)) is not None), None)


def _is_object(part: Part) -> bool:
    return isinstance(part.schema, dict) and ("properties" in part.schema or "object" in part.schema.get("type", ()))


def _loose(part: Part) -> Problem | None:
    closed = part.schema.get("additionalProperties")
    if closed is None:
        return Problem(part.pointer, "lacks additionalProperties, expected false in every object of a strict schema")
    if closed is not False:
        return Problem(part.under("additionalProperties"), "is {}, expected false in a strict schema", (closed,))
    required = set(part.schema.get("required", ()))
    for name in part.schema.get("properties", ()):
        if name not in required:
            return Problem(part.under("properties", name), "is optional, expected to be required in a strict schema")
    if sum(map(_is_object, part.surroundings())) > DEEPEST_OBJECT:
        return Problem(part.pointer, "lies within more than {} objects, the most in a strict schema", (DEEPEST_OBJECT,))
    return None
