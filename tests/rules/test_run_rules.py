"""What the rules of a run say at their limits: the last value that is sound, and the first that is not."""

import json
from typing import Any

import pytest

from tests.support.pages import NOW, findings, page, run, summarize
from tests.support.paths import SAMPLES

CREATED = 1729418292
MILLISECONDS = 10**11
EARLIEST = 1698796800
ACTIVE = {"status": "in_progress", "completed_at": None, "usage": None}


def _of_run(**changes: Any) -> list[tuple[str, str, str]]:
    return [
        (rule, pointer.removeprefix("/data/0"), message) for rule, pointer, message in summarize(page(run(**changes)))
    ]


@pytest.mark.parametrize(
    ("metadata", "pointer", "message"),
    [
        ({"k" * 64: "v" * 512}, None, ""),
        ({f"key {i}": "" for i in range(16)}, None, ""),
        ({"k" * 65: "v"}, f"/metadata/{'k' * 65}", "has a key of 65 characters, but at most 64 are allowed"),
        ({"a/b": "v" * 513}, "/metadata/a~1b", "is 513 characters long, but at most 512 are allowed"),
        ({f"key {i}": "" for i in range(17)}, "/metadata", "has 17 pairs, but at most 16 are allowed"),
    ],
    ids=["long", "many", "too long a key", "too long a value", "too many"],
)
def test_metadata_limits(metadata: dict[str, str], pointer: str | None, message: str) -> None:
    expected = [] if pointer is None else [("metadata-limits", pointer, message)]
    assert _of_run(metadata=metadata) == expected


def test_long_metadata_key_is_reported_at_the_key() -> None:
    text = json.dumps(page(run(metadata={"k" * 65: "v"})))
    [found] = findings(text)
    assert found.column == text.index('"kkk') + 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"metadata": {"k" * 64: "v" * 512, "k" * 65: "", **{f"key {i}": "" for i in range(14)}}},
            ("metadata-limits", f"/metadata/{'k' * 65}", "has a key of 65 characters, but at most 64 are allowed"),
        ),
        ({"temperature": 0, "top_p": 2}, ("sampling-range", "/top_p", "is 2; expected 0 to 1")),
        ({"temperature": 3, "top_p": 0}, ("sampling-range", "/temperature", "is 3; expected 0 to 2")),
        (
            {**ACTIVE, "created_at": EARLIEST, "started_at": EARLIEST, "expires_at": int(NOW) + 86400, "top_p": 2},
            ("sampling-range", "/top_p", "is 2; expected 0 to 1"),
        ),
    ],
    ids=["metadata", "no temperature", "no top_p", "times"],
)
def test_values_at_a_limit_are_valid_beside_a_fault(changes: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert _of_run(**changes) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"created_at": 0}, ("/created_at", "is 0, the start of 1970, but the time of creation was expected")),
        ({"failed_at": 0}, ("/failed_at", "is 0, the start of 1970, but null means that there is no such time")),
        (
            {"failed_at": -62135596800},
            (
                "/failed_at",
                "is -62135596800, the start of the year 1, but null means that there is no such time",
            ),
        ),
    ],
)
def test_zero_timestamp_message_says_what_was_expected(changes: dict[str, int], expected: tuple[str, str]) -> None:
    assert _of_run(**changes) == [("zero-timestamp", *expected)]


def test_milliseconds_begin_at_ten_to_the_eleventh() -> None:
    assert _of_run(created_at=MILLISECONDS) == [
        (
            "milliseconds",
            "/created_at",
            "is 100000000000, in milliseconds or finer; expected Unix seconds: 100000000 (1973-03-03 09:46:40 UTC)",
        )
    ]
    assert _of_run(created_at=10**400) == [
        (
            "milliseconds",
            "/created_at",
            "is an integer of about 401 digits, more than any time in nanoseconds; expected Unix seconds",
        )
    ]
    assert summarize(page(run(**ACTIVE, expires_at=MILLISECONDS)), ignore=["milliseconds"]) == []
    assert _of_run(expires_at=MILLISECONDS - 1, status="queued", started_at=None, completed_at=None, usage=None) == [
        (
            "implausible-timestamp",
            "/expires_at",
            "is 99999999999 (5138-11-16 09:46:39 UTC), more than a day after now (1793000000)",
        )
    ]


def test_milliseconds_converts_finer_units() -> None:
    assert _of_run(created_at=10**14)[0][2].endswith("expected Unix seconds: 100000000 (1973-03-03 09:46:40 UTC)")


def test_milliseconds_are_not_compared_with_other_times() -> None:
    times = {"created_at": CREATED * 1000, "started_at": CREATED, "completed_at": (CREATED - 60) * 1000}
    assert [rule for rule, _, _ in _of_run(**times)] == ["milliseconds"]


