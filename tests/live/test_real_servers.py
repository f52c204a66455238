"""Servers of other people: what is wrong with each is found, and nothing else, live and from the recording alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.real_servers import RealServer, fakeai, myla
from tests.support.tools import need_tools
from validator.live.statements import BY_ID
from validator.reporters.json_objects import dump

Start = Callable[[Path], AbstractContextManager[RealServer]]

pytestmark = pytest.mark.tools
need_tools("servers take several seconds to start")

NOT_KEPT: dict[Start, dict[str, str]] = {
    fakeai: {
        "default-limit-20": "not verified",
        "asc-mirrors-desc": "doubtful",
        "cursor-stable": "not asked",
        "cursor-unknown": "doubtful",
        "cursor-other-thread": "doubtful",
        "error-envelope": "doubtful",
        "one-active-run": "not asked",
        "key-needed": "doubtful",
    },
    myla: {
        "run-shape": "broken",
        "seconds": "broken",
        "limit-filled": "not verified",
        "default-limit-20": "not verified",
        "walk-complete": "not verified",
        "walk-ends": "not verified",
        "after-excludes": "not verified",
        "after-follows-order": "broken",
        "before-window": "doubtful",
        "both-window": "not verified",
        "has-more-true": "broken",
        "has-more-false": "not verified",
        "cursor-stable": "not asked",
        "cursor-unknown": "not verified",
        "cursor-other-thread": "doubtful",
        "limit-range": "doubtful",
        "run-404": "not verified",
        "error-envelope": "doubtful",
        "no-5xx": "broken",
        "one-active-run": "not asked",
    },
}
"""What a server does not keep, or what cannot be verified: no page of myla has a true has_more, for instance."""


@pytest.mark.parametrize("start", NOT_KEPT)
def test_verdicts_live_and_offline(start: Start, tmp_path: Path) -> None:
    recording, report = tmp_path / "runs.har", tmp_path / "report.json"
    with start(tmp_path) as server:
        threads = ("--thread", server.thread, "--thread", server.other_thread, "--empty-thread", server.empty_thread)
        options = ("--check-auth", "--record", recording, "-f", f"json:{report}")
        live = run("live", server.base, *threads, *options, env={"VALIDATE_RUNS_API_KEY": server.key})
    found = json.loads(report.read_text("utf-8"))
    verdicts = {result["statement"]: result["verdict"] for result in found.pop("statements")}
    assert verdicts == {**dict.fromkeys(BY_ID, "kept"), **NOT_KEPT[start]}
    assert live.code == ("broken" in verdicts.values())
    assert dump(found, indent=2) == run(recording, "-f", "json").out
    assert server.key not in recording.read_text("utf-8")
