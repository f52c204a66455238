"""A time of a run was taken back.

What has happened stays so: `completed_at`, `cancelled_at` and `failed_at` keep their value once they have one,
`started_at` is never null again, and neither it nor `expires_at` turns to an earlier time. Clients compute waits,
timeouts and bills from these times and keep what they saw first. Later is fine: `started_at` is set anew when a run
resumes after tool outputs, and Azure prolongs `expires_at` while it waits for them. `expires_at` is null in the end.

Bad:

    [{"started_at": 1729418402}, {"started_at": 1729418401}]

Good:

    [{"started_at": 1729418401}, {"started_at": 1729418402}]
"""

from validator.rules.base import END_TIMES, ERROR, ZERO_TIMES, Problem, Problems, rule
from validator.rules.support.snapshots import Transition

_END_IS_FINAL = "the end time of a run does not change"
_PAST = "a run that has started can only start again later"
_DUE = "a run can be given more time, but not less"


@rule(
    subject="history",
    severity=ERROR,
    reads=("started_at", "expires_at", *END_TIMES),
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note="RunObject: when the run was started, when it was completed",
    evidence="held in the snapshots of 37 genuine runs, of which 3 started anew and 1 was prolonged",
)
def check(transition: Transition) -> Problems:
    return [
        Problem(field, f"is {{}}, but was {{}} in {{}}; {reason}", (after, before, transition.where))
        for field, before, after in transition.both("started_at", "expires_at", *END_TIMES)
        if before is not None and before not in ZERO_TIMES and (reason := _objection(field, before, after))
    ]


def _objection(field: str, before: float, after: float | None) -> str | None:
    if field in END_TIMES:
        return None if after == before else _END_IS_FINAL
    if field == "started_at":
        return _PAST if after is None or after < before else None
    return _DUE if after is not None and after not in ZERO_TIMES and after < before else None
