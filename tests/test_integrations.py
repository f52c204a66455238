"""What other programs start the command with: pre-commit, GitHub Actions, GitLab CI."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import INVALID, ROOT, SAMPLES
from tests.tools import command, need_network, package
from validator.sources.containers import SUFFIXES

pytestmark = pytest.mark.tools

SOUND = SAMPLES / "valid" / "page.json"
FAULTY = next(path for path in INVALID if path.stem == "token-total-mismatch")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
SCRIPT = ROOT / "ci" / "action.sh"
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))["validate-runs"]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
IDENTITY = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def _done(
    *words: object, cwd: Path, env: dict[str, str] | None = None, timeout: int = 60
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"} | (env or {})
    return subprocess.run(
        [*map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=timeout
    )


def _repository(folder: Path) -> str:
    """Make the folder a repository with one commit of everything in it, and name the commit."""
    git = command("git")
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "a", "--no-verify"]):
        done = _done(git, *words, cwd=folder, env=IDENTITY)
        assert done.returncode == 0, done.stderr
    return _done(git, "rev-parse", "HEAD", cwd=folder).stdout.strip()


def test_the_hook_is_for_what_a_folder_is_searched_for() -> None:
    names = [f"recorded/page{suffix}" for suffix in SUFFIXES]
    assert [name for name in names if not re.search(HOOK["files"], name)] == []
    assert [name for name in ("page.jsonx", "json", "a.txt", "page.json.bz2") if re.search(HOOK["files"], name)] == []


def test_pre_commit_runs_the_hook_on_the_recordings_that_a_project_names(tmp_path: Path) -> None:
    package("pre_commit")
    need_network("packages from PyPI")
    hooks, project = tmp_path / "hooks", tmp_path / "project"
    left_out = shutil.ignore_patterns(".git", ".venv", "__pycache__", "samples", "tests", ".*_cache")
    shutil.copytree(ROOT, hooks, ignore=left_out)
    (project / "recorded").mkdir(parents=True)
    (project / "package.json").write_text("{}")
    shutil.copy(SOUND, project / "recorded" / "sound.json")
    hook = {"id": "validate-runs", "files": "^recorded/", "args": ["--contract", "observed"]}
    configuration = {"repos": [{"repo": str(hooks), "rev": _repository(hooks), "hooks": [hook]}]}
    (project / ".pre-commit-config.yaml").write_text(json.dumps(configuration))
    _repository(project)
    words = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    env = {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    sound = _done(*words, cwd=project, env=env, timeout=400)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "ok: 2 runs in 1 document" in sound.stdout
    shutil.copy(FAULTY, project / "recorded" / "faulty.json")
    _done(command("git"), "add", "-A", cwd=project)
    faulty = _done(*words, cwd=project, env=env, timeout=400)
    assert faulty.returncode == 1
    assert "recorded/faulty.json:35:25 error token-total-mismatch /data/0/usage/total_tokens" in faulty.stdout


def _inputs(**said: str) -> dict[str, str]:
    """The environment of the script, as the action makes it of its inputs."""
    (step,) = ACTION["runs"]["steps"]
    assert step["env"].keys() == {"ACTION_PATH", *(f"INPUT_{name.upper()}" for name in ACTION["inputs"])}
    defaults = {name: about.get("default", "") for name, about in ACTION["inputs"].items()}
    return {f"INPUT_{name.upper()}": value for name, value in {**defaults, **said}.items()}


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """A runner whose Python makes environments that hold the command already, and notes what it is to install."""
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python3"
    pip = f'#!/bin/sh\\necho "$@" >> {shlex.quote(str(tmp_path / "pip.txt"))}\\n'
    script = f'#!/bin/sh\\nexec {shlex.quote(sys.executable)} -m validator "$@"\\n'
    python.write_text(
        f"#!/bin/sh\nmkdir -p \"$3/bin\"; cd \"$3/bin\"; printf '{pip}' > python; printf '{script}' > validate-runs\n"
        "chmod +x python validate-runs\n"
    )
    python.chmod(0o755)
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "ACTION_PATH": str(ROOT),
        "PYTHONPATH": str(ROOT),
    }


def test_the_shell_of_the_action_holds_nothing_that_a_workflow_says() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
    done = _done(command("shellcheck"), SCRIPT, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_finds_nothing_in_the_action() -> None:
    done = _done(command("zizmor"), "--offline", "--persona", "pedantic", ROOT / "action.yml", cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_the_action_reports_to_github(runner: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(FAULTY, tmp_path / "a faulty.json")
    files = f"a faulty.json\r\n\n{SOUND}\n"
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files=files, sarif="a report.sarif")})
    assert (done.returncode, done.stderr) == (1, "")
    assert ",file=a faulty.json,line=35," in done.stdout
    assert json.loads((tmp_path / "a report.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "pip.txt").read_text().endswith(f"--disable-pip-version-check {ROOT}\n")


def test_what_the_action_is_told_are_words_of_the_command(runner: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(FAULTY, tmp_path / "faulty.json")
    inputs = _inputs(files="faulty.json", args="--ignore\ntoken-total-mismatch,time\n", version="0.1.0")
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **inputs})
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "pip.txt").read_text().endswith("--disable-pip-version-check validate-runs==0.1.0\n")


HOSTILE = ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", '"; touch pwned; "', "${IFS}", "a && touch pwned"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_the_action_is_told_is_run(text: str, runner: dict[str, str], tmp_path: Path) -> None:
    for inputs in (_inputs(files=text), _inputs(files=str(SOUND), args=text)):
        done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **inputs})
        assert done.returncode == 2
        assert done.stderr.startswith("validate-runs: ")
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files=str(SOUND), version=text)})
    assert (done.returncode, done.stdout) == (2, "::error title=validate-runs::the input version is no version\n")
    assert not (tmp_path / "pwned").exists()


def test_a_file_that_looks_like_an_option_is_a_file(runner: dict[str, str], tmp_path: Path) -> None:
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files="--version")})
    assert (done.returncode, done.stderr) == (2, "validate-runs: --version: no such file or directory\n")


def test_the_action_wants_something_to_check(runner: dict[str, str], tmp_path: Path) -> None:
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files=" \n\n")})
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout == "::error title=validate-runs::the input files names nothing to check\n"


def test_the_action_installs_itself(tmp_path: Path) -> None:
    need_network("packages from PyPI")
    env = {"RUNNER_TEMP": str(tmp_path), "ACTION_PATH": str(ROOT), **_inputs(files=str(SOUND))}
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env=env, timeout=400)
    assert (done.returncode, done.stdout) == (0, "ok: 2 runs in 1 document\n"), done.stderr


def _job(files: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The script of GitLab's job, as its runner starts it; the packages are there already."""
    (folder / "bin").mkdir()
    for name, module in (("validate-runs", 'validator "$@"'), ("python", "this")):
        (folder / "bin" / name).write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} >&1\n")
        (folder / "bin" / name).chmod(0o755)
    script = "\n".join(("set -eo pipefail", *GITLAB["script"]))
    env = {**GITLAB["variables"], "RUNS_FILES": files, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    return _done(command("bash"), "-c", script, cwd=folder, env={**env, "PYTHONPATH": str(ROOT)})


def test_the_job_of_gitlab_writes_the_report_that_it_hands_over(tmp_path: Path) -> None:
    shutil.copy(FAULTY, tmp_path / "faulty.json")
    done = _job(f"faulty.json {SOUND}", tmp_path)
    assert done.returncode == 1
    assert "1 error in 2 documents" in done.stdout
    report: Any = json.loads((tmp_path / GITLAB["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert [one["check_name"] for one in report] == ["token-total-mismatch"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_the_job_is_told_is_run(text: str, tmp_path: Path) -> None:
    assert _job(text, tmp_path).returncode == 2
    assert not (tmp_path / "pwned").exists()
