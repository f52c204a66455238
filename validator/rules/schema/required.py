"""An object lacks keys that are always there.

In this API "does not apply" is written as null, and the key stays; clients in typed languages refuse an object without
it, and others cannot tell "none" from "the server does not know". All missing keys of one object are one finding, at
the object; where a key of nearly the same name is there instead, the finding asks whether that was meant. Runs of the
first generation, which have `file_ids`, need only the keys that existed then, and `temperature`, `top_p` and
`parallel_tool_calls` may always be absent.

Bad:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48}}

Good:

    {"usage": {"prompt_tokens": 312, "completion_tokens": 48, "total_tokens": 360}}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:required",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: required",
    evidence="the 16 keys that all generations share are present in 243 of 243 genuine wire runs",
)
