"""A request for runs and its response, as far as rules compare them with a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from validator.core.options import ORDERS, Order
from validator.core.phrases import is_plain
from validator.core.resource import RUN

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
"""Runs on a page where the request has no `limit`, and the most that it may ask for."""

PAGE_PARAMETERS = ("limit", "order", "after", "before")
"""The parameters of a query that say which page is asked for."""
_IDS = r"/threads/(?P<thread>[^/]+)/runs(?:/(?P<run>[^/]+)(?:/[^/]+)?)?/?$"
"""The patterns here are compiled when they are used: most documents answer no known request."""
_METHOD = r"[A-Z]{1,10}"
_MAX_URL = 16_384
"""Characters of a URL that is parsed: servers answer longer ones with 414, and aliases may repeat them."""
_MAX_LABEL = 200
_LIMIT = r"[1-9][0-9]?|100"


class Request(NamedTuple):
    """The request that a document answers; `query` has the first value of each parameter, blank ones too.

    `step` is the question of `validate-runs live` that it asks, such as "probe"; empty in any other recording.
    Of a stub that fits requests with any other parameters, too, `is_partial` says so.
    """

    method: str
    path: str
    query: Mapping[str, str]
    step: str = ""
    is_partial: bool = False

    @classmethod
    def parse(cls, method: str, url: str) -> Request:
        """Return the request for a URL; one that is too long or is not a URL has no query."""
        from urllib.parse import parse_qsl, urlsplit

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
        """Method, path and what names the page, as a report may show them: `…` for parts that may be secret."""
        path = "/".join(part if not part or is_plain(part) else "…" for part in self.path.split("/"))
        if len(path) > _MAX_LABEL:
            path = f"{path[: _MAX_LABEL // 2]}…{path[-_MAX_LABEL // 2 :]}"
        page = {name: self.query[name] for name in PAGE_PARAMETERS if name in self.query} if path else {}
        query = "&".join(f"{name}={value if not value or is_plain(value) else '…'}" for name, value in page.items())
        url = f"{path}?{query}" if query else path
        return " ".join(filter(None, (self.method if re.fullmatch(_METHOD, self.method) else "", url)))

    @property
    def returns_runs(self) -> bool:
        """Whether the path is one of those that return runs."""
        return re.search(RUN.path_pattern, self.path) is not None

    @property
    def lists_runs(self) -> bool:
        """Whether it asks for a page of runs."""
        return self.method == "GET" and self.path.rstrip("/").endswith(RUN.list_path)

    @property
    def creates_run(self) -> bool:
        """Whether it creates a run, perhaps with its thread."""
        return self.method == "POST" and self.run_id is None and self.returns_runs

    @property
    def thread_id(self) -> str | None:
        """The thread in the path."""
        return self._path_id("thread")

    @property
    def run_id(self) -> str | None:
        """The run in the path."""
        return self._path_id("run")

    def _path_id(self, name: str) -> str | None:
        from urllib.parse import unquote

        match = re.search(_IDS, self.path)
        return unquote(match[name]) if match and match[name] else None

    @property
    def order(self) -> Order | None:
        """The order of the page that it asks for, "desc" by default; None where it is unknown or no order."""
        value = self.query.get("order", "" if self.is_partial else "desc")
        return next((order for order in ORDERS if order == value), None)

    @property
    def limit(self) -> int | None:
        """The size of the page that it asks for, 20 by default; None where it is unknown or not from 1 to 100."""
        value = self.query.get("limit", "" if self.is_partial else str(DEFAULT_LIMIT))
        return int(value) if re.fullmatch(_LIMIT, value) else None

    @property
    def page_limit(self) -> int | None:
        """The same where `has_more` is about the end of the page; None with `before`, as it may be about either end."""
        return None if self.query.get("before") else self.limit

    def order_or(self, default: Order | None) -> Order | None:
        """Return the order that the query names; without one, the given order, or else that of the API.

        A partial request leaves it open.
        """
        return self.order if self.is_partial or "order" in self.query else default or self.order

    def page_limit_or(self, default: int | None) -> int | None:
        """Return the limit of a page in the same way."""
        is_known = self.is_partial or {"limit", "before"} & self.query.keys()
        return self.page_limit if is_known else default or self.page_limit


UNKNOWN_REQUEST = Request("", "", {})
"""The request of a response that does not know it."""


class Response(NamedTuple):
    """What came with a body: the status and the value of `Content-Type`, "" without one; None where unknown.

    Answers to the questions of `validate-runs live` have more. `redirect` is the origin of another server that a 3xx
    leads to, "" if it stays on this one, None if it leads nowhere. `error` says why there is no response. `is_retried`:
    the same request was sent again afterwards.
    """

    status: int | None
    content_type: str | None = None
    redirect: str | None = None
    error: str = ""
    is_retried: bool = False

    @property
    def is_error(self) -> bool:
        """Whether it is a client error or a server error."""
        return self.status is not None and self.status >= 400

    @property
    def is_missing(self) -> bool:
        """Whether no response came."""
        return self.status is None and self.error != ""

    @property
    def is_success(self) -> bool:
        """Whether the request was carried out."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether it sends the client elsewhere, or says that the client has the content already."""
        return self.status is not None and 300 <= self.status < 400


def redirect_origin(url: str, location: str) -> str | None:
    """Return the origin of another server that a `Location` leads to from a URL, "" for the same one, None for none."""
    from urllib.parse import urljoin, urlsplit

    try:
        parts = urlsplit(url), urlsplit(urljoin(url, location))
    except ValueError:
        return None
    here, target = (f"{part.scheme}://{part.netloc.rpartition('@')[2]}" for part in parts)
    return (None if not location else "") if target == here else target


def error_words(body: Any) -> str:
    """Return the type and the code of an API error as far as it has them: `invalid_request_error (code not_found)`."""
    error = body.get("error") if isinstance(body, dict) else None
    values = [error.get(name) for name in ("type", "code")] if isinstance(error, dict) else [None, None]
    kind, code = (value if isinstance(value, str) and is_plain(value) else "" for value in values)
    return f"{kind} (code {code})" if kind and code else kind or (f"code {code}" if code else "")
