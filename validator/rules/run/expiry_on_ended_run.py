"""A run that has ended still says when it will expire.

What has ended cannot expire: `expires_at` turns null with the run's end, and clients read a set one as "still alive",
schedule a timeout for it or keep the thread locked. Servers compatible with OpenAI's often forget to clear it, which
is why this is a warning. It holds for the status "expired", too.

Bad:

    {"status": "completed", "created_at": 1729418400, "expires_at": 1729419000}

Good:

    {"status": "completed", "created_at": 1729418400, "expires_at": null}
"""

from validator.rules.base import ACTIVE, WARNING
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="expires_at",
    statuses=ACTIVE,
    severity=WARNING,
    when="once a run has ended",
    source="https://github.com/openai/openai-openapi/pull/207",
    source_note="on completion expires_at becomes null",
    evidence="held in 62 of 62 genuine ended runs",
)
