"""A question to a server and its answer."""

from __future__ import annotations

from typing import Literal, NamedTuple

KeyChoice = Literal["right", "none", "wrong"]


class Question(NamedTuple):
    """A GET request to send: `step` names why it is sent, `path` follows the base of the API."""

    step: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    key: KeyChoice = "right"


class Header(NamedTuple):
    """A header of a request or a response."""

    name: str
    value: str


class Answer(NamedTuple):
    """What came back: one try of a question.

    `began` is in Unix seconds, `duration` in seconds. `status` is 0 and `error` says why where no complete response
    came; `body` is decoded by the content coding, but not parsed. `is_retried`: the question is asked again.
    """

    question: Question
    url: str
    attempt: int
    began: float
    duration: float
    sent: tuple[Header, ...] = ()
    status: int = 0
    reason: str = ""
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    error: str = ""
    is_retried: bool = False

    def header(self, name: str) -> str:
        """Return the first value of a header of the response; empty without one."""
        return next((header.value for header in self.headers if header.name.lower() == name), "")
