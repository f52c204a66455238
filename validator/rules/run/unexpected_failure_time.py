"""A run has a failure time although it did not fail.

Dashboards count failures by `failed_at`, retry logic looks at it before it looks at the status. On a run with any
other status, a failure is reported that did not happen, or one that did happen is hidden by a status that was never
updated. This holds while a run is being tried again, too: a run fails once, at its end.

Bad:

    {"status": "completed", "failed_at": 1729418406}

Good:

    {"status": "completed", "failed_at": null}
"""

from validator.rules.base import ERROR
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="failed_at",
    statuses=("failed",),
    severity=ERROR,
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="run lifecycle: failed_at belongs to the status failed",
    evidence="held in 2 of 2 genuine runs with a failure time",
)
