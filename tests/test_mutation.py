"""The plan of the faults that are laid into the code, and how code is made ready for them."""

import re
import sys
from typing import Any

import pytest

from tests.paths import ROOT

sys.path.append(str(ROOT / "benchmarks"))
import mutation

GROUPS: dict[str, dict[str, Any]] = mutation.PLAN["groups"]
beside_the_code = pytest.mark.skipif(not (ROOT / "validator").exists(), reason="the code is that of a wheel")


@beside_the_code
@pytest.mark.parametrize("name", GROUPS)
def test_the_code_and_the_tests_of_a_group_are_there(name: str) -> None:
    assert [pattern for pattern in GROUPS[name]["code"] if not [*ROOT.glob(pattern)]] == []
    assert [test for test in GROUPS[name]["tests"] if not _is_there(test.removeprefix("--deselect="))] == []


def _is_there(test: str) -> bool:
    file, _, function = test.partition("::")
    return f"def {function}(" in (ROOT / file).read_text("utf-8") or not function


@beside_the_code
@pytest.mark.parametrize("name", GROUPS)
def test_a_survivor_that_is_listed_has_a_reason_and_stands_in_the_code(name: str) -> None:
    for survivor in GROUPS[name].get("survivors", ()):
        module = re.sub(r"(\.[A-Z]\w*)?\.\w+$", "", survivor["function"])
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
        lines = {line.strip() for line in source.splitlines()}
        for change in survivor["changes"]:
            assert {line[2:] for line in change.splitlines() if line.startswith("- ")} <= lines, survivor
        assert survivor["reason"]


SOURCE = '''"""A module."""

from functools import cache

calls = []

@cache
def squared(number: int, *, times: int = 1) -> int:
    """A square."""
    calls.append(number)
    return number * number * times


def plain() -> int:
    return 1
'''


def test_a_decorated_function_is_split_into_one_that_is_not_and_one_that_calls_it() -> None:
    module: dict[str, Any] = {}
    exec(mutation.undecorated(SOURCE), module)
    assert [module["squared"](3, times=2) for _ in range(2)] == [18, 18]
    assert module["calls"] == [3]
    assert not hasattr(module["undecorated_squared"], "cache_clear")
    assert module["undecorated_squared"](2) == 4
    assert module["plain"]() == 1
    assert "undecorated_plain" not in module


def test_faults_that_are_listed_do_not_count_and_others_do() -> None:
    faults = [mutation.Fault("validator.scan.parts", f"- {i}\n+ 0") for i in (1, 2, 3)]
    assert mutation.Outcome(11, faults).score(faults[:1]) == 80
    assert mutation.Outcome(11, faults).score(faults) == 100
    assert mutation.Outcome(0, []).score([]) == 100


@pytest.mark.parametrize(
    ("survivors", "known", "bar", "whole", "right", "told"),
    [
        ([], [], 100, True, True, ""),
        (["a"], ["a"], 100, True, True, ""),
        (["a"], [], 100, True, False, "survives"),
        (["a"], [], 90, True, True, "survives"),
        (["a", "b"], [], 90, True, False, "survives"),
        ([], ["a"], 90, True, False, "is listed, but does not survive"),
        ([], ["a"], 100, False, True, ""),
    ],
)
def test_a_group_is_right_at_its_bar_with_nothing_new_or_gone(
    survivors: list[str],
    known: list[str],
    bar: int,
    whole: bool,
    right: bool,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = {"function": "validator.scan.parts", "reason": "none", "changes": known}
    monkeypatch.setitem(GROUPS, "a group", {"bar": bar, "survivors": [listed]})
    found = mutation.Outcome(11, [mutation.Fault("validator.scan.parts", change) for change in survivors])
    assert mutation.tell("a group", found, whole=whole) == right
    assert told in capsys.readouterr().out
