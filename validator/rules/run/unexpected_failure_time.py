"""A run has a failure time although it did not fail.

Dashboards count failures by `failed_at`, retry logic looks at it before it looks at the status. On a run with any
other status, a failure is reported that did not happen, or one that did happen is hidden by a status that was never
updated. This holds while a run is being tried again, too: a run fails once, at its end.

Bad:

    {"status": "completed", "failed_at": 1729418406}

Good:

    {"status": "completed", "failed_at": null}
"""

from validator.rules.base import ACTIVE, ERROR, TERMINAL, Problem, Problems, Run, Shown, rule


@rule(
    subject="run",
    group="status",
    severity=ERROR,
    statuses=(ACTIVE | TERMINAL) - {"failed"},
    requires=("failed_at",),
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="run lifecycle: failed_at belongs to the status failed",
    evidence="held in 2 of 2 genuine runs with a failure time",
)
def check(run: Run) -> Problems:
    return [
        Problem(
            "failed_at",
            'is {}, but status is {}; it is null unless status is "failed"',
            (run["failed_at"], Shown(run["status"])),
        )
    ]
