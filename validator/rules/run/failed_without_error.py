"""A failed run does not say why it failed.

`last_error` decides what a client does next: a `rate_limit_exceeded` is worth another try, an `invalid_prompt` is not.
Without it every failure looks alike and the user learns nothing. The code may be any: Azure adds its own, such as
`tool_user_error`.

Bad:

    {"status": "failed", "failed_at": 1729418404, "completed_at": null, "last_error": null}

Good:

    {"status": "failed", "failed_at": 1729418404, "completed_at": null,
     "last_error": {"code": "rate_limit_exceeded", "message": "You exceeded your current quota."}}
"""

from validator.rules.base import WARNING
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="last_error",
    statuses=("failed",),
    expected="the code and text of the error",
    severity=WARNING,
    source="https://github.com/llm-edge/hal-9100/issues/45",
    source_note=(
        "a server whose runs failed without a reason; the deep dive names the field as the place to look for it"
    ),
    evidence="held in 2 of 2 genuine failed runs",
)
