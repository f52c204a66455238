"""Other validators give the same verdicts with a printed schema as we do."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import jsonschema
import pytest
from referencing import Registry
from referencing.exceptions import NoSuchResource

from tests.support.commands import run
from tests.support.mutations import mutations, several
from tests.support.paths import INVALID, MISSHAPEN, SAMPLES, VALID
from tests.support.tools import command, npm_packages, package
from validator import validate
from validator.contract.export import Layout
from validator.contract.loader import load_contract
from validator.core.options import ContractName, Expect, Form
from validator.core.resource import RUN

AJV = "ajv@8.20.0"
SOURCEMETA = "@sourcemeta/jsonschema@16.11.0"
EXPECTED: dict[str, Expect] = {"list_runs_response": "page", "run": "run"}
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
SUBJECTS = (RUN.list_schema, RUN.item_schema)
COMBINATIONS = [(s, name, form) for s in SUBJECTS for name in get_args(ContractName) for form in get_args(Form)]
JUDGED_ON_READING = {"duplicate-key", "lone-surrogate", "mixed-naming", "non-finite-number", "too-deep"}
"""Samples of what no schema can say: the text, the keys that it does not name, the depth."""


@cache
def _documents() -> list[Any]:
    """All samples that are JSON, and the first run of each."""
    found: list[Any] = []
    for path in (*VALID, *INVALID, *MISSHAPEN, SAMPLES / "seed-example.json"):
        if path.stem in JUDGED_ON_READING:
            continue
        try:
            document = json.loads(path.read_bytes().decode())
        except ValueError:
            continue
        found += [document, *_runs(document)[:1]]
    return found


def _runs(document: Any) -> list[Any]:
    data = document.get("data") if isinstance(document, dict) else document
    return data if isinstance(data, list) else []


@cache
def _mutated(name: ContractName, form: Form) -> list[Any]:
    """Valid pages with up to four faults of shape, and their runs."""
    rng = random.Random(f"{name} {form}")
    pages = [page for page in _full_pages() if ("hasMore" in page) == (form == "sdk")][:12]
    pools = [(page, mutations(page, load_contract(name, form))) for page in pages]
    faulty = [several(*rng.choice(pools), rng) for _ in range(20)]
    return [*faulty, *(found for page in faulty for found in _runs(page))]


@cache
def _full_pages() -> list[Any]:
    pages = [page for page in _documents() if isinstance(page, dict) and page.get("data") and "error" not in page]
    return [page for page in pages if not validate(page).findings]


@cache
def _judged(subject: str, name: ContractName, form: Form) -> tuple[list[Any], list[bool]]:
    """Samples and mutated pages, and the verdict of our own pass on each."""
    documents = [*_documents(), *_mutated(name, form)]
    with TemporaryDirectory() as folder:
        file = Path(folder, "documents.jsonl")
        file.write_text("".join(f"{json.dumps(document)}\n" for document in documents))
        options: Any = {"contract": name, "form": form, "expect": EXPECTED[subject]}
        report = validate(file, select=["schema:*"], **options)  # it leaves out other objects of the API
        accepted = {about.record for about in report.documents} - {finding.record for finding in report.findings}
    verdicts = [number in accepted for number in range(1, len(documents) + 1)]
    assert {True, False} == {*verdicts}
    return documents, verdicts


@cache
def _printed(subject: str, name: ContractName, form: Form, layout: Layout = "definitions") -> Any:
    layouts = {"definitions": [], "bundle": ["--bundle"], "dereference": ["--dereference"]}
    words = ["--expect", EXPECTED[subject], "--contract", name, "--form", form, "--print-schema", *layouts[layout]]
    ran = run(*words)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def _refuse(uri: str) -> Any:
    raise NoSuchResource(uri)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("subject", "name", "form"), COMBINATIONS)
def test_jsonschema_agrees(subject: str, name: ContractName, form: Form, layout: Layout) -> None:
    schema = _printed(subject, name, form, layout)
    if form == "wire":  # names of keys are all that differs in the other
        jsonschema.Draft202012Validator.check_schema(schema)
    registry: Registry[Any] = Registry(retrieve=_refuse)  # type: ignore[call-arg]  # an attrs alias that mypy misses
    accepts = jsonschema.Draft202012Validator(schema, registry=registry).is_valid
    some = [*zip(*_judged(subject, name, form), strict=True)][
        LAYOUTS.index(layout) :: 24
    ]  # it is slow, and ajv gets them all
    assert [accepts(document) for document, _ in some] == [verdict for _, verdict in some]


@pytest.mark.tools
def test_ajv_agrees_in_strict_mode(tmp_path: Path) -> None:
    judged = {combination: _judged(*combination) for combination in COMBINATIONS}
    schemas = [(_printed(*words, layout), str(words)) for words in COMBINATIONS for layout in LAYOUTS]
    documents = {str(words): documents for words, (documents, _) in judged.items()}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"documents": documents, "schemas": schemas}))
    words = [command("node"), str(Path(__file__).with_name("verdicts.cjs")), str(file)]
    environment = {**os.environ, "NODE_PATH": str(npm_packages(AJV))}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    expected = [judged[combination][1] for combination in COMBINATIONS for _ in LAYOUTS]
    assert json.loads(done.stdout) == expected


@pytest.mark.tools
def test_sourcemeta_accepts_every_bundle(tmp_path: Path) -> None:
    files = [tmp_path / f"{index}.json" for index in range(len(COMBINATIONS))]
    for file, combination in zip(files, COMBINATIONS, strict=True):
        file.write_text(json.dumps(_printed(*combination, "bundle")))
    done = subprocess.run([_sourcemeta(), "metaschema", *map(str, files)], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0


@pytest.mark.tools
@pytest.mark.parametrize(("subject", "name", "form"), COMBINATIONS)
def test_sourcemeta_agrees(subject: str, name: ContractName, form: Form, tmp_path: Path) -> None:
    some = [*zip(*_judged(subject, name, form), strict=True)][::15]  # it is slow, and ajv gets them all
    schema, lines = tmp_path / "schema.json", tmp_path / "documents.jsonl"
    schema.write_text(json.dumps(_printed(subject, name, form, "bundle")))
    lines.write_text("".join(f"{json.dumps(document)}\n" for document, _ in some))
    words = [_sourcemeta(), "validate", str(schema), str(lines), "--continue"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    refused = {int(number) for number in re.findall(r"^fail: .* \(entry #([0-9]+)\)$", done.stdout + done.stderr, re.M)}
    assert [number not in refused for number in range(1, len(some) + 1)] == [verdict for _, verdict in some]


def _sourcemeta() -> str:
    return str(npm_packages(SOURCEMETA) / ".bin" / "jsonschema")


def test_layouts() -> None:
    plain, bundle, whole = (_printed("list_runs_response", "published", "sdk", layout) for layout in LAYOUTS)
    base = "urn:validate-runs:published:sdk:"
    assert {schema["$id"] for schema in (plain, bundle, whole)} == {f"{base}list_runs_response"}
    assert plain["properties"]["data"]["items"] == {"$ref": "#/$defs/run"}
    assert plain["$defs"]["run"]["allOf"] == [{"$ref": "#/$defs/observed_run"}]
    assert bundle["properties"]["data"]["items"] == {"$ref": f"{base}run"}
    assert {key: part["$id"] for key, part in bundle["$defs"].items()} == {
        key: f"{base}{key}" for key in plain["$defs"]
    }
    assert not any("$id" in part or "$schema" in part for part in plain["$defs"].values())
    assert all("$schema" not in part for part in bundle["$defs"].values())
    text = json.dumps(whole)
    assert (text.count("$ref"), text.count("$defs"), text.count("$id")) == (0, 0, 1)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("subject", "name", "form"), COMBINATIONS)
def test_every_field_is_described(subject: str, name: ContractName, form: Form, layout: Layout) -> None:
    schema = _printed(subject, name, form, layout)
    assert (schema["title"], schema["description"]) == (TITLES[subject, name], schema["description"])
    fields = [*_fields(schema)]
    assert len(fields) > 60
    assert '"x-' not in json.dumps(schema)
    assert [key for key, field in fields if not {"title", "description"} <= field.keys()] == []


TITLES = {
    ("list_runs_response", "observed"): "Page of runs",
    ("list_runs_response", "published"): "Page of runs, as published",
    ("run", "observed"): "Run",
    ("run", "published"): "Run, as published",
}


def _fields(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas of all properties but those that a condition asks of."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        for word, value in schema.items():
            if word == "properties":
                yield from value.items()
            if word != "if":
                yield from _fields(value)


def test_dereferencing_keeps_the_description_of_the_place() -> None:
    started_at = _printed("run", "observed", "wire", "dereference")["properties"]["started_at"]
    assert started_at == {
        "title": "Started at",
        "description": (
            "When work began, in Unix seconds; null until then. Reset when a run goes on after tool outputs."
        ),
        "type": ["integer", "null"],
    }


def test_observed_page_in_wire_form_is_the_default(tmp_path: Path) -> None:
    assert json.loads(run("--print-schema", "--isolated").out) == _printed("list_runs_response", "observed", "wire")
    (tmp_path / "validate-runs.toml").write_text('contract = "published"\nform = "sdk"\nexpect = "run"\n')
    assert json.loads(run("--print-schema", cwd=tmp_path).out) == _printed("run", "published", "sdk")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--bundle"], "--bundle needs --print-schema"),
        (["--dereference", "page.json"], "--dereference needs --print-schema"),
        (["--print-schema", "--bundle", "--dereference"], "--bundle and --dereference contradict each other"),
    ],
)
def test_layout_options_need_print_schema(words: list[str], complaint: str) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == f"validate-runs: {complaint}"


def test_environment_variables_print_no_schema() -> None:
    environment = {f"VALIDATE_RUNS_{name}": "1" for name in ("PRINT_SCHEMA", "BUNDLE", "DEREFERENCE")}
    ran = run(SAMPLES / "valid" / "page.json", env=environment)
    assert (ran.code, ran.out) == (0, "ok: 2 runs in 1 document\n")


def test_check_jsonschema_agrees(tmp_path: Path) -> None:
    package("check_jsonschema")
    files = [tmp_path / f"{layout}.json" for layout in LAYOUTS]
    for file, layout in zip(files, LAYOUTS, strict=True):
        file.write_text(json.dumps(_printed("list_runs_response", "observed", "wire", layout)))
    assert _check_jsonschema("--check-metaschema", *files) == 0
    sound, lacking = SAMPLES / "valid" / "page.json", SAMPLES / "misshapen" / "wrong-types-in-several-runs.json"
    assert [_check_jsonschema("--schemafile", files[0], document) for document in (sound, lacking)] == [0, 1]


def _check_jsonschema(*words: str | Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *map(str, words)], capture_output=True, check=False, timeout=120
    )
    return done.returncode
