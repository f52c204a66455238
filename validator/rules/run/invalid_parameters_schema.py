"""The schema of a function or of an answer is not a JSON Schema.

`parameters` and `json_schema.schema` are handed to validators and code generators, which stop at a type that does not
exist or a reference that points at nothing. The published metaschema of the dialect decides: 2020-12, 2019-09,
draft-07, draft-06 or draft-04, as `$schema` says, and 2020-12 where it says nothing; unknown dialects are ignored. Also
reported are schemas nested more than 64 levels deep, an `$id` that is not a URI, and `exclusiveMinimum: true`, which
draft-04 allows and providers reject, whatever `$schema` says. Nothing is ever fetched: references to other documents
are not followed, and patterns are not checked, as no two engines agree on them.

Bad:

    {"tools": [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object",
     "properties": {"harbour": {"type": "text"}}}}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object",
     "properties": {"harbour": {"type": "string"}}}}}]}
"""

from validator.rules.base import WARNING, Problems, Run, rule
from validator.rules.support.tool_schemas import find_boolean_limit, find_fault, tool_schemas
from validator.rules.support.tools import calls_no_function


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("tools",),
    reads=("response_format",),
    accepts=calls_no_function,
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note='FunctionParameters: "described as a JSON Schema object"',
    evidence="held in 105 of 105 genuine functions",
)
def check(run: Run) -> Problems:
    return [
        tool_schema.locate(problem)
        for tool_schema in tool_schemas(run)
        if (problem := find_fault(tool_schema.schema) or find_boolean_limit(tool_schema.schema)) is not None
    ]
