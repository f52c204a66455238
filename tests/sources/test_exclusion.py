"""What is left out in folders: excluded files, those that `.gitignore` ignores, and JSON that is something else."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import Ran, process, run
from tests.support.paths import SAMPLES
from tests.support.tools import command
from validator import validate
from validator.core.phrases import count

PAGE = SAMPLES / "valid" / "page.json"
NOTHING = "nothing to check: no *.json, *.jsonl, *.ndjson, *.sse, *.har, *.yaml or *.yml in this folder"


def _make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PAGE, folder / name)


def _checked(folder: Path, *words: str) -> list[str]:
    """Return the files that are checked, relative to the folder."""
    ran = run("-f", "json", *(words or (".",)), cwd=folder)
    assert ran.code == 0, ran.err
    return [os.path.normpath(document["file"]) for document in json.loads(ran.out)["documents"]]


def test_installed_software_and_json_with_comments_are_left_out(tmp_path: Path) -> None:
    _make(tmp_path, "a.json", "node_modules/b.json", "c/node_modules/b.json", "venv/b.json", "__pycache__/b.json")
    _make(tmp_path, ".venv/b.json", ".git/b.json", "tsconfig.json", "c/tsconfig.build.json", "c/my-tsconfig.json")
    assert _checked(tmp_path) == ["a.json", "c/my-tsconfig.json"]
    assert _checked(tmp_path, "node_modules", "tsconfig.json") == ["node_modules/b.json", "tsconfig.json"]


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (["sub"], ["a.json", "b-1.json"]),
        (["b-*"], ["a.json", "sub/deep/c.json"]),
        (["/b-*"], ["a.json", "sub/b-2.json", "sub/deep/c.json"]),
        (["sub/*.json"], ["a.json", "b-1.json", "sub/deep/c.json"]),
        (["sub/**/c.json", "a.json/"], ["a.json", "b-1.json", "sub/b-2.json"]),
        (["deep/"], ["a.json", "b-1.json", "sub/b-2.json"]),
        (["sub/**"], ["a.json", "b-1.json"]),
        (["b-[!1].json", "[ac].json"], ["b-1.json"]),
    ],
)
def test_exclude_leaves_out_files_and_folders(tmp_path: Path, globs: list[str], expected: list[str]) -> None:
    _make(tmp_path, "a.json", "b-1.json", "sub/b-2.json", "sub/deep/c.json")
    words = [word for glob in globs for word in ("--exclude", glob)]
    assert _checked(tmp_path, ".", *words) == expected
    (tmp_path / "validate-runs.toml").write_text(f"exclude = {json.dumps(globs)}")
    (tmp_path / "elsewhere").mkdir()
    assert _checked(tmp_path / "elsewhere", "..") == [f"../{name}" for name in expected], "from the file's folder"


def test_exclude_does_not_apply_to_named_files(tmp_path: Path) -> None:
    _make(tmp_path, "a.json", "sub/b.json")
    assert _checked(tmp_path, "a.json", "sub", "--exclude", "a.json", "--exclude", "sub") == ["a.json", "sub/b.json"]


@pytest.mark.parametrize("glob", ["", "../a.json", "!a.json", "a\\b"])
def test_exclude_refuses_what_is_not_a_glob(tmp_path: Path, glob: str) -> None:
    ran = run(".", "--exclude", glob, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"Invalid value for '--exclude': {glob!r} is not a glob below the working directory." in ran.err


PATTERNS = r"""
# a comment
/top.json
build/
*.tmp.json
!kept.tmp.json
\#hash.json
a\*b.json
[x-y].json
spaced.json@@
sub/*/leaf.json
docs/**/draft.json
!
/
"""
IGNORED = (
    "top.json",
    "build/a.json",
    "sub/build/a.json",
    "one.tmp.json",
    "sub/two.tmp.json",
    "#hash.json",
    "a*b.json",
    "x.json",
    "spaced.json",
    "sub/one/leaf.json",
    "docs/draft.json",
    "docs/one/two/draft.json",
)
CHECKED = (
    "acb.json",
    "kept.tmp.json",
    "z.json",
    "docs/final.json",
    "sub/top.json",
    "sub/one/two/leaf.json",
    "sub/kept.tmp.json",
)


def test_gitignore_is_respected_as_git_does(tmp_path: Path) -> None:
    _make(tmp_path, *IGNORED, *CHECKED)
    (tmp_path / ".gitignore").write_text(PATTERNS.replace("@", " "))
    subprocess.run([command("git"), "init", "-q"], cwd=tmp_path, check=True)
    words = [command("git"), "ls-files", "--others", "--exclude-standard", "-z", "*.json"]
    git = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert sorted(_checked(tmp_path)) == sorted(CHECKED) == sorted(git.split("\0")[:-1])
    assert sorted(_checked(tmp_path, ".", "--no-gitignore")) == sorted((*IGNORED, *CHECKED))


def test_gitignore_of_inner_and_outer_folders(tmp_path: Path) -> None:
    _make(tmp_path, "in/a.json", "in/b.json", "in/c.json", "in/deep/b.json", "in/deep/c.json")
    (tmp_path / ".gitignore").write_text("b.json\n/c.json\nin/deep/c.json\n/in/\n")
    assert _checked(tmp_path / "in") == ["a.json", "b.json", "c.json", "deep/b.json", "deep/c.json"], "no repository"
    (tmp_path / ".git").mkdir()
    assert _checked(tmp_path / "in") == ["a.json", "c.json"], "a folder that is named is read although it is ignored"
    (tmp_path / "in" / "deep" / ".gitignore").write_text("!b.json")
    assert _checked(tmp_path / "in") == ["a.json", "c.json", "deep/b.json"]


def test_what_gitignore_leaves_out_is_counted_and_named(tmp_path: Path) -> None:
    _make(tmp_path, "a.json", "b.json", "c.json", "data/d.json", "node_modules/e.json", "f.json")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("b.json\nc.json\ndata/\nf.json\nnode_modules\n")
    words = (".", "--exclude", "f.json", "-f", "concise")
    ran = run(*words, cwd=tmp_path)
    counted = "validate-runs: 2 files ignored by .gitignore skipped in folders; --no-gitignore checks them\n"
    assert ran == Ran(0, "ok: 2 runs in 1 document\n", counted)
    assert run(*words, "-v", cwd=tmp_path).err.splitlines() == [
        f"validate-runs: ./{name}: skipped: it is ignored by .gitignore" for name in ("data", "b.json", "c.json")
    ]
    assert run(*words, "-q", cwd=tmp_path).err == run(*words, "--no-gitignore", cwd=tmp_path).err == ""
    assert len(validate(tmp_path).documents) == 1
    (tmp_path / ".gitignore").write_text("data\n")
    assert run(".", cwd=tmp_path).err == ""


def test_gitignore_that_cannot_be_read_ignores_nothing(tmp_path: Path) -> None:
    _make(tmp_path, "a.json")
    os.mkfifo(tmp_path / ".gitignore")
    assert _checked(tmp_path) == ["a.json"]
    (tmp_path / ".gitignore").unlink()
    (tmp_path / ".gitignore").write_bytes(b"\xff\na.json\n" + b"b" * 65536)
    assert _checked(tmp_path) == ["a.json"]


def test_folder_in_which_everything_is_left_out(tmp_path: Path) -> None:
    _make(tmp_path, "a.json")
    (tmp_path / ".gitignore").write_text("*.json")
    message = f"validate-runs: .: {NOTHING} that is neither excluded nor ignored by .gitignore\n"
    assert run(".", "-q", cwd=tmp_path) == Ran(2, "", message)
    (tmp_path / "a.json").unlink()
    assert run(".", "-q", cwd=tmp_path) == Ran(2, "", f"validate-runs: .: {NOTHING}\n")


def test_hostile_gitignore_takes_no_time(tmp_path: Path) -> None:
    _make(tmp_path, f"{'a' * 200}.json")
    (tmp_path / ".gitignore").write_text("*a" * 100 + "b\n" + "**/" * 200 + "b\n" + "[" * 500)
    assert len(_checked(tmp_path)) == 1


OTHERS = {
    "package.json": ({"name": "x", "version": "1.0.0"}, "an object of 2 keys that is neither a page nor a run"),
    "messages.json": ({"object": "list", "data": [{"object": "thread.message", "id": "m"}]}, "a list of messages"),
    "openapi.json": ({"openapi": "3.1.0", "status": 1}, "an API description"),
    "step.json": ({"object": "thread.run.step", "id": "step_1"}, "a run step"),
    "array.json": ([{"object": "assistant"}], "an array of assistants"),
    "steps.json": ([{"object": "thread.run.step", "run_id": "run_1"}], "an array of run steps"),
    "users.json": ([{"id": 1, "name": "x"}, {"id": 2, "name": "y"}], "an array of objects that are not runs"),
    "numbers.json": ([1, 2.5, "x", [3]], "an array of values that are not runs"),
    "request.json": (
        {"assistant_id": "asst_1", "thread": {"messages": []}},
        "an object of 2 keys that is neither a page nor a run",
    ),
    "deleted.json": ({"id": "thread_1", "object": "thread.deleted", "deleted": True}, "a deleted thread"),
    "graphql.json": ({"data": {"user": {"id": 1}}}, "an object of 1 key that is neither a page nor a run"),
    "stripe.json": (
        {"id": "ch_1", "object": "charge", "status": "succeeded"},
        "an object of 3 keys that is neither a page nor a run",
    ),
    "stripe-list.json": (
        {"object": "list", "url": "/v1/charges", "has_more": False, "data": [{"id": "ch_1", "object": "charge"}]},
        "a list of objects that are not runs",
    ),
    "jsonapi.json": (
        {"data": [{"type": "articles", "id": "1", "attributes": {}}]},
        "a list of objects that are not runs",
    ),
    "vega.json": (
        {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "data": {"values": []}, "mark": "bar"},
        "an object of 3 keys that is neither a page nor a run",
    ),
    "sarif.json": (
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]},
        "an object of 2 keys that is neither a page nor a run",
    ),
}
ANSWERS: dict[str, dict[str, object]] = {
    "answer.json": {"success": True, "errors": [], "messages": [], "result": None},
    "hello.json": {"title": "Welcome", "message": "Hello"},
    "words.json": {"errors": {"required": "is required"}},
    "saved.json": {"code": 201, "message": "created"},
}
OTHERS |= {
    name: (value, f"an object of {count(len(value), 'key')} that is neither a page nor a run")
    for name, value in ANSWERS.items()
}
NO_OTHERS = {
    "error of an API gateway": {"message": "Internal server error"},
    "error": {"error": {"message": "No thread found.", "type": "invalid_request_error"}},
    "error of FastAPI": {"detail": "Not Found"},
    "error of Cloudflare": {"success": False, "errors": [{"code": 1, "message": "x"}], "messages": [], "result": None},
    "error of Lambda": {"errorMessage": "x", "errorType": "E", "requestId": "r", "trace": []},
    "error of Laravel": {"message": "x", "exception": "E", "file": "f", "line": 3, "trace": []},
    "error of a gateway": {"statusCode": 401, "message": "Access denied due to invalid subscription key."},
    "body in a text": {"statusCode": 200, "body": json.dumps({"object": "list", "data": [{"object": "thread.run"}]})},
    "bodies in texts": [json.dumps({"object": "list", "data": [{"object": "thread.run"}]})],
    "empty": {},
    "empty array": [],
    "text": "runs",
    "ids": ["run_1", "run_2"],
    "nulls": [None],
    "damaged run": {"assistant_id": "asst_1", "thread_id": "thread_1", "created_at": 1729418400},
    "runs under other names": [{"runId": "run_1", "state": "done"}],
    "damaged runs": [{"name": "x"}, {"id": "run_1", "thread_id": "thread_1"}],
    "page of nothing": {"object": "list", "data": [1]},
    "wrapped": {"items": [{"deep": json.loads((SAMPLES / "valid" / "run.json").read_text())}]},
    "wrong key": {"Data": [], "has_more": False},
    "wrapped empty page": {"data": {"items": []}},
    "wrapped error": {"data": {"message": "not found"}},
    "wrapped run": {"data": {"id": "run_1", "state": "x"}},
    "error of GraphQL": {"data": {"user": {"id": 1}}, "errors": [{"message": "x"}]},
    "error of vLLM": {"object": "error", "message": "x"},
    "damaged run of another kind": {"id": "run_1", "object": "thread_run"},
    "damaged page with a schema": {"$schema": "https://example.org/runs.json", "data": [{"id": "run_1"}]},
    "damaged page with a URL": {"object": "list", "data": [{"id": "1", "state": "x"}], "url": "/runs"},
    "objects that are not of JSON:API": {"data": [{"id": "1", "state": "x"}]},
}


def _write(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(json.dumps(value))


def test_json_that_is_something_else_is_skipped_and_counted(tmp_path: Path) -> None:
    _make(tmp_path, "page.json")
    for name, (value, _) in OTHERS.items():
        _write(tmp_path, name, value)
    ok = "ok: 2 runs in 1 document\n"
    counted = f"validate-runs: {len(OTHERS)} JSON files without runs skipped in folders; -v names them\n"
    assert run(".", cwd=tmp_path) == Ran(0, ok, counted)
    assert run(".", "-q", cwd=tmp_path) == Ran(0, "", "")
    assert process(".", "--listing", cwd=tmp_path) == Ran(0, ok, counted)
    named = sorted(f"validate-runs: ./{name}: skipped: it is {what}" for name, (_, what) in OTHERS.items())
    assert sorted(run(".", "-v", cwd=tmp_path).err.splitlines()) == named
    for name in list(OTHERS)[1:]:
        (tmp_path / name).unlink()
    assert run(".", cwd=tmp_path).err == "validate-runs: 1 JSON file without runs skipped in folders; -v names it\n"
    (tmp_path / "page.json").unlink()
    assert run(".", "-q", cwd=tmp_path) == Ran(2, "", "validate-runs: nothing to check: these files hold no runs\n")


@pytest.mark.parametrize("name", OTHERS)
def test_json_that_is_something_else_is_reported_if_named(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, OTHERS[name][0])
    assert "error not-a-run-list: the file is " in run(name, "-f", "concise", cwd=tmp_path).out


@pytest.mark.parametrize("name", NO_OTHERS)
def test_json_in_place_of_runs_is_reported_in_folders(tmp_path: Path, name: str) -> None:
    _write(tmp_path, "a.json", NO_OTHERS[name])
    ran = run(".", cwd=tmp_path)
    assert (ran.code, ran.err) == (1, "")


def test_force_exclude_treats_named_files_like_those_in_folders(tmp_path: Path) -> None:
    _make(tmp_path, "a.json", "drafts/b.json", "venv/c.json", "d.json")
    for name, (value, _) in OTHERS.items():
        _write(tmp_path, name, value)
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")
    (tmp_path / "validate-runs.toml").write_text('exclude = ["drafts/"]\n')
    others = [".pre-commit-config.yaml", "drafts/b.json", "venv/c.json", *OTHERS]
    assert _checked(tmp_path, "a.json", *others, "--force-exclude") == ["a.json"]
    assert run(*others, "--force-exclude", "-q", cwd=tmp_path) == Ran(0, "", "")
    assert run("-", "--force-exclude", "-q", cwd=tmp_path, stdin=b"{}").code == 1
    _write(tmp_path, "d.json", NO_OTHERS["error"])
    assert run("d.json", "--force-exclude", cwd=tmp_path).code == 1


@pytest.mark.parametrize("name", ["a.jsonl.bz2", "A.JSON.XZ", "a.har.zip"])
def test_files_that_are_not_unpacked_are_named(tmp_path: Path, name: str) -> None:
    _make(tmp_path, "page.json", "notes.bz2")
    (tmp_path / name).write_bytes(b"BZh91AY&SY")
    skipped = f"validate-runs: ./{name}: skipped: only gzip and zstd are unpacked\n"
    assert run(".", cwd=tmp_path) == Ran(0, "ok: 2 runs in 1 document\n", skipped)
    assert "not-json: the file is bzip2 data" in run(name, "-f", "concise", cwd=tmp_path).out
