"""A client of an ASGI application in this process, which is started and stopped as a server does.

Source: https://asgi.readthedocs.io/en/latest/specs/lifespan.html
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from validator.core.credentials import mask
from validator.core.phrases import escape
from validator.live.transport import Unusable, load_library

ADDRESS = "http://testserver.localhost"
"""The address of an application in this process."""
_MAX_RAISED = 300
"""Characters of an exception that a failure shows."""


@contextmanager
def connect_in_process(application: Callable[..., Any], timeout: float, raised: Counter[str]) -> Iterator[Any]:
    """Yield a client of an application, which runs in one event loop of its own, in a thread of its own.

    `raised` counts what it raises. Raises `Unusable` for an application that does not start.
    """
    library = load_library()
    lifespan = _Lifespan(application, timeout)

    async def watched(scope: dict[str, Any], *channels: Any) -> None:
        try:
            await application({**scope, "state": lifespan.state.copy()}, *channels)
        except Exception as error:
            raised[_describe(error)] += 1
            raise

    inner = library.ASGITransport(watched, raise_app_exceptions=False)

    async def answer(request: Any) -> tuple[int, Any, bytes]:
        response = await inner.handle_async_request(request)
        return response.status_code, response.headers, b"".join([piece async for piece in response.stream])

    def call(request: Any) -> tuple[int, Any, bytes]:
        return runner.run(asyncio.wait_for(answer(request), timeout))

    class InProcess(library.BaseTransport):  # type: ignore[misc, name-defined]  # of whichever library there is
        def handle_request(self, request: Any) -> Any:
            status, headers, body = thread.submit(call, request).result()
            return library.Response(status, headers=headers, stream=library.ByteStream(body))

    runner = asyncio.Runner()
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(lambda: runner.run(lifespan.start())).result()
            try:
                with library.Client(transport=InProcess(), trust_env=False) as client:
                    yield client
            finally:
                thread.submit(lambda: runner.run(lifespan.stop())).result()
        finally:
            thread.submit(runner.close).result()


class WatchedClient:
    """A client of a caller; what it raises itself comes from an application in this process, and is counted.

    A client of httpx or httpx2 has errors of its own for all that happens on a network.
    """

    def __init__(self, client: Any, raised: Counter[str]) -> None:
        self._client = client
        self._raised = raised
        self.build_request = client.build_request

    def send(self, request: Any, **options: Any) -> Any:
        """Send a request, and return the response."""
        try:
            return self._client.send(request, **options)
        except Exception as error:
            if not type(error).__module__.startswith("http"):
                self._raised[_describe(error)] += 1
            raise


class _Lifespan:
    """Starts and stops an application; one that knows no lifespan needs neither. `state` is what requests are given."""

    _task: asyncio.Future[None]
    _events: asyncio.Queue[dict[str, str]]
    _replies: asyncio.Queue[dict[str, str]]

    def __init__(self, application: Callable[..., Any], timeout: float) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._timeout = timeout
        self._error: Exception | None = None

    async def start(self) -> None:
        """Start the application; raises `Unusable` where it says that it failed, or says nothing in time."""
        self._events, self._replies = asyncio.Queue(), asyncio.Queue()
        self._task = asyncio.ensure_future(self._run())
        reply = await self._send("startup")
        if reply == "lifespan.startup.failed":
            await asyncio.wait([self._task], timeout=self._timeout)
            raise Unusable(f"the application does not start{f': {_describe(self._error)}' if self._error else ''}")
        if not reply and not self._task.done():
            raise Unusable(f"the application has not started after {self._timeout:g} seconds")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._application(scope, self._events.get, self._replies.put)
        except Exception as error:  # of one that knows no lifespan, or that fails
            self._error = error

    async def stop(self) -> None:
        """Stop the application, if it is one that waits for that."""
        if not self._task.done():
            await self._send("shutdown")

    async def _send(self, event: str) -> str:
        """Send an event and return the type of the reply, empty where none comes."""
        await self._events.put({"type": f"lifespan.{event}"})
        reply: asyncio.Future[dict[str, str]] = asyncio.ensure_future(self._replies.get())
        waiting: list[asyncio.Future[Any]] = [reply, self._task]
        await asyncio.wait(waiting, timeout=self._timeout, return_when=asyncio.FIRST_COMPLETED)
        if reply.done():
            return reply.result()["type"]
        reply.cancel()
        return ""


def _describe(error: Exception) -> str:
    """Return the type and the first line of the text of an exception, and where it was raised."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    words = traceback.format_exception_only(error)[0].partition("\n")[0][:_MAX_RAISED]
    return escape(mask(f"{words} ({place.filename}:{place.lineno})"))
