"""The two contracts: what each of them accepts and reports."""

import json
import re
from typing import Any

import pytest

from tests.support.pages import findings, page, run, summarize
from tests.support.paths import SAMPLES
from validator import Severity

ACTION = "required_action/submit_tool_outputs/tool_calls"
V1_PAGE = json.loads((SAMPLES / "valid" / "v1-page.json").read_text("utf-8"))
ISO_RUN = json.loads((SAMPLES / "valid" / "sdk-run-v1-iso-times.json").read_text("utf-8"))
SDK_PAGE = json.loads((SAMPLES / "valid" / "sdk-page.json").read_text("utf-8"))
V2_KEYS = [
    *("required_action", "usage", "incomplete_details", "max_prompt_tokens", "max_completion_tokens"),
    *("truncation_strategy", "tool_choice", "response_format"),
]
OPTIONAL_KEYS = ["parallel_tool_calls", "tool_resources", "temperature", "top_p", "reasoning_effort"]
BASE_KEYS = [key for key in run() if key not in (*V2_KEYS, *OPTIONAL_KEYS)]
Rows = list[str]


def _shape(document: object, contract: str) -> Rows:
    """Return the findings of the schemas as `rule pointer: message`."""
    found = summarize(document, contract=contract, select=["schema"])
    return [f"{rule} {pointer}: {message}" for rule, pointer, message in found]


def _run(**changes: Any) -> dict[str, Any]:
    return page(run(**changes))


def _waiting(action: dict[str, Any]) -> dict[str, Any]:
    return _run(status="requires_action", completed_at=None, usage=None, expires_at=1729419000, required_action=action)


def _failed(code: str) -> dict[str, Any]:
    error = {"code": code, "message": "Sorry."}
    return _run(status="failed", failed_at=1729418407, completed_at=None, last_error=error)


def _searching(**options: Any) -> dict[str, Any]:
    return _run(tools=[{"type": "file_search", **options}])


def _ranked(ranker: str | None) -> dict[str, Any]:
    return _searching(file_search={"ranking_options": {"ranker": ranker, "score_threshold": 0.5}})


def _tools(count: int, kind: str = "code_interpreter") -> dict[str, Any]:
    return _run(tools=[{"type": kind}] * count)


APPROVAL = {"type": "submit_tool_approval", "submit_tool_approval": {"tool_calls": [{"id": "call_a", "type": "mcp"}]}}
DOCUMENTED_TOOLS = '"code_interpreter", "file_search" or "function"'
V2_KEYS_LACKING_IN_SDK = (
    '"requiredAction", "incompleteDetails", "maxPromptTokens", "maxCompletionTokens", "truncationStrategy", '
    '"toolChoice" and "responseFormat"'
)
STATUSES = (
    '"queued", "in_progress", "requires_action", "cancelling", "cancelled", "failed", "completed", "incomplete" '
    'or "expired"'
)
CHOICES = '"function", "code_interpreter" or "file_search"'
RANKERS = '"auto" or "default_2024_08_21"'
REASONS = '"max_completion_tokens" or "max_prompt_tokens"'
CODES = '"server_error", "rate_limit_exceeded" or "invalid_prompt"'

