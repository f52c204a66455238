"""What other programs start the command with: pre-commit, GitHub Actions, GitLab CI."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import yaml

from tests.support.creating_server import CreatingServer
from tests.support.http_server import serving
from tests.support.paths import ROOT, SAMPLES
from tests.support.sound_server import KEY as SERVER_KEY
from tests.support.sound_server import list_runs
from tests.support.strangers import FAULTY, Stranger
from tests.support.threads import THREAD, numbered
from tests.support.tools import command, need_network, package
from validator.live.statements import STATEMENTS
from validator.sources.detect import SUFFIXES

pytestmark = pytest.mark.tools

SOUND = SAMPLES / "valid" / "page.json"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
SCRIPT = ROOT / "ci" / "action.sh"
GITLAB_JOBS = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))
GITLAB = GITLAB_JOBS["validate-runs"]
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


def test_hook_matches_known_suffixes() -> None:
    names = [f"recorded/page{suffix}" for suffix in SUFFIXES]
    assert [name for name in names if not re.search(HOOK["files"], name)] == []
    assert [name for name in ("page.jsonx", "json", "a.txt", "page.json.bz2") if re.search(HOOK["files"], name)] == []


@dataclass(frozen=True)
class Project:
    """A repository with a pre-commit configuration."""

    folder: Path
    hooks: Path
    home: Path

    def checked(self, **hook: Any) -> subprocess.CompletedProcess[str]:
        """Run the hook on all files of the repository."""
        hooks = [{"id": "validate-runs", **hook}]
        configuration = {"repos": [{"repo": str(self.hooks), "rev": self._revision, "hooks": hooks}]}
        (self.folder / ".pre-commit-config.yaml").write_text(json.dumps(configuration))
        _done(command("git"), "add", "-A", "-f", cwd=self.folder)
        words = [sys.executable, "-I", "-m", "pre_commit", "run", "--all-files", "--verbose"]
        return _done(*words, cwd=self.folder, env={"PRE_COMMIT_HOME": str(self.home)}, timeout=400)

    @property
    def _revision(self) -> str:
        return _done(command("git"), "rev-parse", "HEAD", cwd=self.hooks).stdout.strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as pre-commit clones it."""
    folder = tmp_path_factory.mktemp("pre-commit") / "hooks"
    left_out = shutil.ignore_patterns(".git", ".venv", "__pycache__", "samples", "tests", ".*_cache")
    shutil.copytree(ROOT, folder, ignore=left_out)
    _repository(folder)
    return folder


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path)


@pytest.fixture
def project(hooks: Path, stranger: Stranger) -> Project:
    package("pre_commit")
    need_network("packages from PyPI")
    shutil.copy(SOUND, stranger.folder / "recorded" / "sound.json")
    (stranger.folder / "package.json").write_text("{}")
    _repository(stranger.folder)
    return Project(stranger.folder, hooks, hooks.with_name("home"))


ARGS = ["--contract", "observed"]


def test_pre_commit_hook(project: Project, stranger: Stranger) -> None:
    faulty = project.folder / "recorded" / "faulty.json"
    faulty.unlink()
    sound = project.checked(files="^recorded/", args=ARGS)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "ok: 2 runs in 1 document" in sound.stdout
    shutil.copy(FAULTY, faulty)
    found = project.checked(files="^recorded/")
    assert found.returncode == 1
    assert "--> recorded/faulty.json:35:25 /data/0/usage/total_tokens" in found.stdout
    assert stranger.ran == []


NAMED_LIKE_OPTIONS = [
    "-fjson:ci.json",
    "--config=evil.json",
    "-fjson:../outside.json",
    "-qfjson:a.json",
    "--version.json",
]


@pytest.mark.parametrize("name", NAMED_LIKE_OPTIONS)
def test_hook_takes_no_file_name_for_an_option(project: Project, stranger: Stranger, name: str) -> None:
    (project.folder / name).parent.mkdir(exist_ok=True)
    shutil.copy(FAULTY, project.folder / name)
    (project.folder / "evil.json").write_text('ignore = ["usage"]\n')
    (project.folder / "ci.json").write_text("{}\n")
    before = {path: path.read_bytes() for path in project.folder.parent.rglob("*") if path.is_file()}
    files = f"^(recorded/|{re.escape(name)})"
    checked = f"--> {name}:35:"
    refused = f"\nvalidate-runs: {name} is an option and the name of a file: put -- before file names\n"
    hooks: list[tuple[dict[str, Any], str]] = [
        ({}, checked),
        ({"args": [*ARGS, "--"]}, checked),
        ({"args": ARGS}, refused),
    ]
    for hook, expected in hooks:
        done = project.checked(files=files, **hook)
        assert (done.returncode, expected in done.stdout) == (1, True), done.stdout
    configuration = project.folder / ".pre-commit-config.yaml"
    after = {path: path.read_bytes() for path in before if path != configuration and ".git" not in path.parts}
    assert {path: before[path] for path in after} == after
    assert not [path for path in (project.folder.parent / "outside.json", project.folder / "a.json") if path.exists()]
    assert stranger.ran == []


