"""Make documents of what callers have: JSON texts, paths, values, and objects of client libraries.

Objects are recognised by their attributes. Their packages are not imported.
"""

from __future__ import annotations

import io
import json
import re
import sys
import warnings
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, ValuesView
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from inspect import iscoroutinefunction, isroutine
from os import PathLike, fspath
from os.path import exists
from typing import Any, NoReturn

from validator.core.credentials import is_credential
from validator.core.exchange import Request, Response
from validator.core.options import MAX_BYTES
from validator.core.phrases import Verbatim, class_name, escape
from validator.core.problem import Problem, Span
from validator.core.resource import RUN
from validator.sources.detect import SUFFIXES
from validator.sources.document import Document, InputError, Origin, SkippedRecords
from validator.sources.files import read_paths
from validator.sources.positions import FileLine
from validator.sources.reader import Reader

_BODY_ATTRIBUTES = ("content", "data", "body", "_body")
"""Where responses have their bytes: httpx, requests, Django and the raw responses of the openai package under
`content`, urllib3 and Werkzeug under `data`, Starlette and FastAPI under `body`, aiohttp, once they are read, under
`_body`."""
_may_be_path = re.compile(r"""[^\s\ufeff{["][^\s"]{0,254}""").fullmatch
"""Without spaces, since a sentence from a server is not a path."""
_TOO_MANY_DIGITS = "Exceeds the limit"
"""The start of Python's message for an integer with more digits than it writes."""
_READ = "call its read(), or give what that returns"


class UncheckedRunsWarning(UserWarning):
    """A file has something that may hold runs and was not checked, such as an answer recorded without its body."""


class _UnsupportedSource(TypeError):
    """A source that is not of a kind that can be checked."""


def documents_of(source: object) -> tuple[Iterable[Document], set[str]]:
    """Return the documents in a source of any kind that `validate` takes, and the paths that it names.

    The bytes that a server sent are preferred to what a client made of them. Warns once for each file that has what may
    hold runs and is not checked. Raises `OSError` for a path that cannot be read, and `TypeError` for a source of
    another kind, or one that raises when its content is read.
    """
    try:
        if type(source).__module__ == "unittest.mock":  # which has every attribute
            raise _UnsupportedSource("cannot check a mock: give what a server would answer")
        if isinstance(source, Iterator | ValuesView) and not hasattr(source, "read"):  # an open file has lines
            source = list(source) or _refuse_empty(source)
        paths = [*map(fspath, _paths(source))]
        if not paths:
            found = _responses(source) or [_document(source)]
            return [part for document in found for part in _events(document)], set()
    except _UnsupportedSource as error:
        raise TypeError(str(error)) from None
    except Exception as error:
        if class_name(error) == "ResponseNotRead":  # of httpx
            raise TypeError(f"cannot check {_kind(source)} before its body is read: {_READ}") from None
        detail = f": {escape(str(error))}" if type(error) is TypeError else ""
        raise TypeError(f"cannot check {_kind(source)}: it raised {class_name(error)}{detail}") from error
    documents = []
    for item in read_paths(paths, MAX_BYTES):
        if isinstance(item, InputError):
            raise OSError(f"{escape(item.file)}: {item}") from None
        if isinstance(item, Document):
            documents.append(item)
        elif isinstance(item, SkippedRecords) and item.unchecked:
            text = f"{escape(item.file)}: {item.unchecked}"
            warnings.warn(text, UncheckedRunsWarning, stacklevel=_level_of_caller())
    return documents, {*paths}


def _level_of_caller() -> int:
    """Return how many calls above the caller of this function the code stands that called the package."""
    level, frame = 0, sys._getframe()
    while (caller := frame.f_back) and str(frame.f_globals.get("__name__")).startswith("validator."):
        level, frame = level + 1, caller
    return level


def _paths(source: object) -> list[PathLike[str]]:
    """Return a path, or the paths of a list; none of anything else."""
    items = source if isinstance(source, list | tuple) else [source]
    paths = [item for item in items if isinstance(item, PathLike)]
    return paths if len(paths) == len(items) else []


