"""The media type of a response is not JSON.

The body is JSON, but `Content-Type` says otherwise or is missing. The official Node client then does not parse the
body: it returns no runs and no error. `application/json` and types that end in `+json` are right. For an error response
this is a warning, and so it is for an event stream with another type than `text/event-stream`: official clients read it
if they have asked for a stream, and browsers refuse it.

Bad:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "content_type": "text/plain",
      "body": {"data": []}}]

Good:

    [{"GET": "/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs", "content_type": "application/json",
      "body": {"data": []}}]
"""

import re

from validator.rules.base import ERROR, WARNING, Problem, Problems, Verbatim, rule
from validator.rules.support.exchanges import Exchange, is_json_type

_STREAM = "text/event-stream"
_is_media_type = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,60}").fullmatch


@rule(
    subject="answer",
    group="request",
    severity=ERROR,
    source="https://github.com/openai/openai-node/blob/main/src/internal/parse.ts",
    source_note="a body is parsed where the media type says JSON",
    evidence="measured with text/plain, text/html, application/octet-stream and none: 0 of 3 runs",
)
def check(exchange: Exchange) -> Problems:
    content_type = exchange.response.content_type
    if content_type is None or exchange.request.method == "HEAD" or exchange.response.is_redirect:
        return ()
    media_type = content_type.partition(";")[0].strip()
    is_right = media_type.lower() == _STREAM if exchange.is_stream else is_json_type(content_type)
    if is_right:
        return ()
    max_severity = WARNING if exchange.response.is_error or exchange.is_stream else None
    expected = Verbatim(_STREAM if exchange.is_stream else "application/json")
    if not content_type:
        return [Problem("", "has no Content-Type: expected {}", (expected,), max_severity=max_severity)]
    seen = Verbatim(media_type if _is_media_type(media_type) else "an invalid value")
    return [Problem("", "has Content-Type {}: expected {}", (seen, expected), max_severity=max_severity)]