TIGHTENED: list[tuple[object, Rows]] = [
    (
        page(data=[], first_id=None, last_id=None),
        [
            "schema:type /first_id: is null, expected a string",
            "schema:type /last_id: is null, expected a string",
        ],
    ),
    (_run(instructions=None), ["schema:type /data/0/instructions: is null, expected a string"]),
    (_run(truncation_strategy=None), ["schema:type /data/0/truncation_strategy: is null, expected an object"]),
    (_run(tool_choice=None), ["schema:type /data/0/tool_choice: is null, expected a string or an object"]),
    (_run(response_format=None), ["schema:type /data/0/response_format: is null, expected a string or an object"]),
    (_run(max_prompt_tokens=1), ["schema:minimum /data/0/max_prompt_tokens: is 1, the minimum is 256"]),
    (_run(max_completion_tokens=255), ["schema:minimum /data/0/max_completion_tokens: is 255, the minimum is 256"]),
    (_tools(21), ["schema:maxItems /data/0/tools: has 21 items, the maximum is 20"]),
    (_tools(128), ["schema:maxItems /data/0/tools: has 128 items, the maximum is 20"]),
    *(
        (_tools(1, kind), [f'schema:enum /data/0/tools/0/type: is "{kind}", expected {DOCUMENTED_TOOLS}'])
        for kind in ("retrieval", "mcp", "zebra")
    ),
    (
        _run(tools=[{"type": "retrieval"}], tool_choice={"type": "retrieval"}),
        [
            f'schema:enum /data/0/tools/0/type: is "retrieval", expected {DOCUMENTED_TOOLS}',
            f'schema:enum /data/0/tool_choice/type: is "retrieval", expected {CHOICES}',
        ],
    ),
    (
        _waiting(APPROVAL),
        ['schema:const /data/0/required_action/type: is "submit_tool_approval", expected "submit_tool_outputs"'],
    ),
    (_failed("tool_user_error"), [f'schema:enum /data/0/last_error/code: is "tool_user_error", expected {CODES}']),
    (
        _run(status="incomplete", incomplete_details={"reason": "content_filter"}),
        [f'schema:enum /data/0/incomplete_details/reason: is "content_filter", expected {REASONS}'],
    ),
    (
        _ranked("default_2025"),
        [f'schema:enum /data/0/tools/0/file_search/ranking_options/ranker: is "default_2025", expected {RANKERS}'],
    ),
    (
        _run(tools=[{"type": "function", "function": {"name": "f", "description": None}}]),
        ["schema:type /data/0/tools/0/function/description: is null, expected a string"],
    ),
    (
        _searching(file_search={"max_num_results": None, "ranking_options": None}),
        [
            "schema:type /data/0/tools/0/file_search/max_num_results: is null, expected an integer",
            "schema:type /data/0/tools/0/file_search/ranking_options: is null, expected an object",
        ],
    ),
    (_ranked(None), [f"schema:enum /data/0/tools/0/file_search/ranking_options/ranker: is null, expected {RANKERS}"]),
    (
        _run(tools=[{"type": "file_search"}], tool_choice={"type": "file_search", "function": None}),
        ["schema:type /data/0/tool_choice/function: is null, expected an object"],
    ),
    (
        _run(tools=[{"type": "bing_grounding"}], tool_choice={"type": "bing_grounding"}),
        [
            f'schema:enum /data/0/tools/0/type: is "bing_grounding", expected {DOCUMENTED_TOOLS}',
            f'schema:enum /data/0/tool_choice/type: is "bing_grounding", expected {CHOICES}',
        ],
    ),
    (
        _run(response_format={"type": "json_schema", "json_schema": {"name": "x", "description": None}}),
        ["schema:type /data/0/response_format/json_schema/description: is null, expected a string"],
    ),
    (_run(parallel_tool_calls=None), ["schema:type /data/0/parallel_tool_calls: is null, expected true or false"]),
    (_run(response_format="none"), ['schema:const /data/0/response_format: is "none", expected "auto"']),
    (_searching(file_search=None), ["schema:type /data/0/tools/0/file_search: is null, expected an object"]),
    (
        ISO_RUN,
        [
            f'schema:required : lacks "cancelledAt", "failedAt", "lastError", {V2_KEYS_LACKING_IN_SDK}',
            "schema:type /createdAt: is a string of 24 characters, expected an integer",
            "schema:type /startedAt: is a string of 24 characters, expected an integer or null",
            "schema:type /completedAt: is a string of 24 characters, expected an integer or null",
        ],
    ),
]


@pytest.mark.parametrize(("document", "published"), TIGHTENED)
def test_published_is_tighter_than_observed(document: object, published: Rows) -> None:
    assert _shape(document, "observed") == []
    assert sorted(_shape(document, "published")) == sorted(published)


@pytest.mark.parametrize(
    "document",
    [
        page(),
        page(data=[], first_id="", last_id=""),
        _run(instructions="", truncation_strategy={"type": "auto"}, tool_choice="none", response_format="auto"),
        _run(max_prompt_tokens=256, max_completion_tokens=None),
        _tools(20),
        _run(tools=[{"type": "function", "function": {"name": "f"}}]),
        _failed("server_error"),
        _run(status="incomplete", incomplete_details={"reason": "max_prompt_tokens"}),
        _run(status="incomplete", incomplete_details={}),
        _ranked("auto"),
        _searching(),
        _searching(file_search={}),
        _run(response_format={"type": "json_schema", "json_schema": {"name": "n"}}),
        _run(metadata=None),
        _run(zebra=1, file_ids=["file-1"]),
        SDK_PAGE,
        {key: value for key, value in run().items() if key != "parallel_tool_calls"},
    ],
)
def test_both_accept_what_is_documented(document: object) -> None:
    assert _shape(document, "observed") == []
    assert _shape(document, "published") == []


