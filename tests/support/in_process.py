"""A client of a server in this process, without a socket."""

from __future__ import annotations

from urllib.parse import parse_qsl

import httpx

from tests.support.http_server import Answering, Asked
from tests.support.sound_server import KEY


def connect(answering: Answering) -> httpx.Client:
    """Return a client of a server that answers so, which sends the key of the sound server."""

    def respond(request: httpx.Request) -> httpx.Response:
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        headers = {"Authorization": request.headers.get("authorization", "")}
        reply = answering(Asked(request.method, request.url.path, query, headers, request.content))
        if not reply.status:
            raise httpx.ReadTimeout("no answer", request=request)
        body = {"content": reply.body} if isinstance(reply.body, bytes) else {"json": reply.body}
        return httpx.Response(reply.status, **body, headers={"Content-Type": "application/json", **reply.headers})

    transport, headers = httpx.MockTransport(respond), {"Authorization": f"Bearer {KEY}"}
    return httpx.Client(transport=transport, base_url="http://127.0.0.1:1/v1", headers=headers)
