"""The kind of a document, and the finding of one that is something else."""

import json
from typing import Any

import pytest

from tests.support.pages import PAGE, findings, page, run, summarize
from tests.support.paths import SAMPLES
from validator import validate
from validator.core.options import Expect, FormChoice

MESSAGE = {"id": "msg_1", "object": "thread.message"}
STEP = {
    "id": "step_1",
    "object": "thread.run.step",
    "run_id": "run_1",
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "completed",
    "expired_at": None,
}
ANY = "a page of runs, a run or an array of runs"


def _sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text("utf-8"))


def _without(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: child for key, child in value.items() if key not in keys}


@pytest.mark.parametrize(
    ("document", "kind", "runs"),
    [
        (page(), "page", 1),
        ({"data": []}, "page", 0),
        ({"data": 7}, "page", 0),
        ({"object": "list", "has_more": False}, "page", 0),
        ({"firstId": None, "lastId": None}, "page", 0),
        ({"data": [MESSAGE, run()]}, "page", 2),
        ([page(), page()], "page", 2),
        ([7, page()], "page", 1),
        (page(object="thread.run"), "page", 1),
        (page({"object": "thread.run"}, object="thread.run"), "run", 1),
        (run(data=[run()]), "run", 1),
        (run(), "run", 1),
        ({"object": "thread.run"}, "run", 1),
        ({"id": "run_1", "status": "queued", "thread_id": "thread_1"}, "run", 1),
        ({"id": "run_1", "status": "queued", "assistantId": "asst_1"}, "run", 1),
        ([run(), run()], "runs", 2),
        ([7, run()], "runs", 2),
        ([run(), page()], "runs", 2),
        (page(run(object="thread.run.step")), "page", 1),
    ],
)
def test_kind_and_number_of_runs(document: object, kind: str, runs: int) -> None:
    about = validate(document).documents[0]
    assert (about.kind, about.runs) == (kind, runs)


@pytest.mark.parametrize(
    ("document", "seen"),
    [
        ({"error": {"message": "No thread found"}}, "an API error"),
        ({"error": "no"}, "an API error"),
        ({"object": "thread.message"}, "a message"),
        ({"object": "thread.run.step"}, "a run step"),
        ({"object": "assistant"}, "an assistant"),
        ({"object": "zebra"}, "an object of 1 key that is neither a page nor a run"),
        ({"object": "list"}, "an object of 1 key that is neither a page nor a run"),
        ({"id": "run_1", "status": "queued"}, "an object of 2 keys that is neither a page nor a run"),
        ({"object": 7, "error": None}, "an object of 2 keys that is neither a page nor a run"),
        ({}, "an empty object"),
        ({"openapi": "3.1.0"}, "an API description"),
        ({"swagger": "2.0"}, "an API description"),
        ({"data": [MESSAGE, MESSAGE]}, "a list of messages"),
        ({"data": [{"object": "batch"}]}, "a list of batches"),
        (page(STEP, STEP), "a list of run steps"),
        (page({**MESSAGE, "status": "completed", "thread_id": "thread_1"}), "a list of messages"),
        (STEP, "a run step"),
        ({"data": [MESSAGE, {"object": "assistant"}]}, "a list of objects that are not runs"),
        ({"data": ["run_1"]}, "a list of values that are not runs"),
        ({**PAGE, "data": [{"object": ["thread.run"]}]}, "a list of objects that are not runs"),
        ([{"object": "thread.run.step"}], "an array of run steps"),
        ([{}], "an array of objects that are not runs"),
        (["run_1", {}], "an array of values that are not runs"),
    ],
)
def test_other_documents_are_described(document: object, seen: str) -> None:
    assert summarize(document) == [("not-a-run-list", "", f"is {seen}, expected {ANY}")]
    about = validate(document).documents[0]
    assert (about.kind, about.form, about.generation, about.runs) == (None, None, None, 0)


@pytest.mark.parametrize("other", [MESSAGE, STEP])
def test_other_object_among_runs_is_one_finding(other: dict[str, Any]) -> None:
    for document, place in ((page(run(), other), "/data/1"), (page(other, run()), "/data/0"), ([run(), other], "/1")):
        assert summarize(document) == [
            ("schema:const", f"{place}/object", f'is "{other["object"]}", expected "thread.run"')
        ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('"run_1"', "a bare string"),
        (json.dumps(" [1]"), "a string that looks like JSON encoded twice"),
        (json.dumps(json.dumps(page())), "a string that looks like JSON encoded twice"),
        ("[]", "an empty array"),
        ("null", "null"),
        ("true", "a bare boolean"),
        ("7", "a bare number"),
        ("7.5", "a bare number"),
    ],
)
def test_bare_values_are_described(text: str, seen: str) -> None:
    assert summarize(text) == [("not-a-run-list", "", f"is {seen}, expected {ANY}")]


