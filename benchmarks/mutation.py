"""Prints how many small faults, laid into the code one at a time by mutmut, the tests find: the mutation score.

python benchmarks/mutation.py [--fast] [--only FUNCTION] [GROUP ...]

The groups, their tests and their bars are listed in mutation.toml. `--fast` lays in only a part of the faults, always
the same. Prints every fault that survives, and fails where a group is below its bar.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
PLAN = tomllib.loads((ROOT / "benchmarks" / "mutation.toml").read_text("utf-8"))
MUTMUT = Path(sys.executable).with_name("mutmut")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "site", "dist", "mutants")
UNDECORATED = "undecorated_"
ARGUMENTS = ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
"""For pytest, which is started once for every fault, and spends most of the time on getting ready."""
_FAST = ("*_1",)
"""The mutants with this number: the first of every function."""
FORGETFUL = """

@pytest.fixture(autouse=True, scope="session")
def nothing_is_remembered_from_before_the_fault() -> None:
    sys.modules["validator.rules.support.tool_schemas"]._MAX_CACHED_BYTES = -1
    _forget()


@pytest.fixture(autouse=True)
def nothing_is_remembered_while_mutmut_sees_which_test_calls_what() -> None:
    if __import__("os").environ.get("MUTANT_UNDER_TEST") == "stats":
        _forget()
"""
"""What is laid beside the fixtures of the tests, for the sake of what has a cache."""
KILLED = {1, 3, -9, 24, -24, 36, 152, 255}
"""How a test run ends in which a test failed, or that did not end in time."""


class Fault(NamedTuple):
    """A fault: the function that it is in, and the lines that it takes away and puts there."""

    function: str
    change: str


@dataclass(frozen=True)
class Outcome:
    """What became of the faults of a group."""

    faults: int
    survivors: list[Fault]

    @property
    def score(self) -> float:
        """The percentage of the faults that a test found."""
        return 100 * (1 - len(self.survivors) / self.faults) if self.faults else 100.0


def undecorated(source: str) -> str:
    """The source with every decorated function split in two, as mutmut passes by what is decorated."""
    lines = source.splitlines(keepends=True)
    for function in reversed(ast.parse(source).body):
        if isinstance(function, ast.FunctionDef) and function.decorator_list:
            start = function.decorator_list[0].lineno - 1
            decorators, body = lines[start : function.lineno - 1], lines[function.lineno - 1 : function.end_lineno]
            name = function.name
            outer = f"\n\ndef {name}(*values, **named):\n    return {UNDECORATED}{name}(*values, **named)\n"
            body[0] = body[0].replace(f"def {name}", f"def {UNDECORATED}{name}", 1)
            lines[start : function.end_lineno] = [*body, "\n\n", *decorators, outer.lstrip("\n")]
    return "".join(lines)


def laid_out(folder: Path, group: dict[str, Any]) -> None:
    """Put a copy of the project into the folder, ready for mutmut."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    for path in folder.glob("validator/**/*.py"):
        if _is_of(group, path.relative_to(folder)):
            path.write_text(undecorated(path.read_text("utf-8")), "utf-8")
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as fixtures:
        fixtures.write(FORGETFUL)
    settings = {
        "source_paths": ["validator"],
        "only_mutate": group["code"],
        "also_copy": [entry.name for entry in folder.iterdir() if entry.name != "validator"],
        "pytest_add_cli_args": ARGUMENTS,
        "pytest_add_cli_args_test_selection": group["tests"],
        "use_git_change_detection": False,
        "timeout_multiplier": 5.0,
    }
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as pyproject:
        written = (f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        pyproject.write("\n[tool.mutmut]\n" + "".join(written))


def _is_of(group: dict[str, Any], path: Path) -> bool:
    return any(fnmatch(str(path), pattern) for pattern in group["code"])


def outcome(group: dict[str, Any], patterns: Sequence[str]) -> Outcome:
    """Lay in the faults of a group, or those whose names match, and run its tests on each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "project")
        laid_out(folder, group)
        _mutmut(folder, "run", "--max-children", str(os.cpu_count()), *patterns)
        ended = dict(_ended(folder))
        survivors = [_fault(folder, mutant) for mutant, code in ended.items() if code not in KILLED]
        return Outcome(len(ended), survivors)


def _mutmut(folder: Path, *words: str) -> str:
    quick = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "validator.pytest_plugin"}
    environment = {**os.environ, **quick, "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["nice", "-n", "5", str(MUTMUT), *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mutmut {words[0]} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def _ended(folder: Path) -> Iterator[tuple[str, int]]:
    """The mutants that were tried, and how their tests ended."""
    for path in sorted((folder / "mutants").rglob("*.meta")):
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        yield from ((mutant, code) for mutant, code in codes.items() if code is not None)


def _fault(folder: Path, mutant: str) -> Fault:
    function = re.sub(rf"\.xǁ?_?(?:{UNDECORATED})?(.*)__mutmut_\d+$", r".\1", mutant).replace("ǁ", ".")
    changed = (line for line in _mutmut(folder, "show", mutant).splitlines() if re.match(r"[-+](?![-+])", line))
    return Fault(function, "\n".join(f"{line[0]} {line[1:].strip()}" for line in changed))


def report(name: str, outcome: Outcome) -> bool:
    """Print the row of a group and its survivors; return whether the group reaches its bar."""
    bar: int = PLAN["groups"][name]["bar"]
    killed = outcome.faults - len(outcome.survivors)
    print(f"{name:<10} {outcome.faults:>7} {killed:>7} {outcome.score:>8.1f} %  (at least {bar} %)")
    for fault in outcome.survivors:
        print(f"\n{fault.function} survives:\n{fault.change}")
    return outcome.score >= bar


def main() -> None:
    """Print the table of all groups, or of those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(PLAN["groups"]))
    parser.add_argument("--fast", action="store_true", help="a part of the faults only, always the same")
    parser.add_argument("--only", metavar="FUNCTION", help="only the faults in the functions so called: wording.escape")
    options = parser.parse_args()
    print(f"{'group':<10} {'faults':>7} {'killed':>7} {'score':>10}", flush=True)
    right = [_judged(name, options) for name in options.groups or PLAN["groups"]]
    sys.exit(not all(right))


def _judged(name: str, options: argparse.Namespace) -> bool:
    patterns = _FAST if options.fast else ()
    if options.only:
        module, _, function = options.only.rpartition(".")
        patterns = (f"*{module}.*{function}__mutmut_*",)
    return report(name, outcome(PLAN["groups"][name], patterns))


if __name__ == "__main__":
    main()
