"""Pages for measurements: valid ones of 100 runs, and the same with defects; made from the samples."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent.parent / "samples" / "valid"
STATUSES = ("completed", "failed", "cancelled", "incomplete", "expired")


def valid_page(runs: int = 100) -> dict[str, Any]:
    """Return a page of runs in all terminal statuses, some with tools, newest first; about 1.2 kB a run."""
    kinds = [*_runs("mixed-tools-page"), *_runs("page"), *(run for s in STATUSES[1:] for run in _runs(f"status-{s}"))]
    kinds = [run for run in kinds if run["status"] in STATUSES]
    data = [_numbered(kinds[index % len(kinds)], index) for index in range(runs)]
    return {"object": "list", "data": data, "first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}


def page_with_defects() -> dict[str, Any]:
    """Return the valid page with five defects of different kinds in five runs."""
    page = copy.deepcopy(valid_page())
    first, second, third, fourth, fifth = (page["data"][index] for index in (3, 21, 42, 63, 84))
    first["usage"]["total_tokens"] += 1
    second["status"] = "complete"
    third["created_at"] = str(third["created_at"])
    del fourth["tools"]
    fifth["expires_at"] = fifth["created_at"] + 600
    return page


def with_undeclared_key(page: dict[str, Any]) -> dict[str, Any]:
    """Return the page with a vendor key in every run."""
    return {**page, "data": [{**run, "x_vendor": 1} for run in page["data"]]}


def archive(runs: int, defects: float, seed: int = 1) -> Iterator[bytes]:
    """Yield lines of one run each, about 1.2 kB; a share of them has a wrong sum of tokens."""
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    kinds = valid_page(100)["data"]
    for index in range(runs):
        run = {**kinds[index % 100], "id": f"run_{index:024d}"}
        if run["usage"] and chance.random() < defects:
            run["usage"] = {**run["usage"], "total_tokens": run["usage"]["total_tokens"] + 1}
        yield json.dumps(run, separators=(",", ":")).encode() + b"\n"


def to_json(page: dict[str, Any]) -> bytes:
    """Return the page as a server sends it."""
    return json.dumps(page, separators=(",", ":")).encode()


def _runs(sample: str) -> list[dict[str, Any]]:
    page: dict[str, Any] = json.loads((SAMPLES / f"{sample}.json").read_bytes())
    return page["data"]  # type: ignore[no-any-return]  # a sample is a page


def _numbered(run: dict[str, Any], index: int) -> dict[str, Any]:
    """Return a copy with another id, moved back in time so that the page is in order."""
    run = copy.deepcopy(run)
    shift = run["created_at"] - (1_760_000_000 - 60 * index)
    times = ("created_at", "started_at", "expires_at", "cancelled_at", "failed_at", "completed_at")
    run |= {name: run[name] - shift for name in times if run[name] is not None}
    return {**run, "id": f"run_{index:024d}", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}
