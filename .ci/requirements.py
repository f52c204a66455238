"""Prints what pyproject.toml requires, as pip takes it: `python .ci/requirements.py run|test|all|release|lowest`.

`run` is what the command needs, `test` what its tests need besides, `all` what any development needs, `release` what a
release is built with; `lowest` are the lowest versions that the tests admit, as constraints. `fakeai` and `myla` are
servers that live checks are tested on.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

PYPROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
GROUPS = PYPROJECT["dependency-groups"]

SERVERS = {"fakeai": ["fakeai==0.3.2", "pillow"], "myla": ["itsdangerous", "myla==0.2.40"]}
"""With what they import and do not require themselves."""


def needed(which: str) -> list[str]:
    """The requirements, with those of the project's own extras in the place of `validate-runs[...]`."""
    if which in SERVERS:
        return SERVERS[which]
    build = PYPROJECT["build-system"]["requires"]
    if which == "release":
        return sorted([*build, *GROUPS["release"]])
    requirements = [*PROJECT["dependencies"]]
    if which != "run":
        requirements += [*build, *EXTRAS["test"]]
    if which == "all":
        requirements += [one for name, group in GROUPS.items() if name != "release" for one in group]
    return sorted({*_expanded(requirements)})


def lowest() -> Iterator[str]:
    """The lowest versions that the requirements of the tests admit."""
    for requirement in needed("test"):
        if found := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=([0-9.]+)", requirement):
            yield f"{found[1]}=={found[2]}"


def _expanded(requirements: Iterable[str]) -> Iterator[str]:
    for requirement in requirements:
        if own := re.fullmatch(rf"{PROJECT['name']}\[([a-z]+)\]", requirement):
            yield from _expanded(EXTRAS[own[1]])
        else:
            yield requirement


if __name__ == "__main__":
    print("\n".join(lowest() if sys.argv[1] == "lowest" else needed(sys.argv[1])))
