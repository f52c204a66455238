"""The library's front door: one call that checks a value, a text or a file."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import Any

from validator.finding import Problem, Severity
from validator.pipeline import check, checks
from validator.report import Report
from validator.selection import severities
from validator.settings import MAX_BYTES, ContractName, Expect, FormChoice, Order, Settings
from validator.sources import Document, SourceError
from validator.sources.files import documents


def validate(
    source: object,
    *,
    contract: ContractName = "observed",
    form: FormChoice = "auto",
    expect: Expect = "auto",
    order: Order | None = None,
    limit: int | None = None,
    now: float | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity | str] | None = None,
) -> Report:
    """Check a list-runs response, a run, or an array of either, and report every finding of any severity.

    `source` is a dict or list as `json.loads` returns it, the JSON text itself (`str` or UTF-8 `bytes`), a `Path` to
    a file or a folder, or an object of a client library that has `model_dump` (a page, a run). Findings of a text or
    a file have lines and columns; those of a value have pointers only.

    `contract` says which schemas apply (observed or published), `form` which key names (auto, wire, sdk), `expect`
    what the document is to be (auto, page, run). `order` (asc, desc) and `limit` (runs on a page) are what the request
    asked for. `now` is the clock of the time rules in Unix seconds, by default the present. `select` and `ignore` take
    names, groups and globs of rules, `severity` maps them to error, warning, info or off.

    Raises `UnknownRule` (a `ValueError`) for a word that names no rule, `ValueError` for an option outside its
    vocabulary, `OSError` for a path that cannot be read, and `TypeError` for a source that is none of the above.

    Source of the contract: https://platform.openai.com/docs/api-reference/runs/listRuns and what genuine servers send.
    """
    _in_vocabulary("contract", contract, ("observed", "published"))
    _in_vocabulary("form", form, ("auto", "wire", "sdk"))
    _in_vocabulary("expect", expect, ("auto", "page", "run"))
    _in_vocabulary("order", order, (None, "asc", "desc"))
    ready = checks(
        Settings(
            severities=severities(select, ignore, severity),
            now=time.time() if now is None else now,
            contract=contract,
            form=form,
            expect=expect,
            order=order,
            limit=limit,
        )
    )
    return Report(contract=contract, checked=tuple(check(document, ready) for document in _documents(source)))


def _in_vocabulary(name: str, value: object, words: tuple[object, ...]) -> None:
    if value not in words:
        raise ValueError(f"{name} is {value!r}, expected one of {', '.join(repr(word) for word in words)}")


def _documents(source: object) -> Iterable[Document]:
    if isinstance(source, str | bytes):
        return [Document(file=None, data=source)]
    if isinstance(source, PathLike):
        return [_readable(document) for document in documents([fspath(source)], MAX_BYTES)]
    if isinstance(source, dict | list):
        return [_of_value(source)]
    if callable(dump := getattr(source, "model_dump", None)):
        return [_of_value(dump(by_alias=True, exclude_unset=True))]
    raise TypeError(f"cannot check a {type(source).__name__}: give a dict, list, str, bytes, Path or model")


def _readable(document: Document | SourceError) -> Document:
    if isinstance(document, SourceError):
        raise OSError(f"{document.file}: {document}") from document
    return document


def _of_value(value: Any) -> Document:
    """A value is checked as the JSON text that it would be sent as."""
    try:
        return Document(file=None, data=json.dumps(value), has_places=False)
    except RecursionError:
        problem = Problem("", "has more than 256 levels")
        return Document(file=None, data="", problem=("too-deep", problem), has_places=False)