def _inputs(**given: str) -> dict[str, str]:
    """The environment of the script, as the action makes it of its inputs."""
    (step,) = ACTION["runs"]["steps"]
    assert step["env"].keys() == {"ACTION_PATH", *map(_variable, ACTION["inputs"])}
    defaults = {name: about.get("default", "") for name, about in ACTION["inputs"].items()}
    return {_variable(name): value for name, value in {**defaults, **given}.items()}


def _variable(name: str) -> str:
    return f"INPUT_{name.upper().replace('-', '_')}"


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """A runner whose Python makes environments that hold the command already, and notes what it is to install."""
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python3"
    of_environment = tmp_path / "of-environment"
    of_environment.write_text(
        f'#!/bin/sh\ncase "$*" in\n*" -m pip "*) echo "$@" >> {shlex.quote(str(tmp_path / "pip.txt"))} ;;\n'
        f'*) exec {shlex.quote(sys.executable)} "$@" ;;\nesac\n'
    )
    python.write_text(
        f'#!/bin/sh\nfor folder; do :; done\nmkdir -p "$folder/bin"\n'
        f'cp {shlex.quote(str(of_environment))} "$folder/bin/python"\n'
    )
    for script in (of_environment, python):
        script.chmod(0o755)
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "ACTION_PATH": str(ROOT),
    }


def test_action_shell_has_no_workflow_expressions() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
    done = _done(command("shellcheck"), SCRIPT, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_accepts_the_action() -> None:
    done = _done(command("zizmor"), "--offline", "--persona", "pedantic", ROOT / "action.yml", cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_action_reports_to_github(runner: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(FAULTY, tmp_path / "a faulty.json")
    files = f"a faulty.json\r\n\n{SOUND}\n"
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files=files, sarif="a report.sarif")})
    assert (done.returncode, done.stderr) == (1, "")
    assert ",file=a faulty.json,line=35," in done.stdout
    assert json.loads((tmp_path / "a report.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "pip.txt").read_text().endswith(f"--disable-pip-version-check {ROOT}\n")


def test_action_passes_arguments(runner: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(FAULTY, tmp_path / "faulty.json")
    inputs = _inputs(files="faulty.json", args="--ignore\ntoken-total-mismatch,time\n", version="0.1.0")
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **inputs})
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "pip.txt").read_text().endswith("--disable-pip-version-check validate-runs==0.1.0\n")


HOSTILE = ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", '"; touch pwned; "', "${IFS}", "a && touch pwned"]


@pytest.mark.parametrize("text", HOSTILE)
def test_action_runs_no_input(text: str, runner: dict[str, str], tmp_path: Path) -> None:
    for inputs in (_inputs(files=text), _inputs(files=str(SOUND), args=text)):
        done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **inputs})
        assert done.returncode == 2
        assert done.stderr.startswith("validate-runs: ")
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files=str(SOUND), version=text)})
    assert (done.returncode, done.stdout) == (2, "::error title=validate-runs::the input version is no version\n")
    assert not (tmp_path / "pwned").exists()


def test_action_file_named_like_an_option(runner: dict[str, str], tmp_path: Path) -> None:
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files="--version")})
    assert (done.returncode, done.stderr) == (2, "validate-runs: --version: no such file or directory\n")


def test_action_without_files(runner: dict[str, str], tmp_path: Path) -> None:
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(files=" \n\n")})
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout == "::error title=validate-runs::the inputs files and live-url name nothing to check\n"


KEY = "sk-of-the-job-0123456789"
SERVER_OF_RUNS = list_runs(map(numbered, range(5)))


def test_action_checks_a_live_server(runner: dict[str, str], stranger: Stranger) -> None:
    with serving(SERVER_OF_RUNS) as server:
        inputs = _inputs(
            live_url=f"{server.origin}/v1",
            thread=f"{THREAD}\n",
            key_env="KEY",
            args="--require walk-complete --wait 60 --record runs.har",
        )
        done = stranger.starts(command("bash"), SCRIPT, env={**runner, **inputs, "KEY": KEY})
    assert done.returncode == 0, done.stderr
    assert " 0 broken, 0 doubtful, " in done.stderr
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}
    assert Path(runner["RUNNER_TEMP"], "pip.txt").read_text().endswith(f"{ROOT}[live]\n")
    assert KEY not in (stranger.folder / "runs.har").read_text("utf-8")
    assert stranger.ran == []


