"""Measure the mutation score: the share of small faults, put into the code one at a time by mutmut, that tests find.

python benchmarks/mutation.py [--fast] [--only FUNCTION] [GROUP ...]

The groups, their tests and their bars are listed in mutation.toml. `--fast` tests a part of the faults, always
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
ARGUMENTS = ["-o", "addopts=", "--snapshot-warn-unused", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
"""For pytest, which is started once for every fault, and spends its time mostly on imports."""
_FAST = ("*_1",)
"""The mutants with this number: the first of every function."""
FORGETFUL = """

@pytest.fixture(autouse=True, scope="session")
def empty_caches_before_the_fault() -> None:
    sys.modules["validator.rules.support.tool_schemas"]._MAX_CACHED_BYTES = -1
    _forget()


@pytest.fixture(autouse=True)
def empty_caches_while_mutmut_records_which_test_calls_what() -> None:
    if __import__("os").environ.get("MUTANT_UNDER_TEST") == "stats":
        _forget()
"""
"""Further fixtures of the tests, which empty caches."""
KILLED = {1, 3, -9, 24, -24, 36, 152, 255}
"""How a test run ends in which a test failed, or that did not end in time."""


class Fault(NamedTuple):
    """A fault: its function, and the lines that it removes and adds."""

    function: str
    change: str


@dataclass(frozen=True)
class Outcome:
    """The faults of a group, and those that no test found."""

    faults: int
    survivors: list[Fault]

    @property
    def score(self) -> float:
        """The percentage of the faults that a test found."""
        return 100 * (1 - len(self.survivors) / self.faults) if self.faults else 100.0


def split_decorated(source: str) -> str:
    """Return the source with every decorated function split in two, since mutmut skips decorated functions."""
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


def lay_out(folder: Path, group: dict[str, Any]) -> None:
    """Put a copy of the project into the folder, ready for mutmut."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    for path in folder.glob("validator/**/*.py"):
        if _is_of(group, path.relative_to(folder)):
            path.write_text(split_decorated(path.read_text("utf-8")), "utf-8")
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


def measure(group: dict[str, Any], patterns: Sequence[str]) -> Outcome:
    """Run the tests of a group on each of its faults, or on those whose names match."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "project")
        lay_out(folder, group)
        _mutmut(folder, "run", "--max-children", str(os.cpu_count()), *patterns)
        ended = dict(_exit_codes(folder))
        survivors = [_fault(folder, mutant) for mutant, code in ended.items() if code not in KILLED]
        return Outcome(len(ended), survivors)


def _mutmut(folder: Path, *words: str) -> str:
    quick = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "validator.pytest_plugin,syrupy"}
    environment = {**os.environ, **quick, "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["nice", "-n", "5", str(MUTMUT), *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mutmut {words[0]} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def _exit_codes(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the mutants that were tested, and the exit codes of their tests."""
    for path in sorted((folder / "mutants").rglob("*.meta")):
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        yield from ((mutant, code) for mutant, code in codes.items() if code is not None)


def _fault(folder: Path, mutant: str) -> Fault:
    function = re.sub(rf"\.xǁ?_?(?:{UNDECORATED})?(.*)__mutmut_\d+$", r".\1", mutant).replace("ǁ", ".")
    changed = (line for line in _mutmut(folder, "show", mutant).splitlines() if re.match(r"[-+](?![-+])", line))
    return Fault(function, "\n".join(f"{line[0]} {line[1:].strip()}" for line in changed))


def report(name: str, measure: Outcome) -> bool:
    """Print the row of a group and its survivors; return whether the group reaches its bar."""
    bar: int = PLAN["groups"][name]["bar"]
    killed = measure.faults - len(measure.survivors)
    print(f"{name:<10} {measure.faults:>7} {killed:>7} {measure.score:>8.1f} %  (at least {bar} %)")
    for fault in measure.survivors:
        print(f"\n{fault.function} survives:\n{fault.change}")
    return measure.score >= bar


def main() -> None:
    """Print the table of all groups, or of those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(PLAN["groups"]))
    parser.add_argument("--fast", action="store_true", help="a part of the faults only, always the same")
    parser.add_argument("--only", metavar="FUNCTION", help="only the faults in the functions so called: wording.escape")
    options = parser.parse_args()
    print(f"{'group':<10} {'faults':>7} {'killed':>7} {'score':>10}", flush=True)
    right = [_measure_and_report(name, options) for name in options.groups or PLAN["groups"]]
    sys.exit(not all(right))


def _measure_and_report(name: str, options: argparse.Namespace) -> bool:
    patterns = _FAST if options.fast else ()
    if options.only:
        module, _, function = options.only.rpartition(".")
        patterns = (f"*{module}.*{function}__mutmut_*",)
    return report(name, measure(PLAN["groups"][name], patterns))


if __name__ == "__main__":
    main()
