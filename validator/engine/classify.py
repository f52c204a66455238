"""Find out what a document is: a page, pages, a run or runs, in which form and generation; or none of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from validator.contract.loader import field_names, to_camel_case
from validator.core.options import Expect, Form, FormChoice
from validator.core.phrases import Shown, count
from validator.core.problem import Problem
from validator.core.resource import OTHER_OBJECTS, RUN

Kind: TypeAlias = Literal["page", "run", "runs"]

_PAGE_KEYS = tuple(key for key in field_names(RUN.list_schema) if key != "data")
_PAGE_SPELLINGS = tuple((key, to_camel_case(key)) for key in _PAGE_KEYS)
_OWNERS = (*RUN.owners, *map(to_camel_case, RUN.owners))
_UNIQUE_FIELDS = (RUN.unique_field, to_camel_case(RUN.unique_field))
_WIRE_KEYS = frozenset(key for key in (*_PAGE_KEYS, *field_names(RUN.item_schema)) if "_" in key)
_SDK_KEYS = frozenset(map(to_camel_case, _WIRE_KEYS))

_EXPECTED = {"auto": "a page of runs, a run or an array of runs", "page": "a page of runs", "run": "a run"}
_OBJECTS = {"page": "a page", "run": "a bare run"}
_ARRAYS = {"page": "an array of pages", "runs": "an array of runs"}
_OTHER_FORM = {
    "sdk": 'has its keys in snake_case, which is form "wire"; expected camelCase, form "sdk"',
    "wire": 'has its keys in camelCase, which is form "sdk"; expected snake_case, form "wire"',
}


class Part(NamedTuple):
    """A page, or runs without one, inside a document.

    `pointer` leads to the page (`""`, or `"3"` in an array of pages); `runs` pairs each element with its pointer.
    `page` is whatever is in the place of a page, where `is_page`.
    """

    pointer: str
    page: Any
    runs: Sequence[tuple[str, Any]]
    is_page: bool = False


class Classified(NamedTuple):
    """A document split into its parts; with a `problem` there is nothing further to check."""

    kind: Kind | None
    form: Form | None = None
    parts: tuple[Part, ...] = ()
    problem: Problem | None = None

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


def classify(value: Any, *, form: FormChoice = "auto", expect: Expect = "auto") -> Classified:
    """Split a document into its parts; for one that holds no runs, or is not what is expected, return the problem."""
    kind, parts = _split(value)
    if kind is None or expect not in ("auto", kind) or (expect == "page" and isinstance(value, list)):
        seen = _describe(value) if kind is None else (_OBJECTS if isinstance(value, dict) else _ARRAYS)[kind]
        message, key = f"is {seen}, expected {_EXPECTED[expect]}", _key_of_part(value)
        if key is not None:
            message += f"; a {_split(value[key])[0]} is under {{}}"
        return Classified(None, problem=_not_a_run_list("", message, *(() if key is None else (Shown(key),))))
    candidates = (value for part in parts for value in (part.page, *(run for _, run in part.runs[:3])))
    objects = [value for value in candidates if isinstance(value, dict)]
    wire, sdk = (sum(len(keys.intersection(value)) for value in objects) for keys in (_WIRE_KEYS, _SDK_KEYS))
    if form == "auto":
        return Classified(kind, "sdk" if sdk > wire else "wire", parts)
    if wire + sdk and not (sdk if form == "sdk" else wire):
        return Classified(None, problem=_not_a_run_list("", _OTHER_FORM[form]))
    return Classified(kind, form, parts)


def find_unrecognised(parts: Iterable[Part]) -> Iterator[Problem]:
    """Return a problem for each value in the place of a page or a run that is neither."""
    for part in parts:
        if part.is_page and not (isinstance(part.page, dict) and isinstance(part.page.get("data"), list)):
            yield _not_a_run_list(part.pointer, f"is {_describe(part.page)}, expected a page of runs")
        for pointer, value in part.runs:
            if not _is_run(value):
                yield _not_a_run_list(pointer, f"is {_describe(value)}, expected a run")


def is_other_object(value: Any) -> bool:
    """Return whether a value is an object of the API that is neither a run nor a page."""
    if not isinstance(value, dict) or not isinstance(kind := value.get("object"), str):
        return False
    return kind in OTHER_OBJECTS and not any(key in value for key in _UNIQUE_FIELDS)


def _not_a_run_list(pointer: str, message: str, *values: object) -> Problem:
    return Problem(pointer, message, values, rule="not-a-run-list")


def _split(value: Any) -> tuple[Kind | None, tuple[Part, ...]]:
    if _is_run(value):
        return "run", (Part("", None, (("", value),)),)
    if _is_page(value):
        return "page", (_page("", value),)
    if isinstance(value, list):
        if any(_is_run(item) for item in value):
            return "runs", (Part("", None, [(str(index), item) for index, item in enumerate(value)]),)
        if any(_is_page(item) for item in value):
            return "page", tuple(_page(str(index), item) for index, item in enumerate(value))
    runs = value.get("runs") if isinstance(value, dict) else None
    if isinstance(runs, list) and (not runs or any(_is_run(run) for run in runs)):  # an export of a thread
        return "runs", (Part("", None, [(f"runs/{index}", run) for index, run in enumerate(runs)]),)
    return None, ()


def _page(pointer: str, page: Any) -> Part:
    data = page.get("data") if isinstance(page, dict) else None
    prefix = f"{pointer}/data" if pointer else "data"
    runs = [(f"{prefix}/{index}", run) for index, run in enumerate(data)] if isinstance(data, list) else ()
    return Part(pointer, page, runs, is_page=True)


def _is_run(value: Any) -> bool:
    """Return whether a value is a run: by its keys, or by what it calls itself unless its `data` has runs."""
    if _has_run_keys(value):
        return True
    if not isinstance(value, dict) or value.get("object") != RUN.object:
        return False
    data = value.get("data")
    return not (isinstance(data, list) and any(_has_run_keys(item) for item in data))


def _has_run_keys(value: Any) -> bool:
    if not isinstance(value, dict) or is_other_object(value):
        return False
    return "id" in value and "status" in value and any(owner in value for owner in _OWNERS)


def _is_page(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if "data" not in value:
        return sum(any(key in value for key in spellings) for spellings in _PAGE_SPELLINGS) >= 2
    data = value["data"]
    return not isinstance(data, list) or not data or any(_is_run(item) for item in data)


def _key_of_part(value: Any) -> str | None:
    """Return the first key of an object under which there is a page or a run."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, dict) and _split(inner)[0] in _OBJECTS:
            return str(key)
    return None


def _describe(value: Any) -> str:
    match value:
        case {"error": dict() | str()}:
            return "an API error object"
        case {"object": str(kind)} if kind in OTHER_OBJECTS:
            return OTHER_OBJECTS[kind]
        case {"data": list(items)}:
            return f"a list of {_describe_items(items)}"
        case {"openapi": str()} | {"swagger": str()}:
            return "an API description"
        case {} | [] if not value:
            return "an empty object" if isinstance(value, dict) else "an empty array"
        case dict():
            return f"an object of {count(len(value), 'key')} that is neither a page nor a run"
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