@pytest.mark.parametrize(
    ("status", "field"),
    [
        ("completed", "completed_at"),
        ("incomplete", "completed_at"),
        ("expired", "completed_at"),
        ("cancelled", "cancelled_at"),
        ("failed", "failed_at"),
    ],
)
def test_end_time_of_other_status_is_one_finding(status: str, field: str) -> None:
    unexpected = {
        "completed_at": "unexpected-completion-time",
        "cancelled_at": "unexpected-cancellation-time",
        "failed_at": "unexpected-failure-time",
    }
    ended = {
        "status": status,
        "completed_at": None,
        "last_error": {"code": "server_error", "message": ""} if status == "failed" else None,
        "incomplete_details": {"reason": "max_completion_tokens"} if status == "incomplete" else None,
    }
    start = run()["started_at"]
    assert _of_run(**{**ended, field: start}) == []
    assert [finding[:2] for finding in _of_run(**{**ended, field: start - 1})] == [
        ("ended-before-started", f"/{field}")
    ]
    for other, rule in unexpected.items() - {(field, unexpected[field])}:
        for time in (start - 9, start, start + 9):
            assert [finding[:2] for finding in _of_run(**{**ended, field: start, other: time})] == [(rule, f"/{other}")]


def test_expiry_on_ended_run_is_one_finding() -> None:
    for expires in (CREATED, CREATED + 600, CREATED + 6000):
        late = {"created_at": CREATED, "started_at": CREATED + 5000, "completed_at": CREATED + 5006}
        assert [finding[:2] for finding in _of_run(**late, expires_at=expires)] == [
            ("expiry-on-ended-run", "/expires_at")
        ]


def test_time_before_all_dates_has_none() -> None:
    assert _of_run(created_at=-(10**12)) == [
        (
            "implausible-timestamp",
            "/created_at",
            "is -1000000000000, before the API existed (2023-11-01 is 1698796800)",
        )
    ]


def test_expiry_before_start() -> None:
    times = {"created_at": 1729418292, "started_at": 1729418295, "expires_at": 1729418294}
    assert _of_run(**ACTIVE, **times) == [
        (
            "expired-before-created",
            "/expires_at",
            (
                "is 1729418294 (2024-10-20 09:58:14 UTC), 1 s before started_at 1729418295; "
                "a run cannot expire before it starts"
            ),
        )
    ]
    assert _of_run(**ACTIVE, **dict.fromkeys(("created_at", "started_at", "expires_at"), CREATED)) == [
        (
            "expired-before-created",
            "/expires_at",
            f"is {CREATED} (2024-10-20 09:58:12 UTC), the same as created_at; a run expires after its creation",
        )
    ]


@pytest.mark.parametrize("ignored", [[], ["milliseconds", "zero-timestamp"]])
def test_date_string_before_the_api_existed(ignored: list[str]) -> None:
    sample = json.loads((SAMPLES / "valid" / "sdk-run-v1-iso-times.json").read_text("utf-8"))
    assert summarize({**sample, "createdAt": "2020-10-20T10:00:00.000Z"}, ignore=["outdated-tool-type", *ignored]) == [
        (
            "implausible-timestamp",
            "/createdAt",
            f'is "2020-10-20T10:00:00.000Z", before the API existed (2023-11-01 is {EARLIEST})',
        )
    ]


def test_empty_identifier_hides_milder_findings() -> None:
    empty = run(id="", thread_id="", assistant_id="", model="")
    of_each = [
        ("empty-identifier", f"/data/{index}/{field}", f"is empty; expected {what}")
        for index in (0, 1)
        for field, what in (
            ("id", "the id of the run"),
            ("assistant_id", "the id of its assistant"),
            ("thread_id", "the id of its thread"),
            ("model", "the name of its model"),
        )
    ]
    of_each[4] = ("duplicate-run-id", "/data/1/id", 'is "", which is already the id of the run at index 0 of data')
    assert summarize(page(empty, empty)) == of_each


def test_empty_ids_are_not_compared_across_runs() -> None:
    active = {"status": "in_progress", "completed_at": None, "usage": None, "expires_at": 1893456000}
    for ids in ({"id": ""}, {"thread_id": ""}):
        runs = [run(**{"id": f"run_{letter}", **active, **ids}) for letter in "ab"]
        assert summarize(page(*runs), select=["concurrent-active-runs"]) == []
    times = [run(id="", created_at=created) for created in (1729418400, 1729418300, 1729418350)]
    assert [found[:2] for found in summarize(page(*times), select=["unordered-runs"])] == [
        ("unordered-runs", "/data/2/created_at")
    ]


