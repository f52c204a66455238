"""Keys that no schema declares: most are let pass, misspelt and half-renamed ones are told, once."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.pages import NOW, findings, page, run, said
from tests.support.paths import SAMPLES
from validator import validate

SDK_PAGE = json.loads((SAMPLES / "valid" / "sdk-page.json").read_text("utf-8"))


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
def test_a_misspelt_optional_key_is_told_with_what_it_may_mean(key: str, written: str, meant: str) -> None:
    assert said(page(_renamed(run(), **{key: written}))) == [
        ("misspelt-key", f"/data/0/{written}", f'is no key of the contract, did you mean "{meant}"')
    ]


def test_the_place_of_a_misspelt_key_is_the_key() -> None:
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
def test_other_undeclared_keys_are_let_pass(extra: dict[str, Any]) -> None:
    assert said(page(run(**extra))) == []
    assert said(page(run(**extra)), contract="published") == []


def test_what_resembles_an_absent_key_too_little_is_let_pass() -> None:
    assert said(page(_renamed(run(), top_p="top_k"))) == []
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    for details in ("input_tokens_details", "input_token_details", "output_tokens_details"):
        assert said(page(run(usage={**usage, details: {}}))) == []
    for details in ("prompt_token_detail", "prompts_tokens_details", "completion_token_details"):
        assert [found[0] for found in said(page(run(usage={**usage, details: {}})))] == ["misspelt-key"]


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
def test_a_missing_required_key_is_one_finding_that_names_what_stands_instead(
    names: dict[str, str], message: str
) -> None:
    assert said(page(_renamed(run(), **names))) == [("schema:required", "/data/0", message)]


@pytest.mark.parametrize("key", sorted({*run()} - {"tool_resources", "temperature", "top_p", "reasoning_effort"}))
def test_no_sound_key_is_taken_for_a_missing_one(key: str) -> None:
    expected = [] if key == "parallel_tool_calls" else [("schema:required", "/data/0", f'lacks "{key}"')]
    assert said(page({name: value for name, value in run().items() if name != key})) == expected


def test_misspelt_keys_are_found_at_any_depth_but_not_in_free_form_maps() -> None:
    function = {"name": "f", "stict": True, "parameters": {"type": "object", "propertys": {}, "descripton": "x"}}
    changed = run(
        tools=[{"type": "function", "function": function}],
        usage={"prompt_tokens": 1, "completion_token": 2, "total_tokens": 3},
        metadata={"temperture": "hot", "createdAt": "today", "promptTokens": "1"},
        tool_resources={"fileSearch": {}, "createdAt": 1},
    )
    assert said(page(changed)) == [
        (
            "misspelt-key",
            "/data/0/tools/0/function/stict",
            'is no key of the contract, did you mean "strict"',
        ),
        (
            "schema:required",
            "/data/0/usage",
            'lacks "completion_tokens"; has "completion_token", did you mean "completion_tokens"',
        ),
    ]


def test_a_misspelt_key_in_one_element_of_a_list_is_told_where_all_else_is_sound() -> None:
    misspelt = {"type": "function", "function": {"name": "f", "stict": True}}
    assert said(page(run(tools=[misspelt, {"type": "file_search"}]))) == [
        ("misspelt-key", "/data/0/tools/0/function/stict", 'is no key of the contract, did you mean "strict"')
    ]


def test_a_key_that_is_declared_is_no_misspelt_one_whatever_else_it_looks_like() -> None:
    usage = {**run()["usage"], "prompt_token_details": {"cached_tokens": 0}, "zebra": 1}
    assert said(page(run(usage=usage))) == []


def test_a_key_that_many_runs_have_is_still_reported_where_it_is_misspelt() -> None:
    sanitize = run(temperature=1.0, temperture=1.0)
    misspelt = _renamed(run(temperature=1.0), temperature="temperture")
    with_both = run(tools=[{"type": "function", "function": {"name": "f", "strict": False, "stict": True}}])
    with_one = run(tools=[{"type": "function", "function": {"name": "f", "stict": True}}])
    runs = [*[sanitize] * 3, misspelt, *[with_both] * 3, with_one]
    expected = [
        ("misspelt-key", "/3/temperture", 'is no key of the contract, did you mean "temperature"'),
        ("misspelt-key", "/7/tools/0/function/stict", 'is no key of the contract, did you mean "strict"'),
    ]
    assert said(runs) == expected
    assert said(runs) == expected


def test_a_key_in_the_other_naming_is_reported_in_every_run() -> None:
    runs = [run(createdAt=1, x_vendor=1) for _ in range(4)]
    message = 'is camelCase, expected "created_at" as the keys around it'
    assert said(runs) == [("mixed-naming", f"/{index}/createdAt", message) for index in range(4)]
    assert said(_sdk_page(usage="usage")) == []
    vendor = {**SDK_PAGE, "data": [{**one, "xVendor": {"a": 1}} for one in SDK_PAGE["data"]]}
    assert said(vendor) == said(vendor) == []


@pytest.mark.parametrize("number", [5_000, 1])
def test_harmless_keys_stay_harmless_however_many_there_are(number: int) -> None:
    for page_number in range(70):
        keys = {f"x_{page_number}_{index}": None for index in range(number if page_number < 2 else 1)}
        assert said([run(**keys), run(**keys), run(**keys, **{"x" * 100: 1})]) == []
    faulty = run(x_1_1=1, usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4})
    assert [found[:2] for found in said([faulty])] == [("token-total-mismatch", "/0/usage/total_tokens")]


def test_threads_learn_the_keys_of_servers_together() -> None:
    def check(number: int) -> list[tuple[str, str, str]]:
        misspelt = _renamed(run(temperature=1.0), temperature="temperture")
        return said([*[run(**{f"y_{number}": 1, "temperture": 1}, temperature=1.0)] * 20, misspelt])

    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(check, range(40)))
    message = 'is no key of the contract, did you mean "temperature"'
    assert found == [[("misspelt-key", "/20/temperture", message)]] * 40


def test_the_page_has_keys_too() -> None:
    assert said(_renamed(page(), has_more="has-more")) == [
        ("schema:required", "", 'lacks "has_more"; has "has-more", did you mean "has_more"')
    ]
    assert said({**page(), "total_count": 1, "first_idd": None}) == []
    for written in ("lastd", "la_st_d"):
        assert said(_renamed(page(), last_id=written)) == [
            ("schema:required", "", f'lacks "last_id"; has "{written}", did you mean "last_id"')
        ]


def test_the_payload_of_an_action_is_no_misspelt_key() -> None:
    calls = {"tool_calls": [{"id": "call_1", "type": "form"}]}
    waiting = run(status="requires_action", completed_at=None, usage=None, expires_at=1729419000)
    waiting["required_action"] = {"type": "submit_tool_output", "submit_tool_output": calls}
    assert said(page(waiting)) == []
    assert said(page({**waiting, "zebra": "makes somebody look at the keys"})) == []


def test_keys_are_not_looked_for_in_what_is_no_list() -> None:
    assert said(page(run(tools=7))) == [("schema:type", "/data/0/tools", "is 7, expected an array")]


def test_the_nearest_of_two_words_is_told() -> None:
    assert said(page(run(truncation_strategy={"type": "autos"}))) == [
        (
            "schema:enum",
            "/data/0/truncation_strategy/type",
            'is "autos", expected "auto" or "last_messages"; did you mean "auto"',
        )
    ]


@pytest.mark.parametrize(
    ("changed", "key", "message"),
    [
        (run(createdAt=1), "createdAt", 'is camelCase, expected "created_at" as the keys around it'),
        (run(createdAt=1, threadId="x"), "createdAt", 'is camelCase, expected "created_at" as the keys around it'),
        (
            _renamed(run(), parallel_tool_calls="parallelToolCalls"),
            "parallelToolCalls",
            'is camelCase, expected "parallel_tool_calls" as the keys around it',
        ),
    ],
)
def test_mixed_naming_is_told_once_an_object(changed: dict[str, Any], key: str, message: str) -> None:
    assert said(page(changed)) == [("mixed-naming", f"/data/0/{key}", message)]


def test_a_required_key_in_the_other_naming_is_missing_and_nothing_more() -> None:
    assert said(page(_renamed(run(), created_at="createdAt", started_at="startedAt"))) == [
        (
            "schema:required",
            "/data/0",
            (
                'lacks "created_at" and "started_at"; has "createdAt", did you mean "created_at"; '
                'has "startedAt", did you mean "started_at"'
            ),
        )
    ]


def test_the_camel_case_form_has_the_same_findings_in_its_own_names() -> None:
    assert said(_sdk_page(topP="top_p")) == [
        ("mixed-naming", "/data/1/top_p", 'is snake_case, expected "topP" as the keys around it')
    ]
    assert said(_sdk_page(parallelToolCalls="parallel_tool_calls")) == [
        (
            "mixed-naming",
            "/data/1/parallel_tool_calls",
            'is snake_case, expected "parallelToolCalls" as the keys around it',
        )
    ]
    second = {**SDK_PAGE["data"][1], "reasoning_effort": "low"}
    assert said({**SDK_PAGE, "data": [SDK_PAGE["data"][0], second, *SDK_PAGE["data"][2:]]}) == [
        ("mixed-naming", "/data/1/reasoning_effort", 'is snake_case, expected "reasoningEffort" as the keys around it')
    ]
    assert said(_sdk_page(parallelToolCalls="paralelToolCalls")) == [
        ("misspelt-key", "/data/1/paralelToolCalls", 'is no key of the contract, did you mean "parallelToolCalls"')
    ]
    assert said(_sdk_page(createdAt="created_at", startedAt="startAt")) == [
        (
            "schema:required",
            "/data/1",
            (
                'lacks "createdAt" and "startedAt"; has "created_at", did you mean "createdAt"; '
                'has "startAt", did you mean "startedAt"'
            ),
        )
    ]
    assert said(_sdk_page(topP="topK")) == []


def test_in_the_camel_case_form_a_key_of_the_wire_stands_for_nothing() -> None:
    changed = copy.deepcopy(SDK_PAGE)
    changed["data"][1] |= {"created_at": 1, "usage": {**changed["data"][1]["usage"], "total_tokens": 7}}
    assert said(changed) == [
        ("mixed-naming", "/data/1/usage/total_tokens", 'is snake_case, expected "totalTokens" as the keys around it'),
        ("mixed-naming", "/data/1/created_at", 'is snake_case, expected "createdAt" as the keys around it'),
    ]
    changed["data"][1]["createdAt"] = 1793000000000
    assert [found.pointer for found in findings(changed, select=["milliseconds"])] == ["/data/1/createdAt"]


def test_a_key_is_no_finding_where_its_rule_is_off() -> None:
    both = page(_renamed(run(createdAt=1), temperature="temperture"))
    assert [rule for rule, *_ in said(both, ignore=["misspelt-key"])] == ["mixed-naming"]
    assert [rule for rule, *_ in said(both, ignore=["mixed-naming"])] == ["misspelt-key"]
