"""A value has another JSON type than the contract says.

Typed clients stop with an error at the first such value, untyped ones go on and fail later: a time sent as text is
compared as text, an array in place of an object has no keys. The usual causes are serialisers that write numbers as
strings, PHP, which turns an empty object into `[]`, and null where a value is always there. 1.0 and 17e8 are integers;
true is no number. In the camelCase form a time may also be an ISO 8601 string.

Bad:

    {"created_at": "1729418400", "metadata": []}

Good:

    {"created_at": 1729418400, "metadata": {}}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:type",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: the type of each property; which of them may be null follows genuine responses",
)
