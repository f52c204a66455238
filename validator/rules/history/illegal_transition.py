"""The status of a run went where it cannot go.

A run that is "completed", "failed", "cancelled", "incomplete" or "expired" has ended and stays so, and one that is
"cancelling" will end. A client stops polling at such a status, frees the thread and bills the tokens; if the run goes
on, it works for nobody. Polling skips states, so every status that can be reached is fine, and a run that was
"in_progress" may be "queued" again: it is after tool outputs were submitted. One step out of an end is genuine: OpenAI
in 2023 later called runs "expired" that had been "completed". Of a run that came back to life nothing else is compared.

Bad:

    [{"status": "completed"},
     {"status": "in_progress", "completed_at": null, "usage": null, "expires_at": 1729419000}]

Good:

    [{"status": "in_progress", "completed_at": null, "usage": null, "expires_at": 1729419000},
     {"status": "completed"}]
"""

from validator.rules.base import ACTIVE, ERROR, TERMINAL, Problem, Problems, Shown, rule
from validator.rules.support.snapshots import REMEMBERED, Transition

_BEFORE_THE_END = ACTIVE - {"cancelling"}


@rule(
    subject="history",
    severity=ERROR,
    reads=("status",),
    source="https://platform.openai.com/docs/assistants/deep-dive",
    source_note="the lifecycle of a run",
    evidence="held in the snapshots of 37 genuine runs",
)
def check(transition: Transition) -> Problems:
    for _, before, after in transition.both("status"):
        if not _is_reachable(before, after):
            words = Shown(after), Shown(before), transition.where
            return [Problem("status", _message(before), words, invalidates=REMEMBERED, explains=("status",))]
    return ()


def _is_reachable(before: str, after: str) -> bool:
    if before in TERMINAL:
        return after == before or (before, after) == ("completed", "expired")
    return before != "cancelling" or after not in _BEFORE_THE_END


def _message(before: str) -> str:
    return f"is {{}}, but was {{}} in {{}}: a run {'that has ended' if before in TERMINAL else 'in that status'} " + (
        "keeps its status" if before in TERMINAL else "only ends"
    )