@pytest.mark.parametrize(
    ("document", "expect", "message"),
    [
        (run(), "page", "is a bare run, expected a page of runs"),
        ([run()], "page", "is an array of runs, expected a page of runs"),
        ([page()], "page", "is an array of pages, expected a page of runs"),
        (page(), "run", "is a page, expected a run"),
        ([run()], "run", "is an array of runs, expected a run"),
        ({}, "run", "is an empty object, expected a run"),
        (["run_1"], "page", "is an array of values that are not runs, expected a page of runs"),
    ],
)
def test_document_other_than_expected_is_a_finding(document: object, expect: Expect, message: str) -> None:
    assert summarize(document, expect=expect) == [("not-a-run-list", "", message)]


@pytest.mark.parametrize(
    ("document", "expect"),
    [(page(), "page"), (page(), "auto"), (run(), "run"), (run(), "auto"), ([run()], "auto"), ([page()], "auto")],
)
def test_expected_documents_pass(document: object, expect: Expect) -> None:
    assert summarize(document, expect=expect) == []


@pytest.mark.parametrize(
    ("document", "form"),
    [
        (page(), "wire"),
        ({"data": []}, "wire"),
        (_sample("valid/sdk-page.json"), "sdk"),
        ({"data": [], "hasMore": False}, "sdk"),
        ({"data": [], "hasMore": False, "has_more": False}, "wire"),
        ({"data": [run()], "firstId": run()["id"], "lastId": run()["id"], "hasMore": False}, "wire"),
    ],
)
def test_form_is_that_of_most_keys(document: object, form: str) -> None:
    assert validate(document).documents[0].form == form


def test_form_can_be_forced() -> None:
    mixed = page(run(createdAt=1), firstId=None)
    about = validate(mixed, form="sdk").documents[0]
    assert (about.kind, about.form) == ("page", "sdk")
    assert [(found.rule, found.pointer) for found in findings(mixed, form="sdk", select=["schema:required"])] == [
        ("schema:required", ""),
        ("schema:required", "/data/0"),
        ("schema:required", "/data/0/usage"),
    ]


@pytest.mark.parametrize(
    ("document", "form", "message"),
    [
        (page(), "sdk", 'has its keys in snake_case, which is form "wire"; expected camelCase, form "sdk"'),
        (
            _sample("valid/sdk-page.json"),
            "wire",
            'has its keys in camelCase, which is form "sdk"; expected snake_case, form "wire"',
        ),
    ],
)
def test_document_in_the_other_form_is_one_finding(document: object, form: FormChoice, message: str) -> None:
    assert summarize(document, form=form) == [("not-a-run-list", "", message)]


BOGUS = run(status="bogus")


@pytest.mark.parametrize(
    ("document", "keys", "where", "pointer"),
    [
        ({"status": 200, "body": page(BOGUS)}, 2, 'a page is under "body"', "/body/data/0/status"),
        ({"run": BOGUS}, 1, 'a run is under "run"', "/run/status"),
        ({"data": BOGUS}, 1, 'a run is under "data"', "/data/status"),
        ({"data": page(BOGUS), "ok": True}, 2, 'a page is under "data"', "/data/data/0/status"),
        ({"result": [run(), BOGUS]}, 1, 'runs are under "result"', "/result/1/status"),
        ({"result": {"data": page(BOGUS)}}, 1, 'a page is under "data" in "result"', "/result/data/data/0/status"),
        ({"data": {"runs": [BOGUS]}}, 1, 'runs are under "data"', "/data/runs/0/status"),
    ],
)
def test_wrapped_page_or_run_is_named_and_checked(document: object, keys: int, where: str, pointer: str) -> None:
    seen = f"is an object of {keys} key{'s' if keys > 1 else ''} that is neither a page nor a run"
    found = findings(document)
    assert [(finding.rule, finding.pointer) for finding in found] == [("not-a-run-list", ""), ("schema:enum", pointer)]
    assert found[0].message == f"{seen}, expected {ANY}; {where}"
    assert found[1].run_id == BOGUS["id"]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"statusCode": 200, "body": json.dumps(page())}, 'JSON with runs is a text under "body"'),
        ([{"id": 1, "payload": json.dumps(run())}], 'JSON with runs is a text under "payload" in "0"'),
        ([json.dumps(run()), 7], 'JSON with runs is a text under "0"'),
        ({"a": [{"b": {"c": {"d": 1, "e": run()}}}]}, 'a run is under "e" in "c" in "b"'),
        ([{"run": run()}], 'a run is under "run" in "0"'),
        ([[run()]], 'a run is under "0" in "0"'),
    ],
)
def test_place_of_a_run_that_is_not_checked_is_named(document: object, where: str) -> None:
    (found,) = findings(document)
    assert (found.rule, found.message.partition("; ")[2]) == ("not-a-run-list", where)


