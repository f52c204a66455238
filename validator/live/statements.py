"""The statements that a check of a server is about, and what became of each: its verdict.

Every finding of a recording belongs to one statement. A statement is kept only if questions that exercise it were
answered; where the answers cannot tell, because another statement is broken or the thread changed, it is not verified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from validator.core.finding import Finding
from validator.core.phrases import count, join_and
from validator.core.results import StatementResult, StatementVerdict
from validator.core.severity import Severity
from validator.live.exchange import Answer, Page, read_page
from validator.live.plan import MIN_RUNS
from validator.rules.registry import BY_NAME


class Statement(NamedTuple):
    """Something that a server keeps or breaks: `rules` judge it, answers to `steps` exercise it.

    A step ends with "-" where it stands for all that begin so; no steps: every answer. `counts` says whether an answer
    tells something. `min_runs` are needed in the thread; `compares`: its answers must be of an unchanged thread.
    """

    id: str
    what: str
    rules: tuple[str, ...]
    steps: tuple[str, ...] = ()
    counts: Callable[[Seen], bool] | None = None
    min_runs: int = 0
    compares: bool = False


class Seen(NamedTuple):
    """An answer, the number of its entry in the recording, and the page in it."""

    record: int
    answer: Answer
    page: Page | None

    @property
    def step(self) -> str:
        """The name of the step that it answers."""
        return self.answer.question.step


def _is_page(seen: Seen) -> bool:
    return seen.page is not None


def _has_runs(seen: Seen) -> bool:
    return seen.page is not None and bool(seen.page.runs)


def _follows_cursor(seen: Seen) -> bool:
    return _has_runs(seen) and _after(seen.answer) is not None


def _after(answer: Answer) -> str | None:
    return dict(answer.question.query).get("after")


def _has_two_runs(seen: Seen) -> bool:
    return seen.page is not None and len(seen.page.runs) > 1


def _has_two_times(seen: Seen) -> bool:
    """Return whether a page has runs that were created at different times."""
    return seen.page is not None and len({repr(run.get("created_at")) for run in seen.page.runs}) > 1


def _is_answered(seen: Seen) -> bool:
    return bool(seen.answer.status)


def _is_decided(seen: Seen) -> bool:
    """Return whether the server took a request or refused it, and did not fail or redirect."""
    return 200 <= seen.answer.status < 300 or 400 <= seen.answer.status < 500


def _is_refused(seen: Seen) -> bool:
    """Return whether the server refused what the request asks for, and not the key or the method."""
    return 400 <= seen.answer.status < 500 and seen.answer.status not in (401, 403, 404, 405, 408, 429)


def _is_error(seen: Seen) -> bool:
    return seen.answer.status >= 400


def _says_more(seen: Seen) -> bool:
    return seen.page is not None and seen.page.has_more is True


def _says_no_more(seen: Seen) -> bool:
    return seen.page is not None and seen.page.has_more is False


_WIDE = ("wide-desc", "wide-asc", "again")
_WALKS = ("walk-",)
_COMPARED = (*_WIDE, *_WALKS, "exact", "one-fewer", "after-last")
_BEFORE = ("before-",)

STATEMENTS = (
    Statement(
        "envelope-keys",
        "a page has object, data, first_id, last_id and has_more",
        (
            *("schema:type", "schema:enum", "schema:const", "schema:required", "misspelt-key", "not-a-run-list"),
            *("not-json", "not-utf8"),
        ),
        counts=_is_page,
    ),
    Statement("wire-names", "keys are in snake_case", ("camel-case-response", "mixed-naming"), counts=_is_page),
    Statement("run-shape", "every run is as documented", ("stale-active-run",), counts=_has_runs),
    Statement("whole-numbers", "times and counts are integers", ("integer-as-float",), counts=_has_runs),
    Statement("seconds", "times are in seconds", ("milliseconds",), counts=_has_runs),
    Statement(
        "of-this-thread",
        "runs are those of the thread that was asked for",
        ("other-thread", "other-run", "mixed-thread-ids", "mixed-thread-pages"),
        counts=_has_runs,
    ),
    Statement(
        "first-last",
        "first_id and last_id are the ends of data",
        ("first-id-mismatch", "last-id-mismatch", "empty-page-ids"),
        counts=_is_page,
    ),
    Statement("limit-kept", "a page has at most `limit` runs", ("page-too-long",), _COMPARED, _has_runs, min_runs=2),
    Statement(
        "limit-filled",
        "a page has `limit` runs while there are more",
        ("page-too-long",),
        (*_WALKS, "exact", "one-fewer"),
        _has_runs,
        2,
        True,
    ),
    Statement(
        "default-limit-20", "without `limit` a page has at most 20 runs", ("page-too-long",), ("probe",), _has_runs, 21
    ),
    Statement("order-kept", "`order` sorts by created_at", ("unordered-runs",), _COMPARED, _has_two_times, 2),
    Statement(
        "default-desc", "without `order` the newest run is first", ("unordered-runs",), ("probe",), _has_two_times, 2
    ),
    Statement(
        "asc-mirrors-desc", "asc is the reverse of desc", ("unmirrored-order",), _WIDE[:2], _has_two_runs, 2, True
    ),
    Statement(
        "walk-complete",
        "a walk returns every run once, in order",
        ("lost-runs", "unstable-order"),
        _WALKS,
        _has_runs,
        MIN_RUNS,
        True,
    ),
    Statement("walk-ends", "a walk ends", ("overlapping-pages",), _WALKS, _has_runs, MIN_RUNS, True),
    Statement(
        "after-excludes",
        "the cursor's run is not on its page",
        ("overlapping-pages",),
        _WALKS,
        _follows_cursor,
        2,
        True,
    ),
    Statement(
        "after-follows-order",
        "`after` goes on in the order asked for",
        ("broken-chain",),
        _WALKS,
        _follows_cursor,
        2,
        True,
    ),
    Statement(
        "before-window",
        "`before` gives the runs ahead of its run",
        ("wrong-window",),
        _BEFORE,
        _is_page,
        MIN_RUNS,
        True,
    ),
    Statement(
        "both-window",
        "`after` and `before` give what lies between",
        ("wrong-window",),
        ("between",),
        _is_page,
        MIN_RUNS,
        True,
    ),
    Statement(
        "has-more-true",
        "has_more is true while runs follow",
        ("premature-end",),
        (*_WALKS, "one-fewer"),
        _says_more,
        2,
        True,
    ),
    Statement(
        "has-more-false",
        "has_more is false where nothing follows",
        ("false-has-more", "empty-page-has-more", "needless-has-more"),
        (*_WIDE, *_WALKS, "exact", "after-last"),
        _says_no_more,
        0,
        True,
    ),
    Statement(
        "cursor-stable",
        "a run that is created between two pages moves no others",
        ("overlapping-pages", "lost-runs", "broken-chain"),
        ("insert-after",),
        _has_runs,
    ),
    Statement(
        "cursor-unknown",
        "an unknown cursor is refused",
        ("unknown-cursor-accepted",),
        ("cursor-after", "cursor-before"),
        _is_decided,
    ),
    Statement(
        "cursor-other-thread",
        "a cursor of another thread is refused",
        ("unknown-cursor-accepted",),
        ("cursor-other-",),
        _is_decided,
    ),
    Statement(
        "limit-range",
        "a limit outside of 1 to 100 is refused",
        ("limit-out-of-range",),
        ("limit-0", "limit-101", "limit--1"),
        _is_decided,
    ),
    Statement(
        "limit-not-a-number",
        "a limit that is no number is refused",
        ("limit-out-of-range",),
        ("limit-abc", "limit-1.5"),
        _is_decided,
    ),
    Statement("order-word", "an unknown order is refused", ("unknown-order-accepted",), ("order-",), _is_decided),
    Statement(
        "thread-404",
        "an unknown thread is answered with 404",
        ("unknown-id-accepted",),
        ("thread-unknown",),
        _is_decided,
    ),
    Statement(
        "run-404", "an unknown run is answered with 404", ("unknown-id-accepted",), ("run-unknown",), _is_decided
    ),
    Statement("error-envelope", "errors have OpenAI's envelope", ("error-envelope",), counts=_is_error),
    Statement("no-5xx", "every request is answered, and none with a server error", ("server-error", "no-response")),
    Statement("not-redirected", "no request is redirected", ("redirected",)),
    Statement("content-type", "bodies are application/json", ("content-type",)),
    Statement(
        "empty-thread", "a thread without runs has an empty page", ("no-empty-page",), ("empty-thread",), _is_decided
    ),
    Statement(
        "retrieve-equals-listed",
        "a run is retrieved as it was listed, and changes as documented",
        ("changed-immutable-field", "illegal-transition", "time-moved-back", "usage-shrank"),
        ("retrieve",),
        lambda seen: seen.answer.status == 200,
    ),
    Statement(
        "one-active-run",
        "a thread has one active run: a second one is refused",
        ("concurrent-active-runs",),
        ("second-active",),
        _is_refused,
    ),
    Statement("key-needed", "a request without the right key is refused", ("key-not-checked",), ("key-",), _is_decided),
)
BY_ID = {statement.id: statement for statement in STATEMENTS}
OF_RUNS = "run-shape"
"""The statement of all rules that no other statement names."""

_BY_RULE: Mapping[str, str] = {  # the first statement of a rule, unless a step says otherwise
    rule: statement.id
    for statement in reversed(STATEMENTS)
    if statement.id != "envelope-keys"
    for rule in statement.rules
}
_NOT_AS_ASKED = ("not-a-run-list", "unexpected-object", "not-json", "not-utf8")
_AT_STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("insert-", ("overlapping-pages", "lost-runs", "broken-chain", "premature-end"), "cursor-stable"),
    ("limit-abc", ("limit-out-of-range",), "limit-not-a-number"),
    ("limit-1.5", ("limit-out-of-range",), "limit-not-a-number"),
    ("cursor-other-", ("unknown-cursor-accepted",), "cursor-other-thread"),
    ("before-", ("overlapping-pages", "broken-chain"), "before-window"),
    ("between", ("overlapping-pages", "broken-chain"), "both-window"),
    ("between", ("wrong-window",), "both-window"),
    ("before-", ("lost-runs", "premature-end", "needless-has-more"), "before-window"),
    ("run-unknown", ("unknown-id-accepted",), "run-404"),
    ("after-last", ("wrong-window", "premature-end"), "after-follows-order"),
    ("thread-unknown", ("other-thread", *_NOT_AS_ASKED), "thread-404"),
    ("run-unknown", ("other-run", *_NOT_AS_ASKED), "run-404"),
    ("key-", _NOT_AS_ASKED, "key-needed"),
    ("empty-thread", ("empty-page-ids", "empty-page-has-more", *_NOT_AS_ASKED), "empty-thread"),
    ("", ("overlapping-pages",), "after-excludes"),
)
"""Rules that are about another statement in the answers to some steps."""

GATES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "wire-names",
        "the keys are in camelCase",
        ("envelope-keys", "run-shape", "first-last", "has-more-true", "has-more-false", "walk-complete", "walk-ends"),
    ),
    (
        "envelope-keys",
        "has_more is missing or no boolean",
        ("has-more-true", "has-more-false", "walk-complete", "walk-ends", "cursor-stable"),
    ),
    (
        "limit-kept",
        "the limit is ignored",
        (
            *("limit-filled", "walk-complete", "walk-ends", "after-excludes", "after-follows-order"),
            *("has-more-true", "has-more-false", "before-window", "both-window", "default-limit-20"),
            *("cursor-stable", "limit-range", "limit-not-a-number"),
        ),
    ),
    ("limit-filled", "pages are shorter than `limit`", ("default-limit-20",)),
    (
        "order-kept",
        "the order is ignored",
        (
            *("default-desc", "asc-mirrors-desc", "walk-complete", "after-follows-order", "after-excludes"),
            *("before-window", "both-window", "has-more-true", "has-more-false", "cursor-stable"),
        ),
    ),
    ("of-this-thread", "the runs are of another thread", ("retrieve-equals-listed",)),
    (
        "after-excludes",
        "the cursor is not kept",
        (
            *("walk-complete", "walk-ends", "has-more-true", "has-more-false", "limit-filled"),
            *("after-follows-order", "both-window", "cursor-stable"),
        ),
    ),
    (
        "after-follows-order",
        "the cursor leads elsewhere",
        (
            *("walk-complete", "walk-ends", "has-more-true", "has-more-false", "limit-filled", "both-window"),
            "cursor-stable",
        ),
    ),
    (
        "walk-ends",
        "the walk returns to earlier pages",
        ("walk-complete", "has-more-false", "limit-filled", "cursor-stable"),
    ),
    (
        "has-more-true",
        "has_more ends the walk too early: nothing is known of the pages that follow",
        ("walk-complete", "walk-ends", "limit-filled", "cursor-stable"),
    ),
    ("has-more-false", "has_more is true at the end", ("walk-ends", "limit-filled", "default-limit-20")),
    ("walk-complete", "the walk loses runs", ("has-more-false", "limit-filled", "cursor-stable")),
    ("before-window", "the cursor of before is not kept", ("both-window",)),
)
"""What cannot be judged where a statement is broken, and in which words; in order, as a gated statement gates none."""

_CURSORS = ("after-excludes", "after-follows-order")

_UNKNOWN_CURSORS = {
    "after-excludes": ("cursor-after", "cursor-other-after"),
    "before-window": ("cursor-before", "cursor-other-before"),
}
"""A server that does not keep a cursor does not keep an unknown one either: one cause, one failure."""


_FAILURES = ("broken", "doubtful")
_CHANGED = "the thread changed meanwhile"
_VERDICTS: Mapping[Severity, StatementVerdict] = {Severity.ERROR: "broken", Severity.WARNING: "doubtful"}


def statement_of(finding: Finding, answer: Seen | None, seen: Sequence[Seen]) -> str:
    """Return the id of the statement that a finding in an answer is about, of all that were seen."""
    step = answer.step if answer else ""
    if finding.rule == "lost-runs" and answer is not None and _after(answer.answer) is None and _says_no_more(answer):
        return "has-more-true"
    if answer is not None and finding.rule in ("page-too-long", "unordered-runs", "overlapping-pages"):
        query = dict(answer.answer.question.query)
        if finding.rule == "unordered-runs" and "order" not in query:
            return "default-desc"
        if finding.rule == "page-too-long" and finding.pointer == "/has_more" and _is_last(answer, seen):
            return "has-more-false"
        if finding.rule == "page-too-long" and "limit" not in query:
            return "default-limit-20"
        if finding.rule == "page-too-long" and finding.pointer == "/has_more":
            return "limit-filled"
        if finding.rule == "overlapping-pages" and step.startswith("walk-"):
            return _cursor_statement(answer)
    for prefix, rules, statement in _AT_STEPS:
        if step.startswith(prefix) and finding.rule in rules:
            return statement
    if finding.rule in BY_ID:
        return finding.rule
    if named := _BY_RULE.get(finding.rule):
        return named
    is_of_page = (answer is None or answer.answer.question.lists_runs) and not finding.pointer.startswith("/data/")
    return "envelope-keys" if is_of_page and finding.rule in BY_ID["envelope-keys"].rules else OF_RUNS


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
    for cause, reason, gated in GATES:
        if judged[cause].verdict in _FAILURES:
            for name in gated:
                if judged[name].verdict != "not asked" and not _is_independent(judged[name], cause, seen):
                    causes = (*judged[name].causes, cause)
                    judged[name] = judged[name]._replace(verdict="not verified", reason=reason, causes=causes)
    judged["empty-thread"] = _gate_empty_thread(judged)
    return [*judged.values()]


def _is_independent(result: StatementResult, cause: str, seen: Sequence[Seen]) -> bool:
    """Return whether a statement is judged in spite of a cause: pages whose has_more is a boolean can be walked.

    Pages without a cursor that say too early that no runs follow are not the matter of a cursor.
    """
    if cause == "envelope-keys":
        return all(isinstance(item.page.has_more, bool) for item in seen if item.page is not None)
    if result.id != "has-more-true" or result.verdict != "broken" or cause not in _CURSORS:
        return False
    return any(_after(seen[record - 1].answer) is None for record in result.requests)


def _gate_empty_thread(judged: Mapping[str, StatementResult]) -> StatementResult:
    """Return the statement on the empty thread, not verified if all that is wrong is wrong with other pages, too."""
    result = judged["empty-thread"]
    causes = {
        finding.rule: name
        for name, other in judged.items()
        if name != result.id and other.verdict in _FAILURES
        for finding in other.findings
    }
    rules = {finding.rule for finding in result.findings}
    if result.verdict not in _FAILURES or not rules <= causes.keys():
        return result
    names = tuple(sorted({causes[rule] for rule in rules}))
    return result._replace(verdict="not verified", reason=f"other pages do not keep {join_and(names)}", causes=names)


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
            return blank._replace(reason=_CHANGED)
        return blank._replace(verdict=_VERDICTS[worst.severity], reason=worst.sentence, source=worst.source)
    asked = [answer for answer in seen if _belongs(answer.step, statement.steps)]
    counts = statement.counts or _is_answered
    blank = blank._replace(requests=tuple(item.record for item in asked if counts(item) and not item.answer.error))
    if runs < statement.min_runs and (asked or runs):
        return blank._replace(reason=f"{count(runs, 'run')}, {statement.min_runs} needed")
    if not asked:
        return blank._replace(reason=reason) if reason else blank._replace(verdict="not asked")
    if not blank.requests:
        return blank._replace(requests=tuple(answer.record for answer in asked), reason=reason or _why_untold(asked))
    if statement.compares and not is_stable:
        return blank._replace(reason=_CHANGED)
    complete = {item.answer.question for item in asked if not item.answer.error}
    lost = next((item.record for item in asked if item.answer.question not in complete), None)
    if lost is not None and not (statement.steps or statement.counts):
        return blank._replace(reason=f"no complete answer to #{lost}")
    if undecided := [item for item in asked if counts is _is_decided and not (counts(item) or item.answer.is_retried)]:
        return blank._replace(reason=f"#{undecided[0].record} was {_why_untold(undecided[:1])}")
    if missing := [rule for rule in statement.rules if rule not in active]:
        return blank._replace(reason=f"{missing[0]} is ignored")
    return blank._replace(verdict="kept", findings=tuple(findings), reason=worst.sentence if worst else "")


def _why_untold(asked: Iterable[Seen]) -> str:
    """Return why no answer tells whether a statement is kept."""
    statuses = {item.answer.status for item in asked if not item.answer.is_retried}
    if statuses == {0}:
        return "not answered"
    if statuses and not any(200 <= status < 300 or 400 <= status < 500 for status in statuses - {0}):
        return f"answered with {join_and(map(str, sorted(statuses - {0})))}"
    return "no answer tells"


def require_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids of statements; raises `ValueError` for one that is none."""
    given = tuple(ids)
    if unknown := [name for name in given if name not in BY_ID]:
        raise ValueError(f"{unknown[0]!r} is not a statement, expected one of {', '.join(BY_ID)}")
    return given


def _belongs(step: str, steps: tuple[str, ...]) -> bool:
    return not steps or any(step == name or (name.endswith("-") and step.startswith(name)) for name in steps)


def known_runs(seen: Sequence[Seen]) -> int:
    """Return how many runs the widest page of the thread showed last."""
    pages = [answer.page for answer in seen if answer.step in _WIDE and answer.page is not None]
    return max((len(page.runs) for page in pages), default=0)


def see(answers: Sequence[Answer]) -> list[Seen]:
    """Number the answers as their recording does, and read their pages."""
    return [Seen(number, answer, read_page(answer)) for number, answer in enumerate(answers, 1)]
