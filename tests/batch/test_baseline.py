"""The baseline: what is there is accepted, what is new fails, and nothing is accepted by accident."""

import json
import os
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.support.commands import Kept, Ran, code_of, run
from tests.support.pages import page
from tests.support.pages import run as a_run
from tests.support.paths import INVALID, SAMPLES
from tests.support.rules import replace_checks
from validator.batch.session import check_documents
from validator.sources.document import InputError

WRONG_TOTAL = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}
RUNS = [a_run(id=f"run_{name}", usage=WRONG_TOTAL) for name in "abc"]
UPDATE = ("--baseline", "accepted.json", "--update-baseline")
HOLD = ("--baseline", "accepted.json")


def faulty(name: str, **changes: Any) -> dict[str, Any]:
    return a_run(id=f"run_{name}", usage=WRONG_TOTAL, **changes)


def put(folder: Path, name: str, document: object, **layout: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(document, **layout))


def entries(folder: Path, name: str = "accepted.json") -> list[dict[str, Any]]:
    whole: dict[str, Any] = json.loads((folder / name).read_text())
    assert whole["version"] == 1
    found: list[dict[str, Any]] = whole["findings"]
    return found


def held(folder: Path, name: str = "accepted.json") -> list[str]:
    """The entries in short: file, run, pointer, count."""
    return [f"{one['file']} {one['run_id']} {one['pointer']} {one['count']}" for one in entries(folder, name)]


