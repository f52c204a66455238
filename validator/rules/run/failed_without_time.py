"""A failed run does not say when it failed.

`failed_at` is what an operator lines up with the logs and outages of that minute, and what a client waits from before
it tries again. A failed run without it leaves only `created_at`, which can be many minutes earlier. A run may fail
before it ever started, and in the second in which it was created.

Bad:

    {"status": "failed", "failed_at": null, "completed_at": null,
     "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}

Good:

    {"status": "failed", "failed_at": 1729418404, "completed_at": null,
     "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}
"""

from validator.rules.base import ERROR
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="failed_at",
    statuses=("failed",),
    expected="the time of failure",
    severity=ERROR,
    source="https://github.com/llm-edge/hal-9100/issues/46",
    source_note=("a server that left failed_at out; the deep dive documents that the failure's time is recorded there"),
    evidence="held in 2 of 2 genuine failed runs",
)