@pytest.mark.parametrize("text", [*HOSTILE, "--help", "x --insecure"])
def test_action_runs_no_input_of_a_live_check(text: str, runner: dict[str, str], tmp_path: Path) -> None:
    live = {"live_url": "http://127.0.0.1:9/v1", "args": "--plan"}
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(**live, thread=text)})
    assert (done.returncode, done.stderr) == (0, "")
    assert f"/threads/{quote(text, safe='')}/runs" in done.stdout
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("text", ["$(touch pwned)", '"; touch pwned; "', "--help"])
def test_action_runs_no_name_of_a_variable(text: str, runner: dict[str, str], tmp_path: Path) -> None:
    inputs = _inputs(live_url="http://127.0.0.1:9/v1", thread="a", key_env=text)
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **inputs})
    assert (done.returncode, done.stderr) == (2, "validate-runs: --key-env takes the name of a variable\n")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("url", ["--help", "file:///etc/passwd", "$(touch pwned)"])
def test_action_checks_no_other_address(url: str, runner: dict[str, str], tmp_path: Path) -> None:
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env={**runner, **_inputs(live_url=url)})
    assert (done.returncode, done.stdout) == (2, "::error title=validate-runs::the input live-url is no URL\n")
    assert not (tmp_path / "pwned").exists()


def test_action_installs_itself(tmp_path: Path) -> None:
    need_network("packages from PyPI")
    env = {"RUNNER_TEMP": str(tmp_path), "ACTION_PATH": str(ROOT), **_inputs(files=str(SOUND))}
    done = _done(command("bash"), SCRIPT, cwd=tmp_path, env=env, timeout=400)
    assert (done.returncode, done.stdout) == (0, "ok: 2 runs in 1 document\n"), done.stderr


def _job(folder: Path, job: Any = GITLAB, **variables: str) -> subprocess.CompletedProcess[str]:
    """The script of a job of GitLab's, as its runner starts it; the packages are there already."""
    (folder / "programs").mkdir()
    python = folder / "programs" / "python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *" -m pip "*) ;; *) exec {shlex.quote(sys.executable)} "$@" ;; esac\n')
    python.chmod(0o755)
    script = "\n".join(("set -eo pipefail", *job["script"]))
    env = {**job["variables"], **variables, "PATH": f"{folder / 'programs'}:{os.environ['PATH']}"}
    return _done(command("bash"), "-c", script, cwd=folder, env=env)


def test_gitlab_job_writes_report(tmp_path: Path) -> None:
    shutil.copy(FAULTY, tmp_path / "faulty.json")
    done = _job(tmp_path, RUNS_FILES=f"faulty.json {SOUND}")
    assert done.returncode == 1
    assert "1 error in 1 of 2 documents" in done.stdout
    report: Any = json.loads((tmp_path / GITLAB["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert [one["check_name"] for one in report] == ["token-total-mismatch"]


@pytest.mark.parametrize("text", HOSTILE)
def test_gitlab_job_runs_no_input(text: str, tmp_path: Path) -> None:
    assert _job(tmp_path, RUNS_FILES=text).returncode == 2
    assert not (tmp_path / "pwned").exists()


def test_gitlab_job_checks_a_live_server(stranger: Stranger) -> None:
    job = GITLAB_JOBS["validate-runs-live"]
    with serving(SERVER_OF_RUNS) as server:
        variables = {"RUNS_URL": f"{server.origin}/v1", "RUNS_THREAD": THREAD, "VALIDATE_RUNS_API_KEY": KEY}
        done = _job(stranger.folder, job, **variables, RUNS_OPTIONS="--allow-http --require walk-complete")
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 broken, 0 doubtful, " in done.stdout
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}
    reports = job["artifacts"]["reports"]
    suite = ElementTree.parse(stranger.folder / reports["junit"]).getroot()[0]
    assert (len(suite.findall("testcase")), suite.get("failures")) == (len(STATEMENTS), "0")
    assert json.loads((stranger.folder / reports["codequality"]).read_text("utf-8")) == []
    assert KEY not in (stranger.folder / job["artifacts"]["paths"][0]).read_text("utf-8")
    assert stranger.ran == []


def test_gitlab_job_creates_a_thread_where_none_is_named(tmp_path: Path) -> None:
    with serving(CreatingServer()) as server:
        variables = {"RUNS_URL": f"{server.origin}/v1", "VALIDATE_RUNS_API_KEY": SERVER_KEY}
        done = _job(tmp_path, GITLAB_JOBS["validate-runs-live"], **variables, RUNS_OPTIONS="--create --model gpt-4o")
    assert (done.returncode, " 0 broken, 0 doubtful, " in done.stdout) == (0, True)
    assert done.stderr.startswith("validate-runs: created on the server")


@pytest.mark.parametrize("text", [*HOSTILE, "--help"])
def test_gitlab_live_job_runs_no_input(text: str, tmp_path: Path) -> None:
    done = _job(tmp_path, GITLAB_JOBS["validate-runs-live"], RUNS_URL=text, RUNS_THREAD=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert not (tmp_path / "pwned").exists()
