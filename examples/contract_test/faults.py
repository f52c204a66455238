"""What a server can get wrong: the server of the example again at /faulty/NAME/v1, with the fault of that name.

Here only to show what a failure looks like: `pytest --fault first-id-mismatch`. Leave it out of your own tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import server
from server import EMPTY_THREAD, FIRST_CREATED, RUNS, Answer, Page, Query, Run, page_of, sealed

FAULTY = re.compile("/faulty/(?P<fault>[a-z-]+)(?P<path>/v1/.*)")


def including_cursor(runs: list[Run], query: Query) -> Page:
    """A page that begins with the run of the cursor."""
    ordered = [run["id"] for run in (runs if query.get("order") == "asc" else runs[::-1])]
    place = ordered.index(query["after"]) if "after" in query else 0
    others = {name: value for name, value in query.items() if name != "after"}
    return page_of(runs, {**others, "after": ordered[place - 1]} if place else others)


def full_has_more(runs: list[Run], query: Query) -> Page:
    """A page that says that more runs follow whenever it is full."""
    page = page_of(runs, query)
    return {**page, "has_more": page["has_more"] or len(page["data"]) == int(query.get("limit", "20"))}


def changed(page: Page, **fields: Any) -> Page:
    """The page with some fields of its second run changed; the first may be one that still waits for its tool."""
    return {**page, "data": [{**run, **fields} if index == 1 else run for index, run in enumerate(page["data"])]}


def without(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object without one of its keys."""
    return {name: field for name, field in value.items() if name != key}


def camel_case(value: Any) -> Any:
    """The value with its keys as TypeScript SDKs spell them in memory, which no server may send."""
    if isinstance(value, dict):
        return {re.sub("_([a-z])", lambda m: m[1].upper(), key): camel_case(item) for key, item in value.items()}
    return [camel_case(item) for item in value] if isinstance(value, list) else value


QUERY_FAULTS: dict[str, Callable[[Query], Query]] = {
    "page-too-long": lambda query: {**query, "limit": str(int(query.get("limit", "20")) + 1)},
}
"""What a server can get wrong about a request."""

LISTING_FAULTS: dict[str, Callable[[list[Run], Query], Page]] = {
    "overlapping-pages": including_cursor,
    "false-has-more": full_has_more,
}
"""What a server can get wrong about pages that follow one another: no page shows it alone."""

PAGE_FAULTS: dict[str, Callable[[Page], Page]] = {
    "first-id-mismatch": lambda page: {**page, "first_id": "run_ThatWasHereYesterday"},
    "last-id-mismatch": lambda page: {**page, "last_id": "run_OfTheNextPage"},
    "duplicate-run-id": lambda page: sealed(page, [page["data"][0], page["data"][0], *page["data"][2:]]),
    "other-thread": lambda page: changed(page, thread_id=EMPTY_THREAD),
    "unordered-runs": lambda page: sealed(page, [*page["data"][1::-1], *page["data"][2:]]),
    "schema-const": lambda page: {**page, "object": "page"},
    "schema-required": lambda page: without(page, "has_more"),
    "camel-case-response": camel_case,
    "not-a-run-list": lambda _: {"error": {"message": "The server had an error.", "type": "server_error"}},
}
"""What a server can get wrong about a page."""

RUN_FAULTS: dict[str, dict[str, Any]] = {
    "completed-without-time": {"completed_at": None},
    "unexpected-failure-time": {"failed_at": FIRST_CREATED + 3600},
    "ended-before-started": {"completed_at": FIRST_CREATED},
    "expiry-on-ended-run": {"expires_at": FIRST_CREATED + 4200},
    "milliseconds": {"completed_at": (FIRST_CREATED + 3600) * 1000},
    "zero-timestamp": {"cancelled_at": 0},
    "token-total-mismatch": {"usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 120}},
    "negative-tokens": {"usage": {"prompt_tokens": -1, "completion_tokens": 30, "total_tokens": 29}},
    "schema-enum": {"status": "complete"},
    "schema-type": {"created_at": "yesterday"},
}
"""What a server can get wrong about a run: fields of the second one on every page."""

EMPTY_PAGE_FAULTS: dict[str, dict[str, Any]] = {
    "empty-page-ids": {"first_id": "", "last_id": ""},
    "empty-page-has-more": {"has_more": True},
}
"""What a server can get wrong about a page without runs."""

TEXT_FAULTS: dict[str, Callable[[str], str]] = {
    "duplicate-key": lambda text: text.replace('"object": "list"', '"object": "list", "object": "list"', 1),
    "non-finite-number": lambda text: text.replace('"temperature": 1.0', '"temperature": NaN', 1),
    "not-json": lambda text: text.replace('"has_more"', "'has_more'"),
}
"""What a server can get wrong about the text. A client that gets through it shows nothing of it."""

FAULTS = (*QUERY_FAULTS, *LISTING_FAULTS, *PAGE_FAULTS, *RUN_FAULTS, *EMPTY_PAGE_FAULTS, *TEXT_FAULTS)
"""Each is named after the rule that finds it (`schema-enum` after `schema:enum`)."""


def listing(runs: list[Run], query: Query, fault: str) -> str:
    """The text of a page with one thing wrong with it."""
    query = QUERY_FAULTS[fault](query) if fault in QUERY_FAULTS else query
    page = LISTING_FAULTS[fault](runs, query) if fault in LISTING_FAULTS else page_of(runs, query)
    if fault in PAGE_FAULTS and page["data"]:
        page = PAGE_FAULTS[fault](page)
    if fault in RUN_FAULTS and page["data"]:
        page = changed(page, **RUN_FAULTS[fault])
    if fault in EMPTY_PAGE_FAULTS and not page["data"]:
        page = {**page, **EMPTY_PAGE_FAULTS[fault]}
    text = json.dumps(page)
    return TEXT_FAULTS[fault](text) if fault in TEXT_FAULTS else text


def answer(path: str, query: Query) -> Answer:
    """The status and the text of a response, faulty where the path says so."""
    found = FAULTY.fullmatch(path)
    if found is None or found["fault"] not in FAULTS:
        return server.answer(path, query)
    status, text = server.answer(found["path"], query)
    route = server.ROUTE.fullmatch(found["path"])
    if status != 200 or route is None or route["run"]:
        return status, text
    return status, listing(RUNS[route["thread"]], query, found["fault"])


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer one request, as ASGI asks for it."""
    await server.app(scope, receive, send, answer)
