"""A value is not one of the words that the contract knows.

Clients branch on these words: a status that they do not know is polled for ever, or breaks the parsing of the whole
page in languages with closed enums. Spelling is the usual cause ("canceled" has one l less than the API's
"cancelled"), then another API's vocabulary ("running", "done"). Only vocabularies that genuine servers keep are
closed: error codes, reasons of incompleteness and rankers may be any word, and tool types have a rule of their own.

Bad:

    {"status": "done"}

Good:

    {"status": "completed"}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:enum",
    source="https://platform.openai.com/docs/api-reference/runs/object",
    source_note="status is one of nine words",
    evidence="244 of 244 genuine run objects keep to them",
)
