"""Send requests to one server within budgets: no redirects, no proxies, no cookies; GET alone unless permitted."""

from __future__ import annotations

import importlib
import io
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from validator import __version__
from validator.live.exchange import Answer, Header, Method, Question
from validator.live.keys import WRONG_KEY, replace_credentials
from validator.sources.compression import BrokenCompression
from validator.sources.document import InputError
from validator.sources.reader import ByteBudget, ByteBudgetExceeded, Reader
from validator.sources.recordings.content_encoding import decode

LIBRARIES = ("httpx2", "httpx")
RETRIED = (429, 502, 503, 504)
"""Statuses after which a GET is sent again; 500 is what the check looks for."""
NOT_DONE = (429,)
"""Statuses after which any request is sent again: the server has done nothing."""
MAX_TRIES = 3
_MAX_HEADERS = 200
_MAX_RETRY_AFTER = 100
"""Characters of `Retry-After`; a date has 29."""
_BACKOFF = 0.25
"""Seconds before the second try."""
_WAIT_PAUSE = 0.2


class LiveError(Exception):
    """The check cannot go on: the text says why."""


class Unusable(LiveError):
    """The server cannot be checked: it refuses the key, redirects, or does not do what the check needs."""


class NotPermitted(LiveError):
    """A request would change something on the server, and the caller has not allowed it."""


class MissingExtra(LiveError):
    """No HTTP client is installed."""


class BudgetSpent(LiveError):
    """The check has taken as many requests, as much time or as much data as it may."""


class Budget(NamedTuple):
    """The limits of a check: seconds, requests, bytes of a body, and requests a second (0: no limit)."""

    timeout: float = 10.0
    max_time: float = 60.0
    max_requests: int = 100
    max_body: int = 8 * 1024 * 1024
    rate: float = 0.0


class Authorization(NamedTuple):
    """Headers of every request, and those that carry the key."""

    headers: Mapping[str, str] = {}
    key: Mapping[str, str] = {}


def load_library() -> ModuleType:
    """Return httpx2, or else httpx; raises `MissingExtra`."""
    for name in LIBRARIES:
        with suppress(ImportError):
            return importlib.import_module(name)
    raise MissingExtra("needs an HTTP client: pip install 'validate-runs[live]'")


@cache
def default_tls_context() -> ssl.SSLContext:
    """Return the settings for TLS that trust the usual authorities; to read these takes longer than a whole check."""
    context: ssl.SSLContext = load_library().create_ssl_context(trust_env=False)
    return context


