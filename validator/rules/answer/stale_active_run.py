"""A run is still active long after it should have expired.

An active run that reaches `expires_at` becomes "expired". A server that leaves it "in_progress" or "queued" makes
clients poll for ever, and as a thread has one active run at a time, it never takes another. The time is that of the
recorded call, and an hour is allowed for clocks that differ; of a document alone nobody knows when it was sent. It is
only mentioned, as servers in tests often answer with runs of old.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA",
      "began": "2024-10-21T10:00:00Z",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "status": "in_progress", "completed_at": null, "usage": null,
       "created_at": 1729418400, "started_at": 1729418401, "expires_at": 1729419000}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs/run_Qm3vT8yLk2WzNf5RbXcJ7HdA",
      "began": "2024-10-20T10:05:00Z",
      "body": {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "status": "in_progress", "completed_at": null, "usage": null,
       "created_at": 1729418400, "started_at": 1729418401, "expires_at": 1729419000}}]
"""

from validator.rules.base import ACTIVE, INFO, Duration, Problem, Problems, Shown, rule
from validator.rules.support.exchanges import Exchange

_TOLERANCE = 3600
"""Seconds by which clocks may differ."""


@rule(
    subject="answer",
    group="request",
    severity=INFO,
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="runs expire at expires_at, about 10 minutes after their creation",
    evidence="a compatible server is reported to leave runs in_progress: MLT-OSS/open-assistant-api, issue 50",
)
def check(exchange: Exchange) -> Problems:
    if exchange.began is None or exchange.response.status is None:  # an event of a stream: the run may still end
        return
    for pointer, run in exchange.runs:
        expires_at = run.get("expires_at")
        if run.get("status") in ACTIVE and expires_at and exchange.began > expires_at + _TOLERANCE:
            late = Duration(int(exchange.began - expires_at))
            message = "is {}, but expires_at was {} before this call; expected expired"
            yield Problem(f"{pointer}/status".lstrip("/"), message, (Shown(run["status"]), late))
