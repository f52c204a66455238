"""What rules over an answer see: the request, the response, and what the body holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from validator.core.exchange import PAGE_PARAMETERS, Request, Response
from validator.core.options import Form
from validator.core.phrases import Shown
from validator.rules.objects import Run, is_masked

AnswerKind: TypeAlias = Literal["page", "pages", "wrapped page", "run", "wrapped run", "runs"]


class Exchange(NamedTuple):
    """A request for runs and the answer to it.

    `kind` is what the body is, None where it is something else, and `form` how its keys are spelt. `envelope` is the
    page, if it is one; `runs` pairs each run that is an object with its pointer, without the fields that are invalid.
    `body` is the parsed body of an error, None where it is no JSON. `began` is when the recorded call began, in Unix
    seconds. `is_stub` says that the response was written for tests, or saved as an example, `is_stream` that the
    answer is an event stream, of which this is the first run.
    """

    request: Request
    response: Response
    kind: AnswerKind | None = None
    form: Form | None = None
    envelope: dict[str, Any] | None = None
    runs: Sequence[tuple[str, Run]] = ()
    body: Any = None
    began: float | None = None
    is_stub: bool = False
    is_stream: bool = False


def describe_query(request: Request) -> tuple[str, tuple[Shown, ...]]:
    """Return a template that says which page a request asks for, such as ` (limit {}, order {})`, and the values."""
    asked = [(name, request.query[name]) for name in PAGE_PARAMETERS if name in request.query]
    template = f" ({', '.join(f'{name} {{}}' for name, _ in asked)})" if asked else ""
    return template, tuple(Shown(value) for _, value in asked)


def sent_value(request: Request, name: str) -> str | None:
    """Return the value of a parameter; None without one, and for a placeholder of a stub or an example."""
    value = request.query.get(name)
    return None if value and is_masked(value) else value


def is_json_type(content_type: str) -> bool:
    """Return whether official clients parse a body with this `Content-Type` as JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")
