"""A request for runs and its response, as far as rules compare them with a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from validator.core.options import ORDERS, Order
from validator.core.resource import RUN

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
"""Runs on a page where the request has no `limit`, and the most that it may ask for."""

_find_ids = re.compile(r"/threads/(?P<thread>[^/]+)/runs(?:/(?P<run>[^/]+)(?:/[^/]+)?)?/?$").search
_is_limit = re.compile(r"[1-9][0-9]?|100").fullmatch


class Request(NamedTuple):
    """The request that a document answers; `query` has the first value of each parameter, blank ones too."""

    method: str
    path: str
    query: Mapping[str, str]

    @property
    def lists_runs(self) -> bool:
        """Whether it asks for a page of runs."""
        return self.method == "GET" and self.path.rstrip("/").endswith(RUN.list_path)

    @property
    def thread_id(self) -> str | None:
        """The thread in the path."""
        match = _find_ids(self.path)
        return unquote(match["thread"]) if match else None

    @property
    def run_id(self) -> str | None:
        """The run in the path."""
        match = _find_ids(self.path)
        return unquote(match["run"]) if match and match["run"] else None

    @property
    def order(self) -> Order | None:
        """The order of the page that it asks for, "desc" by default; None where the value is no order."""
        value = self.query.get("order", "desc")
        return next((order for order in ORDERS if order == value), None)

    @property
    def limit(self) -> int | None:
        """The size of the page that it asks for, 20 by default; None where the value is not a number from 1 to 100."""
        value = self.query.get("limit", str(DEFAULT_LIMIT))
        return int(value) if _is_limit(value) else None


class Response(NamedTuple):
    """What came with a body: the status and the value of `Content-Type`, "" without one; None where unknown."""

    status: int | None
    content_type: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it is a client error or a server error."""
        return self.status is not None and self.status >= 400
