"""One object has keys of the contract both in snake_case and in camelCase.

The HTTP API sends snake_case, TypeScript clients hand out camelCase, and no client reads both: a half-converted object
loses the keys in the other naming without an error. It happens in fixtures that were converted by hand, and in code
that adds its own camelCase keys to a response. The naming of most keys counts as the document's own; the finding is at
the first key that differs. Keys inside `metadata`, `parameters` and `schema` are free and not checked.

Bad:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false, "hasMore": false}

Good:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}
"""

from validator.rules.base import WARNING, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=WARNING,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="the keys of a response",
    evidence="0 of 244 genuine run objects mix the two",
)
