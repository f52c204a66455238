"""`validate-runs live URL` against servers on loopback sockets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ran, run
from tests.support.http_server import Answering, Asked, Reply, list_runs, serving
from tests.support.threads import THREAD, Thread, numbered

RUNS = [numbered(number) for number in range(7)]


def check(answering: Answering, *words: str | Path, **settings: Any) -> Ran:
    """Check a server that answers so."""
    with serving(answering) as server:
        return run("live", f"{server.origin}/v1", "--thread", THREAD, *words, **settings)


def verdicts(done: Ran) -> dict[str, str]:
    """The verdict of each statement in the report for people."""
    lines = [
        line for line in done.out.splitlines() if line.startswith(("kept ", "broken ", "doubtful ", "not verified "))
    ]
    return {line[13:].split()[0]: line[:13].strip() for line in lines}


def ignore_after(asked: Asked) -> Reply:
    """Answer as the API does, but with the first page whatever the cursor is."""
    asked.query.pop("after", None)
    return list_runs(Thread(RUNS))(asked)


def lose_runs_of_one_second(asked: Asked) -> Reply:
    """Answer as a server whose cursor compares created_at alone: after it come older runs only."""
    runs = [numbered(number, 1_740_000_000 + 60 * (number // 2)) for number in range(7)]
    after = next((run for run in runs if run["id"] == asked.query.get("after")), None)
    if after is not None:
        del asked.query["after"]
        is_asc = asked.query.get("order") == "asc"
        runs = [
            run
            for run in runs
            if (run["created_at"] > after["created_at"]) == is_asc and run["created_at"] != after["created_at"]
        ]
    return list_runs(Thread(runs))(asked)


def test_sound_server_breaks_nothing(tmp_path: Path) -> None:
    done = check(list_runs(Thread(RUNS)), "--record", tmp_path / "runs.har")
    assert (done.code, done.err) == (0, "")
    assert not {"broken", "doubtful"} & {*verdicts(done).values()}
    assert verdicts(done)["walk-complete"] == "kept"
    last = done.out.splitlines()[-1]
    assert " 0 broken, 0 doubtful, " in last
    assert last.endswith(f"recorded in {tmp_path / 'runs.har'}")


def test_only_get_requests_of_the_thread_are_sent() -> None:
    with serving(list_runs(Thread(RUNS))) as server:
        run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert {asked.method for asked in server.asked} == {"GET"}
    assert len(server.asked) < 60


def test_address_may_be_the_whole_list() -> None:
    with serving(list_runs(Thread(RUNS))) as server:
        done = run("live", f"{server.origin}/v1/threads/{THREAD}/runs")
    assert done.code == 0
    assert server.asked[0].path == f"/v1/threads/{THREAD}/runs"


@pytest.mark.parametrize("answering", [list_runs(Thread(RUNS)), ignore_after, lose_runs_of_one_second])
def test_offline_check_of_the_recording_has_equal_findings(answering: Answering, tmp_path: Path) -> None:
    clock = ("--now", "1740001000")
    for form in ("json", "text", "jsonl", "sarif", "gitlab"):
        recording = tmp_path / f"{form}.har"
        live = check(answering, "--record", recording, "-f", form, *clock)
        offline = run(recording, "-f", form, *clock, "-q") if form != "text" else run(recording, *clock)
        assert live.code == offline.code
        assert live.out.startswith(offline.out) if form == "text" else live.out == offline.out


def test_lost_runs_are_told_with_requests() -> None:
    done = check(lose_runs_of_one_second)
    assert done.code == 1
    assert verdicts(done)["walk-complete"] == "broken"


def test_recording_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    check(list_runs(Thread(RUNS)), "--record", recording)
    assert recording.stat().st_mode & 0o777 == 0o600
    entries = json.loads(recording.read_text())["log"]["entries"]
    assert entries[0]["_validateRuns"] == {"version": 1, "thread": THREAD, "step": "probe", "try": 1}
    assert list(tmp_path.iterdir()) == [recording]


def test_thread_is_required() -> None:
    done = run("live", "http://127.0.0.1:9/v1")
    assert done.code == 2
    assert "which thread? --thread ID names one that has runs" in done.err


def test_plan_sends_nothing() -> None:
    with serving(list_runs(Thread(RUNS))) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--plan")
    assert (done.code, server.asked) == (0, [])
    assert done.out.splitlines()[1] == f"GET {server.origin}/v1/threads/{THREAD}/runs?limit=100&order=desc"


def test_file_that_is_called_live_is_checked_as_before(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("{}")
    assert run("live", cwd=tmp_path).out == run("./live", cwd=tmp_path).out.replace("./live", "live")
    assert run("live", "-f", "json", cwd=tmp_path).code == 1
