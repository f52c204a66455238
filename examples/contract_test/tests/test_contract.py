"""The server keeps the contract of the list-runs endpoint."""

from itertools import islice
from typing import Literal

import httpx
import openai
import pytest
from server import EMPTY_THREAD, RUNS, THREAD

from validator import assert_valid_runs, valid_runs


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
