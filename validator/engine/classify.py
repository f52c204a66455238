"""What a document is: a page, pages, a run or runs, in which form and of which generation; or none of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from validator.contract.loader import field_names, to_camel_case
from validator.core.options import Expect, Form, FormChoice
from validator.core.phrases import Shown, count
from validator.core.problem import Problem
from validator.core.resource import OTHER_OBJECTS, RUN

Kind: TypeAlias = Literal["page", "run", "runs"]

_PAGE_KEYS = tuple(key for key in field_names(RUN.list_schema) if key != "data")
_ENVELOPE = tuple((key, to_camel_case(key)) for key in _PAGE_KEYS)
_OWNERS = (*RUN.owners, *map(to_camel_case, RUN.owners))
_STARTED = (RUN.unique_field, to_camel_case(RUN.unique_field))
_WIRE_KEYS = tuple(key for key in (*_PAGE_KEYS, *field_names(RUN.item_schema)) if "_" in key)
_SDK_KEYS = tuple(map(to_camel_case, _WIRE_KEYS))


class Part(NamedTuple):
    """A page, or runs without one, inside a document.

    `pointer` leads to the page (`""`, or `"3"` in an array of pages); `runs` pairs each element with its pointer.
    `page` is whatever stands in the place of a page, where `is_page`.
    """

    pointer: str
    page: Any
    runs: Sequence[tuple[str, Any]]
    is_page: bool = False


class Classified(NamedTuple):
    """A document taken apart; with a `problem` there is nothing further to check."""

    kind: Kind | None
    form: Form | None = None
    parts: tuple[Part, ...] = ()
    problem: Problem | None = None

    @property
    def runs(self) -> int:
        """How many runs the document holds."""
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
    """Take a document apart, or say what else it looks like."""
    kind, parts = _taken_apart(value)
    if kind is None or expect not in ("auto", kind) or (expect == "page" and isinstance(value, list)):
        expected = {"auto": "a page of runs, a run or an array of runs", "page": "a page of runs", "run": "a run"}[
            expect
        ]
        seen = _looks_like(value) if kind is None else (_KINDS if isinstance(value, dict) else _ARRAYS)[kind]
        return Classified(
            None, problem=_with_hint(Problem("", f"is {seen}, expected {expected}", rule="not-a-run-list"), value)
        )
    told = _told_forms(parts)
    if form == "auto":
        return Classified(kind, "sdk" if told["sdk"] > told["wire"] else "wire", parts)
    if told.total() and not told[form]:
        return Classified(None, problem=Problem("", _IN_THE_OTHER_FORM[form], rule="not-a-run-list"))
    return Classified(kind, form, parts)


_IN_THE_OTHER_FORM: Mapping[Form, str] = {
    "sdk": 'has its keys in snake_case, which is form "wire"; expected camelCase, form "sdk"',
    "wire": 'has its keys in camelCase, which is form "sdk"; expected snake_case, form "wire"',
}


_KINDS = {"page": "a page", "run": "a bare run"}
_ARRAYS = {"page": "an array of pages", "runs": "an array of runs"}


def _taken_apart(value: Any) -> tuple[Kind | None, tuple[Part, ...]]:
    if _is_run(value):
        return "run", (Part("", None, (("", value),)),)
    if _is_page(value):
        return "page", (_page("", value),)
    if isinstance(value, list):
        if any(_is_run(item) for item in value):
            return "runs", (Part("", None, [(str(index), item) for index, item in enumerate(value)]),)
        if any(_is_page(item) for item in value):
            return "page", tuple(_page(str(index), item) for index, item in enumerate(value))
    if _is_export(value):
        return "runs", (Part("", None, [(f"runs/{index}", run) for index, run in enumerate(value["runs"])]),)
    return None, ()


def _page(pointer: str, page: Any) -> Part:
    data = page.get("data") if isinstance(page, dict) else None
    prefix = f"{pointer}/data" if pointer else "data"
    runs = [(f"{prefix}/{index}", run) for index, run in enumerate(data)] if isinstance(data, list) else ()
    return Part(pointer, page, runs, is_page=True)


def _is_run(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return _has_run_keys(value) or (value.get("object") == RUN.object and not _holds_runs(value))


def _has_run_keys(value: Any) -> bool:
    if not isinstance(value, dict) or is_other_object(value):
        return False
    return "id" in value and "status" in value and any(owner in value for owner in _OWNERS)


def _holds_runs(value: dict[str, Any]) -> bool:
    """Whether it is a page, even where `object` says otherwise."""
    data = value.get("data")
    return isinstance(data, list) and any(_has_run_keys(item) for item in data)


def _is_page(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if "data" not in value:
        return sum(any(key in value for key in spellings) for spellings in _ENVELOPE) >= 2
    data = value["data"]
    return not isinstance(data, list) or not data or any(_is_run(item) for item in data)


def _is_export(value: Any) -> bool:
    """Whether a value is what export tools write of a thread: its runs, without a page around them."""
    runs = value.get("runs") if isinstance(value, dict) else None
    return isinstance(runs, list) and (not runs or any(_is_run(run) for run in runs))


def unrecognised(parts: Iterable[Part]) -> Iterator[Problem]:
    """A problem for each value that stands in the place of a page or a run and is neither."""
    for part in parts:
        if part.is_page and not (isinstance(part.page, dict) and isinstance(part.page.get("data"), list)):
            yield Problem(part.pointer, f"is {_looks_like(part.page)}, expected a page of runs", rule="not-a-run-list")
        for pointer, value in part.runs:
            if not _is_run(value):
                yield Problem(pointer, f"is {_looks_like(value)}, expected a run", rule="not-a-run-list")


def _told_forms(parts: Sequence[Part]) -> Counter[Form]:
    """How many keys tell the one form, and how many the other."""
    told: Counter[Form] = Counter()
    for value in _objects(parts):
        told["wire"] += sum(key in value for key in _WIRE_KEYS)
        told["sdk"] += sum(key in value for key in _SDK_KEYS)
    return told


def _objects(parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
    for part in parts:
        candidates = (part.page, *(run for _, run in part.runs[:3]))
        yield from (value for value in candidates if isinstance(value, dict))


def is_other_object(value: Any) -> bool:
    """Whether a value is an object of the API that is neither a run nor a page; only runs tell when they started."""
    match value:
        case {"object": str(kind)}:
            return kind in OTHER_OBJECTS and not any(key in value for key in _STARTED)
        case _:
            return False


def _looks_like(value: Any) -> str:
    match value:
        case {"error": dict() | str()}:
            return "an API error object"
        case {"object": str(kind)} if kind in OTHER_OBJECTS:
            return OTHER_OBJECTS[kind]
        case {"data": list(items)}:
            return f"a list of {_items(items)}"
        case {"openapi": str()} | {"swagger": str()}:
            return "an API description"
        case dict():
            return (
                f"an object of {count(len(value), 'key')} that is neither a page nor a run"
                if value
                else "an empty object"
            )
        case []:
            return "an empty array"
        case list():
            return f"an array of {_items(value)}"
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


def _with_hint(problem: Problem, value: Any) -> Problem:
    """The problem, with the key under which there is what was looked for."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, dict) and (kind := _taken_apart(inner)[0]) in _KINDS:
            return problem._replace(message=f"{problem.message}; under {{}} stands a {kind}", values=(Shown(key),))
    return problem


def _items(items: list[Any]) -> str:
    """What the elements of a list look like: `messages`, `strings`."""
    kinds = {item.get("object") for item in items if isinstance(item, dict) and isinstance(item.get("object"), str)}
    if len(kinds) == 1 and (kind := kinds.pop()) in OTHER_OBJECTS:
        return f"{OTHER_OBJECTS[kind].partition(' ')[2]}s".replace("batchs", "batches")
    if all(isinstance(item, dict) for item in items):
        return "objects that are no runs"
    return "values that are no runs"
