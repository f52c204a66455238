"""A question to a server and its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from validator.core.exchange import redirect_origin
from validator.core.phrases import escape

KeyChoice = Literal["right", "none", "wrong"]
Method = Literal["GET", "POST", "DELETE"]
MAX_ID = 200
"""Characters of an id that is used in a request."""


class Question(NamedTuple):
    """A request to send: `step` names why it is sent, `path` follows the base of the API; `body` is JSON."""

    step: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    key: KeyChoice = "right"
    method: Method = "GET"
    body: str = ""

    @property
    def lists_runs(self) -> bool:
        """Whether it asks for a page of runs."""
        return self.method == "GET" and self.path.endswith("/runs")


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

    @property
    def is_success(self) -> bool:
        """Whether a complete answer says that the request was carried out."""
        return 200 <= self.status < 300 and not self.error

    def header(self, name: str) -> str:
        """Return the first value of a header of the response; empty without one."""
        return next((header.value for header in self.headers if header.name.lower() == name), "")


Ask: TypeAlias = Callable[[Question], Answer]


class Page(NamedTuple):
    """What a body holds, as far as the next question depends on it; `runs` are those of its `size` runs with an id."""

    runs: Sequence[dict[str, Any]]
    has_more: Any
    size: int

    @property
    def ids(self) -> list[str]:
        """The ids of the runs, in the order of the page."""
        return [run["id"] for run in self.runs]


def read_page(answer: Answer) -> Page | None:
    """Return the page of runs in a successful answer; None where there is none."""
    body = read_object(answer)
    data = body.get("data") if body is not None and answer.is_success else None
    if body is None or not isinstance(data, list):
        return None
    runs = [run for run in data if isinstance(run, dict) and is_id(run.get("id"))]
    return Page(runs, body.get("has_more"), len(data))


def read_object(answer: Answer) -> dict[str, Any] | None:
    """Return the JSON object in an answer, whatever its status is; None where there is none."""
    if answer.error:
        return None
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def is_id(value: object) -> bool:
    """Return whether a value can be used as an id in a request."""
    return isinstance(value, str) and 0 < len(value) < MAX_ID


def explain_no_access(answer: Answer) -> str:
    """Return why the server would answer nobody who asks like that: it redirects or refuses the key; else ""."""
    status = answer.status
    if 300 <= status < 400:
        to = redirect_origin(answer.url, answer.header("location"))
        return f"the server redirects ({status}){f' to {escape(to)}' if to else ''}, and redirects are not followed"
    if status in (401, 403):
        if any(header.name.lower() in ("authorization", "api-key") for header in answer.sent):
            return f"the server refused the key ({status})"
        how = "VALIDATE_RUNS_API_KEY, --key-env or --key-file"
        return f"the server refused the request ({status}), which had no key: {how}"
    return "the proxy refuses the request (407)" if status == 407 else ""


def list_path(thread: str) -> str:
    """Return the path of the list of runs, below the base of the API."""
    return f"{thread_path(thread)}/runs"


def run_path(thread: str, run: str) -> str:
    """Return the path of a run, below the base of the API."""
    return f"{list_path(thread)}/{quote_segment(run)}"


def thread_path(thread: str) -> str:
    """Return the path of a thread, below the base of the API."""
    return f"/threads/{quote_segment(thread)}"


def quote_segment(word: str) -> str:
    """Return an id as one segment of a path: `.` and `..` would lead elsewhere."""
    return quote(word, safe="", errors="surrogatepass") if word.strip(".") else word.replace(".", "%2E")
