"""Nothing of a folder that is checked is run: not by the templates for build servers, and not by the command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.paths import INVALID, ROOT
from tests.support.strangers import Stranger
from tests.support.tools import command, need_network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return Stranger(tmp_path_factory.mktemp("stranger"))


@pytest.fixture
def hostile(folder: Stranger) -> Stranger:
    folder.forget()
    return folder


def test_modules_of_hostile_folder_are_importable(hostile: Stranger) -> None:
    hostile.starts(sys.executable, "-m", "pip", "--version")
    assert len(hostile.ran) == 1
    hostile.starts(sys.executable, "-c", "", env={"PYTHONPATH": "."})
    assert len(hostile.ran) == 2


@pytest.mark.tools
def test_action_runs_nothing_of_the_repository(hostile: Stranger, tmp_path: Path) -> None:
    need_network("packages from PyPI")
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    (step,) = action["runs"]["steps"]
    inputs = {name: about.get("default", "") for name, about in action["inputs"].items()} | {"files": "recorded"}
    env = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    env |= {"RUNNER_TEMP": str(tmp_path / "temp"), "ACTION_PATH": str(ROOT), "PYTHONPATH": "."}
    done = hostile.starts(command("bash"), "-eo", "pipefail", "-c", step["run"], env=env, timeout=400)
    assert "title=token-total-mismatch,file=recorded/faulty.json,line=35," in done.stdout, done.stderr
    assert (done.returncode, hostile.ran) == (1, [])


@pytest.mark.tools
def test_gitlab_job_runs_nothing_of_the_repository(hostile: Stranger, tmp_path: Path) -> None:
    need_network("packages from PyPI")
    job = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))["validate-runs"]
    subprocess.run([sys.executable, "-I", "-m", "venv", str(tmp_path / "image")], check=True, timeout=120)
    variables = {"RUNS_FILES": "recorded", "RUNS_CHECKER": str(ROOT), "PYTHONPATH": "."}
    env = {**job["variables"], **variables, "PATH": f"{tmp_path / 'image' / 'bin'}:{os.environ['PATH']}"}
    script = "\n".join(("set -eo pipefail", *job["script"]))
    done = hostile.starts(command("bash"), "-c", script, env=env, timeout=400)
    assert "1 error in 1 document" in done.stdout, done.stderr
    assert (done.returncode, hostile.ran) == (1, [])


SPAWNING = """
import sys
from multiprocessing import get_context
from validator.batch import paths, workers
from validator.cli import main

paths.PARALLELISM = paths.PARALLELISM._replace(min_bytes=1)
workers._FORKS, workers._context = False, get_context("spawn")
if __name__ == "__main__":
    sys.argv[0] = "validate-runs"
    main()
"""
"""The command with processes that are spawned, as they are where it does not fork."""


def _start(kind: str, folder: Path) -> list[str]:
    """Return the words that start the command: its script, which pip made, or one with other processes."""
    if kind == "installed":
        script = Path(sys.executable).with_name("validate-runs")
        if not script.exists():
            pytest.skip("the command is not installed")
        return [str(script)]
    script = folder / "bin" / "validate-runs"
    script.parent.mkdir()
    script.write_text(SPAWNING)
    return [sys.executable, str(script)]


CHECKS = [["--max-findings", "1"], ["-f", "html", "--show", "info"], ["--diff"]]
OTHER_WORDS = [["--explain", "schema:type"], ["--print-schema"], ["--debug"]]


@pytest.mark.parametrize(
    ("kind", "words"),
    [*(("installed", words) for words in (*CHECKS, *OTHER_WORDS)), *(("spawning", words) for words in CHECKS)],
)
def test_command_runs_nothing_of_the_folder(hostile: Stranger, kind: str, words: list[str], tmp_path: Path) -> None:
    several = hostile.folder / "several"
    several.mkdir(exist_ok=True)
    for name, sample in (("a", "schema-type"), ("b", "schema-type"), ("c", "token-total-mismatch")):
        shutil.copy(INVALID[0].with_name(f"{sample}.json"), several / f"{name}.json")
    done = hostile.starts(*_start(kind, tmp_path), "several", "--jobs", "2", *words)
    assert (done.stderr.count("Traceback"), hostile.ran) == (0, [])
    assert done.returncode == (0 if words[0] in ("--explain", "--print-schema") else 1)
    if words in CHECKS[:2]:
        assert "worker-ended" not in done.stdout
