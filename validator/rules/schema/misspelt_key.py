"""A key is unknown, but nearly that of an optional key which is absent.

Undeclared keys are allowed, since servers add their own and the API has gained some every year. So a slip in an
optional key goes unnoticed: the object is valid, and the client acts as if the setting were not there. Only keys close
to a declared optional key that is absent from the same object are reported; where the key that was meant is required,
`schema:required` says so. Keys inside `metadata`, `parameters` and `schema` are free and not checked.

Bad:

    {"tools": [{"type": "function", "function": {"name": "opening_hours", "desciption": "Hours of a branch"}}]}

Good:

    {"tools": [{"type": "function", "function": {"name": "opening_hours", "description": "Hours of a branch"}}]}
"""

from validator.rules.base import WARNING, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/runs/object",
    source_note="the names of the keys",
    evidence="0 of 244 genuine run objects have such a key",
)