def _document(source: object) -> Document:
    if isinstance(source, str) and _looks_like_path(source):
        message = 'is the name of a file, and a str is read as JSON text: give Path("{}")'
        return _failed("not-json", message, Verbatim(source))
    if isinstance(source, str) and re.match(r"https?://", source):
        return _failed("not-json", "is a URL, and nothing is fetched: give the response")
    if (
        isinstance(source, list | tuple)
        and source
        and all(isinstance(item, str) and _looks_like_path(item) for item in source)
    ):
        return _failed("not-json", 'is a list of names of files: give each as a Path, Path("{}")', Verbatim(source[0]))
    if isinstance(source, bytearray | memoryview):
        source = bytes(source)
    if isinstance(source, str | bytes):
        return Document(file=None, data=source)
    if isinstance(source, Document):
        return source
    if not isinstance(source, dict | list | tuple) or hasattr(source, "_asdict"):
        if (response := _response(source)) is not None:
            return response
        source = _to_plain(source)
    if isinstance(source, tuple) and any(type(item) is int for item in source):
        raise _UnsupportedSource("cannot check a tuple of a body and a status: give the body, or a response object")
    try:
        to_plain = partial(_to_plain, is_inside=True)
        text = json.dumps(source, default=to_plain, check_circular=False)  # a value that contains itself is too deep
    except RecursionError:
        return _failed("too-deep", "has more than 256 levels")
    except ValueError as error:
        if not str(error).startswith(_TOO_MANY_DIGITS):
            raise
        return _failed("too-large", "has an integer of more digits than Python writes")
    return Document(file=None, data=text, has_positions=False)


def _responses(source: object) -> list[Document]:
    """Return the documents of a list of responses, each with its number; none of a list of anything else.

    Answers to calls for something else are left out beside answers to calls for runs, as in a recording.
    """
    documents: list[Document] = []
    for record, item in enumerate(source if isinstance(source, list | tuple) else (), 1):
        document = None if isinstance(item, str | bytes | dict | list) else _response(item)
        if document is None or document.origin is None:
            return []
        documents.append(document._replace(record=record))
    requests = [document.exchange[0] for document in documents]
    is_of_client = any(request is not None and request.returns_runs for request in requests)
    return [document for document in documents if not (is_of_client and _is_of_another_call(document))]


def _is_of_another_call(document: Document) -> bool:
    """Return whether a response to a call for something else holds no runs."""
    request = document.exchange[0]
    is_of_another_call = request is not None and request.path and not request.returns_runs
    return bool(is_of_another_call) and not RUN.is_named_in(document.data)


def _events(document: Document) -> list[Document]:
    """Return the runs in a response that is an event stream; anything else, and a stream without runs, as it is."""
    origin, (request, response) = document.origin, document.exchange
    is_stream = response is not None and (response.content_type or "").lower().startswith("text/event-stream")
    is_stream = is_stream and (request is None or request.method == "POST")
    if origin is None or not is_stream or document.has_error_status:
        return [document]
    from validator.sources import sse  # most responses are JSON

    data = document.data.encode() if isinstance(document.data, str) else document.data
    reader = Reader("", io.BufferedReader(io.BytesIO(data)), MAX_BYTES)
    call = origin._replace(stream=document.record or 0)
    items = sse.read_runs(reader, lambda positions: positions, call, document.record)
    return [item._replace(file=None) for item in items if isinstance(item, Document)] or [document]


def _response(source: object) -> Document | None:
    """Return the document in the body of a response; None if it is not a response that has been read."""
    source = getattr(source, "http_response", source)  # that of a raw response of the openai package
    bodies = (getattr(source, name, None) for name in _BODY_ATTRIBUTES)
    body = next((body for body in bodies if isinstance(body, bytes)), None)
    return None if body is None else Document(file=None, data=body, origin=_origin(source))


