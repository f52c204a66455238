"""A value is not the one word that the contract has for it.

`object` says what kind of thing an object is: clients that handle several kinds dispatch on it and pass by a run that
calls itself "run", or a page that is no "list". Compatible servers have sent "assistants", "runs" and an empty string.
The `type` of a called function is constant, too: under `submit_tool_outputs` it is "function".

Bad:

    {"object": "run"}

Good:

    {"object": "thread.run"}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:const",
    source="https://platform.openai.com/docs/api-reference/runs/object",
    source_note="object is always thread.run",
    evidence="244 of 244 genuine run objects and 15 of 15 genuine lists have the right one",
    fix=(
        '`object` of a page becomes "list", that of a run "thread.run", where nothing else is wrong with the '
        "shape of the page or run, and the word is not that for another kind of object, such as a message. "
        "Other constants are not touched."
    ),
)
