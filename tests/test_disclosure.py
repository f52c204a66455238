"""What of a document may be printed unasked."""

import pytest

from validator.disclosure import Path, may_show, may_show_key

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
