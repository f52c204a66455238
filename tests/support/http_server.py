"""HTTP on a loopback socket: a server that answers as a function says, and remembers what it was asked."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Asked(NamedTuple):
    """A request that the server has received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


class Reply(NamedTuple):
    """What the server answers; a body that is no bytes is written as JSON. With status 0 it closes the connection."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


class Server(NamedTuple):
    """The address of a server, and the requests so far."""

    origin: str
    asked: list[Asked]


Answering = Callable[[Asked], Reply]


@contextmanager
def serving(answering: Answering, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Let a server answer meanwhile, over TLS if there are settings for it."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Print nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked.append(Asked(self.command, unquote(parts.path), query, dict(self.headers.items()), body))
            reply = answering(asked[-1])
            if not reply.status:
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError):  # the client may have ended
                self.wfile.write(body)

        do_POST = do_DELETE = do_GET  # noqa: N815  # the names that the base class looks for

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with running(server) as address:
        yield Server(f"{'https' if tls else 'http'}://{address}", asked)


@contextmanager
def running(server: TCPServer) -> Iterator[str]:
    """Let a server on loopback serve meanwhile; its address, as it stands in a URL."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refuse(message: str, status: int = 400) -> Reply:
    """An error as the API sends it."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return Reply({"error": error}, status)
