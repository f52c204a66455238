"""A small server of the Assistants list-runs endpoint, in memory. It keeps every statement of `validate-runs live`.

It needs nothing but an ASGI server:

    uvicorn server:app

Replace it by your own server: the tests need only its address and a thread that has runs.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qs

Run = dict[str, Any]
Page = dict[str, Any]
Query = Mapping[str, str]
Answer = tuple[int, str]

THREAD = "thread_Zk4mQx8sVb2Yn6Tc1LpWr9Hd"
EMPTY_THREAD = "thread_Ua7fGj3oEi5Rw0Xs8CvBt2Nq"
ROUTE = re.compile("/v1/threads/(?P<thread>[^/]+)/runs(?:/(?P<run>[^/]+))?")
FIRST_CREATED = 1_760_000_000
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")
NUMBERS = count(1)


def made_run(number: int) -> Run:
    """A completed run of the thread that has many."""
    created = FIRST_CREATED + 60 * number
    return {
        "id": f"run_Contract{number:016}",
        "object": "thread.run",
        "created_at": created,
        "assistant_id": "asst_Pd5hSx0uKw7Jm3Vy9FzCa6Ge",
        "thread_id": THREAD,
        "status": "completed",
        "started_at": created + 1,
        "expires_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": created + 9,
        "required_action": None,
        "last_error": None,
        "incomplete_details": None,
        "model": "gpt-4o-mini",
        "instructions": "Look the weather up before you answer.",
        "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}],
        "tool_resources": {},
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "response_format": "auto",
        "usage": {"prompt_tokens": 120 + number, "completion_tokens": 30, "total_tokens": 150 + number},
    }


WAITING = {
    "status": "requires_action",
    "completed_at": None,
    "usage": None,
    "required_action": {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {
            "tool_calls": [
                {
                    "id": "call_Oy2nBr6tLe4Dk8Hf",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'},
                }
            ]
        },
    },
}
NEWEST = {**made_run(7), **WAITING, "expires_at": FIRST_CREATED + 1020}
RUNS = {THREAD: [*map(made_run, range(1, 7)), NEWEST], EMPTY_THREAD: []}


def page_of(runs: list[Run], query: Query) -> Page:
    """The page that a request asks for; `runs` are from oldest to newest."""
    ordered = runs if query.get("order") == "asc" else runs[::-1]
    ids = [run["id"] for run in ordered]
    start = ids.index(query["after"]) + 1 if "after" in query else 0
    stop = ids.index(query["before"]) if "before" in query else len(ids)
    limit = int(query.get("limit", "20"))
    window = ordered[start:stop]
    data = window[-limit:] if "before" in query else window[:limit]
    return sealed({"object": "list", "has_more": len(window) > limit}, data)


def sealed(page: Page, data: list[Run]) -> Page:
    """The page with these runs and the ids that name them."""
    first_id, last_id = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {**page, "data": data, "first_id": first_id, "last_id": last_id}


def answer(path: str, query: Query) -> Answer:
    """The status and the text of a response."""
    route = ROUTE.fullmatch(path)
    if route is None or route["thread"] not in RUNS:
        return refusal(404, f"No such thing: {path}")
    runs = {run["id"]: run for run in RUNS[route["thread"]]}
    if run_id := route["run"]:
        return (200, json.dumps(runs[run_id])) if run_id in runs else refusal(404, f"No run found: {run_id}")
    limit = query.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        return refusal(400, "Expected a limit from 1 to 100.", "limit")
    if query.get("order", "desc") not in ("asc", "desc"):
        return refusal(400, "Expected the order asc or desc.", "order")
    for cursor in ("after", "before"):
        if cursor in query and query[cursor] not in runs:
            return refusal(404, f"No run found: {query[cursor]}", cursor)
    return 200, json.dumps(page_of([*runs.values()], query))


def change(method: str, path: str, body: dict[str, Any]) -> Answer:
    """The status and the text of a response to a request that creates, cancels or deletes something."""
    number = f"Created{next(NUMBERS):017}"
    match (method, *path.split("/")[2:]):
        case ("POST", "assistants"):
            return 200, json.dumps({"object": "assistant", **body, "id": f"asst_{number}"})
        case ("DELETE", "assistants", assistant):
            return 200, json.dumps({"id": assistant, "object": "assistant.deleted", "deleted": True})
        case ("POST", "threads"):
            RUNS[f"thread_{number}"] = []
            return 200, json.dumps({"object": "thread", **body, "id": f"thread_{number}"})
        case (_, "threads", thread, *_) if thread not in RUNS:
            return refusal(404, f"No thread found: {thread}")
        case ("DELETE", "threads", thread):
            del RUNS[thread]
            return 200, json.dumps({"id": thread, "object": "thread.deleted", "deleted": True})
        case ("POST", "threads", thread, "messages"):
            return 200, json.dumps({"object": "thread.message", **body, "id": f"msg_{number}", "thread_id": thread})
        case ("POST", "threads", thread, "runs"):
            return create_run(thread, f"run_{number}", body)
        case ("POST", "threads", thread, "runs", run, "cancel"):
            return cancel_run(thread, run)
    return refusal(404, f"No such thing: {method} {path}")


def create_run(thread: str, run_id: str, body: dict[str, Any]) -> Answer:
    """A new run, unless another one of the thread is active."""
    if RUNS[thread] and RUNS[thread][-1]["status"] in ACTIVE:
        return refusal(400, f"Thread {thread} already has an active run {RUNS[thread][-1]['id']}.")
    now = int(time.time())
    times: Run = {"created_at": now, "started_at": None, "completed_at": None, "expires_at": now + 600}
    given: Run = {key: body[key] for key in ("assistant_id", "model", "metadata") if key in body}
    run = {**made_run(0), "id": run_id, "thread_id": thread, "status": "queued", "usage": None, **times, **given}
    RUNS[thread].append(run)
    return 200, json.dumps(run)


def cancel_run(thread: str, run_id: str) -> Answer:
    """The run, which ends at once."""
    for run in RUNS[thread]:
        if run["id"] == run_id and run["status"] in ACTIVE:
            usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
            run.update(status="cancelled", cancelled_at=int(time.time()), expires_at=None, usage=usage)
            return 200, json.dumps(run)
    return refusal(400, f"No active run found: {run_id}")


def refusal(status: int, message: str, parameter: str | None = None) -> Answer:
    """An error as the API sends it."""
    error = {"message": message, "type": "invalid_request_error", "param": parameter, "code": None}
    return status, json.dumps({"error": error})


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Any], Awaitable[None]],
    answer: Callable[[str, Query], Answer] = answer,
) -> None:
    """Answer one request, as ASGI asks for it."""
    if scope["type"] != "http":
        return
    method, path = scope["method"], scope["path"]
    if method == "GET":
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        status, text = answer(path, query)
    else:
        status, text = change(method, path, await read_json(receive))
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def read_json(receive: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    """The body of a request; empty where there is none."""
    body, has_more = b"", True
    while has_more:
        message = await receive()
        body += message.get("body", b"")
        has_more = message.get("more_body", False)
    return json.loads(body) if body else {}
