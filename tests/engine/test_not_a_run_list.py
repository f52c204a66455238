"""What holds no runs never passes, whichever rules are left out and whichever way it comes in."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import process, run
from tests.support.pages import PAGE, page, summarize
from tests.support.pages import run as a_run
from validator import Severity, assert_valid_runs, validate

EMPTY: dict[str, Any] = {**PAGE, "data": [], "first_id": None, "last_id": None, "has_more": False}
MESSAGE = {"id": "msg_1", "object": "thread.message", "thread_id": "thread_1", "created_at": 1729418400}
NO_RUNS: dict[str, Any] = {
    "an error": {"error": {"message": "No thread found."}},
    "numbers": {"data": [-1]},
    "messages": {"object": "list", "data": [MESSAGE, MESSAGE], "first_id": "msg_1", "last_id": "msg_1"},
    "no array": {**EMPTY, "data": {}},
    "null for data": {**EMPTY, "data": None},
    "no data": {key: value for key, value in EMPTY.items() if key != "data"},
    "an empty object": {},
    "a run in a wrapper": {"data": a_run()},
    "a page in two wrappers": {"result": {"data": page(a_run())}},
    "an event without a run": {"event": "thread.message.created", "data": MESSAGE},
    "an error among pages": [EMPTY, {"error": {"message": "No thread found."}}],
    "null among pages": [EMPTY, None],
    "null among runs": page(a_run(), None),
    "a message among runs": page(a_run(), MESSAGE),
}
WAYS: dict[str, dict[str, Any]] = {
    "other rules selected": {"select": ["usage"]},
    "schema rules selected": {"select": ["schema:*"]},
    "its group ignored": {"ignore": ["document"]},
    "its group turned off": {"severity": {"document": "off"}},
    "all made milder": {"severity": {"*": "info"}},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NO_RUNS)
def test_document_without_runs_never_passes(name: str, way: str) -> None:
    report = validate(NO_RUNS[name], **WAYS[way])
    assert not report.ok
    with pytest.raises(AssertionError):
        assert_valid_runs(NO_RUNS[name], **WAYS[way])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("document", [EMPTY, [EMPTY, EMPTY], page(a_run()), a_run(), {"runs": []}])
def test_runs_and_empty_pages_pass(document: Any, way: str) -> None:
    assert validate(document, **WAYS[way]).ok


@pytest.mark.parametrize(
    ("document", "pointer", "message"),
    [
        (NO_RUNS["no array"], "", "is an object of 5 keys that is neither a page nor a run, expected a page of runs"),
        (NO_RUNS["an error among pages"], "/1", "is an API error, expected a page of runs"),
        (NO_RUNS["null among pages"], "/1", "is null, expected a page of runs"),
        (NO_RUNS["null among runs"], "/data/1", "is null, expected a run"),
        (NO_RUNS["a message among runs"], "/data/1", "is a message, expected a run"),
        ({"runs": [a_run(), "x"]}, "/runs/1", "is a bare string, expected a run"),
    ],
)
def test_not_a_run_list_replaces_ignored_schema_rules(document: Any, pointer: str, message: str) -> None:
    assert summarize(document, ignore=["schema", "page"]) == [("not-a-run-list", pointer, message)]


def test_schema_error_makes_not_a_run_list_redundant() -> None:
    assert [found[:2] for found in summarize(NO_RUNS["no array"])] == [("schema:type", "/data")]
    assert [found[:2] for found in summarize(NO_RUNS["null among pages"])] == [("schema:type", "/1")]
    assert [found[:2] for found in summarize(NO_RUNS["a message among runs"])][-1:] == [
        ("schema:const", "/data/1/object")
    ]
    assert sorted(found[:2] for found in summarize(NO_RUNS["no array"], severity={"schema": "warning"})) == [
        ("not-a-run-list", ""),
        ("schema:type", "/data"),
    ]


@pytest.mark.parametrize("words", [("--ignore", "not-a-run-list"), ("--severity", "not-a-run-list=info")])
def test_not_a_run_list_is_mandatory(words: tuple[str, str]) -> None:
    ran = run("-", *words, stdin=json.dumps(EMPTY).encode())
    assert ran.code == 2
    assert "not-a-run-list can be neither ignored nor remapped" in ran.err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_command_never_passes_documents_without_runs(jobs: str, tmp_path: Path) -> None:
    for number, document in enumerate(NO_RUNS.values()):
        (tmp_path / f"{number}.json").write_text(json.dumps(document))
    (tmp_path / "archive.jsonl").write_text("".join(f"{json.dumps(document)}\n" for document in NO_RUNS.values()))
    (tmp_path / "validate-runs.toml").write_text(
        'select = ["page"]\nignore = ["schema"]\n[severity]\ndocument = "info"\n[per-file-ignores]\n"**" = ["*"]\n'
    )
    files = sorted(path.name for path in tmp_path.glob("*.json*"))
    ran = process(*files, "-f", "json", "--jobs", jobs, cwd=tmp_path)
    reported = json.loads(ran.out)["findings"]
    assert ran.code == 1
    assert {(found["rule"], found["severity"]) for found in reported} == {("not-a-run-list", "error")}
    assert len(reported) == 2 * len(NO_RUNS)


def test_expected_page_is_required_whatever_is_selected() -> None:
    for options in WAYS.values():
        assert [found[0] for found in summarize(a_run(), expect="page", **options)] == ["not-a-run-list"]
        assert [found[0] for found in summarize(a_run(), form="sdk", **options)] == ["not-a-run-list"]


def test_baseline_does_not_accept_not_a_run_list(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(NO_RUNS["an error"]))
    ran = run("a.json", "--baseline", "accepted.json", "--update-baseline", cwd=tmp_path)
    assert ran.code == 1
    assert json.loads((tmp_path / "accepted.json").read_text())["findings"] == []


def test_not_a_run_list_has_a_position(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[{"data": []},\n {"error": "x"}]')
    (found,) = validate(file, select=["usage"]).findings
    assert (found.severity, found.line, found.column, found.pointer) == (Severity.ERROR, 2, 2, "/1")
