"""What the rules of the page say where runs are repeated, of one age, or overtaken."""

from typing import Any

import pytest

from tests.support.pages import page, run, summarize

ACTIVE = {"status": "in_progress", "completed_at": None, "usage": None, "expires_at": 1729419000}
OLDER = {"created_at": 1729418300, "started_at": 1729418300, "completed_at": 1729418307}


def _named(*runs: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs with ids of their own."""
    return [{"id": f"run_{letter}", **changes} for letter, changes in zip("abcdef", runs, strict=False)]


def test_run_created_while_another_is_active() -> None:
    newer, active = _named({}, {**OLDER, **ACTIVE})
    assert summarize(page(run(**newer), run(**active))) == [
        (
            "concurrent-active-runs",
            "/data/1/status",
            (
                'is "in_progress", but "run_a" of the same thread was created later; '
                "a thread gets no new run while one is active"
            ),
        )
    ]


@pytest.mark.parametrize(
    "runs",
    [
        _named(ACTIVE, OLDER),
        _named(ACTIVE, {}),
        _named({}, ACTIVE),
        _named(ACTIVE),
    ],
)
def test_newest_run_may_be_active(runs: list[dict[str, Any]]) -> None:
    assert summarize(page(*(run(**changes) for changes in runs))) == []


def test_threads_have_independent_active_runs() -> None:
    one, other = _named(ACTIVE, {**ACTIVE, "thread_id": "thread_Other"})
    assert [rule for rule, *_ in summarize(page(run(**one), run(**other)))] == ["mixed-thread-ids"]


def test_duplicate_run_is_not_concurrent() -> None:
    (active,) = _named(ACTIVE)
    assert [rule for rule, *_ in summarize(page(run(**active), run(**active)))] == ["duplicate-run-id"]


@pytest.mark.parametrize(
    ("times", "order", "pointer"),
    [
        ([9, 8, 8, 7], None, None),
        ([7, 8, 8, 9], None, None),
        ([8, 8, 8], "asc", None),
        ([8, 8, 8], "desc", None),
        ([8, 8, 7, 8], None, "/data/3/created_at"),
        ([8, 8, 9, 8], None, "/data/3/created_at"),
        ([9, 8], "asc", "/data/1/created_at"),
        ([8, 9], "desc", "/data/1/created_at"),
        ([5, 9, 8, 7, 6], None, "/data/1/created_at"),
        ([9, 5, 6, 7, 8], None, "/data/1/created_at"),
    ],
)
def test_first_run_out_of_order_is_reported(times: list[int], order: str | None, pointer: str | None) -> None:
    moments = [{"created_at": 1729418390 + time} for time in times]
    runs = [run(**changes) for changes in _named(*moments)]
    assert [(rule, where) for rule, where, _ in summarize(page(*runs), order=order)] == (
        [] if pointer is None else [("unordered-runs", pointer)]
    )


@pytest.mark.parametrize(
    ("times", "order", "message"),
    [
        (
            [9, 7, 8],
            None,
            (
                "is 8 (1970-01-01 00:00:08 UTC), 1 s later than the run before it (7), "
                "but the page goes from the newest to the oldest"
            ),
        ),
        (
            [7, 9, 8],
            None,
            (
                "is 8 (1970-01-01 00:00:08 UTC), 1 s earlier than the run before it (9), "
                "but the page goes from the oldest to the newest"
            ),
        ),
        (
            [7, 8],
            "desc",
            (
                "is 8 (1970-01-01 00:00:08 UTC), 1 s later than the run before it (7), "
                'but in order "desc" the newest comes first'
            ),
        ),
        (
            [8, 7],
            "asc",
            (
                "is 7 (1970-01-01 00:00:07 UTC), 1 s earlier than the run before it (8), "
                'but in order "asc" the oldest comes first'
            ),
        ),
    ],
)
def test_unordered_runs_names_the_order(times: list[int], order: str | None, message: str) -> None:
    runs = [run(**changes) for changes in _named(*({"created_at": time} for time in times))]
    found = summarize(page(*runs), order=order, select=["unordered-runs"])
    assert [text for _, _, text in found] == [message]


def test_duplicate_run_is_not_out_of_order() -> None:
    first, second, third = _named({"created_at": 1729418391}, {"created_at": 1729418392}, {"created_at": 1729418391})
    again = {**second, "id": first["id"]}
    assert [rule for rule, *_ in summarize(page(run(**first), run(**again), run(**third)))] == ["duplicate-run-id"]


def test_negative_parts_of_usage() -> None:
    usage = {
        "prompt_tokens": 0,
        "completion_tokens": 2,
        "total_tokens": 2,
        "prompt_token_details": {"cached_tokens": -1},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    assert summarize(page(run(usage=usage))) == [
        (
            "negative-tokens",
            "/data/0/usage/prompt_token_details/cached_tokens",
            "is -1; expected 0 or more tokens",
        )
    ]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({}, ["/data/0/id"]),
        ({"last_id": 6}, ["/data/0/id", "/last_id"]),
        ({"data": []}, ["/first_id", "/last_id"]),
    ],
)
def test_number_for_the_id_of_a_run_is_one_finding(changes: dict[str, Any], pointers: list[str]) -> None:
    numbered = {**page(run(id=5)), "first_id": 5, "last_id": 5, **changes}
    found = summarize(numbered, select=["schema:type"])
    assert [(rule, pointer) for rule, pointer, _ in found] == [("schema:type", pointer) for pointer in pointers]