def make_client(verify: ssl.SSLContext, timeout: float, proxy: str | None = None) -> Any:
    """Return a client that ignores the environment, keeps no cookies and follows no redirects."""
    library = load_library()
    client = library.Client(
        verify=verify,
        timeout=timeout,
        proxy=proxy,
        trust_env=False,
        follow_redirects=False,
        limits=library.Limits(max_connections=1, max_keepalive_connections=1),
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return client


class Transport:
    """Sends questions one after the other; every try is handed to `record`.

    `client` is a client of httpx or httpx2. `base` is the address that the paths of questions follow, `query` what
    every request has besides. `permits` decides about each request that is no GET, by its method and path; without it
    none is sent.
    """

    def __init__(
        self,
        client: Any,
        base: str,
        authorization: Authorization,
        budget: Budget,
        record: Callable[[Answer], object],
        *,
        query: tuple[tuple[str, str], ...] = (),
        permits: Callable[[Method, str], bool] | None = None,
    ) -> None:
        self._client = client
        self._base = base
        self._authorization = authorization
        self._budget = budget
        self._record = record
        self._query = query
        self._permits = permits
        self._start = time.monotonic()
        self._next = 0.0
        self._socket: socket.socket | None = None
        self.requests = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the transport was made."""
        return time.monotonic() - self._start

    def wait(self, question: Question, seconds: float) -> None:
        """Try until any response comes, at most so long; these tries are neither recorded nor counted."""
        end = time.monotonic() + seconds
        while True:
            answer = self._try(question, 1)
            self._start, self.requests = time.monotonic(), 0
            if answer.status or time.monotonic() >= end:
                return
            time.sleep(_WAIT_PAUSE)

    def send(self, question: Question) -> Answer:
        """Send a question, again where that may help, and return the last answer.

        Raises `BudgetSpent`, and `NotPermitted` for a request that is no GET unless it is permitted.
        """
        is_get = question.method == "GET"
        if not is_get and not (self._permits and self._permits(question.method, question.path)):
            raise NotPermitted(f"{question.method} {question.path} is not sent")
        attempt = 1
        while True:
            answer = self._try(question, attempt)
            is_lost = is_get and not answer.status and answer.error not in _FINAL
            is_refused = answer.status in (RETRIED if is_get else NOT_DONE)
            is_retried = (is_lost or is_refused) and attempt < MAX_TRIES
            self._record(answer._replace(is_retried=is_retried))
            if not is_retried:
                return answer
            self._wait(answer, attempt)
            attempt += 1

    def _wait(self, answer: Answer, attempt: int) -> None:
        pause = _BACKOFF * 2 ** (attempt - 1) * (1 + random.random())  # noqa: S311  # no secret
        asked = _retry_after(answer.header("retry-after")[:_MAX_RETRY_AFTER]) if answer.status in (429, 503) else None
        pause = pause if asked is None else max(asked, 0.0)
        if self.elapsed + pause >= self._budget.max_time:
            raise BudgetSpent("rate limited" if answer.status == 429 else f"the server answers with {answer.status}")
        time.sleep(pause)

    def _try(self, question: Question, attempt: int) -> Answer:
        budget = self._budget
        remaining = budget.timeout if question.method == "DELETE" else self._remaining()  # which no budget stops
        if budget.rate:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + 1 / budget.rate
        self.requests += 1
        asked = dict(question.query)
        others = [(name, value) for name, value in self._query if name not in asked]
        query = urlencode([*others, *question.query], errors="surrogatepass")
        url = f"{self._base}{question.path}{'?' if query else ''}{query}"
        began, clock = time.time(), time.monotonic()
        answer = Answer(question, url, attempt, began, 0.0)
        try:
            with self._deadline(min(budget.timeout, remaining)) as is_over:
                answer = self._exchange(answer)
        except Exception as error:  # of httpx, of the socket below, or of whatever a caller's client does
            answer = answer._replace(error=TIMED_OUT if is_over.is_set() else _describe(error))
            if answer.error == TIMED_OUT and remaining < budget.timeout:  # the server had less time than it may take
                raise BudgetSpent(f"{budget.max_time:g} seconds are over (--max-time)") from None
        return answer._replace(duration=time.monotonic() - clock)

    def _remaining(self) -> float:
        """Return the seconds that are left; raises `BudgetSpent`."""
        budget = self._budget
        if self.requests >= budget.max_requests:
            raise BudgetSpent(f"{budget.max_requests} requests were sent (--max-requests)")
        remaining = budget.max_time - self.elapsed
        if remaining <= 0:
            raise BudgetSpent(f"{budget.max_time:g} seconds are over (--max-time)")
        return remaining

    def _exchange(self, answer: Answer) -> Answer:
        question, authorization = answer.question, self._authorization
        own = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"validate-runs/{__version__}",
            **({"Content-Type": "application/json"} if question.body else {}),
        }
        given = {**authorization.headers, **authorization.key}
        names = {name.lower() for name in given}
        headers = {name: value for name, value in own.items() if name.lower() not in names} | given
        content = question.body.encode() or None
        request = self._client.build_request(question.method, answer.url, headers=headers, content=content)
        request.url = type(request.url)(answer.url)  # a client with `params` has put them in place of the query
        request.extensions["trace"] = self._trace
        options: dict[str, Any] = {"stream": True, "follow_redirects": False}
        if question.key != "right":  # a client may have credentials of its own
            replace_credentials(request.headers, WRONG_KEY if question.key == "wrong" else None)
            options["auth"] = None
        response = self._client.send(request, **options)
        try:
            sent = tuple(Header(*pair) for pair in _pairs(request.headers))
            received = tuple(Header(*pair) for pair in _pairs(response.headers))
            status, reason = response.status_code, response.reason_phrase
            answer = answer._replace(sent=sent, headers=received, status=status, reason=reason)
            return self._read_body(answer, response)
        finally:
            response.close()

    def _read_body(self, answer: Answer, response: Any) -> Answer:
        """Return the answer with its body; with an error where the body is too large or broken."""
        pieces, size, limit = [], 0, self._budget.max_body
        is_read = response.is_stream_consumed  # by a transport that answers without a network
        for piece in [response.content] if is_read else response.iter_raw():
            size += len(piece)
            if size > limit:
                return answer._replace(error=f"the body is larger than {limit} bytes")
            pieces.append(piece)
        data = b"".join(pieces)
        coding = answer.header("content-encoding")
        if not coding or is_read:
            return answer._replace(body=data)
        try:
            reader = Reader("", io.BufferedReader(io.BytesIO()), limit)
            decoded = decode(data, coding, reader, ByteBudget())
        except (BrokenCompression, ByteBudgetExceeded, InputError, OSError, EOFError):
            return answer._replace(status=0, error=_CANNOT_DECOMPRESS)
        if decoded is data and data and coding.strip().lower() in _CODINGS:  # clients trust the header
            return answer._replace(status=0, error=_CANNOT_DECOMPRESS)
        if decoded is None:
            return answer._replace(error=f"the body is larger than {limit} bytes")
        return answer._replace(body=decoded)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection, so that the deadline can end it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[threading.Event]:
        """Cut the connection after so many seconds: a server that sends a byte now and then meets every timeout."""
        is_over = threading.Event()

        def cut() -> None:
            is_over.set()
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield is_over
        finally:
            timer.cancel()


TIMED_OUT = "timed out"
PROXY_REFUSES = "the proxy refuses to connect"
_WORDS = {
    "ConnectError": "cannot connect",
    "ConnectTimeout": TIMED_OUT,
    "ReadTimeout": TIMED_OUT,
    "WriteTimeout": TIMED_OUT,
    "PoolTimeout": TIMED_OUT,
    "TimeoutError": TIMED_OUT,
    "ReadError": "the connection was closed",
    "RemoteProtocolError": "no valid HTTP response",
    "ProxyError": PROXY_REFUSES,
}
_TLS_WORDS = {
    "CERTIFICATE_VERIFY_FAILED": "the certificate of the server cannot be verified",
    "CERTIFICATE_REQUIRED": "the server demands a client certificate",
    "WRONG_VERSION_NUMBER": "the server does not answer in TLS",
    "RECORD_LAYER_FAILURE": "the server does not answer in TLS",
}
"""What errors of OpenSSL mean, by the names of their reasons."""
_CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd")
"""Content codings that clients decode; they ignore any other."""
_CANNOT_DECOMPRESS = "the body cannot be decompressed as Content-Encoding says"
_FINAL = (TIMED_OUT, PROXY_REFUSES, _CANNOT_DECOMPRESS, *_TLS_WORDS.values())
"""Errors after which a second try would end in the same way."""


def _describe(error: Exception) -> str:
    """Return why no response came, in our own words: the text of an exception may hold what the server sent."""
    name, text = type(error).__name__, str(error)
    if name == "RemoteProtocolError" and "disconnected" in text:
        return "the connection was closed"
    if name == "RemoteProtocolError" and "complete message body" in text:
        return "the body ended before its announced length"
    if name in ("ConnectError", "ReadError", "WriteError"):
        for mark, words in _TLS_WORDS.items():
            if mark in text:
                return words
    return _WORDS.get(name, f"no response ({name})")


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw[:_MAX_HEADERS]]


def _retry_after(value: str) -> float | None:
    """Return the seconds that the server asks to wait for, by a number or a date."""
    if value.strip().isdecimal() and len(value) < 10:
        return float(value)
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(value).timestamp() - time.time()
    return None
