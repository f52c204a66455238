"""Answers of a recording against their requests and against each other: silent on sound servers, exact on others."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pages import NOW
from tests.support.sound_servers import record
from tests.support.threads import Thread, call, har, list_of, numbered
from validator import Finding, Severity, validate


def found(folder: Path, calls: Sequence[dict[str, Any]]) -> list[str]:
    """What a recording of these calls reports above info: the record, the rule, the pointer and the message."""
    report = validate(har(folder / "recording.har", calls), now=NOW)
    return [_line(finding) for finding in report.findings if finding.severity is not Severity.INFO]


def _line(finding: Finding) -> str:
    return f"{finding.record} {finding.rule} {finding.pointer}: {finding.message}"


def timed(entry: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    """A call that lasted from one second of a minute to another."""
    return {**entry, "startedDateTime": f"2026-03-01T10:00:{start:02d}.000Z", "time": (end - start) * 1000}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@given(st.integers(0, 2**32))
def test_sound_server_has_no_finding(folder: Path, seed: int) -> None:
    assert found(folder, record(Random(seed))) == []


RUNS = [numbered(number) for number in range(4)]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_run_created_while_an_overlapping_call_waited_is_not_missed(tmp_path: Path, order: str) -> None:
    """A listing was sent first and answered last, so it shows runs that the other call could not see."""
    thread = Thread(RUNS)
    wide = thread.list()
    quick = list_of([item for item in thread.ordered(order) if item in RUNS[:2]])
    calls = [timed(call({}, wide), 0, 9), timed(call({"order": order}, quick), 1, 2)]
    assert found(tmp_path, calls) == []


def test_window_between_two_cursors_continues_no_page(tmp_path: Path) -> None:
    thread = Thread(RUNS)
    thread.list(limit=1)
    thread.list(limit=1, after=RUNS[3]["id"], before=RUNS[0]["id"])
    thread.list(before=thread.calls[-1]["response"]["content"]["text"].split('"id": "')[1][:28])
    assert found(tmp_path, thread.calls) == []


def _walk(pages: int, size: int, order: str) -> list[dict[str, Any]]:
    runs = [numbered(number) for number in range(pages * size)][:: -1 if order == "desc" else 1]
    return [
        call(
            {"limit": size, "order": order, **({"after": runs[start - 1]["id"]} if start else {})},
            list_of(runs[start : start + size], has_more=start + size < len(runs)),
        )
        for start in range(0, len(runs), size)
    ]


def _long_walk(number: int) -> list[dict[str, Any]]:
    return _walk(number, 5, "desc")


def _same_first_page(number: int) -> list[dict[str, Any]]:
    first = call({"limit": 5, "order": "asc"}, list_of([numbered(number) for number in range(5)]))
    return [*_walk(number // 10, 50, "asc"), *[first] * number]


def _lost_runs(number: int) -> list[dict[str, Any]]:
    ends = call({"limit": 5}, list_of([numbered(number * 5 - 1), numbered(0)]))
    return [*_walk(number // 10, 50, "desc"), *[ends] * number]


def _cycle(number: int) -> list[dict[str, Any]]:
    pages = [call({"limit": 1, "after": numbered(1 - i)["id"]}, list_of([numbered(i)], has_more=True)) for i in (0, 1)]
    return [call({"limit": 1}, list_of([numbered(1)], has_more=True)), *pages * (number // 2)]


@pytest.mark.parametrize("make", [_long_walk, _same_first_page, _lost_runs, _cycle])
def test_time_grows_with_the_number_of_answers(tmp_path: Path, make: Callable[[int], Sequence[dict[str, Any]]]) -> None:
    seconds = []
    for number in (100, 400):
        recording = har(tmp_path / "recording.har", make(number))
        started = time.process_time()
        validate(recording, now=NOW)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0]