def test_no_place_is_named_where_there_is_no_run() -> None:
    for document in ({"status": "x", "id": "y"}, [None, [1]], {"data": [{"object": "thread.message"}]}, "thread.run"):
        (found,) = findings(document)
        assert ";" not in found.message


BARE: dict[str, Any] = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


@pytest.mark.parametrize(
    ("document", "kind", "where", "pointers"),
    [
        ({"empty": BARE, "full": page(BOGUS)}, "page", 'pages are under "empty" and "full"', ["/full/data/0"]),
        ({"a": run(), "b": BOGUS}, "runs", 'runs are under "a" and "b"', ["/b"]),
        (
            {"a": BOGUS, "b/c": page(BOGUS)},
            "runs",
            'pages and runs are under "a" and a string of 3 characters',
            ["/a", "/b~1c/data/0"],
        ),
        (
            {"a": {"b": [page(BOGUS)]}, "c": {"runs": [BOGUS]}},
            "runs",
            'pages and runs are under "c" and "b" in "a"',
            ["/a/b/0/data/0", "/c/runs/0"],
        ),
        (
            {key: page(BOGUS) for key in "abcde"},
            "page",
            'pages are under "a", "b", "c" and 2 more keys',
            [f"/{key}/data/0" for key in "abcde"],
        ),
    ],
)
def test_every_page_and_run_in_an_object_is_checked(
    document: dict[str, Any], kind: str, where: str, pointers: list[str]
) -> None:
    first, *others = findings(document)
    assert (first.rule, first.pointer) == ("not-a-run-list", "")
    assert first.message.endswith(f"expected {ANY}; {where}")
    found = {finding.pointer for finding in others if finding.rule == "schema:enum"}
    assert found == {f"{pointer}/status" for pointer in pointers}
    assert validate(document).documents[0].kind == kind


def test_page_and_run_beside_the_runs_of_an_export_are_checked() -> None:
    export = {
        "thread": {"id": "t", "object": "thread"},
        "page": page(BOGUS),
        "runs": [run(id="run_b")],
        "latest": BOGUS,
    }
    found = [finding.pointer for finding in findings(export) if finding.rule == "schema:enum"]
    assert found == ["/page/data/0/status", "/latest/status"]
    assert summarize({"messages": BARE | {"data": [{"object": "thread.message"}]}, "runs": [run()]}) == []


@pytest.mark.parametrize(
    ("document", "seen"),
    [
        ({"data": {}}, "an object of 1 key that is neither a page nor a run"),
        ({"result": {"data": 7}}, "an object of 1 key that is neither a page nor a run"),
        ({"event": "thread.run.step.completed", "data": STEP}, "an object of 2 keys that is neither a page nor a run"),
        ([{"event": "done", "data": "[DONE]"}], "an array of objects that are not runs"),
    ],
)
def test_wrapper_of_something_else_is_one_finding(document: object, seen: str) -> None:
    assert summarize(document) == [("not-a-run-list", "", f"is {seen}, expected {ANY}")]


def test_wrapper_of_something_else_than_expected_is_not_checked() -> None:
    message = "is an object of 1 key that is neither a page nor a run, expected a run; a page is under {}"
    assert summarize({"data": page(BOGUS)}, expect="run") == [("not-a-run-list", "", message.format('"data"'))]
    assert summarize({"runs": [run()]}, expect="page") == [
        ("not-a-run-list", "", "is an export of runs, expected a page of runs")
    ]


def test_page_of_openai_node_is_checked_in_its_body() -> None:
    def stringify(body: dict[str, Any]) -> dict[str, Any]:
        return {"options": {"method": "get"}, "response": {}, "body": body, "data": body["data"], "has_more": False}

    assert summarize(stringify(page())) == []
    assert validate(stringify(page()), expect="page").documents[0].kind == "page"
    (found,) = summarize(stringify(page(BOGUS)))
    assert found[:2] == ("schema:enum", "/body/data/0/status")


