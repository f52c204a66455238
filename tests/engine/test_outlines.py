"""What a report may tell of every run: sound or not, on a page, alone, or a line of an archive."""

import json
from pathlib import Path
from typing import Any

from tests.support.pages import page, run
from validator.batch.paths import check_paths
from validator.core.options import CheckOptions, FindingOptions
from validator.core.results import DocumentResult, RunOutline
from validator.engine.checker import Checker
from validator.rules.selection import effective_severities


def outline(pointer: str, **changes: Any) -> RunOutline:
    whole = run()
    names = {key: whole[key] for key in ("id", "thread_id", "status")}
    times = {key: value for key in ("created_at", "started_at", "completed_at") if (value := whole[key]) is not None}
    return RunOutline(**{"pointer": pointer, **names, "times": times, **changes})


def outlines_of(path: Path, *texts: object) -> list[tuple[RunOutline, ...]]:
    path.write_text("".join(f"{json.dumps(text)}\n" for text in texts), "utf-8")
    settings = CheckOptions(effective_severities(), 1_800_000_000.0, findings=FindingOptions(outlines=True))
    results = check_paths([str(path)], Checker(settings), 10_000_000)
    return [one.outlines for one in results if isinstance(one, DocumentResult)]


def test_outline_of_every_run_of_a_page(tmp_path: Path) -> None:
    other = run(id="run_b", status="queued", completed_at=None, usage=None)
    times = {key: run()[key] for key in ("created_at", "started_at")}
    second = outline("/data/1", id="run_b", status="queued", times=times)
    assert outlines_of(tmp_path / "page.json", page(run(), other)) == [(outline("/data/0"), second)]


def test_outlines_of_accepted_lines(tmp_path: Path) -> None:
    assert outlines_of(tmp_path / "runs.jsonl", run(), run(id="run_b")) == [(outline(""),), (outline("", id="run_b"),)]


def test_invalid_or_secret_fields_are_not_outlined(tmp_path: Path) -> None:
    bad = run(id="sk-proj-secret", thread_id=7, status=None, created_at="soon", started_at=1e300, completed_at=True)
    assert outlines_of(tmp_path / "run.json", bad) == [
        (outline("", id=None, thread_id=None, status=None, times={}),),
    ]


def test_outlined_sdk_times_are_seconds(tmp_path: Path) -> None:
    text = {"object": "thread.run", "id": "run_a", "threadId": "thread_a", "status": "queued"}
    text["createdAt"] = "2024-10-20T10:00:00Z"
    expected = RunOutline("", "run_a", "thread_a", "queued", {"created_at": 1729418400.0})
    assert outlines_of(tmp_path / "run.json", text) == [(expected,)]
