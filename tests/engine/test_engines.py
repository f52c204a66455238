"""Fast accept and slow explain agree, and so do the engines, whichever of them are installed."""

import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import settings

from tests.support.mutations import Mutation, mutations, several
from tests.support.paths import INVALID, MISSHAPEN, SAMPLES, VALID
from validator import Finding, validate
from validator.contract import compiler
from validator.contract.compiler import compile_items, compile_schema
from validator.contract.errors import explain_shape
from validator.contract.inline import inline
from validator.contract.loader import load_contract
from validator.core.options import ContractName, Form
from validator.core.resource import RUN

PAGES_OF_EACH = settings().max_examples
LARGE = 16_000
COMBINATIONS = [(name, form) for name in get_args(ContractName) for form in get_args(Form)]
NOW = 1793000000.0


@cache
def _pages(form: Form) -> list[Any]:
    """Sound pages, none of them large, that together hold every field."""
    documents = [json.loads(path.read_bytes()) for path in VALID if path.stat().st_size < LARGE]
    return [d for d in documents if isinstance(d, dict) and d.get("data") and ("hasMore" in d) == (form == "sdk")]


@cache
def _faulty_pages(name: ContractName, form: Form) -> list[Any]:
    rng = random.Random(f"{name} {form}")
    pools = [(page, mutations(page, load_contract(name, form))) for page in _pages(form)]
    return [several(*rng.choice(pools), rng) for _ in range(PAGES_OF_EACH)]


def _findings(documents: Sequence[Any], name: ContractName, form: Form) -> list[list[Finding]]:
    """Return the findings of each document; all are checked in one call, as compiling takes longer than checking."""
    with TemporaryDirectory() as folder:
        files = [Path(folder, f"{index:06}.json") for index in range(len(documents))]
        for file, document in zip(files, documents, strict=True):
            file.write_text(json.dumps(document))
        found: dict[str | None, list[Finding]] = {str(file): [] for file in files}
        for finding in validate(Path(folder), contract=name, form=form, now=NOW).findings:
            found[finding.file].append(replace(finding, file=None, fingerprint=""))
        return list(found.values())


def _subjects(page: Any) -> Iterator[tuple[Any, str]]:
    """What the schemas are asked about: the page, and each of its runs."""
    yield page, "list_runs_response"
    data = page.get("data") if isinstance(page, dict) else None
    yield from ((run, "run") for run in (data if isinstance(data, list) else ()))


@pytest.mark.skipif(find_spec("jsonschema_rs") is None, reason="compares the engines")
@pytest.mark.parametrize(("name", "form"), COMBINATIONS)
def test_accepted_means_no_problems(name: ContractName, form: Form) -> None:
    rejected = 0
    for page in _faulty_pages(name, form):
        for value, subject in _subjects(page):
            verdict = compile_schema(subject, name, form)(value)
            assert verdict == (not explain_shape(value, subject, name, form)), json.dumps(value)
            rejected += not verdict
    assert rejected > PAGES_OF_EACH * 0.9


@pytest.mark.parametrize(("name", "form"), COMBINATIONS)
def test_mutated_runs_have_same_findings_without_fast_engines(
    name: ContractName, form: Form, without_fast_engines: Callable[[], None]
) -> None:
    pages = _faulty_pages(name, form)
    fast = _findings(pages, name, form)
    without_fast_engines()
    assert _findings(pages, name, form) == fast
    assert sum(any(f.severity == "error" for f in found) for found in fast) > PAGES_OF_EACH * 0.9


def test_samples_have_same_findings_without_fast_engines(without_fast_engines: Callable[[], None]) -> None:
    samples = [*VALID, *INVALID, *MISSHAPEN, SAMPLES / "seed-example.json"]
    fast = [validate(path, now=NOW).findings for path in samples]
    without_fast_engines()
    assert [validate(path, now=NOW).findings for path in samples] == fast


def test_missing_engine_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    spec = spec_from_file_location(f"{compiler.__name__}_alone", str(compiler.__file__))
    assert spec is not None
    assert spec.loader is not None
    alone = module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert alone.jsonschema_rs is None


@pytest.mark.parametrize(("name", "form"), COMBINATIONS)
def test_merged_schemas_have_no_references(name: ContractName, form: Form) -> None:
    schemas = load_contract(name, form)
    applied = {
        subject: json.dumps(inline(schemas.schema(subject), schemas.schemas))
        for subject in (RUN.list_schema, RUN.item_schema)
    }
    assert [subject for subject, schema in applied.items() if '"$ref"' in schema] == []
    assert all('"required"' in schema for schema in applied.values())


@pytest.mark.skipif(find_spec("jsonschema_rs") is None, reason="judges with the fast engine")
def test_merging_keeps_additional_properties() -> None:
    accepts_both = compile_items(
        [
            {"properties": {"a": {"type": "integer"}}},
            {"properties": {"c": {}}, "additionalProperties": {"minimum": 5}},
        ],
        {},
    )
    assert [accepts_both([value]) for value in ({}, {"a": 5}, {"b": 5}, {"c": 4})] == [True] * 4
    assert [accepts_both([value]) for value in ({"a": 4}, {"b": 4}, {"a": 5.5})] == [False] * 3


@pytest.mark.parametrize(("name", "form"), COMBINATIONS)
def test_single_shape_fault_is_one_finding(name: ContractName, form: Form) -> None:
    faults = _single_faults(name, form)[:: 1 if form == "wire" else 4]  # names of keys are all that differs
    sound = dict(zip(map(id, _pages(form)), _findings(_pages(form), name, form), strict=True))
    after = _findings([mutation.applied(page) for page, mutation in faults], name, form)
    for (page, mutation), found in zip(faults, after, strict=True):
        known = {f.pointer for f in sound[id(page)]}
        errors = [f.pointer for f in found if f.severity == "error" and f.group in ("schema", "document")]
        place = _place(mutation, page)
        assert place in known or [pointer for pointer in errors if pointer not in known] == [place], (mutation, found)
    assert len(faults) > (400 if form == "wire" else 100)


def _single_faults(name: ContractName, form: Form) -> list[tuple[Any, Mutation]]:
    """Each fault of each field once, with a page to lay it into."""
    pages = sorted(_pages(form), key=lambda page: len(json.dumps(page)), reverse=True)  # the smallest page comes last
    found = [(page, mutation) for page in pages for mutation in mutations(page, load_contract(name, form))]
    kinds = {_kind(mutation): (page, mutation) for page, mutation in found}
    return [kind for kind in kinds.values() if kind[1].path or kind[1].value != [7]]  # it is skipped in a folder


def _kind(mutation: Mutation) -> tuple[object, ...]:
    field = tuple(part for part in mutation.path if isinstance(part, str))
    return field, mutation.keyword, repr(mutation.value), mutation.delete


def _place(mutation: Mutation, page: Any) -> str:
    """Where the finding stands; without a page, or a run in it, there is nothing to point into."""
    if not mutation.path or (len(mutation.path) == len(("data", 0)) and len(page["data"]) == 1):
        return ""
    return "".join(f"/{part}" for part in (mutation.path[:-1] if mutation.delete else mutation.path))
