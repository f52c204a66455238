"""A run that has not ended does not say when it will expire.

`expires_at` is the deadline for tool outputs and the moment at which a thread is free again whatever happens. Every
genuine active run has one, most often 600 seconds after `created_at`, on Azure up to 36,000. Servers that never let
runs expire have none to give, so this is only worth knowing.

Bad:

    {"status": "in_progress", "created_at": 1729418400, "expires_at": null}

Good:

    {"status": "in_progress", "created_at": 1729418400, "expires_at": 1729419000}
"""

from validator.rules.base import ACTIVE, INFO
from validator.rules.support.status import required_in

check = required_in(
    __name__,
    __doc__,
    field="expires_at",
    statuses=ACTIVE,
    expected="the time at which the run expires",
    severity=INFO,
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="run lifecycle: a run expires roughly 10 minutes past its creation",
    evidence="held in 181 of 181 genuine active runs",
)
