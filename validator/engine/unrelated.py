"""JSON that plainly has nothing to do with runs: files of other kinds that lie beside them in a folder."""

from __future__ import annotations

import re
from typing import Any

from validator.core.resource import RUN
from validator.engine.shapes import (
    PAGE_SPELLINGS,
    SDK_KEYS,
    WIRE_KEYS,
    find_run,
    has_page_keys,
    is_json_with_run,
    is_other_object,
)

_RELATED_KEYS = WIRE_KEYS | SDK_KEYS | {"object", "data", "error", "runs", "status"}
"""Keys that a page, a run, or an answer in their place has; files such as `package.json` have none of them."""

_ANSWER_KEYS = frozenset(
    {"id", "object", "data", "error", "runs", "status", "created_at", "createdAt"}.union(*PAGE_SPELLINGS)
)
"""Keys of which every answer has one; the body of a request, which may have other related keys, has none of them."""

_ERROR_TEXTS = frozenset(
    {"detail", "errors", "fault", "message", "Message", "msg", "errorMessage", "error_description", "reason"}
)
_ERROR_KEYS = _ERROR_TEXTS | frozenset(
    {"code", "status", "statusCode", "status_code", "success", "ok", "title", "type", "instance", "description"}
    | {"path", "timestamp", "requestId", "request_id", "traceId", "trace_id", "details", "result", "messages"}
    | {"__type", "errorCode", "errorType", "exception", "file", "line", "trace"}
)
"""What the error responses of web frameworks and gateways have in place of `error`: nothing else, and a text."""
_SIGNS_OF_ERROR = frozenset({"detail", "fault", "errorMessage", "error_description", "exception", "__type"})
_ERROR_WORDS = (
    r"(?i)error|denied|authori[sz]ed|authentication|forbidden|not found|invalid|exceed|time[d-]? ?out|unavailable|fail"
)
"""What a message says that stands alone: `{"message": "Forbidden"}` is an answer, `{"message": "Hello"}` a text."""


def is_unrelated(value: Any) -> bool:
    """Return whether a value is plainly something else: other objects of the API, or none that a server would send."""
    if isinstance(value, dict):
        if is_other_object(value) or {"openapi", "swagger"} & value.keys():
            return True
        has_run = find_run(value) is not None
        if not has_run and _is_foreign_format(value):
            return True
        if isinstance(items := value.get("data"), list):
            return all(map(is_other_object, items))
        if (_RELATED_KEYS & value.keys() and _ANSWER_KEYS & value.keys()) or is_foreign_error(value):
            return False
        return bool(value) and not has_run
    if isinstance(value, list):
        return bool(value) and all(_is_unrelated_item(item) for item in value)
    return False


def is_foreign_error(value: dict[str, Any]) -> bool:
    """Return whether an object looks like the error response of a web framework or a gateway."""
    if not value.keys() <= _ERROR_KEYS or value.keys().isdisjoint(_ERROR_TEXTS):
        return False
    flags = [value.get(key) for key in ("success", "ok")]
    if any(flag is True for flag in flags):
        return False
    statuses = [value.get(key) for key in ("status", "statusCode", "status_code", "code")]
    if False in flags or any(type(status) is int and status >= 400 for status in statuses):
        return True
    if not value.keys().isdisjoint(_SIGNS_OF_ERROR) or (isinstance(value.get("errors"), list) and value["errors"]):
        return True
    texts = [value.get(key) for key in ("message", "Message", "msg")]
    return any(isinstance(text, str) and re.search(_ERROR_WORDS, text) for text in texts)


def _is_foreign_format(value: dict[str, Any]) -> bool:
    """Return whether an object without runs is SARIF, GraphQL, JSON:API, of Stripe, or names a schema as Vega does."""
    if not value.keys().isdisjoint(_ERROR_TEXTS | {"error"}):
        return False
    data = value.get("data")
    items = data if isinstance(data, list) else [data]
    match value:
        case {"version": str(), "runs": [*runs]}:
            return all(isinstance(run, dict) and "tool" in run for run in runs)
        case {"object": "list", "url": str(), "data": [_, *_]}:
            return all(map(_is_foreign_object, items))
        case {"object": str()}:
            return _is_foreign_object(value)
        case {"data": [_, *_] | dict()} if data and not has_page_keys(value) and not any(map(_names_run, items)):
            if isinstance(value.get("$schema"), str) or all(map(_is_resource, items)):
                return True
            is_answer = isinstance(data, dict) and value.keys() <= {"data", "extensions"} and any(data.values())
            return is_answer and data.keys().isdisjoint(_RELATED_KEYS | _ERROR_KEYS)
    return False


def _is_foreign_object(value: Any) -> bool:
    """Return whether a value is an object of another API in the style of Stripe."""
    if not isinstance(value, dict) or not isinstance(kind := value.get("object"), str) or _names_run(value):
        return False
    return kind not in ("list", RUN.object) and value.keys().isdisjoint({*WIRE_KEYS, *SDK_KEYS, "data"})


def _is_resource(value: Any) -> bool:
    """Return whether a value is a resource of JSON:API."""
    return isinstance(value, dict) and {"type", "id", "attributes"} <= value.keys()


def _names_run(value: Any) -> bool:
    """Return whether a value is the id of a run, or an object that has one."""
    children = value.values() if isinstance(value, dict) else (value,)
    return any(isinstance(child, str) and child.startswith(RUN.id_prefix) for child in children)


def _is_unrelated_item(value: Any) -> bool:
    """Return whether an element of an array is plainly no run: an object without the id of one, a number, a text."""
    if _names_run(value):
        return is_other_object(value)
    if isinstance(value, str):
        return not is_json_with_run(value)
    return isinstance(value, int | float) or is_unrelated(value)