ANY: tuple[Any, ...] = (None, True, 256, 1000.0, 1.5, "", "a text", [], ["a"], {}, {"cached_tokens": ["many"]})


@pytest.mark.parametrize("value", ANY, ids=map(json.dumps, ANY))
@pytest.mark.parametrize("key", ["zebra", "file_ids", "reasoning_effort", "tool_resources"])
def test_published_accepts_any_value_of_undeclared_keys(key: str, value: Any) -> None:
    found = summarize(_run(**{key: value}), contract="published", ignore=["outdated-tool-type"])
    assert found == []


@pytest.mark.parametrize("value", ANY, ids=map(json.dumps, ANY))
@pytest.mark.parametrize("key", ["prompt_token_details", "prompt_tokens_details", "completion_tokens_details"])
def test_published_accepts_any_token_details(key: str, value: Any) -> None:
    usage = {"prompt_tokens": 31, "completion_tokens": 5, "total_tokens": 36, key: value}
    assert summarize(_run(usage=usage), contract="published") == []
    part = "reasoning_tokens" if key == "completion_tokens_details" else "cached_tokens"
    assert (
        summarize(_run(usage={**usage, key: {part: value}}), contract="published", ignore=["cached-exceeds-prompt"])
        == []
    )
    found = summarize(_run(usage={**usage, "total_tokens": 37, key: {part: -1}}), contract="published")
    assert [(rule, pointer) for rule, pointer, _ in found] == [
        ("token-total-mismatch", "/data/0/usage/total_tokens"),
        ("negative-tokens", f"/data/0/usage/{key}/{part}"),
    ]


def test_published_reports_outdated_file_ids() -> None:
    assert summarize(_run(file_ids=["file-1"]), contract="published", select=["outdated-tool-type"]) == [
        (
            "outdated-tool-type",
            "/data/0/file_ids",
            "lists files of the run; in version 2 of the API they are in tool_resources, with the tools",
        )
    ]
    assert summarize(_run(file_ids="file-1"), contract="published", select=["outdated-tool-type"]) == []


@pytest.mark.parametrize(
    ("document", "observed", "published"),
    [
        (_run(max_prompt_tokens=0), "minimum: is 0, the minimum is 1", "minimum: is 0, the minimum is 256"),
        (_tools(129), "maxItems: has 129 items, the maximum is 128", "maxItems: has 129 items, the maximum is 20"),
        (_failed(""), "minLength: is empty, expected at least 1 character", f'enum: is "", expected {CODES}'),
        (
            _run(status="incomplete", incomplete_details={"reason": ""}),
            "minLength: is empty, expected at least 1 character",
            f'enum: is "", expected {REASONS}',
        ),
        (
            _run(response_format="text"),
            'enum: is "text", expected "auto" or "none"',
            'const: is "text", expected "auto"',
        ),
        (_run(tool_choice={"type": 7}), "type: is 7, expected a string", f"enum: is 7, expected {CHOICES}"),
        (_run(instructions=7), "type: is 7, expected a string or null", "type: is 7, expected a string"),
        (page(first_id=7), "type: is 7, expected a string or null", "type: is 7, expected a string"),
    ],
)
def test_only_the_tighter_keyword_is_reported(document: object, observed: str, published: str) -> None:
    for contract, expected in (("observed", observed), ("published", published)):
        assert [re.sub(" /[^:]*:", ":", found) for found in _shape(document, contract)] == [f"schema:{expected}"]


@pytest.mark.parametrize("contract", ["observed", "published"])
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (page(object="runs"), 'schema:const /object: is "runs", expected "list"'),
        (page(has_more="no"), "schema:type /has_more: is a string of 2 characters, expected true or false"),
        (_run(metadata={"floor": 2}), "schema:type /data/0/metadata/floor: is 2, expected a string"),
        (_run(metadata=[]), "schema:type /data/0/metadata: is an array of 0 items, expected an object or null"),
        (_run(created_at=1729418400.5), "schema:type /data/0/created_at: is 1729418400.5, expected an integer"),
        (_run(created_at=True), "schema:type /data/0/created_at: is true, expected an integer"),
        (
            _run(status="complete"),
            f'schema:enum /data/0/status: is "complete", did you mean "completed"? Expected {STATUSES}',
        ),
        (
            _searching(file_search={"max_num_results": 51}),
            "schema:maximum /data/0/tools/0/file_search/max_num_results: is 51, the maximum is 50",
        ),
        (
            _waiting(
                {
                    "type": "submit_tool_outputs",
                    "submit_tool_outputs": {
                        "tool_calls": [{"id": "call_a", "type": "mcp", "function": {"name": "f", "arguments": "{}"}}]
                    },
                }
            ),
            f'schema:const /data/0/{ACTION}/0/type: is "mcp", expected "function"',
        ),
    ],
)
def test_both_reject_with_the_same_message(contract: str, document: object, expected: str) -> None:
    assert _shape(document, contract) == [expected]


