"""The server keeps the contract of the list-runs endpoint."""

from itertools import islice
from typing import Literal

import httpx
import openai
import pytest
from server import EMPTY_THREAD, RUNS, THREAD, app

from validator import assert_valid_runs, valid_runs
from validator.live import assert_live_listing


def test_response(base_url: str) -> None:
    """What the server sends, byte for byte; the URL names the thread, the limit and the order."""
    response = httpx.get(f"{base_url}/threads/{THREAD}/runs", params={"limit": 3, "order": "desc"})
    assert_valid_runs(response, expect="page")


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [3, len(RUNS[THREAD])])  # several pages, and one that is just full
def test_listing(client: openai.OpenAI, limit: int, order: Literal["asc", "desc"]) -> None:
    """All pages of a listing, as the official client asks for them, have each run once and end where they say."""
    first = client.beta.threads.runs.list(THREAD, limit=limit, order=order)
    pages = list(islice(first.iter_pages(), 10))  # where a server ignores `after`, they never end
    assert_valid_runs(pages, listing=True, limit=limit, order=order)
    assert sum(len(page.data) for page in pages) == len(RUNS[THREAD])


def test_empty(client: openai.OpenAI) -> None:
    """A thread without runs, as the official client was sent it."""
    response = client.beta.threads.runs.with_raw_response.list(EMPTY_THREAD)
    assert response == valid_runs(expect="page")


def test_server(base_url: str) -> None:
    """Walks in both orders, limits, cursors, refusals, single runs: about fifty requests to the server under test."""
    assert_live_listing(base_url, thread=THREAD, empty_thread=EMPTY_THREAD, require=["walk-complete", "has-more-true"])


def test_application() -> None:
    """The same without a port, and with threads and runs that the check creates: the application in this process."""
    report = assert_live_listing(app, create=True, model="gpt-4o-mini", require=["cursor-stable", "one-active-run"])
    others = {statement.id for statement in report.statements if statement.verdict != "kept"}
    assert others == {"default-limit-20", "key-needed"}  # which take a thread of 21 runs, and a server that has keys
