"""What became of the statements about a server: the verdict on each.

Every finding of a recording belongs to one statement. A statement is kept only if questions that exercise it were
answered; where the answers cannot tell, because another statement is broken or the thread changed, it is not verified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import count, join_and
from validator.core.results import StatementResult, StatementVerdict
from validator.core.severity import Severity
from validator.live.exchange import Answer, read_page
from validator.live.statements import (
    BY_ID,
    NO_PAGE,
    OF_RUNS,
    STATEMENTS,
    WIDE,
    Seen,
    Statement,
    has_page,
    is_answered,
    is_decided,
    is_error,
    is_refused,
    says_no_more,
)
from validator.rules.registry import BY_NAME

_BY_RULE: Mapping[str, str] = {  # the first statement of a rule, unless a step says otherwise; overlaps: a cursor's
    rule: statement.id
    for statement in reversed(STATEMENTS)
    if statement.id != "envelope-keys"
    for rule in statement.rules
} | {"overlapping-pages": "after-excludes"}


class _Gate(NamedTuple):
    """Where the statement `cause` is not kept, the answers do not tell about those that it `hides`."""

    cause: str
    reason: str
    hides: tuple[str, ...]


_GATES = (
    _Gate(
        "wire-names",
        "the keys are in camelCase",
        ("envelope-keys", "run-shape", "first-last", "has-more-true", "has-more-false", "walk-complete", "walk-ends"),
    ),
    _Gate(
        "envelope-keys",
        "has_more is missing or no boolean",
        ("has-more-true", "has-more-false", "walk-complete", "walk-ends", "cursor-stable"),
    ),
    _Gate(
        "limit-kept",
        "the limit is ignored",
        (
            *("limit-filled", "walk-complete", "walk-ends", "after-excludes", "after-follows-order"),
            *("has-more-true", "has-more-false", "before-window", "both-window", "default-limit-20"),
            *("cursor-stable", "limit-range", "limit-not-a-number"),
        ),
    ),
    _Gate("limit-filled", "pages are shorter than `limit`", ("default-limit-20",)),
    _Gate(
        "order-kept",
        "the order is ignored",
        (
            *("default-desc", "asc-mirrors-desc", "walk-complete", "walk-ends", "after-follows-order"),
            *("after-excludes", "before-window", "both-window", "has-more-true", "has-more-false", "cursor-stable"),
        ),
    ),
    _Gate(
        "order-stable",
        "the order changes from answer to answer",
        (
            *("asc-mirrors-desc", "walk-complete", "walk-ends", "after-follows-order", "after-excludes"),
            *("before-window", "both-window", "has-more-true", "has-more-false", "limit-filled", "cursor-stable"),
        ),
    ),
    _Gate("of-this-thread", "the runs are of another thread", ("retrieve-equals-listed",)),
    _Gate(
        "after-excludes",
        "the cursor is not kept",
        (
            *("walk-complete", "walk-ends", "has-more-true", "has-more-false", "limit-filled"),
            *("after-follows-order", "both-window", "cursor-stable"),
        ),
    ),
    _Gate(
        "after-follows-order",
        "the cursor leads elsewhere",
        (
            *("walk-complete", "walk-ends", "has-more-true", "has-more-false", "limit-filled", "both-window"),
            "cursor-stable",
        ),
    ),
    _Gate(
        "walk-ends",
        "the walk returns to earlier pages",
        ("walk-complete", "has-more-false", "limit-filled", "cursor-stable"),
    ),
    _Gate(
        "has-more-true",
        "has_more ends the walk too early: nothing is known of the pages that follow",
        ("walk-complete", "walk-ends", "limit-filled", "cursor-stable"),
    ),
    _Gate("has-more-false", "has_more is true at the end", ("walk-ends", "limit-filled", "default-limit-20")),
    _Gate(
        "walk-complete",
        "the walk loses runs",
        ("has-more-false", "limit-filled", "cursor-stable", "before-window", "both-window"),
    ),
    _Gate("before-window", "the cursor of before is not kept", ("both-window",)),
)
"""In order: a statement that is hidden hides none."""

_CURSORS = ("after-excludes", "after-follows-order")

_UNKNOWN_CURSORS = {
    "after-excludes": ("cursor-after", "cursor-other-after"),
    "before-window": ("cursor-before", "cursor-other-before"),
}
"""A server that does not keep a cursor does not keep an unknown one either: one cause, one failure."""


_FAILURES = ("broken", "doubtful")
_VERDICTS: Mapping[Severity, StatementVerdict] = {Severity.ERROR: "broken", Severity.WARNING: "doubtful"}


def statement_of(finding: Finding, answer: Seen | None, seen: Sequence[Seen]) -> str:
    """Return the id of the statement that a finding in an answer is about, of all that were seen."""
    if answer is not None and (name := _statement_of_page(finding, answer, seen)):
        return name
    step = answer.step if answer else ""
    for statement in STATEMENTS:
        if statement.steps and statement.is_about(step) and finding.rule in (*statement.rules, *statement.also):
            return statement.id
    if finding.rule in BY_ID:
        return finding.rule
    if named := _BY_RULE.get(finding.rule):
        return named
    is_of_page = (answer is None or answer.answer.question.lists_runs) and not finding.pointer.startswith("/data/")
    return "envelope-keys" if is_of_page and finding.rule in BY_ID["envelope-keys"].rules else OF_RUNS


def _statement_of_page(finding: Finding, answer: Seen, seen: Sequence[Seen]) -> str:
    """Return the statement where the request or the other answers decide it, and not the step alone; else ""."""
    query, is_of_more = dict(answer.answer.question.query), finding.pointer == "/has_more"
    match finding.rule:
        case "lost-runs" if answer.after is None and says_no_more(answer):
            is_cut = answer.page is not None and 0 < len(answer.page.runs) < known_runs(seen)
            return "has-more-true" if is_cut else "walk-complete"
        case "unordered-runs" if "order" not in query:
            return "default-desc"
        case "page-too-long" if is_of_more and _is_last(answer, seen):
            return "has-more-false"
        case "page-too-long" if "limit" not in query:
            return "default-limit-20"
        case "page-too-long" if is_of_more:
            return "limit-filled"
        case "overlapping-pages" if answer.step.startswith("walk-"):
            return _cursor_statement(answer)
        case "wrong-window" | "premature-end" if answer.step == "after-last":  # nothing follows the last run
            return "after-follows-order"
    return ""


def _is_last(answer: Seen, seen: Sequence[Seen]) -> bool:
    """Return whether another answer shows that no run is behind the last one of this page."""
    path, order = answer.answer.question.path, dict(answer.answer.question.query).get("order", "desc")
    last = answer.page.ids[-1] if answer.page and answer.page.runs else ""
    for other in seen:
        asked = dict(other.answer.question.query)
        is_same_listing = other.answer.question.path == path and asked.get("order", "desc") == order
        if other.page is None or not is_same_listing or "before" in asked:
            continue
        ends = other.page.has_more is False and [*other.page.ids[-1:]] == [last]
        if ends or (asked.get("after") == last and not other.page.runs):
            return True
    return False


def _cursor_statement(answer: Seen) -> str:
    """Return the statement that a page of a walk breaks which has runs of earlier pages."""
    query = dict(answer.answer.question.query)
    ids = answer.page.ids if answer.page else []
    if query.get("after") in ids:
        return "after-excludes"
    return "walk-ends" if len(ids) == int(query["limit"]) else "after-follows-order"


def judge(
    seen: Sequence[Seen],
    findings: Iterable[Finding],
    active_rules: Iterable[str],
    *,
    is_stable: bool,
    runs: int,
    reasons: Mapping[str, str],
) -> list[StatementResult]:
    """Return the verdict of every statement; `runs` is how many the thread has, as far as is known.

    `reasons` says of statements why the server could not be asked about them.
    """
    answers_by_record = {answer.record: answer for answer in seen}
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        answer = answers_by_record.get(finding.record or 0)
        found.setdefault(statement_of(finding, answer, seen), []).append(finding)
    active = frozenset(active_rules)
    judged: dict[str, StatementResult] = {}
    for statement in STATEMENTS:
        name, answers = statement.id, seen
        if name in ("cursor-unknown", "cursor-other-thread"):
            broken = [steps for cause, steps in _UNKNOWN_CURSORS.items() if judged[cause].verdict in _FAILURES]
            left_out = frozenset(chain.from_iterable(broken))
            answers = [answer for answer in seen if answer.step not in left_out]
            records = {answer.record for answer in answers}
            found[name] = [finding for finding in found.get(name, ()) if finding.record in records]
        judged[name] = _judge(statement, answers, found.get(name, ()), active, is_stable, runs, reasons.get(name, ""))
    for cause, reason, hidden in _GATES:
        if judged[cause].verdict in _FAILURES:
            for name in hidden:
                if judged[name].verdict != "not asked" and not _is_independent(judged[name], cause, seen):
                    causes = (*judged[name].causes, cause)
                    judged[name] = judged[name]._replace(verdict="not verified", reason=reason, causes=causes)
    return [*_hide_repeated(judged)]


def _is_independent(result: StatementResult, cause: str, seen: Sequence[Seen]) -> bool:
    """Return whether a statement is judged in spite of a cause: pages whose has_more is a boolean can be walked.

    Pages without a cursor that say too early that no runs follow are not the matter of a cursor, and a page of more
    than 20 runs does not follow from others that are too short.
    """
    if (cause, result.id) == ("limit-filled", "default-limit-20"):
        return result.verdict == "broken"
    if cause == "envelope-keys":
        return all(isinstance(item.page.has_more, bool) for item in seen if item.page is not None)
    if result.id != "has-more-true" or result.verdict != "broken" or cause not in _CURSORS:
        return False
    return any(seen[record - 1].after is None for record in result.requests)


def _hide_repeated(judged: dict[str, StatementResult]) -> Iterator[StatementResult]:
    """Yield the verdicts; what breaks a statement by rules that other answers break, too, does not tell about it."""
    causes = {
        _kind(finding): name
        for name, result in reversed(judged.items())  # the first one is named
        if result.verdict in _FAILURES
        for finding in result.findings
        if finding.rule not in BY_ID[name].also
    }
    for name, result in judged.items():
        kinds = {_kind(finding) for finding in result.findings}
        are_also = all(finding.rule in BY_ID[name].also for finding in result.findings)
        is_repeated = bool(kinds) and are_also and kinds <= causes.keys()
        if result.verdict not in _FAILURES or not is_repeated:
            yield result
            continue
        names = tuple(sorted({causes[kind] for kind in kinds}))
        reason = f"other answers do not keep {join_and(names)}"
        yield result._replace(verdict="not verified", reason=reason, causes=names)


def _kind(finding: Finding) -> str:
    """Return the rule of a finding; all rules about a body that is no page are one kind."""
    return NO_PAGE[0] if finding.rule in NO_PAGE else finding.rule


def _judge(
    statement: Statement,
    seen: Sequence[Seen],
    findings: Sequence[Finding],
    active: frozenset[str],
    is_stable: bool,
    runs: int,
    reason: str,
) -> StatementResult:
    source = BY_NAME[statement.rules[0]].source
    blank = StatementResult(statement.id, statement.what, "not verified", source)
    worst = min(findings, key=lambda finding: finding.severity.rank, default=None)
    if worst is not None and worst.severity is not Severity.INFO:
        records = tuple(sorted({finding.record for finding in findings if finding.record is not None}))
        blank = blank._replace(requests=records, findings=tuple(findings))
        if statement.compares and not is_stable:
            return blank._replace(reason=_why_unstable(seen))
        return blank._replace(verdict=_VERDICTS[worst.severity], reason=worst.sentence, source=worst.source)
    asked = [answer for answer in seen if statement.is_about(answer.step)]
    counts = statement.counts or is_answered
    blank = blank._replace(requests=tuple(item.record for item in asked if counts(item) and not item.answer.error))
    if 0 < runs < statement.min_runs:
        return blank._replace(reason=f"{count(runs, 'run')}, {statement.min_runs} needed")
    if not runs and statement.min_runs:
        return blank._replace(reason=_why_no_runs(seen))
    if not asked and statement.needs and not reason:
        return blank._replace(verdict="not asked", reason=f"needs {statement.needs}")
    if not asked:
        return blank._replace(reason=reason or "nothing was asked about it")
    if statement.compares and not is_stable and any(item.page is not None for item in asked):
        return blank._replace(reason=_why_unstable(seen))
    if not blank.requests:
        return blank._replace(
            requests=tuple(answer.record for answer in asked), reason=reason or _why_undecided(asked, counts)
        )
    complete = {item.answer.question for item in asked if not item.answer.error}
    lost = next((item.record for item in asked if item.answer.question not in complete), None)
    if lost is not None and not (statement.steps or statement.counts):
        return blank._replace(reason=f"no complete answer to #{lost}")
    failed = [item for item in asked if item.answer.status >= 400 and not item.answer.is_retried]
    if failed and statement.steps and counts not in (is_decided, is_refused):  # the other answers are not all of it
        return blank._replace(reason=f"#{failed[0].record} was answered with {failed[0].answer.status}")
    if undecided := [item for item in asked if counts is is_decided and not (counts(item) or item.answer.is_retried)]:
        return blank._replace(reason=f"#{undecided[0].record} was {_why_undecided(undecided[:1], counts)}")
    if missing := [rule for rule in statement.rules if rule not in active]:
        return blank._replace(reason=f"{missing[0]} is ignored")
    return blank._replace(verdict="kept", findings=tuple(findings), reason=worst.sentence if worst else "")


def _why_unstable(seen: Iterable[Seen]) -> str:
    """Return why answers cannot be compared: the thread changed, or was not listed again at the end."""
    is_listed_again = any(item.step == "again" and item.page is not None for item in seen)
    return "the thread changed meanwhile" if is_listed_again else "it is not known whether the thread changed"


def _why_no_runs(seen: Iterable[Seen]) -> str:
    """Return why no run of the thread is known."""
    wide = [item for item in seen if item.step in WIDE]
    if any(item.page.size for item in wide if item.page is not None):
        return "no run has an id that can be asked for"
    if any(item.page is not None for item in wide):
        return "the thread is empty: --thread names one that has runs, --create makes one"
    return f"the thread is not listed: {_why_undecided(wide, has_page)}"


def _why_undecided(asked: Iterable[Seen], counts: Callable[[Seen], bool]) -> str:
    """Return why none of these answers counts."""
    final = [item for item in asked if not item.answer.is_retried]
    answered = sorted({item.answer.status for item in final if item.answer.status})
    if not answered:
        return "not answered"
    if not any(item.answer.is_success for item in final):
        return f"answered with {join_and(map(str, answered))}"
    if counts is is_error:
        return "no request was refused"
    if all(item.page is None for item in final):
        return "no answer is a page of runs"
    if all(item.page.has_more is True for item in final if item.page is not None):
        return "every page says that more runs follow"
    return "no answer tells"


def known_runs(seen: Sequence[Seen]) -> int:
    """Return how many runs the widest page of the thread showed last."""
    pages = [answer.page for answer in seen if answer.step in WIDE and answer.page is not None]
    return max((len(page.runs) for page in pages), default=0)


def see(answers: Sequence[Answer]) -> list[Seen]:
    """Number the answers as their recording does, and read their pages."""
    return [Seen(number, answer, read_page(answer)) for number, answer in enumerate(answers, 1)]
