"""The metadata of a run is larger than the service accepts.

The documentation allows 16 pairs, with keys of up to 64 and values of up to 512 characters, and the service refuses
requests that go beyond. A run with more comes from another server: sending its metadata back to the service fails, and
clients that store it in columns of these sizes cut it off or fail. The limits themselves are allowed, and so are
empty keys and values.

Bad:

    {"metadata": {"ticket": "4711",
     "customer_reference_as_printed_on_the_paper_invoice_of_the_wholesaler": "B-2024-77"}}

Good:

    {"metadata": {"ticket": "4711", "customer_reference": "B-2024-77"}}
"""

from validator.core import pointer
from validator.rules.base import WARNING, Problem, Problems, Run, rule

MAX_PAIRS, MAX_KEY_LENGTH, MAX_VALUE_LENGTH = 16, 64, 512


_LIMITS = {
    "maxProperties": MAX_PAIRS,
    "propertyNames": {"maxLength": MAX_KEY_LENGTH},
    "additionalProperties": {"maxLength": MAX_VALUE_LENGTH},
}


@rule(
    subject="run",
    group="settings",
    severity=WARNING,
    requires=("metadata",),
    accept_schema={"properties": {"metadata": _LIMITS}},
    source="https://platform.openai.com/docs/api-reference/runs/object",
    source_note="metadata",
    evidence="held in 243 of 243 genuine runs",
)
def check(run: Run) -> Problems:
    metadata = run["metadata"]
    if not metadata:
        return ()
    problems = [_long_key(key) for key in metadata if len(key) > MAX_KEY_LENGTH]
    problems += [_long_value(key, value) for key, value in metadata.items() if len(value) > MAX_VALUE_LENGTH]
    if len(metadata) > MAX_PAIRS:
        problems.append(Problem("metadata", "has {} pairs, but at most {} are allowed", (len(metadata), MAX_PAIRS)))
    return problems


def _long_key(key: str) -> Problem:
    message = "has a key of {} characters, but at most {} are allowed"
    return Problem(pointer.join("metadata", key), message, (len(key), MAX_KEY_LENGTH), on_key=True, identity="key")


def _long_value(key: str, value: str) -> Problem:
    message = "is {} characters long, but at most {} are allowed"
    return Problem(pointer.join("metadata", key), message, (len(value), MAX_VALUE_LENGTH))
