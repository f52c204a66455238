"""The plan of the faults that are laid into the code, and how code is made ready for them."""

import sys
from typing import Any

import pytest

from tests.support.paths import ROOT

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


def test_the_score_is_the_percentage_of_faults_that_were_found() -> None:
    faults = [mutation.Fault("validator.jsontext.tokenizer.keys_of", f"- {i}\n+ 0") for i in (1, 2, 3)]
    assert mutation.Outcome(12, faults).score == 75
    assert mutation.Outcome(12, []).score == 100
    assert mutation.Outcome(0, []).score == 100


@pytest.mark.parametrize(("survivors", "reaches"), [([], True), (["a"], True), (["a", "b"], False)])
def test_a_group_fails_below_its_bar_and_prints_its_survivors(
    survivors: list[str], reaches: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(GROUPS, "a group", {"bar": 90})
    outcome = mutation.Outcome(
        10, [mutation.Fault("validator.jsontext.tokenizer.keys_of", change) for change in survivors]
    )
    assert mutation.report("a group", outcome) == reaches
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == [
        "a",
        "group",
        "10",
        str(10 - len(survivors)),
        f"{100 - 10 * len(survivors):.1f}",
        "%",
        "(at",
        "least",
        "90",
        "%)",
    ]
    assert [line for line in printed if line in survivors] == survivors
