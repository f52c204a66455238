"""The server keeps the contract of the list-runs endpoint."""

from typing import Literal

import httpx
import openai
import pytest
from server import EMPTY_THREAD, THREAD

from validator import assert_valid_runs, valid_runs


def test_response(base_url: str) -> None:
    """What the server sends, byte for byte."""
    response = httpx.get(f"{base_url}/threads/{THREAD}/runs", params={"limit": 3})
    assert_valid_runs(response, limit=3, order="desc")


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages(client: openai.OpenAI, order: Literal["asc", "desc"]) -> None:
    """A whole listing, page by page, as the official client understands it."""
    for page in client.beta.threads.runs.list(THREAD, limit=3, order=order).iter_pages():
        assert_valid_runs(page, limit=3, order=order)


def test_empty(client: openai.OpenAI) -> None:
    """A thread without runs, as the official client was sent it."""
    response = client.beta.threads.runs.with_raw_response.list(EMPTY_THREAD)
    assert response == valid_runs(expect="page")
