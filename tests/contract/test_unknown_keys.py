"""Keys that no schema declares: most are accepted, misspelt ones and those in the other naming are reported once."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.pages import NOW, findings, page, run, summarize
from tests.support.paths import SAMPLES
from validator import validate

SDK_PAGE = json.loads((SAMPLES / "valid" / "sdk-page.json").read_text("utf-8"))


def _misspelt(meant: str) -> str:
    return f'is not a key of the contract, did you mean "{meant}"'


def _mixed(meant: str, naming: str = "camelCase") -> str:
    return f'is {naming}, expected "{meant}" as the keys around it'


def _renamed(value: dict[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(key, key): child for key, child in value.items()}


def _sdk_page(**names: str) -> dict[str, Any]:
    """A camelCase page whose second run has some of its keys renamed."""
    first, second, *rest = copy.deepcopy(SDK_PAGE["data"])
    return {**SDK_PAGE, "data": [first, _renamed(second, **names), *rest]}


@pytest.mark.parametrize(
    ("key", "written", "meant"),
    [
        ("temperature", "temperture", "temperature"),
        ("temperature", "Temperature", "temperature"),
        ("parallel_tool_calls", "parallel_tool_call", "parallel_tool_calls"),
        ("tool_resources", "tools_resources", "tool_resources"),
        ("reasoning_effort", "reasoning-effort", "reasoning_effort"),
    ],
)
def test_misspelt_optional_key(key: str, written: str, meant: str) -> None:
    assert summarize(page(_renamed(run(), **{key: written}))) == [
        ("misspelt-key", f"/data/0/{written}", _misspelt(meant))
    ]


def test_position_of_misspelt_key() -> None:
    text = json.dumps(page(_renamed(run(), temperature="temperture")))
    found = validate(text, now=NOW).findings[0]
    assert found.column is not None
    assert found.end_column is not None
    assert text[found.column - 1 : found.end_column - 1] == '"temperture"'


@pytest.mark.parametrize(
    "extra",
    [
        {"top_k": 40},
        {"zebra": None},
        {"steps": []},
        {"_id": "5f"},
        {"temperture": 1.0},
        {"usages": None},
        {"additional_instructions": None, "extra_body": {}, "updated_at": 1729418400},
    ],
)
def test_undeclared_keys_are_accepted(extra: dict[str, Any]) -> None:
    assert summarize(page(run(**extra))) == []
    assert summarize(page(run(**extra)), contract="published") == []


def test_keys_of_little_similarity_are_accepted() -> None:
    assert summarize(page(_renamed(run(), top_p="top_k"))) == []
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    for details in ("input_tokens_details", "input_token_details", "output_tokens_details"):
        assert summarize(page(run(usage={**usage, details: {}}))) == []
    for details in ("prompt_token_detail", "prompts_tokens_details", "completion_token_details"):
        assert [found[0] for found in summarize(page(run(usage={**usage, details: {}})))] == ["misspelt-key"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"status": "statuss"}, 'lacks "status"; has "statuss", did you mean "status"'),
        ({"completed_at": "completedAt"}, 'lacks "completed_at"; has "completedAt", did you mean "completed_at"'),
        ({"model": "modell"}, 'lacks "model"; has "modell", did you mean "model"'),
        ({"model": "engine"}, 'lacks "model"'),
        (
            {"created_at": "CreatedAt", "thread_id": "topic", "tools": "zebra"},
            'lacks "created_at", "thread_id" and "tools"; has "CreatedAt", did you mean "created_at"',
        ),
    ],
)
def test_missing_key_names_the_misspelt_one(names: dict[str, str], message: str) -> None:
    assert summarize(page(_renamed(run(), **names))) == [("schema:required", "/data/0", message)]


@pytest.mark.parametrize("key", sorted({*run()} - {"tool_resources", "temperature", "top_p", "reasoning_effort"}))
def test_valid_keys_are_not_suggested(key: str) -> None:
    expected = [] if key == "parallel_tool_calls" else [("schema:required", "/data/0", f'lacks "{key}"')]
    assert summarize(page({name: value for name, value in run().items() if name != key})) == expected


def test_misspelt_keys_at_any_depth_but_not_in_maps() -> None:
    function = {"name": "f", "stict": True, "parameters": {"type": "object", "propertys": {}, "descripton": "x"}}
    changed = run(
        tools=[{"type": "function", "function": function}],
        usage={"prompt_tokens": 1, "completion_token": 2, "total_tokens": 3},
        metadata={"temperture": "hot", "createdAt": "today", "promptTokens": "1"},
        tool_resources={"fileSearch": {}, "createdAt": 1},
    )
    assert summarize(page(changed)) == [
        ("misspelt-key", "/data/0/tools/0/function/stict", _misspelt("strict")),
        (
            "schema:required",
            "/data/0/usage",
            'lacks "completion_tokens"; has "completion_token", did you mean "completion_tokens"',
        ),
    ]


def test_misspelt_key_in_one_list_item() -> None:
    misspelt = {"type": "function", "function": {"name": "f", "stict": True}}
    assert summarize(page(run(tools=[misspelt, {"type": "file_search"}]))) == [
        ("misspelt-key", "/data/0/tools/0/function/stict", _misspelt("strict"))
    ]


def test_declared_key_is_not_misspelt() -> None:
    usage = {**run()["usage"], "prompt_token_details": {"cached_tokens": 0}, "zebra": 1}
    assert summarize(page(run(usage=usage))) == []


def test_misspelt_key_that_is_a_vendor_key_elsewhere() -> None:
    sanitize = run(temperature=1.0, temperture=1.0)
    misspelt = _renamed(run(temperature=1.0), temperature="temperture")
    with_both = run(tools=[{"type": "function", "function": {"name": "f", "strict": False, "stict": True}}])
    with_one = run(tools=[{"type": "function", "function": {"name": "f", "stict": True}}])
    runs = [*[sanitize] * 3, misspelt, *[with_both] * 3, with_one]
    expected = [
        ("misspelt-key", "/3/temperture", _misspelt("temperature")),
        ("misspelt-key", "/7/tools/0/function/stict", _misspelt("strict")),
    ]
    assert summarize(runs) == expected
    assert summarize(runs) == expected


def test_mixed_naming_in_every_run() -> None:
    runs = [run(createdAt=1, x_vendor=1) for _ in range(4)]
    message = _mixed("created_at")
    assert summarize(runs) == [("mixed-naming", f"/{index}/createdAt", message) for index in range(4)]
    assert summarize(_sdk_page(usage="usage")) == []
    vendor = {**SDK_PAGE, "data": [{**one, "xVendor": {"a": 1}} for one in SDK_PAGE["data"]]}
    assert summarize(vendor) == summarize(vendor) == []


@pytest.mark.parametrize("number", [5_000, 1])
def test_many_vendor_keys_are_accepted(number: int) -> None:
    for page_number in range(70):
        keys = {f"x_{page_number}_{index}": None for index in range(number if page_number < 2 else 1)}
        assert summarize([run(**keys), run(**keys), run(**keys, **{"x" * 100: 1})]) == []
    faulty = run(x_1_1=1, usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4})
    assert [found[:2] for found in summarize([faulty])] == [("token-total-mismatch", "/0/usage/total_tokens")]


def test_threads_learn_vendor_keys_together() -> None:
    def check(number: int) -> list[tuple[str, str, str]]:
        misspelt = _renamed(run(temperature=1.0), temperature="temperture")
        return summarize([*[run(**{f"y_{number}": 1, "temperture": 1}, temperature=1.0)] * 20, misspelt])

    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(check, range(40)))
    message = _misspelt("temperature")
    assert found == [[("misspelt-key", "/20/temperture", message)]] * 40


def test_misspelt_keys_of_the_page() -> None:
    assert summarize(_renamed(page(), has_more="has-more")) == [
        ("schema:required", "", 'lacks "has_more"; has "has-more", did you mean "has_more"')
    ]
    assert summarize({**page(), "total_count": 1, "first_idd": None}) == []
    for written in ("lastd", "la_st_d"):
        assert summarize(_renamed(page(), last_id=written)) == [
            ("schema:required", "", f'lacks "last_id"; has "{written}", did you mean "last_id"')
        ]


def test_payload_of_another_action_is_not_misspelt() -> None:
    calls = {"tool_calls": [{"id": "call_1", "type": "form"}]}
    waiting = run(status="requires_action", completed_at=None, usage=None, expires_at=1729419000)
    waiting["required_action"] = {"type": "submit_tool_output", "submit_tool_output": calls}
    assert summarize(page(waiting)) == []
    assert summarize(page({**waiting, "zebra": "makes somebody look at the keys"})) == []


def test_no_keys_are_sought_in_a_misshapen_list() -> None:
    assert summarize(page(run(tools=7))) == [("schema:type", "/data/0/tools", "is 7, expected an array")]


def test_most_similar_word_is_suggested() -> None:
    assert summarize(page(run(truncation_strategy={"type": "autos"}))) == [
        (
            "schema:enum",
            "/data/0/truncation_strategy/type",
            'is "autos", did you mean "auto"? Expected "auto" or "last_messages"',
        )
    ]


@pytest.mark.parametrize(
    ("changed", "key", "message"),
    [
        (run(createdAt=1), "createdAt", _mixed("created_at")),
        (run(createdAt=1, threadId="x"), "createdAt", _mixed("created_at")),
        (
            _renamed(run(), parallel_tool_calls="parallelToolCalls"),
            "parallelToolCalls",
            _mixed("parallel_tool_calls"),
        ),
    ],
)
def test_mixed_naming_once_per_object(changed: dict[str, Any], key: str, message: str) -> None:
    assert summarize(page(changed)) == [("mixed-naming", f"/data/0/{key}", message)]


def test_required_key_in_the_other_naming_is_missing() -> None:
    assert summarize(page(_renamed(run(), created_at="createdAt", started_at="startedAt"))) == [
        (
            "schema:required",
            "/data/0",
            (
                'lacks "created_at" and "started_at"; has them in camelCase, but the document is read as snake_case: '
                "use one naming"
            ),
        )
    ]


def test_envelope_in_the_other_naming_than_its_runs() -> None:
    page_keys = {"firstId": "first_id", "lastId": "last_id", "hasMore": "has_more"}
    lacks = 'lacks "firstId", "lastId" and "hasMore"; has'
    mixed = "in snake_case, but the document is read as camelCase: use one naming"
    assert summarize(_renamed(SDK_PAGE, **page_keys)) == [("schema:required", "", f"{lacks} them {mixed}")]
    page_keys["hasMore"] = "hasMor"
    assert summarize(_renamed(SDK_PAGE, **page_keys)) == [
        ("schema:required", "", f'{lacks} "first_id" and "last_id" {mixed}; has "hasMor", did you mean "hasMore"')
    ]


def test_sdk_form_has_the_same_findings() -> None:
    assert summarize(_sdk_page(topP="top_p")) == [("mixed-naming", "/data/1/top_p", _mixed("topP", "snake_case"))]
    assert summarize(_sdk_page(parallelToolCalls="parallel_tool_calls")) == [
        ("mixed-naming", "/data/1/parallel_tool_calls", _mixed("parallelToolCalls", "snake_case"))
    ]
    second = {**SDK_PAGE["data"][1], "reasoning_effort": "low"}
    assert summarize({**SDK_PAGE, "data": [SDK_PAGE["data"][0], second, *SDK_PAGE["data"][2:]]}) == [
        ("mixed-naming", "/data/1/reasoning_effort", _mixed("reasoningEffort", "snake_case"))
    ]
    assert summarize(_sdk_page(parallelToolCalls="paralelToolCalls")) == [
        ("misspelt-key", "/data/1/paralelToolCalls", _misspelt("parallelToolCalls"))
    ]
    assert summarize(_sdk_page(createdAt="created_at", startedAt="startAt")) == [
        (
            "schema:required",
            "/data/1",
            (
                'lacks "createdAt" and "startedAt"; has "created_at", did you mean "createdAt"; '
                'has "startAt", did you mean "startedAt"'
            ),
        )
    ]
    assert summarize(_sdk_page(topP="topK")) == []


def test_sdk_form_ignores_values_under_wire_names() -> None:
    changed = copy.deepcopy(SDK_PAGE)
    changed["data"][1] |= {"created_at": 1, "usage": {**changed["data"][1]["usage"], "total_tokens": 7}}
    assert summarize(changed) == [
        ("mixed-naming", "/data/1/usage/total_tokens", _mixed("totalTokens", "snake_case")),
        ("mixed-naming", "/data/1/created_at", _mixed("createdAt", "snake_case")),
    ]
    changed["data"][1]["createdAt"] = 1793000000000
    assert [found.pointer for found in findings(changed, select=["milliseconds"])] == ["/data/1/createdAt"]


def test_ignored_rules_on_keys() -> None:
    both = page(_renamed(run(createdAt=1), temperature="temperture"))
    assert [rule for rule, *_ in summarize(both, ignore=["misspelt-key"])] == ["mixed-naming"]
    assert [rule for rule, *_ in summarize(both, ignore=["mixed-naming"])] == ["misspelt-key"]
