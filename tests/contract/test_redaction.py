"""What of a document may be printed unasked."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from documentation.fields import Field, fields
from tests.support.pages import run
from validator import validate
from validator.contract.loader import FOLDER
from validator.contract.redaction import may_show, may_show_key
from validator.core.options import ContractName
from validator.core.pointer import Path as Keys
from validator.core.resource import RUN as RESOURCE

RUN = ("data", 0)
TOOL_CALL = ("submit_tool_outputs", "tool_calls", 0)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("first_id",), "run_1"),
        (("lastId",), "run_1"),
        ((*RUN, "id"), "run_1"),
        ((*RUN, "threadId"), "thread_1"),
        ((*RUN, "model"), "gpt-4o-mini"),
        ((*RUN, "tool_choice"), "auto"),
        ((*RUN, "file_ids", 3), "file-1"),
        ((*RUN, "last_error", "code"), "server_error"),
        ((*RUN, "incompleteDetails", "reason"), "max_prompt_tokens"),
        ((*RUN, "tools", 1, "function", "name"), "look_up"),
        ((*RUN, "required_action", *TOOL_CALL, "id"), "call_1"),
        ((*RUN, "requiredAction", "submitToolOutputs", "toolCalls", 0, "function", "name"), "look_up"),
        ((*RUN, "response_format", "json_schema", "name"), "answer"),
        (("status",), "completed"),
        ((4, "status"), "completed"),
        ((1, *RUN, "status"), "completed"),
        (("runs", 0, "status"), "completed"),
        ((*RUN, "instructions"), ""),
    ],
)
def test_ids_and_vocabulary_are_shown(path: Keys, text: str) -> None:
    assert may_show(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((*RUN, "instructions"), "short"),
        ((*RUN, "last_error", "message"), "short"),
        ((*RUN, "metadata", "status"), "completed"),
        ((*RUN, "metadata", "id"), "run_1"),
        ((*RUN, "tools", 0, "function", "description"), "short"),
        ((*RUN, "tools", 0, "function", "parameters", "type"), "object"),
        ((*RUN, "response_format", "json_schema", "schema", "title"), "short"),
        ((*RUN, "required_action", *TOOL_CALL, "function", "arguments"), "{}"),
        ((*RUN, "tool_resources", "code_interpreter", "file_ids", 0), "file-1"),
        ((*RUN, "name"), "Jane"),
        ((*RUN, "steps", 0, "status"), "completed"),
        (("name",), "Jane"),
        ((), "Jane"),
        ((*RUN, "id"), "sk-proj-1234"),
        ((*RUN, "status"), "two words"),
        ((*RUN, "status"), "erledigt\N{LATIN SMALL LETTER SHARP S}"),
        ((*RUN, "model"), "m" * 41),
    ],
)
def test_free_text_and_credentials_are_masked(path: Keys, text: str) -> None:
    assert not may_show(path, text)


@pytest.mark.parametrize(
    "path",
    [
        ("data",),
        (*RUN, "metadata"),
        (*RUN, "instructionz"),
        (*RUN, "usage", "total_tokens"),
        (*RUN, "usage", "promptTokenDetails", "cachedTokens"),
        (*RUN, "tools", 0, "file_search", "ranking_options", "score_threshold"),
    ],
)
def test_keys_of_declared_objects_are_shown(path: Keys) -> None:
    assert may_show_key(path)


@pytest.mark.parametrize(
    "path",
    [
        (*RUN, "metadata", "customer"),
        (*RUN, "tool_resources", "file_search"),
        (*RUN, "tools", 0, "function", "parameters", "properties"),
        (*RUN, "acme", "customer"),
        (*RUN, "jane@example.org"),
        (*RUN, "AKIA1234"),
    ],
)
def test_keys_that_are_data_are_masked(path: Keys) -> None:
    assert not may_show_key(path)


def _fields(name: ContractName) -> list[Field]:
    subjects = (RESOURCE.list_schema, RESOURCE.item_schema)
    tops = [top for subject in subjects for top in fields(name, "wire", subject).values()]
    return [field for top in tops for field in (top, *top.all_inside())]


def _may_be_a_string(field: Field) -> bool:
    schemas = [demand.schema for demand in field.demands]
    types = [schema["type"] for schema in schemas if "type" in schema]
    return "string" in str(types) or any("enum" in schema or "const" in schema for schema in schemas) or not types


@pytest.mark.parametrize("field", _fields("observed"), ids=lambda field: field.path)
def test_every_declared_string_is_classified(field: Field) -> None:
    classified = {demand.schema["x-sensitive"] for demand in field.demands if "x-sensitive" in demand.schema}
    path = tuple(field.path.replace("[]", "").split("."))
    is_free = "*" in path
    assert may_show_key(path) is not is_free
    if _may_be_a_string(field) and not field.inside and not field.path.endswith("[]"):
        assert len(classified) == 1, f'{field.path}: say in schemas/ whether it is "x-sensitive"'
    assert may_show(path, "word") == (not is_free and (False in classified or path == ("file_ids",)))


def test_published_declares_no_other_fields() -> None:
    assert {field.path for field in _fields("published")} <= {field.path for field in _fields("observed")}


@pytest.mark.parametrize(("annotation", "shown"), [({"x-sensitive": False}, '"turbo"'), ({}, '"…"')])
def test_a_new_field_is_printed_where_its_schema_says_so(
    annotation: dict[str, bool], shown: str, tmp_path: Path, with_schemas: Callable[[Path], None]
) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    schema = json.loads((tmp_path / "run.json").read_bytes())
    schema["properties"]["service_tier"] = {"type": "string", **annotation}
    (tmp_path / "run.json").write_text(json.dumps(schema))
    with_schemas(tmp_path)
    fault = ',\n"service_tier": "turbo", "temperature": 3}'
    (finding,) = validate(json.dumps(run())[:-1] + fault, select=["sampling-range"]).findings
    assert finding.excerpt is not None
    assert finding.excerpt.text == f'"service_tier": {shown}, "temperature": 3}}'