@pytest.mark.parametrize("contract", ["observed", "published"])
@pytest.mark.parametrize("key", ["object", "data", "first_id", "last_id", "has_more"])
def test_page_keys_are_required(contract: str, key: str) -> None:
    document = {name: value for name, value in page().items() if name != key}
    assert _shape(document, contract) == [f'schema:required : lacks "{key}"']


@pytest.mark.parametrize("contract", ["observed", "published"])
@pytest.mark.parametrize("key", [*BASE_KEYS, *V2_KEYS])
def test_v2_run_keys_are_required(contract: str, key: str) -> None:
    changed = {name: value for name, value in run().items() if name != key}
    assert _shape([changed, run()], contract) == [f'schema:required /0: lacks "{key}"']


@pytest.mark.parametrize("key", BASE_KEYS)
def test_v1_run_keys_are_required(key: str) -> None:
    sound = {name: value for name, value in run().items() if name in BASE_KEYS} | {"file_ids": []}
    changed = {name: value for name, value in sound.items() if name != key}
    assert _shape([sound], "observed") == []
    assert _shape([changed, sound], "observed") == [f'schema:required /0: lacks "{key}"']


def test_published_requires_v2_keys_of_v1_runs() -> None:
    sound = {name: value for name, value in run().items() if name in BASE_KEYS} | {"file_ids": []}
    listed = ", ".join(f'"{key}"' for key in V2_KEYS[:-1])
    assert _shape([sound], "published") == [f'schema:required /0: lacks {listed} and "{V2_KEYS[-1]}"']
    missing = {name: value for name, value in sound.items() if name != "model"}
    assert _shape([missing, run()], "published") == [f'schema:required /0: lacks "model", {listed} and "{V2_KEYS[-1]}"']


def test_lone_surrogate_in_status() -> None:
    assert [(rule, pointer) for rule, pointer, _ in summarize(_run(status="\ud800"))] == [
        ("lone-surrogate", "/data/0/status"),
        ("schema:enum", "/data/0/status"),
    ]


def test_observed_accepts_genuine_pages() -> None:
    for name in ("v1-page", "azure-page", "empty-page", "page", "sdk-page", "mixed-tools-page"):
        assert _shape(json.loads((SAMPLES / "valid" / f"{name}.json").read_text("utf-8")), "observed") == []
    assert {found.partition(" ")[0] for found in _shape(V1_PAGE, "published")} == {"schema:required"}


def test_contracts_differ_in_shape_only() -> None:
    document = page(run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}), first_id="run_b")
    assert summarize(document) == summarize(document, contract="published") != []


@pytest.mark.parametrize(
    "document",
    [
        _run(parallel_tool_calls=None),
        _run(status="incomplete", incomplete_details={"reason": None}),
        _run(status="incomplete", incomplete_details={"reason": "content_filter"}),
        _run(tools=[{"type": "file_search"}], tool_choice={"type": "file_search", "function": None}),
        _run(tools=[{"type": "bing_grounding"}], tool_choice={"type": "bing_grounding"}),
        _failed("tool_user_error"),
        _ranked(None),
    ],
)
def test_no_error_for_what_servers_send(document: object) -> None:
    assert [one for one in findings(document) if one.severity is Severity.ERROR] == []


def test_suggested_words() -> None:
    for kind, suggestion in (("web_search", "expected"), ("fil_search", 'did you mean "file_search"? Expected')):
        assert _shape(_tools(1, kind), "published") == [
            f'schema:enum /data/0/tools/0/type: is "{kind}", {suggestion} {DOCUMENTED_TOOLS}'
        ]
    (found,) = _shape(_run(status="fail"), "observed")
    assert ', did you mean "failed"? Expected ' in found


