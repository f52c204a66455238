"""The server of the example project, on a real socket."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from tests.support.paths import ROOT

EXAMPLE = ROOT / "examples" / "contract_test"
sys.path.insert(0, str(EXAMPLE))

from faults import EMPTY_PAGE_FAULTS, FAULTS, LISTING_FAULTS, TEXT_FAULTS, app  # now they can be found
from server import EMPTY_THREAD, RUNS, THREAD

__all__ = [
    "EMPTY_PAGE_FAULTS",
    "EMPTY_THREAD",
    "EXAMPLE",
    "FAULTS",
    "LISTING_FAULTS",
    "RUNS",
    "TEXT_FAULTS",
    "THREAD",
    "app",
    "serving",
]


@contextmanager
def serving() -> Iterator[str]:
    """Let it serve meanwhile, at this address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