def new(folder: Path, *words: str) -> list[str]:
    """What is new beside the baseline."""
    ran = run(*words, *HOLD, "-f", "json", "-q", cwd=folder)
    assert ran.err == ""
    report = json.loads(ran.out)
    assert ran.code == (1 if report["summary"]["error"] else 0)
    return [f"{one['file']} {one['rule']} {one['run_id']} {one['pointer']}" for one in report["findings"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A page of three runs with wrong totals, which are accepted."""
    put(tmp_path, "page.json", page(*RUNS))
    ran = run("page.json", *UPDATE, cwd=tmp_path)
    assert ran == Ran(
        0,
        "ok: 3 runs in 1 document; 3 suppressed\n",
        "validate-runs: accepted.json: 3 findings accepted, 3 new, 0 removed\n",
    )
    return tmp_path


def test_baseline_file_layout(project: Path) -> None:
    put(project, "b.json", page(*reversed(RUNS[:2]), first_id="run_zebra"))
    assert run("page.json", "b.json", *UPDATE, cwd=project).code == 0
    line = ('    {{"file": "{}", "rule": "{}", "run_id": {}, "pointer": "{}", "fingerprint": "{}", "count": 1}}').format
    prints = {one["run_id"]: one["fingerprint"] for one in entries(project)}
    assert (project / "accepted.json").read_text() == (
        '{\n  "version": 1,\n  "findings": [\n'
        + ",\n".join(
            (
                line("b.json", "first-id-mismatch", "null", "/first_id", prints[None]),
                *(
                    line(file, "token-total-mismatch", f'"run_{run}"', "/usage/total_tokens", prints[f"run_{run}"])
                    for file, runs in (("b.json", "ab"), ("page.json", "abc"))
                    for run in runs
                ),
            )
        )
        + "\n  ]\n}\n"
    )
    assert all(len(fingerprint) == 16 and int(fingerprint, 16) for fingerprint in prints.values())


def test_reports_show_the_fingerprints_of_the_baseline(project: Path) -> None:
    put(project, "page.json", page(*RUNS, RUNS[0]))
    run("page.json", "--select", "usage", *UPDATE, cwd=project)
    fingerprints = {one["fingerprint"]: one["count"] for one in entries(project)}
    assert sorted(fingerprints.values()) == [1, 1, 2]
    shown = {
        name: run("page.json", "--select", "usage", "-f", name, cwd=project).out for name in ("json", "jsonl", "sarif")
    }
    (log,) = json.loads(shown["sarif"])["runs"]
    assert Counter(result["partialFingerprints"]["validateRunsFinding/v1"] for result in log["results"]) == fingerprints
    assert Counter(one["fingerprint"] for one in json.loads(shown["json"])["findings"]) == fingerprints
    lines = [json.loads(line) for line in shown["jsonl"].splitlines()]
    assert Counter(line["fingerprint"] for line in lines if "fingerprint" in line) == fingerprints


def test_accepted_findings_are_suppressed(project: Path) -> None:
    assert run("page.json", *HOLD, cwd=project) == Ran(0, "ok: 3 runs in 1 document; 3 suppressed\n", "")
    report = json.loads(run("page.json", *HOLD, "-f", "json", cwd=project).out)
    assert report["findings"] == []
    assert report["summary"] == {
        "documents": 1,
        "runs": 3,
        "error": 0,
        "warning": 0,
        "info": 0,
        "suppressed": 3,
        "fixable": 0,
    }
    assert run("page.json", *HOLD, "--statistics", cwd=project).out == "ok: 3 runs in 1 document; 3 suppressed\n"
    assert run("page.json", "--statistics", cwd=project).code == 1


def test_summary_counts_suppressed_and_hidden(project: Path) -> None:
    put(project, "page.json", page(*RUNS, faulty("d"), a_run(id="run_e", thread_id="thread_X", assistant_id="<id>")))
    out = run("page.json", *HOLD, "-f", "concise", "--select", "usage,identity", cwd=project).out.splitlines()
    assert out[-1].endswith("1 info hidden (--show info), 3 suppressed, 1 fixable with --fix")
    assert "run_a" not in "".join(out)


def test_baseline_accepts_rerecorded_page(project: Path) -> None:
    later = [
        {**one, "created_at": one["created_at"] - 60, "usage": {**one["usage"], "total_tokens": 5}} for one in RUNS
    ]
    for layout in ({"indent": 2}, {"sort_keys": True}, {"separators": (",", ":")}):
        put(project, "page.json", page(*[dict(reversed(one.items())) for one in later]), **layout)
        assert new(project, "page.json") == []


def test_baseline_accepts_reordered_runs(project: Path) -> None:
    put(project, "page.json", page(*reversed(RUNS)))
    assert new(project, "page.json", "--ignore", "unordered-runs") == []
    put(project, "page.json", page(a_run(id="run_x"), RUNS[2], a_run(id="run_y"), RUNS[0], RUNS[1]))
    assert new(project, "page.json", "--ignore", "unordered-runs") == []


def test_a_new_run_with_the_same_fault_fails(project: Path) -> None:
    put(project, "page.json", page(*RUNS, faulty("d")))
    assert new(project, "page.json") == ["page.json token-total-mismatch run_d /data/3/usage/total_tokens"]
    assert run("page.json", *HOLD, "-f", "concise", cwd=project).out.endswith(
        "\n1 error in 1 document (4 runs); 3 suppressed, 1 fixable with --fix\n"
    )


def test_new_finding_of_known_run_fails(project: Path) -> None:
    put(project, "page.json", page(faulty("a", temperature=9), *RUNS[1:]))
    assert new(project, "page.json") == ["page.json sampling-range run_a /data/0/temperature"]


def test_new_findings_have_excerpts(project: Path) -> None:
    put(project, "page.json", page(*RUNS, faulty("d")), indent=2)
    block = run("page.json", "--isolated", "-v", cwd=project).out.split("\n\n")[3]
    assert "run_d" in block
    assert "^" in block
    assert run("page.json", *HOLD, cwd=project).out.split("\n\n")[0] == block


def test_new_finding_of_a_page_has_an_excerpt_where_another_page_has_it_too(tmp_path: Path) -> None:
    put(tmp_path, "a.json", page(has_more="false"))
    put(tmp_path, "b.json", page())
    run(".", *UPDATE, cwd=tmp_path)
    put(tmp_path, "b.json", page(has_more="false"))
    out = run(".", *HOLD, cwd=tmp_path).out
    assert "--> ./b.json:" in out
    assert "^^^" in out
    assert "--> ./a.json:" not in out


def test_repeated_finding_in_same_place_fails(tmp_path: Path) -> None:
    put(tmp_path, "runs.json", [RUNS[0], RUNS[0]])
    run("runs.json", *UPDATE, cwd=tmp_path)
    assert held(tmp_path) == ["runs.json run_a /usage/total_tokens 2"]
    assert new(tmp_path, "runs.json") == []
    put(tmp_path, "runs.json", [RUNS[0]] * 3)
    assert new(tmp_path, "runs.json") == ["runs.json token-total-mismatch run_a /2/usage/total_tokens"]


def test_a_page_may_get_another_name(project: Path) -> None:
    (project / "page.json").rename(project / "renamed.json")
    assert new(project, "renamed.json") == []
    put(project, "renamed.json", page(*RUNS, faulty("d")))
    assert new(project, "renamed.json") == ["renamed.json token-total-mismatch run_d /data/3/usage/total_tokens"]
    ran = run("renamed.json", *UPDATE, cwd=project)
    assert ran.err == "validate-runs: accepted.json: 4 findings accepted, 1 new, 0 removed\n"
    assert held(project) == [f"renamed.json run_{name} /usage/total_tokens 1" for name in "abcd"]


def test_baseline_accepts_runs_moved_to_next_page(tmp_path: Path) -> None:
    put(tmp_path, "1.json", page(*RUNS[:2]))
    put(tmp_path, "2.json", page(RUNS[2]))
    run("1.json", "2.json", *UPDATE, cwd=tmp_path)
    put(tmp_path, "1.json", page(a_run(id="run_new"), RUNS[0]))
    put(tmp_path, "2.json", page(*RUNS[1:]))
    assert new(tmp_path, "1.json", "2.json") == []
    ran = run("1.json", "2.json", *UPDATE, cwd=tmp_path)
    assert ran.err == "validate-runs: accepted.json: 3 findings accepted, 0 new, 0 removed\n"
    assert held(tmp_path) == [
        f"{place} /usage/total_tokens 1" for place in ("1.json run_a", "2.json run_b", "2.json run_c")
    ]


def test_a_copy_of_a_run_is_new(project: Path) -> None:
    put(project, "copy.json", page(*RUNS))
    expected = [
        f"copy.json token-total-mismatch run_{name} /data/{i}/usage/total_tokens" for i, name in enumerate("abc")
    ]
    assert new(project, "copy.json") == expected
    assert new(project, "page.json", "copy.json") == expected
    assert new(project, "copy.json", "page.json") == expected


def test_moved_finding_is_accepted_once(project: Path) -> None:
    (project / "page.json").rename(project / "1.json")
    put(project, "2.json", page(*RUNS))
    expected = [f"2.json token-total-mismatch run_{name} /data/{i}/usage/total_tokens" for i, name in enumerate("abc")]
    assert new(project, "1.json", "2.json") == expected
    assert new(project, "1.json", "1.json") == []


def test_baseline_ties_findings_without_run_id_to_file(tmp_path: Path) -> None:
    nameless = {key: value for key, value in RUNS[0].items() if key != "id"}
    put(tmp_path, "page.json", page(nameless, nameless, first_id="run_x", last_id=None))
    run("page.json", *UPDATE, cwd=tmp_path)
    known = run("page.json", "-f", "json", cwd=tmp_path)
    assert new(tmp_path, "page.json") == []
    (tmp_path / "page.json").rename(tmp_path / "other.json")
    assert len(new(tmp_path, "other.json")) == len(json.loads(known.out)["findings"]) == 4


def test_baseline_accepts_file_named_twice(project: Path) -> None:
    ran = run("page.json", "page.json", str(project), *UPDATE, cwd=project)
    assert ran.err == "validate-runs: accepted.json: 3 findings accepted, 0 new, 0 removed\n"
    assert new(project, "page.json", "./page.json", str(project / "page.json")) == []


def test_baseline_itself_is_not_checked(project: Path) -> None:
    assert run(".", *HOLD, cwd=project) == Ran(0, "ok: 3 runs in 1 document; 3 suppressed\n", "")
    assert run("accepted.json", *HOLD, cwd=project) == Ran(
        2, "nothing was checked\n", "validate-runs: nothing to check: these files hold no runs\n"
    )


def archive(folder: Path, *documents: object, name: str = "archive.jsonl") -> None:
    (folder / name).write_text("".join(f"{json.dumps(one)}\n" for one in documents))


def test_the_records_of_an_archive_are_one_file(tmp_path: Path) -> None:
    archive(tmp_path, RUNS[0], a_run(id="run_x"), page(RUNS[1], RUNS[0]))
    run("archive.jsonl", *UPDATE, cwd=tmp_path)
    assert held(tmp_path) == [
        "archive.jsonl run_a /usage/total_tokens 2",
        "archive.jsonl run_b /usage/total_tokens 1",
    ]
    archive(tmp_path, page(RUNS[0], RUNS[1]), faulty("d"), RUNS[0])
    assert new(tmp_path, "archive.jsonl") == ["archive.jsonl token-total-mismatch run_d /usage/total_tokens"]
    archive(tmp_path, *[RUNS[0]] * 3)
    assert len(new(tmp_path, "archive.jsonl", "--max-findings", "1")) == 1


def test_baseline_drops_archive_without_findings(tmp_path: Path) -> None:
    archive(tmp_path, *RUNS)
    run("archive.jsonl", *UPDATE, cwd=tmp_path)
    archive(tmp_path, *[a_run(id=f"run_{name}") for name in "abc"])
    for layout in ((), ("-f", "concise", "-f", "html:report.html")):  # at a glance, and one by one
        ran = run("archive.jsonl", *HOLD, *layout, "--ignore", "schema,document", cwd=tmp_path)
        assert (ran.code, ran.err) == (
            0,
            "validate-runs: accepted.json: 3 accepted findings no longer occur; --update-baseline removes them\n",
        )


def test_baseline_drops_stream_without_runs(tmp_path: Path) -> None:
    put(tmp_path, "pages/page.json", page(RUNS[0]))
    stream = tmp_path / "pages" / "a.sse"
    stream.write_text(f"event: thread.run.completed\ndata: {json.dumps(RUNS[1])}\n\n")
    run("pages", *UPDATE, cwd=tmp_path)
    assert {one["file"] for one in entries(tmp_path)} == {"pages/a.sse", "pages/page.json"}
    stream.write_text('event: thread.created\ndata: {"object": "thread"}\n\n')
    run("pages/a.sse", *UPDATE, cwd=tmp_path)  # there was nothing to check, which is message
    assert {one["file"] for one in entries(tmp_path)} == {"pages/a.sse", "pages/page.json"}
    run("pages", *UPDATE, cwd=tmp_path)
    assert {one["file"] for one in entries(tmp_path)} == {"pages/page.json"}


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_baseline_is_independent_of_jobs(tmp_path: Path, jobs: str) -> None:
    archive(tmp_path, *[faulty(str(number)) for number in range(40)])
    ran = run("archive.jsonl", *UPDATE, "--jobs", jobs, cwd=tmp_path)
    assert ran.err == "validate-runs: accepted.json: 40 findings accepted, 40 new, 0 removed\n"
    archive(tmp_path, *[faulty(str(number)) for number in range(50)])
    ran = run("archive.jsonl", *HOLD, "--jobs", jobs, "-f", "concise", "--max-findings", "7", cwd=tmp_path)
    lines = ran.out.splitlines()
    assert [line.split(":")[1] for line in lines[:7]] == [str(number) for number in range(41, 48)]
    assert lines[8] == "10 errors in 10 of 50 documents (50 runs); 40 suppressed, 10 fixable with --fix"


def test_baseline_keeps_file_that_becomes_unreadable(project: Path) -> None:
    archive(project, *RUNS)
    run("archive.jsonl", *UPDATE, cwd=project)
    before = held(project)
    archive(project, RUNS[0])
    failed = InputError("archive.jsonl", "input/output error")
    with patch("validator.batch.ranges.check_documents", lambda *given: [*check_documents(*given), failed]):
        ran = run("archive.jsonl", *UPDATE, cwd=project)
    assert ran.code == 2
    assert held(project) == before


def test_max_findings_limits_new_findings_of_a_file(tmp_path: Path) -> None:
    archive(tmp_path, *RUNS)
    run("archive.jsonl", *UPDATE, cwd=tmp_path)
    archive(tmp_path, *RUNS, *(faulty(f"new_{number}") for number in range(5)))
    ran = run("archive.jsonl", *HOLD, "--max-findings", "2", "-f", "concise", cwd=tmp_path)
    assert ran.out.splitlines()[2:] == [
        "... and 3 more findings in archive.jsonl (--max-findings 0 shows all)",
        "5 errors in 5 of 8 documents (8 runs); 3 suppressed, 5 fixable with --fix",
    ]


def test_baseline_keeps_file_with_unreadable_record(tmp_path: Path) -> None:
    archive(tmp_path, *RUNS)
    run("archive.jsonl", *UPDATE, cwd=tmp_path)
    before = held(tmp_path)
    (tmp_path / "archive.jsonl").write_text(f"{json.dumps(RUNS[0])}\n{{\n{json.dumps(faulty('d'))}\n")
    assert run("archive.jsonl", *UPDATE, cwd=tmp_path).code == 1
    assert held(tmp_path) == [*before, "archive.jsonl run_d /usage/total_tokens 1"]


def test_nothing_moves_from_an_unreadable_file(project: Path) -> None:
    (project / "page.json").write_text("{")
    put(project, "z.json", page(*RUNS))
    ran = run("page.json", "z.json", *HOLD, "--statistics", cwd=project)
    assert ran.out.endswith("\n4 errors in 2 documents (3 runs); 3 fixable with --fix\n")


def test_baseline_keeps_file_after_internal_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held(project)
    replace_checks(monkeypatch, token_total_mismatch=lambda _: 1 / 0)
    ran = run("page.json", *UPDATE, "-f", "concise", cwd=project)
    assert (ran.code, ran.out.count("internal-error")) == (2, 3)
    assert "3 findings accepted, 0 new, 0 removed\n" in ran.err
    assert held(project) == before


def test_baseline_keeps_file_that_is_not_searched(tmp_path: Path) -> None:
    put(tmp_path, "pages/page.txt", page(RUNS[0]))
    put(tmp_path, "pages/sound.json", page(a_run()))
    run("pages/page.txt", *UPDATE, cwd=tmp_path)
    assert run("pages", *HOLD, cwd=tmp_path) == Ran(0, "ok: 1 run in 1 document\n", "")


def test_baseline_names_files_relative_to_itself(tmp_path: Path) -> None:
    put(tmp_path, "responses/a.json", page(RUNS[0]))
    put(tmp_path, "b.json", page(RUNS[1]))
    (tmp_path / "kept").mkdir()
    place = ("--baseline", str(tmp_path / "kept" / "accepted.json"))
    run("responses/a.json", "./b.json", *place, "--update-baseline", cwd=tmp_path)
    assert held(tmp_path, "kept/accepted.json") == [
        "../b.json run_b /usage/total_tokens 1",
        "../responses/a.json run_a /usage/total_tokens 1",
    ]
    assert run("a.json", "../b.json", *place, "-q", cwd=tmp_path / "responses") == Ran(0, "", "")


def test_standard_input_is_called_by_its_sign(project: Path) -> None:
    text = (project / "page.json").read_bytes()
    assert run("-", *HOLD, "-q", "-f", "concise", cwd=project, stdin=text).code == 1
    run("-", *UPDATE, cwd=project, stdin=text)
    assert [one["file"] for one in entries(project)] == ["-"] * 3 + ["page.json"] * 3
    assert run("-", *HOLD, cwd=project, stdin=text) == Ran(0, "ok: 3 runs in 1 document; 3 suppressed\n", "")
    put(project, "other.json", page(*RUNS))
    assert len(new(project, "other.json")) == 3


def test_gone_findings_are_reported_and_removed(project: Path) -> None:
    put(project, "page.json", page(RUNS[0], a_run(id="run_b")))
    assert run("page.json", *HOLD, cwd=project) == Ran(
        0,
        "ok: 2 runs in 1 document; 1 suppressed\n",
        "validate-runs: accepted.json: 2 accepted findings no longer occur; --update-baseline removes them\n",
    )
    assert run("page.json", *HOLD, "-q", cwd=project) == Ran(0, "", "")
    ran = run("page.json", *UPDATE, cwd=project)
    assert ran.err == "validate-runs: accepted.json: 1 finding accepted, 0 new, 2 removed\n"
    assert held(project) == ["page.json run_a /usage/total_tokens 1"]
    assert run("page.json", *UPDATE, "-q", cwd=project) == Ran(0, "", "")


def test_one_of_two_equal_findings_is_gone(tmp_path: Path) -> None:
    put(tmp_path, "runs.json", [RUNS[0], RUNS[0]])
    run("runs.json", *UPDATE, cwd=tmp_path)
    put(tmp_path, "runs.json", [RUNS[0]])
    assert run("runs.json", *HOLD, cwd=tmp_path).err == (
        "validate-runs: accepted.json: 1 accepted finding no longer occurs; --update-baseline removes it\n"
    )
    run("runs.json", *UPDATE, cwd=tmp_path)
    assert held(tmp_path) == ["runs.json run_a /usage/total_tokens 1"]


def test_baseline_keeps_files_that_are_not_checked(project: Path) -> None:
    put(project, "other.json", page(a_run()))
    before = held(project)
    for words in (
        ("other.json",),
        ("page.json", "--ignore", "usage"),
        ("page.json", "--select", "time"),
        ("page.json", "--severity", "usage=off"),
        ("page.json", "--severity", "usage=info"),
    ):
        assert run(*words, *HOLD, cwd=project).err == ""
        ran = run(*words, *UPDATE, cwd=project)
        assert ran.err == "validate-runs: accepted.json: 3 findings accepted, 0 new, 0 removed\n"
        assert held(project) == before


def test_baseline_keeps_finding_below_threshold(tmp_path: Path) -> None:
    put(tmp_path, "1.json", [a_run()])
    put(tmp_path, "2.json", [a_run(instructions="Others.")])
    words = ("1.json", "2.json", "--history")
    run(*words, *UPDATE, cwd=tmp_path)
    assert [(one["file"], one["rule"]) for one in entries(tmp_path)] == [("2.json", "changed-immutable-field")]
    before = held(tmp_path)
    assert run(*words, "--show", "error", *HOLD, cwd=tmp_path).err == ""
    run(*words, "--show", "error", *UPDATE, cwd=tmp_path)
    assert held(tmp_path) == before


def test_baseline_keeps_unreadable_file(project: Path) -> None:
    before = held(project)
    for text, code in (('{"data": [', 1), ('{"error": {"message": "no"}}', 1), ("", 1)):
        (project / "page.json").write_text(text)
        ran = run("page.json", *HOLD, cwd=project)
        assert (ran.code, ran.err) == (code, "")
        run("page.json", *UPDATE, cwd=project)
        assert [one for one in held(project) if "run_" in one] == before
    (project / "page.json").unlink()
    assert run("page.json", *UPDATE, cwd=project).code == 2
    assert [one for one in held(project) if "run_" in one] == before


def test_baseline_drops_missing_file_of_checked_folder(project: Path) -> None:
    put(project, "pages/a.json", page(faulty("d")))
    put(project, "pages/b.json", page(faulty("e")))
    put(project, "pages2/c.json", page(faulty("f")))
    run("pages", "pages2", *UPDATE, cwd=project)
    for name in ("pages/b.json", "pages2/c.json", "page.json"):
        (project / name).unlink()
    assert run("pages", *HOLD, cwd=project).err == (
        "validate-runs: accepted.json: 1 accepted finding no longer occurs; --update-baseline removes it\n"
    )
    run("pages", *UPDATE, cwd=project)
    assert [one["run_id"] for one in entries(project)] == ["run_a", "run_b", "run_c", "run_d", "run_f"]


def test_unreadable_documents_are_never_accepted(tmp_path: Path) -> None:
    fixed = [path for path in INVALID if path.stem in ("not-json", "not-utf8", "too-deep")]
    for path in fixed:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    put(tmp_path, "large.json", page(*RUNS * 10))
    words = (str(tmp_path), "--max-bytes", "20000", "-q", "-f", "concise")
    before = run(*words, cwd=tmp_path)
    assert before.code == 1
    updated = run(*words, *UPDATE, cwd=tmp_path)
    (tmp_path / "accepted.json").rename(tmp_path / "accepted")
    assert updated == before
    assert entries(tmp_path, "accepted") == []
    assert run(*words, "--baseline", "accepted", cwd=tmp_path) == before


def test_baseline_sees_findings_beyond_max_findings(tmp_path: Path) -> None:
    many = [a_run(id=f"run_{number}", usage=WRONG_TOTAL) for number in range(150)]
    put(tmp_path, "page.json", many)
    assert run("page.json", *UPDATE, cwd=tmp_path).out == "ok: 150 runs in 1 document; 150 suppressed\n"
    assert len(entries(tmp_path)) == 150
    put(tmp_path, "page.json", [*many, *(faulty(f"new_{number}") for number in range(150))])
    ran = run("page.json", *HOLD, "-f", "concise", cwd=tmp_path)
    lines = ran.out.splitlines()
    assert [line.split(": ")[1] for line in lines[:100]] == [
        f"error token-total-mismatch /{number}/usage/total_tokens" for number in range(150, 250)
    ]
    assert lines[100:] == [
        "... and 50 more findings in page.json (--max-findings 0 shows all)",
        "150 errors in 1 document (300 runs); 150 suppressed, 150 fixable with --fix",
    ]
    assert len(run("page.json", *HOLD, "-f", "concise", "--max-findings", "0", cwd=tmp_path).out.splitlines()) == 151
    assert len(run("page.json", *HOLD, "-f", "concise", "--max-findings", "7", cwd=tmp_path).out.splitlines()) == 9


def test_what_cannot_be_accepted_is_counted(tmp_path: Path) -> None:
    put(tmp_path, "page.json", page(RUNS[0]))
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text('"runs"')
    ran = run("a.json", "b.json", "page.json", *UPDATE, cwd=tmp_path)
    refused = "2 findings (not-a-run-list and not-json in 2 files) cannot be accepted: fix or exclude these files"
    assert ran.err.splitlines() == [
        "validate-runs: accepted.json: 1 finding accepted, 1 new, 0 removed",
        f"validate-runs: {refused}",
    ]


def test_baseline_ignores_findings_below_threshold(tmp_path: Path) -> None:
    put(tmp_path, "page.json", page(RUNS[0]))
    weak = ("page.json", "--severity", "usage=info")
    assert run(*weak, *UPDATE, cwd=tmp_path).out == "ok: 1 run in 1 document; 1 info hidden (--show info)\n"
    assert entries(tmp_path) == []
    for more in (("--show", "info"), ("--fail-on", "info")):
        assert run(*weak, *more, *UPDATE, cwd=tmp_path).out == "ok: 1 run in 1 document; 1 suppressed\n"
        assert len(entries(tmp_path)) == 1
        assert run(*weak, *more, *HOLD, cwd=tmp_path).code == 0
        (tmp_path / "accepted.json").unlink()
    put(tmp_path, "page.json", page(*RUNS))
    run("page.json", "--select", "usage", *UPDATE, cwd=tmp_path)
    put(tmp_path, "page.json", page(*RUNS, faulty("d")))
    hidden = run("page.json", "--fail-on", "info", "--show", "error", "--severity", "usage=info", *HOLD, cwd=tmp_path)
    assert hidden == Ran(
        1, "failed: 4 runs in 1 document; 1 info hidden (--show info shows what fails), 3 suppressed\n", ""
    )
    assert run(*weak, "--fail-on", "never", *HOLD, cwd=tmp_path).code == 0


def test_baseline_has_no_sensitive_values(tmp_path: Path) -> None:
    secret = "sk-abcdefghijklmnop"
    put(
        tmp_path,
        "page.json",
        [a_run(id=f"Bearer {secret}", metadata={f"{secret} key": 7, "plain": 7}, instructions=7, usage=WRONG_TOTAL)],
    )
    run("page.json", *UPDATE, "--show", "info", cwd=tmp_path)
    text = (tmp_path / "accepted.json").read_text()
    assert secret not in text
    assert "/metadata/\\u2026" in text
    assert "/metadata/plain" in text
    assert {one["run_id"] for one in entries(tmp_path)} == {None}
    assert run("page.json", *HOLD, "--show", "info", "-q", cwd=tmp_path) == Ran(0, "", "")


def test_a_configuration_can_name_the_baseline(project: Path) -> None:
    (project / "validate-runs.toml").write_text('baseline = "accepted.json"')
    (project / "below").mkdir()
    assert run("../page.json", cwd=project / "below") == Ran(0, "ok: 3 runs in 1 document; 3 suppressed\n", "")
    put(project, "page.json", page(*RUNS, faulty("d")))
    assert run("../page.json", "--update-baseline", cwd=project / "below").err == (
        "validate-runs: ../accepted.json: 4 findings accepted, 1 new, 0 removed\n"
    )
    assert run("page.json", "--isolated", "-q", cwd=project).code == 1


def test_baseline_without_rules_ignored_per_file(project: Path) -> None:
    (project / "validate-runs.toml").write_text('[per-file-ignores]\n"page.json#/data/0" = ["usage"]')
    assert run("page.json", *UPDATE, cwd=project).err.endswith("2 findings accepted, 0 new, 1 removed\n")


def test_update_baseline_needs_baseline(tmp_path: Path) -> None:
    assert run("page.json", "--update-baseline", cwd=tmp_path) == Ran(
        2, "", "validate-runs: --update-baseline needs --baseline FILE\nTry 'validate-runs --help'.\n"
    )


ENTRY = {"file": "a", "rule": "x", "run_id": None, "pointer": "", "fingerprint": "0", "count": 1}
NO_ENTRY = "is not an entry of a baseline, expected file, rule, run_id, pointer, fingerprint, count"
NO_BASELINE = ': is not a baseline, expected {"version": 1, "findings": [...]}'


def document(*values: object) -> str:
    return json.dumps({"version": 1, "findings": [*values]}, indent=0)


def test_fingerprints_of_existing_baselines_stay_valid(tmp_path: Path) -> None:
    put(tmp_path, "page.json", page(RUNS[0]))
    entry = {"file": "page.json", "rule": "token-total-mismatch", "run_id": "run_a", "pointer": "/usage/total_tokens"}
    (tmp_path / "accepted.json").write_text(document({**entry, "fingerprint": "e7008c32f43b096d", "count": 1}))
    assert run("page.json", *HOLD, cwd=tmp_path) == Ran(0, "ok: 1 run in 1 document; 1 suppressed\n", "")


BAD = {
    "": ":1: is empty, but a JSON document was expected",
    '{\n"version": 1,': (
        ":2: ends where a key in double quotes was expected, in the object that began at line 1, column 1"
    ),
    "{": None,
    "[]": NO_BASELINE,
    "{}": NO_BASELINE,
    '{"version": 1}': NO_BASELINE,
    '{"version": 0, "findings": []}': NO_BASELINE,
    '{"version": "1", "findings": []}': NO_BASELINE,
    '{"version": 1, "findings": [], "more": 1}': NO_BASELINE,
    '{"version": 2, "entries": {}}': (
        ": is a baseline of version 2, but this command knows version 1: update validate-runs"
    ),
    '{"version": 1,\n"version": 1,\n"findings": []}': None,
    '{"version": 1,\n<<<<<<< HEAD\n"findings": []}': None,
    "[" * 300: None,
    document(ENTRY, {}): f":12: {NO_ENTRY}",
    document(7): f":4: {NO_ENTRY}",
    document({**ENTRY, "count": 0}): f":4: {NO_ENTRY}",
    document({**ENTRY, "count": True}): f":4: {NO_ENTRY}",
    document({**ENTRY, "count": 1.5}): f":4: {NO_ENTRY}",
    document({**ENTRY, "run_id": 7}): f":4: {NO_ENTRY}",
    document({**ENTRY, "note": "mine"}): f":4: {NO_ENTRY}",
    document({**ENTRY, "rule": "not-json"}): (
        ":4: not-json cannot be accepted: it keeps the document from being checked"
    ),
}


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("words", [HOLD, UPDATE])
def test_unusable_baseline_is_reported_and_unchanged(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    put(tmp_path, "page.json", page(*RUNS))
    (tmp_path / "accepted.json").write_text(text)
    ran = run("page.json", *words, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("validate-runs: accepted.json:")
    assert ran.err == f"validate-runs: accepted.json{BAD[text]}\n" or BAD[text] is None
    assert len(ran.err) < 200
    assert (tmp_path / "accepted.json").read_text() == text


def test_missing_baseline_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "page.json", page(*RUNS))
    assert run("page.json", *HOLD, cwd=tmp_path) == Ran(
        2, "", "validate-runs: accepted.json: no such baseline; --update-baseline writes it\n"
    )


@pytest.mark.parametrize("words", [HOLD, UPDATE])
def test_baseline_must_be_a_regular_file(tmp_path: Path, words: tuple[str, ...]) -> None:
    place = tmp_path / "accepted.json"
    make: list[Callable[[], object]] = [lambda: os.mkfifo(place), place.mkdir]
    for made, why in zip(make, ("is not a regular file", "is a directory"), strict=True):
        made()
        ran = run(SAMPLES / "seed-example.json", *words, cwd=tmp_path)
        assert ran == Ran(2, "", f"validate-runs: accepted.json: {why}\n")
        place.unlink() if place.is_fifo() else place.rmdir()
    place.symlink_to("nowhere.json")
    assert run(SAMPLES / "seed-example.json", *HOLD, cwd=tmp_path).code == 2


def test_a_baseline_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "accepted.json", "wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert run(SAMPLES / "seed-example.json", *HOLD, cwd=tmp_path) == Ran(
        2, "", "validate-runs: accepted.json: is larger than 67108864 bytes\n"
    )


def test_duplicate_entries_of_a_merge_count_once(project: Path) -> None:
    lines = (project / "accepted.json").read_text().splitlines()
    lines[3:4] = [lines[3].replace('"count": 1', f'"count": {number}') for number in (1, 2, 1)]
    (project / "accepted.json").write_text("\n".join(lines))
    assert run("page.json", *HOLD, cwd=project).err.startswith(
        "validate-runs: accepted.json: 1 accepted finding no longer"
    )


def test_baseline_keeps_unknown_rules(project: Path) -> None:
    whole = json.loads((project / "accepted.json").read_text())
    whole["findings"].append({**whole["findings"][0], "rule": "of-the-future", "fingerprint": "f"})
    (project / "accepted.json").write_text(json.dumps(whole))
    run("page.json", *UPDATE, cwd=project)
    assert [one["rule"] for one in entries(project)] == ["of-the-future", *["token-total-mismatch"] * 3]


def test_baseline_keeps_mode_and_link(project: Path) -> None:
    (project / "kept.json").write_bytes((project / "accepted.json").read_bytes())
    (project / "kept.json").chmod(0o640)
    (project / "accepted.json").unlink()
    (project / "accepted.json").symlink_to("kept.json")
    put(project, "page.json", page(RUNS[0]))
    run("page.json", *UPDATE, cwd=project)
    assert (project / "accepted.json").is_symlink()
    assert stat.S_IMODE((project / "kept.json").stat().st_mode) == 0o640
    assert len(entries(project, "kept.json")) == 1
    assert sorted(path.name for path in project.iterdir()) == ["accepted.json", "kept.json", "page.json"]


def test_new_baseline_has_default_mode(project: Path) -> None:
    (project / "beside").touch()
    assert (project / "accepted.json").stat().st_mode == (project / "beside").stat().st_mode


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_failed_write_keeps_old_baseline(project: Path, call: str) -> None:
    before = (project / "accepted.json").read_bytes()
    put(project, "page.json", page(RUNS[0]))
    with patch(f"validator.core.files.os.{call}", side_effect=OSError(28, "No space left on device")):
        ran = run("page.json", *UPDATE, cwd=project)
    assert (ran.code, ran.err) == (
        2,
        "validate-runs: accepted.json: cannot write the baseline: no space left on device\n",
    )
    assert (project / "accepted.json").read_bytes() == before
    assert sorted(path.name for path in project.iterdir()) == ["accepted.json", "page.json"]


def test_baseline_in_missing_folder_is_not_written(project: Path) -> None:
    ran = run("page.json", "--baseline", "nowhere/a\x1b.json", "--update-baseline", cwd=project)
    assert (ran.code, ran.err) == (
        2,
        "validate-runs: nowhere/a\\u001b.json: cannot write the baseline: no such file or directory\n",
    )


@pytest.mark.parametrize(("words", "message"), [(UPDATE, "3 findings accepted, 3 new, 0 removed"), (HOLD, None)])
def test_baseline_is_written_on_broken_pipe(tmp_path: Path, words: tuple[str, ...], message: str | None) -> None:
    for number in range(300):
        (tmp_path / f"{number}.json").write_text("{")
    put(tmp_path, "z.json", page(*RUNS))
    if words == HOLD:
        run("z.json", *UPDATE, cwd=tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    err = Kept()
    with os.fdopen(writer, "w") as out:
        assert code_of(".", *words, cwd=tmp_path, out=out, err=err) == 1
    assert err.text.partition("\n")[0] == (f"validate-runs: accepted.json: {message}" if message else "")
    assert held(tmp_path) == [f"z.json run_{name} /usage/total_tokens 1" for name in "abc"]


def test_baseline_is_independent_of_file_order(tmp_path: Path) -> None:
    for name in "ab":
        put(tmp_path, f"{name}.json", page(*RUNS, faulty(name * 2)))
    run("a.json", "b.json", "--baseline", "1", "--update-baseline", cwd=tmp_path)
    run("b.json", "a.json", "--baseline", "2", "--update-baseline", cwd=tmp_path)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    run("b.json", "--baseline", "1", "--update-baseline", cwd=tmp_path)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
