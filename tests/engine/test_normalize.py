"""The camelCase form: the same rules, with pointers and names as they stand in the document."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import findings, page, run, summarize
from tests.support.paths import INVALID, SAMPLES
from validator import validate
from validator.contract.loader import Shape, load_contract, to_camel_case

SDK_PAGE = json.loads((SAMPLES / "valid" / "sdk-page.json").read_text("utf-8"))
ISO_RUN = json.loads((SAMPLES / "valid" / "sdk-run-v1-iso-times.json").read_text("utf-8"))


def _sdk_page(index: int, **changes: Any) -> dict[str, Any]:
    changed = copy.deepcopy(SDK_PAGE)
    changed["data"][index] |= changes
    return changed  # type: ignore[no-any-return]  # it is JSON


def _camel(value: Any, shape: Shape) -> Any:
    """A document as an SDK would hand it out: declared keys renamed, and nothing else."""
    if isinstance(value, list):
        return value if shape.items is None else [_camel(item, shape.items) for item in value]
    if not isinstance(value, dict):
        return value
    free = Shape()
    return {
        to_camel_case(key) if key in shape.properties else key: _camel(
            child, shape.properties.get(key, shape.others or free)
        )
        for key, child in value.items()
    }


def _as_sdk(document: dict[str, Any]) -> dict[str, Any]:
    wire = load_contract("observed", "wire")
    envelope = _camel({**document, "data": []}, wire.shapes["list_runs_response"])
    runs = [_camel(item, wire.shapes["run"]) for item in document["data"]]
    return {**envelope, "data": runs}


def _is_page(path: Path) -> bool:
    about = validate(path).documents[0]
    return about.kind == "page" and about.form == "wire"


NAMING = {
    *("mixed-naming", "misspelt-key", "duplicate-key", "lone-surrogate", "non-finite-number"),
    "integer-as-float",  # of the wire alone
}


@pytest.mark.parametrize(
    "sample", [path for path in INVALID if path.stem not in NAMING and _is_page(path)], ids=lambda path: path.stem
)
def test_rules_report_the_same_in_camel_case(sample: Path) -> None:
    document = json.loads(sample.read_bytes())
    wire = [(found.rule, _renamed_pointer(found.pointer)) for found in findings(document)]
    assert [(found.rule, found.pointer) for found in findings(_as_sdk(document))] == wire


def _renamed_pointer(pointer: str) -> str:
    return "/".join(to_camel_case(part) for part in pointer.split("/"))


def test_messages_spell_fields_as_the_document() -> None:
    usage = {"promptTokens": 1, "completionTokens": 2, "totalTokens": 4}
    assert summarize(_sdk_page(1, usage=usage)) == [
        (
            "token-total-mismatch",
            "/data/1/usage/totalTokens",
            "is 4, but promptTokens 1 + completionTokens 2 is 3",
        )
    ]


def test_steps_usage_in_either_naming() -> None:
    counts = {"promptTokens": 1, "completionTokens": 2, "totalTokens": 3}
    for usage in (counts, {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}):
        steps = [{"usage": usage}, {"usage": usage}]
        assert summarize(_sdk_page(1, usage=counts, steps=[{"usage": usage}])) == []
        assert summarize(_sdk_page(1, usage=counts, steps=steps)) == [
            ("steps-usage-mismatch", "/data/1/usage/promptTokens", "is 1, but the steps of the run add up to 2")
        ]
    untold: list[Any] = [7, [], [None], [{}], [{"usage": None}], [{"usage": {}}]]
    for steps_of_nothing in untold:
        assert summarize(_sdk_page(1, usage=counts, steps=steps_of_nothing)) == []
    assert summarize(_sdk_page(1, usage=counts, metadata={"steps": "7"}, steps=[{"usage": counts}])) == []


def test_enum_values_in_messages_stay() -> None:
    assert summarize(_sdk_page(0, requiredAction=None)) == [
        (
            "missing-required-action",
            "/data/0/requiredAction",
            'names no tool call, but status is "requires_action"; expected the calls to answer',
        )
    ]


def test_camel_case_messages_have_no_wire_names() -> None:
    names = {name for name in load_contract("observed", "wire").shapes["run"].properties if "_" in name}
    bare = re.compile(r'(?<!")\b(?:' + "|".join(names) + r')\b(?!")')
    for sample in INVALID:
        if _is_page(sample) and sample.stem not in NAMING:
            for found in findings(_as_sdk(json.loads(sample.read_bytes()))):
                assert not bare.search(found.message), found


A_DATE_TIME = "a date-time with its offset from UTC"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"startedAt": ISO_RUN["createdAt"]}, []),
        ({"createdAt": "2024-03-14T16:09:27.000+01:00"}, []),
        ({"createdAt": "2024-03-14T10:09:27-05:00"}, []),
        (
            {"createdAt": "2024-03-14T10:09:28-05:00"},
            [
                (
                    "started-before-created",
                    "/startedAt",
                    (
                        'is "2024-03-14T15:09:27.000Z", 1 s before createdAt "2024-03-14T10:09:28-05:00"; '
                        "a run cannot start before its creation"
                    ),
                )
            ],
        ),
        (
            {"completedAt": "2024-03-14T15:09:26.999Z"},
            [
                (
                    "ended-before-started",
                    "/completedAt",
                    (
                        'is "2024-03-14T15:09:26.999Z", 0.001 s before startedAt "2024-03-14T15:09:27.000Z"; '
                        "a run cannot end before it starts"
                    ),
                )
            ],
        ),
        (
            {"completedAt": 1710428966},
            [
                (
                    "ended-before-started",
                    "/completedAt",
                    (
                        'is 1710428966 (2024-03-14 15:09:26 UTC), 1 s before startedAt "2024-03-14T15:09:27.000Z"; '
                        "a run cannot end before it starts"
                    ),
                )
            ],
        ),
        (
            {"createdAt": "last Thursday"},
            [("schema:type", "/createdAt", f"is a string of 13 characters, expected an integer or {A_DATE_TIME}")],
        ),
        (
            {"createdAt": "2024-02-30T15:09:26Z"},
            [("schema:type", "/createdAt", f"is a string of 20 characters, expected an integer or {A_DATE_TIME}")],
        ),
        (
            {"startedAt": "2024-03-14"},
            [
                (
                    "schema:type",
                    "/startedAt",
                    f"is a string of 10 characters, expected an integer, {A_DATE_TIME} or null",
                )
            ],
        ),
        (
            {"startedAt": "2024-03-14T15:09:27"},
            [
                (
                    "schema:type",
                    "/startedAt",
                    f"is a string of 19 characters, expected an integer, {A_DATE_TIME} or null",
                )
            ],
        ),
        (
            {"startedAt": True},
            [("schema:type", "/startedAt", f"is true, expected an integer, {A_DATE_TIME} or null")],
        ),
    ],
)
def test_iso_times_are_ordered_as_instants(changes: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert summarize({**ISO_RUN, **changes}, ignore=["outdated-tool-type"]) == expected


def test_far_future_date_is_not_milliseconds() -> None:
    far = {"status": "in_progress", "completedAt": None, "usage": None, "expiresAt": "9999-12-31T23:59:59Z"}
    assert summarize({**ISO_RUN, **far}, ignore=["outdated-tool-type"]) == [
        ("implausible-timestamp", "/expiresAt", 'is "9999-12-31T23:59:59Z", more than a day after now (1793000000)')
    ]
    assert summarize({**ISO_RUN, **far, "createdAt": 1710428966000}, select=["time"]) == [
        (
            "milliseconds",
            "/createdAt",
            "is 1710428966000, in milliseconds or finer; expected Unix seconds: 1710428966 (2024-03-14 15:09:26 UTC)",
        ),
    ]


def test_zero_date_is_one_finding() -> None:
    unset = "but null means that there is no such time"
    for zero, start in (("0001-01-01T00:00:00Z", "the year 1"), ("1970-01-01T00:00:00.000Z", "1970")):
        assert summarize({**ISO_RUN, "failedAt": zero}, ignore=["outdated-tool-type"]) == [
            ("zero-timestamp", "/failedAt", f'is "{zero}", the start of {start}, {unset}')
        ]
    created = {**ISO_RUN, "createdAt": "0001-01-01T00:00:00+00:00"}
    assert [found[:2] for found in summarize(created, ignore=["outdated-tool-type"])] == [
        ("zero-timestamp", "/createdAt")
    ]


def test_iso_times_only_in_observed_sdk_form() -> None:
    assert [rule for rule, *_ in summarize(ISO_RUN, contract="published", select=["schema:type"])] == [
        "schema:type"
    ] * 3
    assert summarize(run(created_at="2024-10-20T10:00:00Z")) == [
        ("schema:type", "/created_at", "is a date, expected Unix seconds: 1729418400")
    ]


def test_free_form_keys_are_not_renamed() -> None:
    metadata = {"created_at": "x", "createdAt": "y", "first_id": "z", "some_key": "w" * 600, "someKey": "v"}
    assert summarize(_sdk_page(1, metadata=metadata)) == [
        ("metadata-limits", "/data/1/metadata/some_key", "is 600 characters long, but at most 512 are allowed")
    ]
    parameters = {
        "type": "object",
        "properties": {"prompt_tokens": {"type": "integer"}},
        "required": ["prompt_tokens"],
    }
    function = {"name": "count_tokens", "parameters": parameters}
    tools = [{"type": "function", "function": function}]
    action = {
        "type": "submit_tool_outputs",
        "submitToolOutputs": {
            "toolCalls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "count_tokens", "arguments": '{"promptTokens": 7}'},
                }
            ]
        },
    }
    assert summarize(_sdk_page(0, tools=tools, requiredAction=action)) == [
        (
            "arguments-mismatch",
            "/data/0/requiredAction/submitToolOutputs/toolCalls/0/function/arguments",
            'does not fit parameters: "prompt_tokens" is missing',
        )
    ]
    strict = {**function, "strict": True}
    found = findings(_sdk_page(1, tools=[{"type": "function", "function": strict}]))
    assert [(one.rule, one.pointer) for one in found] == [("not-strict-schema", "/data/1/tools/0/function/parameters")]


@pytest.mark.parametrize(
    ("form", "action", "pointer"),
    [
        ("wire", {"type": "confirm_it", "confirm_it": {"tool_calls": []}}, "required_action/confirm_it/tool_calls"),
        ("sdk", {"type": "confirm_it", "confirmIt": {"toolCalls": []}}, "requiredAction/confirmIt/toolCalls"),
        ("wire", {"type": "x-confirm", "x-confirm": {"tool_calls": []}}, "required_action/x-confirm/tool_calls"),
        ("sdk", {"type": "x-confirm", "x-confirm": {"toolCalls": []}}, "requiredAction/x-confirm/toolCalls"),
        (
            "wire",
            {"type": "submit_tool_approval", "submit_tool_approval": {"tool_calls": []}},
            "required_action/submit_tool_approval/tool_calls",
        ),
        (
            "sdk",
            {"type": "submit_tool_approval", "submitToolApproval": {"toolCalls": []}},
            "requiredAction/submitToolApproval/toolCalls",
        ),
    ],
)
def test_payload_key_of_required_action_is_renamed(form: str, action: dict[str, Any], pointer: str) -> None:
    action = copy.deepcopy(action)
    document = _sdk_page(0, requiredAction=action)
    if form == "wire":
        document = page({**run(status="requires_action", completed_at=None, usage=None, expires_at=1729419000)})
        document["data"][0]["required_action"] = action
    assert [(found.rule, found.pointer) for found in findings(document)] == [
        ("missing-required-action", f"/data/0/{pointer}")
    ]
    payload = next(value for key, value in action.items() if key != "type")
    payload[next(iter(payload))] = [{"id": "call_1", "type": "mcp"}]
    assert summarize(document) == []


def test_v1_sdk_run_may_omit_nullable_keys() -> None:
    assert summarize(ISO_RUN, ignore=["outdated-tool-type"]) == []
    assert "lastError" not in ISO_RUN
    later = {key: value for key, value in ISO_RUN.items() if key != "fileIds"}
    assert [rule for rule, *_ in summarize(later)] == ["schema:required"]


def test_absent_key_is_named_in_camel_case() -> None:
    without = {key: value for key, value in ISO_RUN.items() if key != "completedAt"}
    found = findings(without, select=["status"])
    assert [(one.rule, one.pointer) for one in found] == [("completed-without-time", "/completedAt")]