def _origin(source: Any) -> Origin | None:
    """Return the request and the status, URL and content type of a response, if it has a status."""
    status = getattr(source, "status_code", None) or getattr(source, "status", None)
    if type(status) is not int or not 100 <= status < 600:
        return None
    request = _request(source)
    headers = {str(name).lower(): str(value) for name, value in getattr(source, "headers", {}).items()}
    missing = None if request is None else ""  # no header says nothing in a response that no server sent
    return Origin(FileLine(None), request, Response(status, headers.get("content-type", missing)))


def _request(response: Any) -> Request | None:
    """Return the request of a response: of its attribute `request`, which Django has as a mapping, or its own."""
    try:
        request: Any = getattr(response, "request", None)
    except RuntimeError:  # httpx, of a response that was made without one
        return None
    if isinstance(request, Mapping):
        method, url = request.get("REQUEST_METHOD"), request.get("PATH_INFO")
        url = url and f"{url}?{request.get('QUERY_STRING', '')}"
    else:
        asked = response if request is None else request
        sent = getattr(response, "_original_response", None)  # in which urllib3 keeps the method
        method, url = getattr(asked, "method", None) or getattr(sent, "_method", None), getattr(asked, "url", None)
    return Request.parse(method if isinstance(method, str) else "", str(url)) if url else None


def _looks_like_path(text: str) -> bool:
    """Return whether a text is the name of a file: to give it as a `str` is the first mistake that many make."""
    if _may_be_path(text) is None or is_credential(text):
        return False
    return text.lower().endswith(SUFFIXES) or exists(text)


def _failed(rule: str, message: str, *values: object) -> Document:
    problem = Problem("", message, values, span=Span(0, 0), rule=rule)
    return Document(file=None, data="", problem=problem, has_positions=False)


def _to_plain(source: Any, *, is_inside: bool = False) -> Any:
    """Return the value of which `json.dumps` writes an object that it does not know."""
    if callable(dump := getattr(source, "model_dump", None)):
        with warnings.catch_warnings(action="ignore"):  # pydantic's, of values that do not fit the model: findings soon
            return dump(by_alias=True, exclude_unset=True)  # or defaults that nobody sent would be checked too
    if isinstance(source, Mapping):
        return dict(source)
    if isinstance(source, Enum):
        return source.value
    if class_name(source) == "UUID":
        return str(source)
    for name in ("to_dict", "_asdict"):
        if callable(to_dict := getattr(source, name, None)) and not isinstance(source, type):
            return to_dict()
    if is_dataclass(source) and not isinstance(source, type):
        return {field.name: getattr(source, field.name) for field in fields(source)}
    if callable(isoformat := getattr(source, "isoformat", None)):
        return isoformat()
    raise _UnsupportedSource(f"cannot check {_kind(source)}{_advise(source, is_inside=is_inside)}")


def _advise(source: object, *, is_inside: bool) -> str:
    """Return what to do with an object that cannot be checked: the end of a message."""
    if is_inside and (isinstance(source, PathLike) or _response(source) is not None):
        return " among other values: give it alone, or in a list of such alone"
    if iscoroutinefunction(getattr(source, "read", None)):
        return " before its body is read: await its read()"
    if callable(getattr(source, "read", None)):
        return f" before its body is read: {_READ}"
    if hasattr(source, "__await__"):
        return " before it is awaited"
    if isinstance(source, AsyncIterable):
        return ": collect it in a list, [run async for run in ...]"
    if callable(getattr(source, "post", None)):
        return ", a client or an application: give a response; assert_live_listing checks a server"
    if isinstance(source, BaseException) and hasattr(source, "response"):
        return ": give its response"
    if isroutine(source):
        return ": call it, and give what it returns"
    if is_inside:
        return ": JSON has no such values"
    return ": give JSON text, a Path, a parsed value, a response or a model"


def _refuse_empty(source: object) -> NoReturn:
    raise _UnsupportedSource(f"cannot check {_kind(source)} that yields nothing: give a list, which may be empty")


def _kind(source: object) -> str:
    return f"a value of type {class_name(source)}"
