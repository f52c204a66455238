"""Recordings of a server: a thread that answers list requests, and HAR files of what it answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.pages import run

THREAD = "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"
ORIGIN = "http://127.0.0.1:8000"
LIST = f"/v1/threads/{THREAD}/runs"


def numbered(number: int, created_at: int = 0) -> dict[str, Any]:
    """A completed run whose id and time of creation follow from a number: one run a minute, or at the given time."""
    created = created_at or 1_740_000_000 + 60 * number
    times = {"created_at": created, "started_at": created + 1, "completed_at": created + 5}
    return run(id=f"run_{number:024d}", thread_id=THREAD, **times)


class Thread:
    """The runs of one thread, in order of creation, listed as the API documents it; every request is recorded."""

    def __init__(self, runs: Iterable[dict[str, Any]]) -> None:
        self.runs = list(runs)
        self.calls: list[dict[str, Any]] = []

    def list(self, **query: Any) -> dict[str, Any]:
        """Answer a list request, and record it."""
        page = self.page(**query)
        self.calls.append(call(query, page))
        return page

    def walk(self, **query: Any) -> None:
        """List page after page as the official clients do."""
        page = self.list(**query)
        while page["has_more"] and page["data"]:
            page = self.list(**query, after=page["data"][-1]["id"])

    def page(
        self, limit: int = 20, order: str = "desc", after: str | None = None, before: str | None = None
    ) -> dict[str, Any]:
        """The page that answers a list request."""
        runs = self.ordered(order)
        ids = [one["id"] for one in runs]
        first = ids.index(after) + 1 if after in ids else 0
        last = ids.index(before) if before in ids else len(ids)
        window = runs[first:last]
        data = window[-limit:] if before and not after else window[:limit]
        return list_of(data, has_more=len(window) > limit)

    def ordered(self, order: str) -> Sequence[dict[str, Any]]:
        """All runs in an order."""
        return self.runs if order == "asc" else self.runs[::-1]


def list_of(data: Sequence[dict[str, Any]], *, has_more: bool = False) -> dict[str, Any]:
    """A page of these runs."""
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"object": "list", "data": list(data), **ends, "has_more": has_more}


def call(
    query: dict[str, Any],
    body: Any,
    *,
    status: int = 200,
    content_type: str = "application/json",
    method: str = "GET",
    path: str = LIST,
    began: str | None = None,
) -> dict[str, Any]:
    """An entry of a HAR; a body that is no text is written as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        **({"startedDateTime": began} if began else {}),
        "request": {"method": method, "url": f"{ORIGIN}{path}{'?' if query else ''}{urlencode(query)}", "headers": []},
        "response": {"status": status, "headers": [], "content": {"mimeType": content_type, "text": text}},
    }


def har(file: Path, calls: Iterable[dict[str, Any]]) -> Path:
    """Write a HAR."""
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": list(calls)}
    file.write_text(json.dumps({"log": log}, indent=1), "utf-8")
    return file
