"""The recording of a live check, as HAR 1.2 or a cassette, without secrets.

Source: https://w3c.github.io/web-performance/specs/HAR/Overview.html
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from validator import __version__
from validator.live.cassette import dump_interaction, join_interactions
from validator.live.exchange import Answer, Header
from validator.live.keys import Redactor
from validator.live.scrub import Scrubber
from validator.live.target import Misuse

FIELD = "_validateRuns"
"""The field of an entry that says which question of the check it answers."""
FIELD_VERSION = 1
COMMENT = "free text was replaced (--scrub)"
CASSETTES = (".yaml", ".yml")
_NO_TYPE = "x-unknown"
_NO_SIZE = -1
_MAX_HEADER = 4000
"""Characters of the name or the value of a header that are recorded."""


class RecordingFull(Exception):
    """The recording would become larger than a document that is checked may be."""


def require_recording(name: str) -> str:
    """Return the name of a file if it names a recording: the offline check knows the format by that."""
    if not name.lower().endswith((".har", *CASSETTES)):
        raise Misuse("the recording is a HAR or a cassette: name a file that ends in .har or .yaml")
    return name


def is_cassette(name: str) -> bool:
    """Return whether a file with this name is a cassette; any other recording is a HAR."""
    return name.lower().endswith(CASSETTES)


class Recorder:
    """Collects answers as entries of a recording with this name, which has at most `max_bytes` bytes."""

    def __init__(
        self, redactor: Redactor, max_bytes: int, name: str, scrubber: Scrubber | None = None, warning: str = ""
    ) -> None:
        self._is_cassette = is_cassette(name)
        self._redactor = redactor
        self._scrubber = scrubber
        self._comment = ", ".join(filter(None, (COMMENT if scrubber else "", warning)))
        self._entries: list[str] = []
        self._rest = max_bytes - 1000  # for what stands around the entries
        self._last = 0.0

    def add(self, answer: Answer, thread: str) -> int:
        """Add an answer in a check of a thread, and return the number of its entry, from 1; raises `RecordingFull`."""
        for header in answer.sent:
            self._redactor.learn(*header)
        self._last = max(answer.began, self._last + 0.000_002)  # the clock may be set back, the order stays
        entry = self._dump(answer._replace(began=self._last), thread)
        if len(entry) > self._rest:
            raise RecordingFull
        self._rest -= len(entry) + 2
        self._entries.append(entry)
        return len(self._entries)

    def recording(self) -> bytes:
        """Return the recording so far."""
        if self._is_cassette:
            return join_interactions(self._entries, self._comment)
        comment = {"comment": self._comment} if self._comment else {}
        head = {"version": "1.2", **comment, "creator": {"name": "validate-runs", "version": __version__}}
        start = json.dumps({"log": head}, indent=1).rstrip("\n }")
        entries = ",\n".join(self._entries)
        return f'{start}\n  }},\n  "entries": [\n{entries}\n  ]\n }}\n}}\n'.encode()

    def _dump(self, answer: Answer, thread: str) -> str:
        entry = self._entry(answer, thread)
        if self._is_cassette:
            return dump_interaction(entry, FIELD)
        text = json.dumps(entry, indent=1)
        lines = text.replace("\x7f", "\\u007f").split("\n")
        return "\n".join(f"   {line}" for line in lines)

    def _entry(self, answer: Answer, thread: str) -> dict[str, Any]:
        milliseconds = round(answer.duration * 1000, 3)
        return {
            "startedDateTime": datetime.fromtimestamp(answer.began, UTC).isoformat(timespec="microseconds"),
            "time": milliseconds,
            "request": self._request(answer),
            "response": self._response(answer),
            "cache": {},
            "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            FIELD: {
                "version": FIELD_VERSION,
                "thread": self._redactor.text(thread),
                "step": answer.question.step,
                "try": answer.attempt,
                **({"retried": True} if answer.is_retried else {}),
            },
        }

    def _request(self, answer: Answer) -> dict[str, Any]:
        question, redact = answer.question, self._redactor.text
        request: dict[str, Any] = {
            "method": question.method,
            "url": redact(answer.url),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": self._headers(answer.sent),
            "queryString": [
                {"name": redact(name), "value": redact(value)}
                for name, value in parse_qsl(urlsplit(answer.url).query, keep_blank_values=True)
            ],
            "headersSize": _NO_SIZE,
            "bodySize": len(question.body),
        }
        if question.body:
            request["postData"] = {"mimeType": "application/json", "text": redact(question.body)}
        return request

    def _response(self, answer: Answer) -> dict[str, Any]:
        content = self._content(answer)
        response: dict[str, Any] = {
            "status": answer.status,
            "statusText": self._cut(answer.reason),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [
                header
                for header in self._headers(answer.headers)
                if header["name"].lower() != "content-length" or header["value"] == str(content["size"])
            ],
            "content": content,
            "redirectURL": self._cut(answer.header("location")),
            "headersSize": _NO_SIZE,
            "bodySize": _NO_SIZE,
        }
        if answer.error:
            response["_error"] = answer.error
        return response

    def _headers(self, headers: tuple[Header, ...]) -> list[dict[str, str]]:
        redactor = self._redactor
        return [
            {"name": self._cut(header.name), "value": redactor.header(header.name, header.value)[:_MAX_HEADER]}
            for header in headers
            if header.name.lower() != "content-encoding"  # the body is recorded without it
        ]

    def _cut(self, text: str) -> str:
        """Return the start of a text without the secrets: a secret that is cut first would not be found."""
        return self._redactor.text(text)[:_MAX_HEADER]

    def _content(self, answer: Answer) -> dict[str, Any]:
        body = self._redactor.bytes(answer.body)
        if self._scrubber is not None:
            body = self._scrubber.scrub(body)
        mime_type = self._cut(answer.header("content-type")) or _NO_TYPE
        content: dict[str, Any] = {"size": len(body), "mimeType": mime_type}
        if answer.status and not answer.error:
            try:
                content["text"] = body.decode()
            except UnicodeDecodeError:
                content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
        return content
