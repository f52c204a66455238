"""Find out what a document is: a page, pages, a run or runs, in which form and generation; or none of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from validator.core.exchange import error_words
from validator.core.options import Expect, Form, FormChoice
from validator.core.phrases import Shown, count, join_and
from validator.core.pointer import join
from validator.core.problem import Problem, Span
from validator.core.resource import OTHER_OBJECTS, RUN
from validator.engine.shapes import (
    SDK_KEYS,
    WIRE_KEYS,
    find_run,
    has_page_keys,
    is_page,
    is_run,
    looks_like_event,
)

DocumentKind: TypeAlias = Literal["page", "run", "runs"]

_EXPECTED = {"auto": "a page of runs, a run or an array of runs", "page": "a page of runs", "run": "a run"}
_OBJECTS = {"page": "a page", "run": "a bare run", "runs": "an export of runs"}
_ARRAYS = {"page": "an array of pages", "runs": "an array of runs"}
_WRAPPED = {"page": "a page is", "run": "a run is", "runs": "runs are"}
_PASCAL_CASE = (
    ' with its keys in PascalCase; expected snake_case, such as "created_at" for "CreatedAt": '
    "set the naming policy of the serializer"
)
_OTHER_FORM = {
    "sdk": 'has its keys in snake_case, which is form "wire"; expected camelCase, form "sdk"',
    "wire": 'has its keys in camelCase, which is form "sdk"; expected snake_case, form "wire"',
}


_MAX_WRAPPERS = 2
"""Objects around a page or run in which it is found."""
_MAX_NAMED = 3
"""Places of pages or runs in wrappers that a message names."""


class Part(NamedTuple):
    """A page, or runs without one, inside a document.

    `pointer` leads to the page (`""`, or `"3"` in an array of pages); `runs` pairs each element with its pointer.
    `page` is whatever is in the place of a page, where `is_page`. Of a stream that a client has collected, `events` has
    the name of the event of each run.
    """

    pointer: str
    page: Any
    runs: Sequence[tuple[str, Any]]
    is_page: bool = False
    events: Sequence[str] = ()


class Classified(NamedTuple):
    """A document split into its parts; with a `problem` and without a `form` there is nothing further to check."""

    kind: DocumentKind | None
    form: Form | None = None
    parts: tuple[Part, ...] = ()
    problem: Problem | None = None
    other: str = ""
    """What a document is that plainly has nothing to do with runs: `a list of messages`."""

    @property
    def runs(self) -> int:
        """The number of runs in the document."""
        return sum(len(part.runs) for part in self.parts)

    @property
    def generation(self) -> str | None:
        """v1, v2 or mixed; None without runs."""
        generations = {
            "v1" if "file_ids" in run or "fileIds" in run else "v2"
            for part in self.parts
            for _, run in part.runs
            if isinstance(run, dict)
        }
        return generations.pop() if len(generations) == 1 else "mixed" if generations else None


def classify(
    value: Any,
    *,
    form: FormChoice = "auto",
    expect: Expect = "auto",
    allow_empty_array: bool = False,
    is_event: bool = False,
) -> Classified:
    """Split a document into its parts; return the problem of one that holds no runs, or is not what is expected.

    What is in a wrapper is a problem, and is split nevertheless: it is checked where it is. `allow_empty_array` is for
    values: a list of runs that a client has collected may be empty, while no server answers like that. The data of an
    event is one run, and nothing that a client makes.
    """
    kind, parts = _split(value)
    if is_event and isinstance(value, dict) and not (is_run(value) or is_page(value)):
        kind = None
    expected = _EXPECTED["run" if is_event and expect == "auto" else expect]
    problem = None
    if kind is None and allow_empty_array and value == [] and expect != "page":
        kind, parts = "runs", ()
    if kind is None or expect not in ("auto", kind) or (expect == "page" and isinstance(value, list)):
        if kind is None and (pascal := _name_in_pascal_case(value)):
            return Classified(None, problem=_not_a_run_list("", f"is {pascal}{_PASCAL_CASE}"))
        seen = _describe(value) if kind is None else _name(kind, value)
        message = f"is {seen}, expected {expected}"
        wrapped = _split_wrapper(value) if kind is None else []
        if not wrapped:
            from validator.engine.unrelated import is_unrelated  # nearly every document is about runs

            other = seen if kind is None and is_unrelated(value) else ""
            where, keys = ("", []) if other or kind is not None else _describe_hidden(value)
            return Classified(None, problem=_not_a_run_list("", message + where, *keys), other=other)
        kind, where, values = _describe_wrapped(wrapped)
        problem = _not_a_run_list("", f"{message}; {where}", *values)
        parts = tuple(part for _, _, inner in wrapped for part in inner)
        if expect not in ("auto", kind):
            return Classified(None, problem=problem)
    elif is_event and kind != "run":
        problem = _not_a_run_list("", f"is {_name(kind, value)}, expected one run: it is the data of an event")
    candidates = (value for part in parts for value in (part.page, *(run for _, run in part.runs[:3])))
    objects = [value for value in candidates if isinstance(value, dict)]
    wire, sdk = (sum(len(keys.intersection(value)) for value in objects) for keys in (WIRE_KEYS, SDK_KEYS))
    if form == "auto":
        return Classified(kind, "sdk" if sdk > wire else "wire", parts, problem)
    if wire + sdk and not (sdk if form == "sdk" else wire):
        return Classified(None, problem=_not_a_run_list("", _OTHER_FORM[form]))
    return Classified(kind, form, parts, problem)


def describe_error_response(status: int | None, body: Any, *, is_json: bool, expect: Expect) -> Problem:
    """Return the problem of a response with an error status; `body` is its parsed body, if that is JSON."""
    if not is_json:
        seen = f"an error response: {status}, whose body is not JSON"
    elif isinstance(body, dict) and isinstance(body.get("error"), dict):
        seen = " ".join(filter(None, ("an API error:", str(status), error_words(body))))
    else:
        seen = f'an error response: {status} without an object "error"'
    problem = _not_a_run_list("", f"is {seen}, expected {_EXPECTED[expect]}")
    return problem._replace(explains=("", "error"), span=None if is_json else Span(0, 0))


def describe_successful_error(status: int | None, body: Any, expect: Expect) -> Problem | None:
    """Return the problem of a body that is an API error under the status of a success: clients take it for that."""
    if status is None or not isinstance(body, dict) or not isinstance(body.get("error"), dict | str):
        return None
    message = f"has status {status}, but is {_describe(body)}; expected the status of an error, or {_EXPECTED[expect]}"
    return _not_a_run_list("", message)


def find_unrecognised(parts: Iterable[Part]) -> Iterator[Problem]:
    """Return a problem for each value in the place of a page or a run that is neither."""
    for part in parts:
        if part.is_page and not (isinstance(part.page, dict) and isinstance(part.page.get("data"), list)):
            yield _not_a_run_list(part.pointer, f"is {_describe(part.page)}, expected a page of runs")
        for pointer, value in part.runs:
            if not is_run(value):
                yield _not_a_run_list(pointer, f"is {_describe(value)}, expected a run")


def _not_a_run_list(pointer: str, message: str, *values: object) -> Problem:
    return Problem(pointer, message, values, rule="not-a-run-list")


def _split(value: Any, at: str = "") -> tuple[DocumentKind | None, tuple[Part, ...]]:
    """Return the parts of a value to which the pointer `at` leads."""
    kind, parts = _split_answer(value, at)
    runs = value.get("runs") if kind is None and isinstance(value, dict) else None
    if not isinstance(runs, list) or (runs and not any(is_run(run) for run in runs)):
        return kind, parts
    below = f"{at}/" if at else ""  # an export of a thread, which may have a page or a run besides
    exported = _runs(*((f"{below}runs/{index}", run) for index, run in enumerate(runs)))
    beside = (_split_answer(inner, below + join(key))[1] for key, inner in value.items() if key != "runs")
    return "runs", (exported, *(part for parts in beside for part in parts if part.runs))


def _split_answer(value: Any, at: str) -> tuple[DocumentKind | None, tuple[Part, ...]]:
    """Return the parts of what a server or a client library makes."""
    below = f"{at}/" if at else ""
    if is_run(value):
        return "run", (_runs((at, value)),)
    if looks_like_event(value):
        return _events("run", [(f"{below}data", value)])
    if isinstance(value, dict) and isinstance(value.get("options"), dict) and is_page(value.get("body")):
        return "page", (_page(f"{below}body", value["body"]),)  # what openai-node makes of a page for JSON.stringify
    if is_page(value):
        return "page", (_page(at, value),)
    if isinstance(value, list):
        items = [(f"{below}{index}", item) for index, item in enumerate(value)]
        if any(is_run(item) for item in value):
            return "runs", (_runs(*items),)
        if value and all(looks_like_event(item) for item in value):  # a stream that a client has collected
            return _events("runs", [(f"{place}/data", event) for place, event in items])
        if any(is_page(item) for item in value):
            return "page", tuple(_page(place, item) for place, item in items)
    return None, ()


def _runs(*runs: tuple[str, Any]) -> Part:
    return Part("", None, runs)


def _events(kind: DocumentKind, events: list[tuple[str, Any]]) -> tuple[DocumentKind | None, tuple[Part, ...]]:
    """Return the runs in the data of events, each given with the pointer to its data."""
    events = [(place, event) for place, event in events if RUN.is_in_event(event["event"], event["data"])]
    part = _runs(*((place, event["data"]) for place, event in events))
    return (kind, (part._replace(events=[event["event"] for _, event in events]),)) if events else (None, ())


_Wrapped: TypeAlias = tuple[tuple[str, ...], DocumentKind, tuple[Part, ...]]
"""What is wrapped in an object: the keys that lead to it, its kind, and its parts."""


def _split_wrapper(value: Any) -> list[_Wrapped]:
    """Return all that is wrapped in an object, or in objects in it."""
    found: list[_Wrapped] = []
    level: list[tuple[tuple[str, ...], Any]] = [((), value)]
    for _ in range(_MAX_WRAPPERS):
        outer, level = level, []
        for path, inner in (((*path, key), inner) for path, value in outer for key, inner in _members(value)):
            kind, parts = _split(inner, join(*path)) if inner else (None, ())
            if kind is not None and any(part.runs or has_page_keys(part.page) for part in parts):
                found.append((path, kind, parts))
            else:
                level.append((path, inner))
    return found


def _members(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()


def _describe_wrapped(wrapped: Sequence[_Wrapped]) -> tuple[DocumentKind, str, list[Shown]]:
    """Return the kind of what is wrapped, and where it is, with the keys for its fields."""
    kinds = {kind for _, kind, _ in wrapped}
    kind = wrapped[0][1]
    seen = _WRAPPED[kind]
    if len(wrapped) > 1:
        kind = "page" if kinds == {"page"} else "runs"
        seen = "pages are" if kind == "page" else "pages and runs are" if "page" in kinds else "runs are"
    named = [path for path, _, _ in wrapped[:_MAX_NAMED]]
    places = [" in ".join("{}" for _ in path) for path in named]
    if more := len(wrapped) - len(named):
        places.append(count(more, "more key"))
    return kind, f"{seen} under {join_and(places)}", [Shown(key) for path in named for key in reversed(path)]


def _name_in_pascal_case(value: Any) -> str:
    """Return what a value would be if its keys did not begin with capitals; "" if nothing."""
    lowered = _lower_keys(value)
    kind = None if lowered == value else _split(lowered)[0]
    return "" if kind is None else _name(kind, value)


def _lower_keys(value: Any, depth: int = 4) -> Any:
    """Return a value with keys that begin with small letters, down to those of the runs on a page."""
    if depth and isinstance(value, dict):
        return {f"{key}"[:1].lower() + f"{key}"[1:]: _lower_keys(inner, depth - 1) for key, inner in value.items()}
    return [_lower_keys(item, depth - 1) for item in value] if depth and isinstance(value, list) else value


def _name(kind: DocumentKind, value: Any) -> str:
    return (_OBJECTS if isinstance(value, dict) else _ARRAYS)[kind]


def _page(pointer: str, page: Any) -> Part:
    data = page.get("data") if isinstance(page, dict) else None
    prefix = f"{pointer}/data" if pointer else "data"
    runs = [(f"{prefix}/{index}", run) for index, run in enumerate(data)] if isinstance(data, list) else ()
    return Part(pointer, page, runs, is_page=True)


def _describe_hidden(value: Any) -> tuple[str, list[Shown]]:
    """Return where below a value the first run is, or the first text that is JSON with one, with the keys; or ""."""
    keys, inner = find_run(value) or ((), None)
    named = keys[: -_MAX_NAMED - 1 : -1]
    if not named:
        return "", []
    seen = "JSON with runs is a text" if isinstance(inner, str) else "a run is"
    return f"; {seen} under {' in '.join('{}' for _ in named)}", [Shown(f"{key}") for key in named]


def _describe(value: Any) -> str:
    from validator.engine.unrelated import is_foreign_error  # nearly every document is about runs

    match value:
        case {"error": dict() | str()}:
            return "an API error" + (f": {words}" if (words := error_words(value)) else "")
        case {"object": str(kind)} if kind in OTHER_OBJECTS:
            return OTHER_OBJECTS[kind]
        case {"data": list(items)}:
            return f"a list of {_describe_items(items)}"
        case {"openapi": str()} | {"swagger": str()}:
            return "an API description"
        case {} | [] if not value:
            return "an empty object" if isinstance(value, dict) else "an empty array"
        case dict():
            other = f"an object of {count(len(value), 'key')} that is neither a page nor a run"
            return 'an error response without an object "error"' if is_foreign_error(value) else other
        case list():
            return f"an array of {_describe_items(value)}"
        case str() if value.lstrip()[:1] in ("{", "["):
            return "a string that looks like JSON encoded twice"
        case str():
            return "a bare string"
        case None:
            return "null"
        case bool():
            return "a bare boolean"
        case _:
            return "a bare number"


def _describe_items(items: list[Any]) -> str:
    """Return what the elements of a list are, in the plural: `messages`, `values that are not runs`."""
    kinds = {item.get("object") for item in items if isinstance(item, dict) and isinstance(item.get("object"), str)}
    if len(kinds) == 1 and (kind := kinds.pop()) in OTHER_OBJECTS:
        return f"{OTHER_OBJECTS[kind].partition(' ')[2]}s".replace("batchs", "batches")
    return f"{'objects' if all(isinstance(item, dict) for item in items) else 'values'} that are not runs"
