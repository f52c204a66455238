"""The truncation strategy and its number of messages contradict each other.

With type "last_messages" the thread is cut to its newest messages, and `last_messages` says how many; with type "auto"
the server chooses and the number is null. A number that belongs to the other strategy leaves a reader guessing how much
of the thread the model saw. Leaving `last_messages` out is as good as null.

Bad:

    {"truncation_strategy": {"type": "last_messages", "last_messages": null}}

Good:

    {"truncation_strategy": {"type": "last_messages", "last_messages": 12}}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule

_ACCEPTED = {
    "if": {"properties": {"type": {"const": "auto"}}},
    "then": {"properties": {"last_messages": {"type": "null"}}},
    "else": {"properties": {"last_messages": {"type": "integer"}}, "required": ["last_messages"]},
}


@rule(
    subject="run",
    group="settings",
    severity=WARNING,
    requires=("truncation_strategy",),
    accept_schema={"properties": {"truncation_strategy": _ACCEPTED}},
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note=(
        'TruncationObject: "the number of most recent messages from the thread when constructing the context '
        'for the run"'
    ),
    evidence="held in 175 of 175 genuine runs that have one",
)
def check(run: Run) -> Problems:
    strategy = run["truncation_strategy"]
    kind, messages = strategy["type"], strategy.get("last_messages")
    if (kind == "last_messages") == (messages is not None):
        return ()
    if messages is None:
        message = 'is null or absent, but type is "last_messages"; expected the number of messages'
        return [Problem("truncation_strategy/last_messages", message)]
    return [Problem("truncation_strategy/last_messages", 'is {}, but type is "auto"; expected null', (messages,))]
