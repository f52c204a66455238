"""A field holds a placeholder: the document is a generated sample, not data.

Generators of SDKs and documentation fill a schema with stand-ins: "<id>" and "<value>" (Speakeasy), "<string>"
(Postman), "string" (Swagger UI), "text" (GitBook). Such a document follows the schema and nothing else: its numbers and
statuses are random, so most of what the other rules say of it says nothing about the server. Reported once a
document, for ids, model and instructions, and shown before all that follows from it: as a warning beside warnings and
errors. What a placeholder breaks elsewhere, such as the name of a function, its own rule reports.

Bad:

    {"id": "<id>", "instructions": "<value>"}

Good:

    {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "instructions": "Write every <value> in metric units."}
"""

from validator.rules.base import INFO, Problem, Problems, Run, Shown, rule
from validator.rules.objects import PLACEHOLDERS

_IDENTIFIERS = ("id", "thread_id", "assistant_id", "model")


@rule(
    subject="run",
    group="identity",
    severity=INFO,
    requires=_IDENTIFIERS,
    reads=("instructions",),
    accept_schema={
        "properties": {field: {"not": {"enum": sorted(PLACEHOLDERS)}} for field in (*_IDENTIFIERS, "instructions")}
    },
    once_per_document=True,
    source="https://github.com/argotdev/speakeasy-sdk/blob/main/docs/models/components/listrunsresponse.md",
    source_note="a generated page of runs",
    evidence="0 hits in 147 genuine runs",
)
def check(run: Run) -> Problems:
    instructions = run.get("instructions")
    if PLACEHOLDERS.isdisjoint((run["id"], run["thread_id"], run["assistant_id"], run["model"], instructions)):
        return ()
    field = next(field for field in (*_IDENTIFIERS, "instructions") if run[field] in PLACEHOLDERS)
    message = "is the placeholder {}; the document is a generated sample, not data"
    return [Problem(field, message, (Shown(run[field]),), explains_document=True)]
