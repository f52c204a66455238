"""Something of a run has changed that never does.

Once a run is created, only its metadata can be modified. Where its thread, its assistant or its time of creation
differ from one snapshot to the next, two runs go under one id, and whoever stores runs by id has mixed them up: that
is an error, and nothing else of the two is compared. The same goes for two recorded requests that each create a run
and return one id, unless that is masked. Another model, other instructions, tools or limits mean that a server shows
the assistant's present configuration instead of the run's: a warning. So is another reason for which a run ended: the
code of `last_error`, the reason in `incomplete_details`. Fields that one of the snapshots lacks are not compared, and
neither is what a run gets later: `started_at` is set anew when it resumes, and Azure prolongs `expires_at`.

Bad:

    [{"created_at": 1729418400}, {"created_at": 1729418401}]

Good:

    [{"metadata": {}}, {"metadata": {"reviewed": "yes"}}]
"""

from collections.abc import Iterator
from typing import Any

from validator.contract.redaction import may_show
from validator.rules.base import ERROR, TERMINAL, WARNING, Problem, Problems, Shown, rule
from validator.rules.support.snapshots import CONFIGURATION, IDENTITY, REASONS, REMEMBERED, Digest, Transition


@rule(
    subject="history",
    severity=ERROR,
    reads=(*IDENTITY, *CONFIGURATION, *REASONS, "status"),
    source="https://platform.openai.com/docs/api-reference/runs/modifyRun",
    source_note="a run is modified by its metadata alone",
    evidence="no thread, assistant or time of creation changed between the snapshots of 37 genuine runs",
)
def check(transition: Transition) -> Problems:
    first, last = transition.before.created, transition.after.created
    if first and last and first.record != last.record:
        message = "is that of the run created in {}, but this request creates another; two runs share one id"
        return [Problem("id", message, (first.describe(last),), invalidates=REMEMBERED)]
    for field, before, after in transition.both(*IDENTITY):
        if before != after:
            message = "is {}, but was {} in {}; two runs share one id"
            words = (_shown((field,), after), _shown((field,), before), transition.where)
            return [Problem(field, message, words, invalidates=REMEMBERED)]
    return [*_explained_otherwise(transition), *_reconfigured(transition)]


def _explained_otherwise(transition: Transition) -> Iterator[Problem]:
    if not any(before == after and after in TERMINAL for _, before, after in transition.both("status")):
        return
    for field, before, after in transition.both(*REASONS):
        if before and after and before != after:
            place = field, REASONS[field]
            message = "is {}, but was {} in {}; why a run ended does not change"
            words = _shown(place, after), _shown(place, before), transition.where
            yield Problem("/".join(place), message, words, max_severity=WARNING)


def _reconfigured(transition: Transition) -> Iterator[Problem]:
    earlier, later = transition.before.configuration, transition.after.configuration
    if earlier is later:
        return
    for field in CONFIGURATION:
        if field in earlier and field in later and earlier[field] != later[field]:
            yield _reconfiguration(field, earlier[field], later[field], transition)


def _reconfiguration(field: str, before: Any, after: Any, transition: Transition) -> Problem:
    if isinstance(before, Digest) or isinstance(after, Digest):
        message = "differs from its value in {}; only the metadata of a run can be modified"
        return Problem(field, message, (transition.where,), max_severity=WARNING)
    message = "is {}, but was {} in {}; only the metadata of a run can be modified"
    return Problem(
        field, message, (_shown((field,), after), _shown((field,), before), transition.where), max_severity=WARNING
    )


def _shown(place: tuple[str, ...], value: Any) -> Any:
    return Shown(value) if isinstance(value, str) and may_show(place, value) else value
