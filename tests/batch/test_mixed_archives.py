"""Archives of threads: messages and steps on lines among runs are counted, and no findings."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ran
from tests.support.commands import run as command
from tests.support.pages import RUN, page, run, summarize
from validator import Validator, validate

BAD = run(status="bogus")
THREAD = {"id": "thread_1", "object": "thread", "created_at": 1729418400, "metadata": {}}
MESSAGE = {"id": "msg_1", "object": "thread.message", "thread_id": "thread_1", "created_at": 1729418400}
STEP = {
    "id": "step_1",
    "object": "thread.run.step",
    "run_id": "run_1",
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "status": "completed",
    "completed_at": 1729418400,
}
OTHERS = [THREAD, MESSAGE, STEP, MESSAGE]


def archive(folder: Path, *values: Any) -> Path:
    (folder / "a.jsonl").write_text("".join(f"{json.dumps(value)}\n" for value in values))
    return folder / "a.jsonl"


def places(out: str) -> list[tuple[str, int]]:
    return [(finding["rule"], finding["record"]) for finding in json.loads(out)["findings"]]


@pytest.mark.parametrize("words", [(), ("--history",), ("--listing",), ("--jobs", "2")])
@pytest.mark.usefixtures("small_tasks")
def test_other_objects_among_runs_are_skipped_and_counted(tmp_path: Path, words: tuple[str, ...]) -> None:
    runs = [run(id=f"run_Ab3Kd9Pq2Rt6Wx8Zc4Vn7Mi{digit}") for digit in range(10)]
    file = archive(tmp_path, *OTHERS, *runs, *OTHERS, BAD, *OTHERS)
    ran = command("-v", "-f", "json", *words, file)
    assert (ran.code, places(ran.out)) == (1, [("schema:enum", 19)])
    assert json.loads(ran.out)["summary"]["documents"] == 11
    assert f"{file}: 12 records without runs skipped: 3 threads, 6 messages, 3 run steps\n" in ran.err
    assert command("-v", *words, archive(tmp_path, run(), MESSAGE)).code == 0


def test_other_objects_between_pages_do_not_interrupt_a_listing(tmp_path: Path) -> None:
    more = page(run(id="run_0lderRun0lderRun0lderRu", created_at=RUN["created_at"]))
    found = summarize(archive(tmp_path, page(has_more=False), MESSAGE, more), listing=True)
    assert [(rule, pointer) for rule, pointer, _ in found] == [("broken-chain", "/data")]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.usefixtures("small_tasks")
def test_archive_without_runs_never_passes(tmp_path: Path, jobs: str) -> None:
    file = archive(tmp_path, *OTHERS * 50)
    ran = command("-v", "-f", "json", "--jobs", jobs, file)
    assert (ran.code, places(ran.out)) == (1, [("not-a-run-list", 1)])
    assert "skipped" not in ran.err
    assert [(found.rule, found.record) for found in validate(file).findings] == [("not-a-run-list", 1)]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.usefixtures("small_tasks")
def test_archive_of_other_objects_is_skipped_in_a_folder(tmp_path: Path, jobs: str) -> None:
    file = archive(tmp_path, *OTHERS * 50)
    skipped = f"{file}: skipped: it is an archive of 50 threads, 100 messages and 50 run steps"
    for words in ((tmp_path,), ("--force-exclude", file)):
        ran = command("-v", "--jobs", jobs, *words)
        assert skipped in ran.err
        assert ran.out == "nothing was checked\n"
    assert command(tmp_path).code == 2
    (tmp_path / "runs.jsonl").write_text(json.dumps(run()))
    ran = command("--jobs", jobs, tmp_path)
    assert (ran.code, ran.out) == (0, "ok: 1 run in 1 document\n")
    assert validate(tmp_path).summary.documents == 1


@pytest.mark.parametrize("text", ["", json.dumps(MESSAGE)], ids=["empty", "of messages"])
def test_folder_without_runs_is_an_error_of_the_library(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    for ask in (validate, Validator().is_valid):
        with pytest.raises(OSError, match="nothing to check: it holds no runs"):
            ask(tmp_path)


def test_other_objects_among_broken_lines_are_counted(tmp_path: Path) -> None:
    file = archive(tmp_path, MESSAGE, {"error": "no"}, 7)
    assert [(found.rule, found.record) for found in validate(file).findings] == [
        ("not-a-run-list", 2),
        ("not-a-run-list", 3),
    ]


def test_other_objects_take_no_place_among_the_findings_that_are_shown(tmp_path: Path) -> None:
    ran = command("-f", "json", "--max-findings", "1", archive(tmp_path, *OTHERS, BAD))
    assert places(ran.out) == [("schema:enum", 5)]
    assert json.loads(ran.out)["summary"]["error"] == 1


def test_files_of_other_objects_are_findings_each(tmp_path: Path) -> None:
    good, bad = archive(tmp_path, MESSAGE, run()), tmp_path / "b.jsonl"
    bad.write_text(json.dumps(MESSAGE))
    ran = command("-f", "json", good, bad, good)
    assert [finding["file"] for finding in json.loads(ran.out)["findings"]] == [str(bad)]


def test_plugin_makes_no_items_of_other_objects(pytester: pytest.Pytester) -> None:
    archive(pytester.path, MESSAGE, run(), THREAD, BAD)
    (pytester.path / "b.jsonl").write_text(json.dumps(MESSAGE))
    words = ("-v", "-p", "no:cacheprovider", "--validate-runs")
    result = pytester.runpytest_inprocess(*words, "*.jsonl")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["a.jsonl::record-2 PASSED*", "a.jsonl::record-4 FAILED*"])
    result = pytester.runpytest_inprocess(*words, "b.jsonl")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["b.jsonl::record-1 FAILED*"])


LINES = {
    "logs": {"ts": "2026-01-01T00:00:00Z", "level": "info", "msg": "thread.run started"},
    "training data": {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]},
    "batch requests": {
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/threads/runs",
        "body": {"assistant_id": "asst_1"},
    },
}


@pytest.mark.parametrize("words", [(), ("--listing",), ("--jobs", "2")])
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.usefixtures("small_tasks")
def test_lines_of_something_else_are_skipped_in_a_folder(tmp_path: Path, line: Any, words: tuple[str, ...]) -> None:
    file = archive(tmp_path, *[line] * 50, MESSAGE)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(json.dumps(line).encode()))
    (tmp_path / "run.json").write_text(json.dumps(run()))
    ran = command(*words, tmp_path)
    skipped = "validate-runs: 2 JSON files without runs skipped in folders; -v names them\n"
    assert ran == Ran(0, "ok: 1 run in 1 document\n", skipped)
    assert f"{file}: skipped: it is JSON Lines without runs\n" in command("-v", *words, tmp_path).err
    named = command("-f", "json", *words, file)
    assert places(named.out)[:2] == [("not-a-run-list", 1), ("not-a-run-list", 2)]
    assert json.loads(named.out)["summary"]["error"] == 50
    assert len(validate(tmp_path).results) == 1
    assert len(validate(file).findings) == 50


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    "other",
    [
        run(),
        BAD,
        page(),
        page(has_more=False, data=[]),
        {"Id": "run_1", "Status": "queued", "ThreadId": "t"},
        '{"thread_id": "thr',
    ],
    ids=["run", "bad run", "page", "empty page", "other spelling", "truncated line"],
)
@pytest.mark.usefixtures("small_tasks")
def test_one_line_that_may_be_about_runs_has_all_lines_checked(tmp_path: Path, other: Any, jobs: str) -> None:
    lines = [json.dumps(LINES["logs"])] * 40
    (tmp_path / "a.jsonl").write_text(
        "\n".join([*lines, other if isinstance(other, str) else json.dumps(other), *lines])
    )
    named, searched = (command("-f", "json", "--jobs", jobs, path) for path in (tmp_path / "a.jsonl", tmp_path))
    assert searched.out == named.out
    assert json.loads(searched.out)["summary"]["error"] >= 80
    assert len(validate(tmp_path).findings) == len(validate(tmp_path / "a.jsonl").findings) >= 80


@pytest.mark.parametrize("text", ["", "\n \r\n\t\n", "\n" * 9_000], ids=["empty", "blank", "many lines"])
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.usefixtures("small_tasks")
def test_file_without_lines_never_passes(tmp_path: Path, text: str, jobs: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    (tmp_path / "run.json").write_text(json.dumps(run()))
    ok = "ok: 1 run in 1 document\n"
    reason = f"validate-runs: {tmp_path}/a.jsonl: nothing to check: it has no lines\n"
    assert command("--jobs", jobs, tmp_path / "a.jsonl", tmp_path / "run.json") == Ran(2, ok, reason)
    skipped = "validate-runs: 1 JSON file without runs skipped in folders; -v names it\n"
    assert command("--jobs", jobs, tmp_path) == Ran(0, ok, skipped)
    with pytest.raises(OSError, match=r"a\.jsonl: nothing to check: it has no lines"):
        validate(tmp_path / "a.jsonl")


def test_plugin_makes_no_items_of_lines_of_something_else(pytester: pytest.Pytester) -> None:
    archive(pytester.path, LINES["logs"], MESSAGE)
    (pytester.path / "b.jsonl").write_text(f"{json.dumps(LINES['logs'])}\n{json.dumps(RUN)}\n")
    result = pytester.runpytest_inprocess("-v", "-p", "no:cacheprovider", "--validate-runs", "[ab].jsonl")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["b.jsonl::record-1 FAILED*", "b.jsonl::record-2 PASSED*"])
