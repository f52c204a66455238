"""Servers of other people, from PyPI, each with an environment of its own: their threads and runs are made by HTTP."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.support import tools

_PATIENCE = 60.0
"""Seconds for a server to start, and for its runs to end."""
_ENDED = ("completed", "failed")


class RealServer(NamedTuple):
    """A server, its key, and threads of seven runs, of one run, and of none."""

    base: str
    key: str
    thread: str
    other_thread: str
    empty_thread: str


@contextmanager
def fakeai(folder: Path) -> Iterator[RealServer]:
    """Start fakeai (https://pypi.org/project/fakeai/), which accepts every key."""
    port = _free_port()
    command = [str(tools.environment("fakeai") / "fakeai"), "server", "--port", str(port)]
    with _started(command, folder), httpx.Client(base_url=f"http://127.0.0.1:{port}/v1") as client:
        _wait(client)
        yield _fill(client, "sk-any", "gpt-4o")


@contextmanager
def myla(folder: Path) -> Iterator[RealServer]:
    """Start myla (https://pypi.org/project/myla/), whose model returns what it was told; it gives us a key."""
    port = _free_port()
    command = [str(tools.environment("myla") / "myla"), "-H", "127.0.0.1", "-p", str(port), "--data", str(folder)]
    with _started(command, folder), httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
        _wait(client)
        login = client.post("users/admin/login", json={"username": "admin", "password": "admin"}).json()
        yield _fill(client, login["secret_key"]["id"], "mock@any")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def _started(command: Sequence[str], folder: Path) -> Iterator[None]:
    """Run a server in a folder, which is its home, too."""
    environment = {"HOME": str(folder), "PATH": str(Path(command[0]).parent)}
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            server.terminate()
            server.wait(_PATIENCE)


def _wait(client: httpx.Client) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            client.get("")
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _fill(client: httpx.Client, key: str, model: str) -> RealServer:
    """Make the threads. Of the seven runs the first is older than the others, some of which are of one second."""
    client.headers["Authorization"] = f"Bearer {key}"

    def create(path: str, **values: object) -> str:
        response = client.post(path, json=values)
        identifier: str = response.raise_for_status().json()["id"]
        return identifier

    assistant = create("assistants", name="tester", model=model)
    thread, other, empty = (create("threads") for _ in range(3))
    create(f"threads/{thread}/messages", role="user", content="Hello.")
    create(f"threads/{other}/runs", assistant_id=assistant)
    create(f"threads/{thread}/runs", assistant_id=assistant)
    time.sleep(2 - time.time() % 1)
    for _ in range(6):
        create(f"threads/{thread}/runs", assistant_id=assistant)
    end = time.monotonic() + _PATIENCE
    while any(run["status"] not in _ENDED for run in client.get(f"threads/{thread}/runs").json()["data"]):
        assert time.monotonic() < end
        time.sleep(0.1)
    return RealServer(str(client.base_url).rstrip("/"), key, thread, other, empty)
