"""What of a document may be printed unasked."""

from collections.abc import Iterator
from typing import get_args

import pytest

from validator.contract.loader import Shape, load_contract
from validator.contract.redaction import Path, may_show, may_show_key
from validator.core.options import ContractName

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
def test_ids_and_words_of_closed_vocabularies_and_what_is_empty_are_shown(path: Path, text: str) -> None:
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
def test_free_text_and_whatever_looks_like_a_credential_is_not(path: Path, text: str) -> None:
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
def test_keys_of_objects_that_the_contract_declares_are_shown(path: Path) -> None:
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
def test_keys_that_are_data_are_not(path: Path) -> None:
    assert not may_show_key(path)


WITHHELD = """
    data metadata instructions tool_resources
    last_error.message
    required_action.submit_tool_outputs.tool_calls.function.arguments
    tools.function.description tools.function.parameters
    response_format.json_schema.description response_format.json_schema.schema
"""
"""Fields that hold what somebody wrote: a string in them is never shown unasked."""
NO_STRINGS = """
    has_more parallel_tool_calls tools.function.strict response_format.json_schema.strict
    created_at started_at expires_at completed_at cancelled_at failed_at
    temperature top_p max_prompt_tokens max_completion_tokens truncation_strategy.last_messages
    tools.file_search.max_num_results tools.file_search.ranking_options.score_threshold
    usage.prompt_tokens usage.completion_tokens usage.total_tokens
    usage.prompt_token_details.cached_tokens usage.prompt_tokens_details.cached_tokens
    usage.completion_tokens_details.reasoning_tokens
"""
"""Fields whose values are numbers or booleans; a string in them is not shown either."""


def _declared(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The fields that a shape declares, and whether each declares none of its own."""
    if shape.items is not None:
        yield from _declared(shape.items, path)
    for key, child in shape.properties.items():
        yield (*path, key), not child.declares
        yield from _declared(child, (*path, key))


FIELDS = sorted(
    {
        field
        for name in get_args(ContractName)
        for shape in load_contract(name, "wire").shapes.values()
        for field in _declared(shape)
    }
)


@pytest.mark.parametrize(("path", "is_leaf"), FIELDS, ids=[".".join(path) for path, _ in FIELDS])
def test_every_declared_field_is_either_shown_or_withheld(path: tuple[str, ...], is_leaf: bool) -> None:
    field = ".".join(path)
    assert may_show_key(path), f"{field}: list an inner field of its object in validator/contract/redaction.py"
    if is_leaf:
        classes = [may_show(path, "word"), field in WITHHELD.split(), field in NO_STRINGS.split()]
        assert sum(classes) == 1, (
            f"{field}: classify it as shown (validator/contract/redaction.py) or as withheld (here)"
        )


def test_every_field_that_is_classified_as_withheld_is_declared() -> None:
    declared = {".".join(path) for path, _ in FIELDS}
    assert {*WITHHELD.split(), *NO_STRINGS.split()} <= declared
