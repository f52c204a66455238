"""The server under test, started once on a free port of this machine."""

import time
from collections.abc import Iterator
from threading import Thread

import openai
import pytest
import uvicorn
from faults import FAULTS, app


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a reader see the tests fail: `pytest --fault first-id-mismatch`."""
    parser.addoption("--fault", choices=FAULTS, help="talk to a server that has this fault")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of the running server."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            pytest.exit("the server did not start: its own messages are above", returncode=3)
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def base_url(server_url: str, pytestconfig: pytest.Config) -> str:
    """The address that clients are given."""
    fault = pytestconfig.getoption("fault")
    return f"{server_url}/faulty/{fault}/v1" if fault else f"{server_url}/v1"


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    """The official client, talking to the server under test."""
    with openai.OpenAI(base_url=base_url, api_key="none", max_retries=0) as client:
        yield client