@pytest.mark.parametrize(
    ("time", "hint"),
    [
        ("2024-10-20t10:00:00Z", "; write T and Z in upper case"),
        ("2024-10-20T10:00:00.123z", "; write T and Z in upper case"),
        ("2024-10-20t10:00:00z", "; write T and Z in upper case"),
        ("2024-10-20t10:00:00+02:00", "; write T and Z in upper case"),
        ("2024-10-20 10:00:00Z", ""),
        ("a text with t and z", ""),
    ],
)
def test_hint_for_lower_case_date_time(time: str, hint: str) -> None:
    found = f"is a string of {len(time)} characters, expected an integer"
    assert _shape({**ISO_RUN, "createdAt": time}, "observed") == [
        f"schema:type /createdAt: {found} or a date-time with its offset from UTC{hint}"
    ]


@pytest.mark.parametrize(("end", "line", "column"), [("\n", 4, 12), ("\r\n", 4, 12), ("\r", 1, 62)])
def test_line_ends(end: str, line: int, column: int) -> None:
    text = end.join(["{", '"object": "list",', '"data": [], "first_id": null,', '"last_id": 7, "has_more": false}'])
    found = [(one.rule, one.pointer, one.line, one.column) for one in findings(text)]
    assert found == [("schema:type", "/last_id", line, column)]


NO_NULLS = {key: value for key, value in run().items() if value is not None}
DROPPED = "; no value is null, so the serializer drops nulls (exclude_none, omitempty, WhenWritingNull): keep them"


def test_missing_nulls_of_a_run_name_the_serializer() -> None:
    (found,) = _shape({**NO_NULLS, "status": "completed"}, "observed")
    assert found.startswith("schema:required : lacks ")
    assert found.endswith(DROPPED)
    empty = {"object": "list", "data": [], "has_more": False}
    assert _shape(empty, "observed") == [f'schema:required : lacks "first_id" and "last_id"{DROPPED}']


@pytest.mark.parametrize(
    "document",
    [
        {**NO_NULLS, "expires_at": None},
        {**NO_NULLS, "tools": ...},
        {"object": "list", "data": [run()], "has_more": False},
        {"object": "list", "data": [NO_NULLS, 7, run()], "has_more": False},
    ],
)
def test_missing_keys_of_another_cause_do_not(document: dict[str, Any]) -> None:
    found, *_ = _shape({key: value for key, value in document.items() if value is not ...}, "observed")
    assert found.startswith("schema:required : lacks ")
    assert "serializer" not in found


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        (
            {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
            'lacks "prompt_tokens" and "completion_tokens"; has "input_tokens" and "output_tokens"',
        ),
        (
            {"prompt_tokens": 1, "output_tokens": 2, "total_tokens": 3},
            'lacks "completion_tokens"; has "output_tokens"',
        ),
    ],
)
def test_names_of_the_responses_api_in_usage(usage: dict[str, int], message: str) -> None:
    message += ", as the Responses API calls them: rename them"
    assert _shape(_run(usage=usage), "observed") == [f"schema:required /data/0/usage: {message}"]


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ("2024-10-20T10:00:00Z", "is a date, expected Unix seconds: 1729418400"),
        ("2024-10-20t12:00:00+02:00", "is a date, expected Unix seconds: 1729418400"),
        ("2024-10-20 10:00:00", "is a date, expected Unix seconds: 1729418400 if it is in UTC"),
        ("2024-10-20", "is a date, expected Unix seconds: 1729382400 if it is in UTC"),
        ("Sun, 20 Oct 2024 10:00:00 GMT", "is a date, expected Unix seconds: 1729418400"),
        ("1729418400", "is an integer in quotes, expected 1729418400 without them"),
        ("tomorrow", "is a string of 8 characters, expected an integer"),
        ("", 'is "", expected an integer'),
        ("2024-10-20" + " " * 70, "is a string of 80 characters, expected an integer"),
        ("0001-01-01T00:00:00+23:59", "is a date, expected Unix seconds: -62135683140"),
    ],
)
def test_time_that_is_no_integer(time: str, message: str) -> None:
    assert _shape(_run(created_at=time), "observed") == [f"schema:type /data/0/created_at: {message}"]


def test_number_in_quotes() -> None:
    usage = {"prompt_tokens": "12", "completion_tokens": 2, "total_tokens": "2024-10-20"}
    assert _shape(_run(usage=usage), "observed") == [
        "schema:type /data/0/usage/prompt_tokens: is an integer in quotes, expected 12 without them",
        "schema:type /data/0/usage/total_tokens: is a string of 10 characters, expected an integer",
    ]
