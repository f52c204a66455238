"""What `validate` and the assertions take: JSON texts, paths, values, and objects of client libraries.

The objects are known by what they can do. Nothing of their packages is imported.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from os.path import exists
from typing import Any

from validator.core.credentials import is_credential
from validator.core.options import MAX_BYTES
from validator.core.phrases import Verbatim, class_name, escape
from validator.core.problem import Problem, Span
from validator.sources.detect import SUFFIXES
from validator.sources.document import Document, InputError
from validator.sources.files import read_paths

_BODY = ("content", "data")
"""Where responses keep the bytes they came with: httpx, requests, Django and the openai package's raw responses under
`content`, urllib3 and Werkzeug under `data`."""
_may_be_name = re.compile(r"""[^\s\ufeff{["][^\s"]{0,254}""").fullmatch
"""Without blanks: a sentence that a server says is no name."""
_TOO_MANY_DIGITS = "Exceeds the limit"
"""How Python begins to say that an integer has more digits than it writes."""


class _Unusable(TypeError):
    """A source that holds no document."""


def documents_of(source: object) -> Iterable[Document]:
    """The documents to check in what a caller hands over.

    What a server sent is preferred to what a client made of it: a body is taken before a model is dumped.
    Raises `OSError` for a path that cannot be read and `TypeError` for a source that holds no document, or that raises
    something of its own when it is asked for it.
    """
    try:
        named = fspath(source) if isinstance(source, PathLike) else None
        if named is None:
            return [_document(source)]
    except _Unusable as error:
        raise TypeError(str(error)) from None
    except Exception as error:
        why = f": {escape(str(error))}" if type(error) is TypeError else ""
        raise TypeError(f"cannot check {_kind(source)}: it raised {class_name(error)}{why}") from error
    found = read_paths([named], MAX_BYTES)
    return [_readable(one) for one in found if isinstance(one, Document | InputError)]


def _document(source: object) -> Document:
    if isinstance(source, str) and _is_file_name(source):
        return _no_text(source)
    if isinstance(source, str | bytes):
        return Document(file=None, data=source)
    if isinstance(source, Document):
        return source
    if isinstance(source, dict | list):
        return _of_value(source)
    if (body := _body(source)) is not None:
        return Document(file=None, data=body)
    return _of_value(_plain(source))


def _is_file_name(text: str) -> bool:
    """Whether a text is meant as the name of a file, which is the first mistake that many make."""
    if _may_be_name(text) is None or is_credential(text):
        return False
    return text.lower().endswith(SUFFIXES) or exists(text)


def _no_text(name: str) -> Document:
    message = 'is the name of a file, and a str is read as JSON text: give Path("{}")'
    problem = Problem("", message, (Verbatim(name),), span=Span(0, 0), rule="not-json")
    return Document(file=None, data="", problem=problem, has_positions=False)


def _readable(document: Document | InputError) -> Document:
    if isinstance(document, InputError):
        raise OSError(f"{escape(document.file)}: {document}") from None
    return document


def _body(source: object) -> bytes | None:
    bodies = (getattr(source, name, None) for name in _BODY)
    return next((body for body in bodies if isinstance(body, bytes)), None)


def _of_value(value: object) -> Document:
    """A value is checked as the JSON text that it would be sent as."""
    try:
        text = json.dumps(value, default=_plain, check_circular=False)  # what contains itself is too deep
    except RecursionError:
        return _unwritten("too-deep", "has more than 256 levels")
    except ValueError as error:
        if not str(error).startswith(_TOO_MANY_DIGITS):
            raise
        return _unwritten("too-large", "has an integer of more digits than Python writes")
    return Document(file=None, data=text, has_positions=False)


def _unwritten(rule: str, message: str) -> Document:
    """A value of which there is no JSON text, and why."""
    return Document(file=None, data="", problem=Problem("", message, span=Span(0, 0), rule=rule), has_positions=False)


def _plain(source: Any) -> Any:
    """What JSON knows in the place of what it does not know."""
    if callable(dump := getattr(source, "model_dump", None)):
        with warnings.catch_warnings(action="ignore"):  # pydantic's, of values that do not fit the model: findings soon
            return dump(by_alias=True, exclude_unset=True)  # or defaults that nobody sent would be checked too
    if isinstance(source, Mapping):
        return dict(source)
    if callable(isoformat := getattr(source, "isoformat", None)):
        return isoformat()
    if hasattr(source, "__await__"):
        raise _Unusable(f"cannot check {_kind(source)} before it is awaited")
    raise _Unusable(f"cannot check {_kind(source)}: give JSON text, a Path, a parsed value, a response or a model")


def _kind(source: object) -> str:
    return f"a value of type {class_name(source)}"