def test_short_page_has_no_more() -> None:
    assert summarize({**page(run()), "has_more": True}, limit=2) == [
        (
            "page-too-long",
            "/has_more",
            "is true, but data has 1 run, fewer than the limit of 2; expected false after a page that is not full",
        )
    ]
    assert summarize({**page(run()), "has_more": True}, limit=1) == []
    empty = page(data=[], first_id=None, last_id=None, has_more=True)
    assert [rule for rule, *_ in summarize(empty, limit=2)] == ["empty-page-has-more"]


@pytest.mark.parametrize(
    ("limit", "bound"),
    [(None, "a page has at most 100"), (1, "the requested limit is 1"), (20, "the limit is 20, the default")],
)
def test_page_too_long_uses_requested_limit(limit: int | None, bound: str) -> None:
    runs = [run(id=f"run_{number}") for number in range(101)]
    assert summarize(page(*runs), limit=limit) == [("page-too-long", "/data", f"has 101 runs, but {bound}")]


@pytest.mark.parametrize(
    ("contract", "run_id", "rest"),
    [
        ("observed", "", "; expected null"),
        ("observed", "none", "; expected null"),
        ("published", "none", ", so there is no run to name"),
    ],
)
def test_empty_page_ids_by_contract(contract: str, run_id: str, rest: str) -> None:
    empty = page(data=[], first_id=run_id, last_id="" if contract == "published" else None)
    assert summarize(empty, contract=contract) == [
        ("empty-page-ids", "/first_id", f"is {json.dumps(run_id)}, but data is empty{rest}")
    ]


@pytest.mark.parametrize(
    ("details", "seen"),
    [({"reason": "max_prompt_tokens"}, 'has reason "max_prompt_tokens"'), ({}, "is an object of 0 keys")],
)
def test_unexpected_incomplete_details_shows_reason(details: dict[str, str], seen: str) -> None:
    rest = 'but status is "completed"; expected null unless status is "incomplete"'
    assert _of_run(incomplete_details=details) == [
        ("unexpected-incomplete-details", "/incomplete_details", f"{seen}, {rest}")
    ]


def test_long_metadata_key_and_value_have_two_fingerprints() -> None:
    found = findings(page(run(metadata={"k" * 65: "v" * 513})))
    assert len({finding.fingerprint for finding in found}) == 2


def test_outdated_tool_type_and_file_ids() -> None:
    assert _of_run(file_ids=["file-1"], tools=[{"type": "code_interpreter"}, {"type": "retrieval"}]) == [
        (
            "outdated-tool-type",
            "/tools/1/type",
            'is "retrieval", which "file_search" replaced in version 2 of the API',
        ),
        (
            "outdated-tool-type",
            "/file_ids",
            "lists files of the run; in version 2 of the API they are in tool_resources, with the tools",
        ),
    ]


def test_unprefixed_ids_are_all_reported() -> None:
    calls = [{"id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}} for name in ("7", "call_1")]
    waiting = {
        "status": "requires_action",
        "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}},
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "completed_at": None,
        "usage": None,
        "expires_at": 1729419000,
    }
    assert _of_run(id="6", thread_id="8", assistant_id="9", **waiting) == [
        ("unprefixed-id", "/id", 'is "6"; expected an id that begins with "run_"'),
        ("unprefixed-id", "/assistant_id", 'is "9"; expected an id that begins with "asst_"'),
        ("unprefixed-id", "/thread_id", 'is "8"; expected an id that begins with "thread_"'),
        (
            "unprefixed-id",
            "/required_action/submit_tool_outputs/tool_calls/0/id",
            'is "7"; expected an id that begins with "call_"',
        ),
    ]


@pytest.mark.parametrize("part", ["prompt_tokens", "completion_tokens", "total_tokens"])
def test_token_total_with_negative_part_is_skipped(part: str) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 40, part: -1}
    assert _of_run(usage=usage) == [
        ("negative-tokens", f"/usage/{part}", "is -1; expected 0 or more tokens"),
    ]


def test_token_total_with_zero_part_is_checked() -> None:
    assert _of_run(usage={"prompt_tokens": 0, "completion_tokens": 20, "total_tokens": 25}) == [
        ("token-total-mismatch", "/usage/total_tokens", "is 25, but prompt_tokens 0 + completion_tokens 20 is 20")
    ]


def test_cached_tokens_of_zero_prompt_tokens() -> None:
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    assert _of_run(usage={**usage, "prompt_token_details": {"cached_tokens": 1}}) == [
        (
            "cached-exceeds-prompt",
            "/usage/prompt_token_details/cached_tokens",
            "is 1, but is a part of prompt_tokens, which is 0",
        )
    ]
    other: dict[str, Any] = {
        "prompt_token_details": {"audio_tokens": 1},
        "completion_tokens_details": {"audio_tokens": 1},
    }
    assert _of_run(usage={**usage, **other}, top_p=2) == [("sampling-range", "/top_p", "is 2; expected 0 to 1")]


def test_null_part_of_usage_is_skipped() -> None:
    parts = {
        "prompt_token_details": {"cached_tokens": None},
        "prompt_tokens_details": {"cached_tokens": None},
        "completion_tokens_details": {"reasoning_tokens": None},
    }
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, **parts}
    for contract in ("observed", "published"):
        assert summarize(page(run(usage=usage)), contract=contract, select=["schema", "usage"]) == []
    assert [found[:2] for found in _of_run(usage={**usage, "total_tokens": 8})] == [
        ("token-total-mismatch", "/usage/total_tokens")
    ]
    assert [found[:2] for found in _of_run(usage={**usage, "completion_tokens": -1})] == [
        ("negative-tokens", "/usage/completion_tokens")
    ]


