"""The statements that a check of a server is about: which rules judge each, and which answers exercise it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from validator.core.phrases import find_similar, safe_repr
from validator.live.exchange import Answer, Page
from validator.live.plan import MIN_RUNS
from validator.rules.answer.refused_request import ALWAYS_VALID, RARELY_SEEN


class Statement(NamedTuple):
    """Something that a server keeps or breaks: `rules` judge it, answers to `steps` exercise it.

    A step ends with "-" where it stands for all that begin so; no steps: every answer. `counts` says whether an answer
    tells something. `min_runs` are needed in the thread; `compares`: its answers must be of an unchanged thread.
    `needs` is the option without which it is not asked. `also` are rules about other statements that are about this one
    in the answers to its steps.
    """

    id: str
    what: str
    rules: tuple[str, ...]
    steps: tuple[str, ...] = ()
    counts: Callable[[Seen], bool] | None = None
    min_runs: int = 0
    compares: bool = False
    needs: str = ""
    also: tuple[str, ...] = ()

    def is_about(self, step: str) -> bool:
        """Return whether answers to a step exercise it."""
        return not self.steps or any(
            step == name or (name.endswith("-") and step.startswith(name)) for name in self.steps
        )


class Seen(NamedTuple):
    """An answer, the number of its entry in the recording, and the page in it."""

    record: int
    answer: Answer
    page: Page | None

    @property
    def step(self) -> str:
        """The name of the step that it answers."""
        return self.answer.question.step

    @property
    def after(self) -> str | None:
        """The cursor that was sent."""
        return dict(self.answer.question.query).get("after")


def has_page(seen: Seen) -> bool:
    """Return whether an answer is a page."""
    return seen.page is not None


def _has_runs(seen: Seen) -> bool:
    return seen.page is not None and bool(seen.page.runs)


def _follows_cursor(seen: Seen) -> bool:
    return _has_runs(seen) and seen.after is not None


def _has_two_runs(seen: Seen) -> bool:
    return seen.page is not None and len(seen.page.runs) > 1


def _has_two_times(seen: Seen) -> bool:
    """Return whether a page has runs that were created at different times."""
    return seen.page is not None and len({repr(run.get("created_at")) for run in seen.page.runs}) > 1


def is_answered(seen: Seen) -> bool:
    """Return whether a response came."""
    return bool(seen.answer.status)


def is_decided(seen: Seen) -> bool:
    """Return whether the server took a request or refused what it asks for, and did not fail or redirect."""
    status, is_about_key = seen.answer.status, seen.step.startswith("key-")
    return 200 <= status < 300 or status == 404 or (is_about_key and status in (401, 403)) or is_refused(seen)


def is_refused(seen: Seen) -> bool:
    """Return whether the server refused what the request asks for, and not the key or the method."""
    return 400 <= seen.answer.status < 500 and seen.answer.status not in (401, 403, 404, 405, 407, 408, 429)


def is_error(seen: Seen) -> bool:
    """Return whether an answer is a client error or a server error."""
    return seen.answer.status >= 400


def _says_more(seen: Seen) -> bool:
    return seen.page is not None and seen.page.has_more is True


def says_no_more(seen: Seen) -> bool:
    """Return whether has_more is false."""
    return seen.page is not None and seen.page.has_more is False


WIDE = ("wide-desc", "wide-asc", "again")
_WALKS = ("walk-",)
_COMPARED = (*WIDE, *_WALKS, "exact", "one-fewer")
_BEFORE = ("before-",)
NO_PAGE = ("not-a-run-list", "unexpected-object", "not-json", "not-utf8")
"""Rules about a body that is no page: where an error is right, that is not the matter of `envelope-keys`."""

STATEMENTS = (
    Statement(
        "envelope-keys",
        "a page has object, data, first_id, last_id and has_more",
        (*("schema:type", "schema:enum", "schema:const", "schema:required", "misspelt-key"), *NO_PAGE),
        counts=has_page,
    ),
    Statement("wire-names", "keys are in snake_case", ("camel-case-response", "mixed-naming"), counts=has_page),
    Statement("run-shape", "every run is as documented", ("stale-active-run",), counts=_has_runs, min_runs=1),
    Statement("whole-numbers", "times and counts are integers", ("integer-as-float",), counts=_has_runs, min_runs=1),
    Statement("seconds", "times are in seconds", ("milliseconds",), counts=_has_runs, min_runs=1),
    Statement(
        "of-this-thread",
        "runs are those of the thread that was asked for",
        ("other-thread", "mixed-thread-ids", "mixed-thread-pages"),
        counts=_has_runs,
        min_runs=1,
    ),
    Statement(
        "first-last",
        "first_id and last_id are the ends of data",
        ("first-id-mismatch", "last-id-mismatch", "empty-page-ids"),
        counts=has_page,
    ),
    Statement("limit-kept", "a page has at most `limit` runs", ("page-too-long",), _COMPARED, _has_runs, min_runs=2),
    Statement(
        "limit-filled",
        "a page has `limit` runs while there are more",
        ("page-too-long",),
        (*_WALKS, "exact", "one-fewer"),
        _has_runs,
        min_runs=2,
        compares=True,
    ),
    Statement(
        "default-limit-20",
        "without `limit` a page has at most 20 runs",
        ("page-too-long",),
        ("probe", "default"),
        _has_runs,
        min_runs=21,
    ),
    Statement("order-kept", "`order` sorts by created_at", ("unordered-runs",), _COMPARED, _has_two_times, min_runs=2),
    Statement(
        "default-desc",
        "without `order` the newest run is first",
        ("unordered-runs",),
        ("probe", "default"),
        _has_two_times,
        min_runs=2,
    ),
    Statement(
        "asc-mirrors-desc",
        "asc is the reverse of desc",
        ("unmirrored-order",),
        WIDE[:2],
        _has_two_runs,
        min_runs=2,
        compares=True,
    ),
    Statement(
        "order-stable",
        "runs of one second keep their order in all answers",
        ("unstable-order",),
        _COMPARED,
        _has_two_runs,
        min_runs=2,
        compares=True,
    ),
    Statement(
        "walk-complete",
        "a walk returns every run once",
        ("lost-runs",),
        _WALKS,
        says_no_more,
        min_runs=MIN_RUNS,
        compares=True,
    ),
    Statement(
        "walk-ends", "a walk ends", ("overlapping-pages",), _WALKS, says_no_more, min_runs=MIN_RUNS, compares=True
    ),
    Statement(
        "after-excludes",
        "the cursor's run is not on its page",
        ("overlapping-pages",),
        _WALKS,
        _follows_cursor,
        min_runs=2,
        compares=True,
    ),
    Statement(
        "after-follows-order",
        "`after` goes on in the order asked for",
        ("broken-chain",),
        _WALKS,
        _follows_cursor,
        min_runs=2,
        compares=True,
    ),
    Statement(
        "before-window",
        "`before` gives the runs ahead of its run",
        ("wrong-window",),
        _BEFORE,
        has_page,
        min_runs=MIN_RUNS,
        compares=True,
        also=("overlapping-pages", "broken-chain", "lost-runs", "premature-end", "needless-has-more"),
    ),
    Statement(
        "both-window",
        "`after` and `before` give what lies between",
        ("wrong-window",),
        ("between",),
        has_page,
        min_runs=MIN_RUNS,
        compares=True,
        also=("overlapping-pages", "broken-chain"),
    ),
    Statement(
        "has-more-true",
        "has_more is true while runs follow",
        ("premature-end",),
        (*_WALKS, "one-fewer"),
        _says_more,
        min_runs=2,
        compares=True,
    ),
    Statement(
        "has-more-false",
        "has_more is false where nothing follows",
        ("false-has-more", "empty-page-has-more", "needless-has-more"),
        (*WIDE, *_WALKS, "exact", "after-last"),
        says_no_more,
        compares=True,
    ),
    Statement(
        "cursor-stable",
        "a run that is created between two pages moves no others",
        ("overlapping-pages", "lost-runs", "broken-chain"),
        ("insert-after",),
        _has_runs,
        needs="--create",
        also=("premature-end",),
    ),
    Statement(
        "cursor-unknown",
        "an unknown cursor is refused",
        ("unknown-cursor-accepted",),
        ("cursor-after", "cursor-before"),
        is_decided,
        also=NO_PAGE,
    ),
    Statement(
        "cursor-other-thread",
        "a cursor of another thread is refused",
        ("unknown-cursor-accepted",),
        ("cursor-other-",),
        is_decided,
        needs="a second --thread that has runs, or --create",
        also=("other-thread", *NO_PAGE),
    ),
    Statement(
        "limit-range",
        "a limit outside of 1 to 100 is refused",
        ("limit-out-of-range",),
        ("limit-0", "limit-101", "limit--1"),
        is_decided,
        also=NO_PAGE,
    ),
    Statement(
        "limit-not-a-number",
        "a limit that is no number is refused",
        ("limit-out-of-range",),
        ("limit-abc", "limit-1.5"),
        is_decided,
        also=NO_PAGE,
    ),
    Statement(
        "order-word", "an unknown order is refused", ("unknown-order-accepted",), ("order-",), is_decided, also=NO_PAGE
    ),
    Statement(
        "thread-404",
        "an unknown thread is answered with 404",
        ("unknown-id-accepted",),
        ("thread-unknown", "thread-unknown-run"),
        is_decided,
        also=("other-thread", *NO_PAGE),
    ),
    Statement(
        "run-404",
        "an unknown run is answered with 404",
        ("unknown-id-accepted",),
        ("run-unknown",),
        is_decided,
        also=("other-run", *NO_PAGE),
    ),
    Statement(
        "valid-requests",
        "a valid request is answered with 200",
        ("refused-request", "unexpected-status"),
        (*ALWAYS_VALID, *RARELY_SEEN),
        is_decided,
    ),
    Statement("error-envelope", "errors have OpenAI's envelope", ("error-envelope",), counts=is_error),
    Statement("no-5xx", "every request is answered, and none with a server error", ("server-error", "no-response")),
    Statement("not-redirected", "no request is redirected", ("redirected",)),
    Statement("content-type", "bodies are application/json", ("content-type",)),
    Statement(
        "empty-thread",
        "a thread without runs has an empty page",
        ("no-empty-page",),
        ("empty-thread",),
        is_decided,
        needs="--empty-thread or --create",
        also=("empty-page-ids", "empty-page-has-more", *NO_PAGE),
    ),
    Statement(
        "retrieve-equals-listed",
        "a run is retrieved as it was listed, and changes as documented",
        (
            "changed-immutable-field",
            "other-run",
            "inconsistent-run",
            "illegal-transition",
            "time-moved-back",
            "usage-shrank",
        ),
        ("retrieve",),
        lambda seen: seen.answer.is_success,
        min_runs=1,
    ),
    Statement(
        "one-active-run",
        "a thread has one active run: a second one is refused",
        ("concurrent-active-runs",),
        ("second-active",),
        is_refused,
        needs="--create",
        also=("changed-immutable-field", *NO_PAGE),
    ),
    Statement(
        "key-needed",
        "a request without the right key is refused",
        ("key-not-checked",),
        ("key-",),
        is_decided,
        needs="--check-auth",
        also=NO_PAGE,
    ),
)
BY_ID = {statement.id: statement for statement in STATEMENTS}
OF_RUNS = "run-shape"
"""The statement of all rules that no other statement names."""


def require_ids(parameter: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of statements that a parameter has, or the only one; raises `ValueError` for what is none."""
    if not isinstance(ids, str | Iterable):
        raise ValueError(f"{parameter} is {safe_repr(ids)}, expected ids of statements")
    given = (ids,) if isinstance(ids, str) else tuple(ids)
    for name in given:
        if name not in BY_ID:
            near = find_similar(name, BY_ID) if isinstance(name, str) else None
            expected = f"did you mean {near}" if near else f"expected one of {', '.join(BY_ID)}"
            raise ValueError(f"{parameter} has {safe_repr(name)}, which is not a statement, {expected}")
    return given
