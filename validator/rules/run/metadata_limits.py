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

MOST_PAIRS, LONGEST_KEY, LONGEST_VALUE = 16, 64, 512


_LIMITS = {
    "maxProperties": MOST_PAIRS,
    "propertyNames": {"maxLength": LONGEST_KEY},
    "additionalProperties": {"maxLength": LONGEST_VALUE},
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
    problems = [_long_key(key) for key in metadata if len(key) > LONGEST_KEY]
    problems += [_long_value(key, value) for key, value in metadata.items() if len(value) > LONGEST_VALUE]
    if len(metadata) > MOST_PAIRS:
        problems.append(Problem("metadata", "has {} pairs, but at most {} are allowed", (len(metadata), MOST_PAIRS)))
    return problems


def _long_key(key: str) -> Problem:
    message = "has a key of {} characters, but at most {} are allowed"
    return Problem(pointer.join("metadata", key), message, (len(key), LONGEST_KEY), on_key=True, identity="key")


def _long_value(key: str, value: str) -> Problem:
    message = "is {} characters long, but at most {} are allowed"
    return Problem(pointer.join("metadata", key), message, (len(value), LONGEST_VALUE))
