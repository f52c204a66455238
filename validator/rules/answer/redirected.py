"""A question of a live check was answered with a redirect (3xx).

The endpoint answers by itself. A client that follows a redirect to another server sends it the thread, and some clients
the key, too; the check follows none, so that nothing else is known of this answer. A redirect within the same server,
such as one that adds a slash to the path, costs a request each time and is a warning. 304 (Not Modified) is wrong where
the client has no body from before. Recordings of other programs, whose client may have followed the redirect, are not
judged.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "wide-desc", "status": 302,
      "location": "https://login.example.org/", "body": ""}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "step": "wide-desc", "body": {"data": []}}]
"""

import re

from validator.core.credentials import is_credential
from validator.rules.base import ERROR, WARNING, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange

_is_origin = re.compile(r"https?://[\w.:\[\]-]{1,100}", re.ASCII).fullmatch


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    about_server=True,
    source="https://github.com/openai/openai-python/issues/3516",
    source_note="the key of Azure was sent to the target of a redirect",
)
def check(exchange: Exchange) -> Problems:
    response = exchange.response
    if not exchange.request.step or not response.is_redirect:
        return ()
    if response.status == 304:  # no question has a condition, such as If-None-Match
        message = "answers the {} request, which has no condition, with 304 (Not Modified): expected 200 and a body"
        return [Problem("", message, (Verbatim(exchange.request.method),))]
    if response.redirect == "":
        message = "redirects the {} request with {} to another address of the same server: expected an answer"
        return [Problem("", message, (Verbatim(exchange.request.method), response.status), max_severity=WARNING)]
    target = "without a target" if response.redirect is None else f"to {_name(response.redirect)}"
    words = Verbatim(exchange.request.method), response.status, Verbatim(target)
    return [Problem("", "redirects the {} request with {} {}: expected an answer", words)]


def _name(origin: str) -> str:
    return origin if _is_origin(origin) and not is_credential(origin.partition("//")[2]) else "another server"
