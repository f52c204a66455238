"""A number is smaller than the contract allows.

The limits of a run (`max_prompt_tokens`, `max_completion_tokens`, `last_messages`, `max_num_results`) are at least 1
where they are set: "no limit" is null, and a client that takes 0 for a limit has no budget left and stops at once. The
published contract says 256 for the token limits, but genuine runs have 16 and 200. Counts of tokens and times are not
bounded here: they have rules of their own.

Bad:

    {"max_completion_tokens": 0}

Good:

    {"max_completion_tokens": null}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:minimum",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: minimum 256",
    evidence="31 of 200 genuine limits lie under 256, none under 1",
)
