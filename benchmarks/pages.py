"""Pages to measure on: sound ones of 100 runs, and the same with defects; made from the samples."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent.parent / "samples" / "valid"
STATUSES = ("completed", "failed", "cancelled", "incomplete", "expired")


def sound_page(runs: int = 100) -> dict[str, Any]:
    """A page of runs in every terminal status, some with tools, newest first; about 1.2 kB a run as compact JSON."""
    kinds = [*_runs("mixed-tools-page"), *_runs("page"), *(run for s in STATUSES[1:] for run in _runs(f"status-{s}"))]
    kinds = [run for run in kinds if run["status"] in STATUSES]
    data = [_numbered(kinds[index % len(kinds)], index) for index in range(runs)]
    return {"object": "list", "data": data, "first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}


def page_with_defects() -> dict[str, Any]:
    """The sound page with five defects in five runs, each of another kind."""
    page = copy.deepcopy(sound_page())
    first, second, third, fourth, fifth = (page["data"][index] for index in (3, 21, 42, 63, 84))
    first["usage"]["total_tokens"] += 1
    second["status"] = "complete"
    third["created_at"] = str(third["created_at"])
    del fourth["tools"]
    fifth["expires_at"] = fifth["created_at"] + 600
    return page


def with_undeclared_key(page: dict[str, Any]) -> dict[str, Any]:
    """The page with a key of the server's own in every run."""
    return {**page, "data": [{**run, "x_vendor": 1} for run in page["data"]]}


def archive(runs: int, defects: float, seed: int = 1) -> Iterator[bytes]:
    """Lines of one run each, about 1.2 kB; a share of them has a wrong sum of tokens."""
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    kinds = sound_page(100)["data"]
    for index in range(runs):
        run = {**kinds[index % 100], "id": f"run_{index:024d}"}
        if run["usage"] and chance.random() < defects:
            run["usage"] = {**run["usage"], "total_tokens": run["usage"]["total_tokens"] + 1}
        yield json.dumps(run, separators=(",", ":")).encode() + b"\n"


def written(page: dict[str, Any]) -> bytes:
    """The page as a server sends it."""
    return json.dumps(page, separators=(",", ":")).encode()


def _runs(sample: str) -> list[dict[str, Any]]:
    page: dict[str, Any] = json.loads((SAMPLES / f"{sample}.json").read_bytes())
    return page["data"]  # type: ignore[no-any-return]  # a sample is a page


def _numbered(run: dict[str, Any], index: int) -> dict[str, Any]:
    """A copy with an id of its own, moved back in time so that the page is in order."""
    run = copy.deepcopy(run)
    shift = run["created_at"] - (1_760_000_000 - 60 * index)
    times = ("created_at", "started_at", "expires_at", "cancelled_at", "failed_at", "completed_at")
    run |= {name: run[name] - shift for name in times if run[name] is not None}
    return {**run, "id": f"run_{index:024d}", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}
