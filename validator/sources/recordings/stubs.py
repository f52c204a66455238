"""Stubs of mock servers: simulations of Hoverfly, imposters of mountebank, expectations of MockServer.

Sources: https://docs.hoverfly.io/en/latest/pages/reference/simulationschema.html,
https://www.mbtest.org/docs/api/contracts, https://www.mock-server.com/mock_server/creating_expectations.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from validator.sources.recordings.calls import Body, Call, InvalidCall
from validator.sources.recordings.fields import (
    JsonStrings,
    as_text,
    elements,
    field,
    fit_pattern,
    header,
    is_response,
    with_query,
)

_EXACT_PREDICATES = ("equals", "deepEquals")
_PREDICATES = (*_EXACT_PREDICATES, "startsWith", "contains", "endsWith", "matches")
_MATCHERS = ("value", "exactMatch", "globMatch", "regexMatch")
"""Where a matcher of Hoverfly, of any version of its schema, has the text."""
_TEXTS = ("json", "string", "base64Bytes")
"""Where a typed body of MockServer has its content."""

_Path: TypeAlias = tuple[str | int, ...]


def is_recording(value: Any) -> bool:
    """Return whether a value has the outer form of one of these, with a response; logs have requests, too."""
    return any(
        isinstance(request, dict) and is_response(response) and response for _, request, response in _stubs(value)
    )


def read_calls(value: Any, strings: JsonStrings) -> Iterator[Call | InvalidCall]:
    """Yield the stubs; what a stub for any path answers is unknown, and one that forwards the request has no answer."""
    for record, (path, request, response) in enumerate(_stubs(value), 1):
        start = strings.start(*path[:-1])
        if not isinstance(request, dict) or not is_response(response):
            yield InvalidCall(record, "is not a stub: it has no request or no response", start)
            continue
        status = response.get("status", response.get("statusCode", 200))
        headers = _by_name(response.get("headers"))
        content_type, coding = header(headers, "content-type"), header(headers, "content-encoding")
        body = _body(response, strings, *path)
        method = _text(request.get("method")).upper() or "GET"
        status = int(status) if as_text(status).isdecimal() else status
        call = Call(record, method, _url(request), status, content_type, coding, body, start)
        yield call._replace(is_stub=True, is_partial=True)


def _stubs(value: Any) -> Iterator[tuple[_Path, Any, Any]]:
    """Yield where each response stands, the request that it answers, and the response.

    Where a stub forwards the request or computes the response, both are empty.
    """
    for index, pair in enumerate(elements(field(value, "data"), "pairs")):
        yield ("data", "pairs", index, "response"), field(pair, "request"), field(pair, "response")
    imposters = [(("imposters", index), imposter) for index, imposter in enumerate(elements(value, "imposters"))]
    imposter: Any
    for path, imposter in (*imposters, ((), value)):
        for index, stub in enumerate(elements(imposter, "stubs")):
            request = _request(elements(stub, "predicates"))
            for number, response in enumerate(elements(stub, "responses")):
                at = (*path, "stubs", index, "responses", number, "is")
                is_fixed = not isinstance(response, dict) or "is" in response
                yield (at, request, field(response, "is")) if is_fixed else (at, {}, {})
    for index, expectation in enumerate(value if isinstance(value, list) else [value]):
        if field(expectation, "httpRequest") is not None:
            at = (index, "httpResponse") if isinstance(value, list) else ("httpResponse",)
            is_fixed = "httpResponse" in expectation
            yield (at, expectation["httpRequest"], expectation["httpResponse"]) if is_fixed else (at, {}, {})


def _request(predicates: list[Any]) -> dict[str, Any]:
    """Return what the predicates of a stub of mountebank, which all hold, say about the request."""
    request: dict[str, Any] = {}
    for predicate in predicates:
        for name in _PREDICATES:
            if isinstance(matched := field(predicate, name), dict):
                query = field(matched, "query")
                if name not in _EXACT_PREDICATES and isinstance(query, dict):
                    matched = matched | {"query": dict.fromkeys(query)}
                request |= matched
        request |= _request(elements(predicate, "and"))
        alternatives = [_request([alternative]) for alternative in elements(predicate, "or")]
        alternatives = [each for each in alternatives if "/runs" in _text(each.get("path"))] or alternatives
        paths = [fit_pattern(_text(each.get("path"))) for each in alternatives]
        if any(paths):
            request |= {"method": alternatives[0].get("method", request.get("method")), "path": _common_path(paths)}
    return request


def _common_path(paths: list[str]) -> str:
    """Return a path that fits the end of all of these; where they differ, it is `{any}`."""
    parts = zip(*(reversed(path.split("/")) for path in paths), strict=False)
    return "/".join(reversed([part[0] if len({*part}) == 1 else "{any}" for part in parts]))


def _url(request: dict[str, Any]) -> str:
    """Return the URL that a request matches; what its pattern leaves open is `{any}`."""
    path = fit_pattern(_text(request.get("path")))
    query = request.get("query", request.get("queryStringParameters"))
    if _text(query):  # one matcher for all of it
        return f"{path}?{_exact_text(query)}".removesuffix("?")
    return with_query(path, {name: _exact_text(value) for name, value in _by_name(query).items()})


def _text(matcher: Any) -> str:
    """Return a text, also that of a matcher, or of the first of several."""
    first = _first(matcher)
    if isinstance(first, dict):
        first = next((first[name] for name in _MATCHERS if name in first), "")
    return as_text(first)


def _exact_text(matcher: Any) -> str:
    """Return the only text that a matcher fits; empty where it fits others, too."""
    first = _first(matcher)
    if isinstance(first, dict) and (first.get("matcher", "exact") != "exact" or not {"value", "exactMatch"} & {*first}):
        return ""
    text = _text(first)
    return text if fit_pattern(text) == text else ""


def _first(matcher: Any) -> Any:
    return matcher[0] if isinstance(matcher, list) and matcher else matcher


def _by_name(pairs: Any) -> dict[str, Any]:
    """Return headers or parameters by name; MockServer may also write them as a list."""
    if isinstance(pairs, list):
        return {as_text(field(pair, "name")): field(pair, "values") for pair in pairs}
    return pairs if isinstance(pairs, dict) else {}


def _body(response: dict[str, Any], strings: JsonStrings, *path: str | int) -> Body | None:
    """Return the body: a text, perhaps in base64, or JSON; None if it is in a file of its own."""
    body, path = response.get("body"), (*path, "body")
    is_base64 = response.get("encodedBody") is True or response.get("_mode") == "binary"
    if isinstance(body, dict) and "type" in body and (key := next((key for key in _TEXTS if key in body), None)):
        body, path, is_base64 = body[key], (*path, key), key == "base64Bytes"
    if isinstance(body, str):
        return Body(body, is_base64, strings.offsets(body, *path))
    if body is None:
        return None
    text, offsets = strings.value(*path)
    return Body(text, False, offsets)