def test_prompt_tokens_details_is_checked_too() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    place = "/usage/prompt_tokens_details/cached_tokens"
    assert _of_run(usage={**usage, "prompt_tokens_details": {"cached_tokens": 3}}) == []
    assert _of_run(usage={**usage, "prompt_tokens_details": {"cached_tokens": 4}}) == [
        ("cached-exceeds-prompt", place, "is 4, but is a part of prompt_tokens, which is 3")
    ]
    assert _of_run(usage={**usage, "prompt_tokens_details": {"cached_tokens": -1}}) == [
        ("negative-tokens", place, "is -1; expected 0 or more tokens")
    ]


@pytest.mark.parametrize("kind", ["prompt", "completion"])
def test_token_limits_are_independent(kind: str) -> None:
    limits = {"max_prompt_tokens": None, "max_completion_tokens": None, f"max_{kind}_tokens": 256}
    usage = {"prompt_tokens": 257, "completion_tokens": 257, "total_tokens": 514}
    assert _of_run(usage=usage, **limits) == [
        ("over-token-limit", f"/usage/{kind}_tokens", f"is 257, over the run's own max_{kind}_tokens of 256")
    ]


def test_tool_choice_of_undeclared_type() -> None:
    assert _of_run(tool_choice={"type": "file_search"}, tools=[{"type": "code_interpreter"}]) == [
        ("undeclared-tool-choice", "/tool_choice/type", 'is "file_search", but tools has no tool of this type')
    ]


def _float(value: int, more: str = "") -> str:
    return f"is {value}.0, written as a float; expected the integer {value}{more}"


USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("changes", "pointer", "message"),
    [
        ({"created_at": float(CREATED)}, "/created_at", _float(CREATED)),
        (
            {"created_at": CREATED, "started_at": CREATED + 1.0, "completed_at": CREATED + 9.0},
            "/started_at",
            _float(CREATED + 1, "; so is another"),
        ),
        (
            {"created_at": CREATED, "usage": {name: float(count) for name, count in USAGE.items()}},
            "/usage/prompt_tokens",
            _float(120, "; so are 2 others of this run"),
        ),
        ({"max_prompt_tokens": 500.0}, "/max_prompt_tokens", _float(500)),
    ],
    ids=["one time", "two times", "counts", "limit"],
)
def test_integer_written_as_a_float(changes: dict[str, Any], pointer: str, message: str) -> None:
    assert _of_run(**changes) == [("integer-as-float", pointer, message)]


@pytest.mark.usefixtures("engine")
def test_float_as_it_was_sent_is_found_in_any_notation() -> None:
    text = json.dumps(page(run(created_at=CREATED))).replace(
        f'"created_at": {CREATED}', '"created_at": 1.729418292e9', 1
    )
    [found] = findings(text)
    assert (found.rule, str(found.severity), found.message) == ("integer-as-float", "warning", _float(CREATED))
    assert found.column == text.index("1.729418292e9") + 1


@pytest.mark.usefixtures("engine")
def test_floats_where_any_number_is_right_are_valid() -> None:
    assert _of_run(temperature=1.0, top_p=0.0, metadata={"created_at": "1.0"}) == []


@pytest.mark.usefixtures("engine")
def test_floats_in_camel_case_are_valid() -> None:
    value = json.loads((SAMPLES / "valid" / "sdk-page.json").read_text("utf-8"))
    value["data"][0]["createdAt"] = float(value["data"][0]["createdAt"])
    assert summarize(value) == []
    value["data"][0]["topP"] = 2.0
    assert [(rule, pointer) for rule, pointer, _ in summarize(value)] == [("sampling-range", "/data/0/topP")]


def test_completed_run_needs_its_start() -> None:
    message = 'is not set, but status is "completed"; expected the time at which the run started'
    assert _of_run(started_at=None) == [("completed-without-start", "/started_at", message)]
    zero = "is 0, the start of 1970, but null means that there is no such time"
    assert _of_run(started_at=0) == [("zero-timestamp", "/started_at", zero)]
