"""A request for runs and its response, as far as rules compare them with a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from validator.core.options import ORDERS, Order
from validator.core.phrases import is_plain
from validator.core.resource import RUN

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
"""Runs on a page where the request has no `limit`, and the most that it may ask for."""

_find_ids = re.compile(r"/threads/(?P<thread>[^/]+)/runs(?:/(?P<run>[^/]+)(?:/[^/]+)?)?/?$").search
_returns_runs = re.compile(RUN.path_pattern).search
_is_method = re.compile(r"[A-Z]{1,10}").fullmatch
_MAX_URL = 16_384
"""Characters of a URL that is parsed: servers answer longer ones with 414, and aliases may repeat them."""
_MAX_LABEL = 200
_is_limit = re.compile(r"[1-9][0-9]?|100").fullmatch


class Request(NamedTuple):
    """The request that a document answers; `query` has the first value of each parameter, blank ones too."""

    method: str
    path: str
    query: Mapping[str, str]

    @classmethod
    def parse(cls, method: str, url: str) -> Request:
        """Return the request for a URL; one that is too long or is not a URL has no query."""
        if len(url) > _MAX_URL:
            return cls(method.upper(), "", {})
        try:
            parts = urlsplit(url)
            query = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError:
            return cls(method.upper(), url, {})
        return cls(method.upper(), parts.path, dict(reversed(query)))

    @property
    def label(self) -> str:
        """Method and path as a report may show them: without the query, `…` for parts that may be secret."""
        path = "/".join(part if not part or is_plain(part) else "…" for part in self.path.split("/"))
        if len(path) > _MAX_LABEL:
            path = f"{path[: _MAX_LABEL // 2]}…{path[-_MAX_LABEL // 2 :]}"
        return " ".join(filter(None, (self.method if _is_method(self.method) else "", path)))

    @property
    def returns_runs(self) -> bool:
        """Whether the path is one of those that return runs."""
        return _returns_runs(self.path) is not None

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


UNKNOWN_REQUEST = Request("", "", {})
"""The request of a response that does not know it."""


class Response(NamedTuple):
    """What came with a body: the status and the value of `Content-Type`, "" without one; None where unknown."""

    status: int | None
    content_type: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it is a client error or a server error."""
        return self.status is not None and self.status >= 400