def test_events_that_a_client_has_collected_are_checked() -> None:
    events = [
        {"event": "thread.created", "data": {"id": "thread_1", "object": "thread"}},
        {"event": "thread.run.completed", "data": run()},
        {"event": "thread.run.step.completed", "data": STEP},
        {"data": BOGUS, "event": "thread.run.completed", "enabled": None},
        {"event": "done", "data": "[DONE]"},
    ]
    assert summarize(events[:3]) == summarize(events[1]) == []
    assert [found[:2] for found in summarize(events)] == [("schema:enum", "/3/data/status")]
    assert [found[:2] for found in summarize(events[3])] == [("schema:enum", "/data/status")]


def test_empty_list_of_a_client_is_valid_unless_a_page_is_expected() -> None:
    about = validate([]).documents[0]
    assert (summarize([]), about.kind, about.runs) == ([], "runs", 0)
    for expect, whole in (("page", "a page of runs"), ("run", "a run")):
        seen = "an empty array" if expect == "page" else "an array of runs"
        assert summarize([], expect=expect) == [("not-a-run-list", "", f"is {seen}, expected {whole}")]


V1 = _sample("valid/v1-page.json")["data"][0]


@pytest.mark.parametrize(
    ("runs", "generation"),
    [
        ([run()], "v2"),
        ([V1], "v1"),
        ([_sample("valid/sdk-run-v1-iso-times.json")], "v1"),
        ([run(), V1], "mixed"),
        ([run(), 7], "v2"),
    ],
)
def test_generation(runs: list[Any], generation: str) -> None:
    assert validate(runs).documents[0].generation == generation
    assert validate({"data": []}).documents[0].generation is None


def test_page_rules_need_a_page() -> None:
    runs = [run(id="run_a", thread_id="thread_b", created_at=1729418401), run(), run(id="run_c"), run(id="run_a")]
    runs[2]["created_at"] = runs[2]["started_at"]
    assert summarize(runs) == []
    assert [rule for rule, *_ in summarize(page(*runs))] == ["mixed-thread-ids", "unordered-runs", "duplicate-run-id"]


FAULTY = run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4})
MESSAGE_OF_FAULTY = "is 4, but prompt_tokens 1 + completion_tokens 2 is 3"


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (FAULTY, "/usage/total_tokens"),
        ([run(), FAULTY], "/1/usage/total_tokens"),
        (page(FAULTY), "/data/0/usage/total_tokens"),
        ([page(), page(FAULTY)], "/1/data/0/usage/total_tokens"),
    ],
)
def test_pointers_start_at_the_top(document: object, pointer: str) -> None:
    assert summarize(document) == [("token-total-mismatch", pointer, MESSAGE_OF_FAULTY)]
    found = findings(document)[0]
    assert (found.run_id, found.run_status) == (run()["id"], "completed")


def test_pages_of_an_array_are_checked() -> None:
    assert summarize([page(), 7, page(first_id="run_b"), _without(page(), "has_more")]) == [
        ("schema:type", "/1", "is 7, expected an object"),
        ("first-id-mismatch", "/2/first_id", 'is "run_b", but the first run in data is "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"'),
        ("schema:required", "/3", 'lacks "has_more"'),
    ]


def _in_pascal_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {"".join(map(str.title, key.split("_"))): _in_pascal_case(inner) for key, inner in value.items()}
    return [_in_pascal_case(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (_in_pascal_case(run()), "a bare run"),
        (_in_pascal_case(page(run(), run(id="run_2"))), "a page"),
        (_in_pascal_case([run()]), "an array of runs"),
        ({**page(run()), "data": [_in_pascal_case(run())]}, "a page"),
    ],
)
def test_pascal_case_is_named(document: Any, name: str) -> None:
    message = (
        f'is {name} with its keys in PascalCase; expected snake_case, such as "created_at" for "CreatedAt": '
        "set the naming policy of the serializer"
    )
    assert summarize(document) == [("not-a-run-list", "", message)]


def test_other_objects_in_pascal_case_are_not_runs() -> None:
    assert [
        message for *_, message in summarize({"Id": "msg_1", "Object": "thread.message", "ThreadId": "thread_1"})
    ] == ["is an object of 3 keys that is neither a page nor a run, expected a page of runs, a run or an array of runs"]
