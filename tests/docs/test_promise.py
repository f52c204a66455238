"""The page of the promise has the figures that are measured, and a command that breaks the promise is noticed."""

import re
import sys
from pathlib import Path

import pytest

from tests.support.hostile_cases import CASES
from tests.support.paths import ROOT
from tests.support.tools import npm_packages, package

package("check_jsonschema")
sys.path.append(str(ROOT / "benchmarks"))

import hostile
import load
import promise
import suite
from comparison import validators

PAGE = promise.PAGE.read_text("utf-8")
COMMAND = (sys.executable, "-m", "validator")


def table_on_page(part: str) -> list[list[str]]:
    """The table of a part as the page has it."""
    table = re.search(rf"<!-- {part} -->\n\n((?:\|.*\|\n)+)", PAGE)
    assert table is not None
    first, _, *others = ([cell.strip() for cell in line[1:-1].split("|")] for line in table[1].splitlines())
    return [first, *others]


@pytest.fixture
def options(tmp_path: Path) -> promise.Options:
    return promise.Options(COMMAND, fast=True, every=1, folder=tmp_path)


def an_input(name: str, way: str = "file") -> hostile.Input:
    return next(one for one in hostile.inputs() if (one.name, one.way) == (name, way))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    those = [an_input("syntax_empty.json"), an_input("name\u202egpj.json", "name")]
    those += [an_input("number_nan.json", way) for way in ("stdin", "gzip", "jsonl")]
    monkeypatch.setattr(hostile, "inputs", lambda: iter(those))


@pytest.mark.usefixtures("few")
def test_page_has_the_criteria_for_hostile_inputs(options: promise.Options) -> None:
    table = promise.measure_hostile_inputs(options)
    assert table.broken == []
    assert [row[0] for row in table.rows] == [row[0] for row in table_on_page("hostile")]
    assert table.rows[1:] == [
        [name, "3 of 3" if key == "verdict" else "0"] for key, name in promise.HOSTILE.items()
    ]  # in the fast part a tenth of the inputs that are no files


def test_promise_is_kept_on_the_page() -> None:
    (_, number), (_, right), *others = table_on_page("hostile")
    assert right == f"{number} of {number}"
    assert {figure for _, figure in others} == {"0"}
    assert int(number) >= len(CASES)


def test_command_that_breaks_the_promise_is_noticed() -> None:
    bad = (
        "import socket, subprocess, sys\n"
        "open('/etc/hostname').close(); socket.socket().close(); subprocess.run(['true'])\n"
        "print(open(sys.argv[-1]).read(), chr(27))\n"
        "raise ValueError\n"
    )
    (verdict,) = hostile.score((sys.executable, "-c", bad), [an_input("rule_temperature.json")])
    assert [reason.partition(":")[0] for reason in verdict.faults] == [
        *("verdict", "traceback", "network", "foreign", "raw", "secret")
    ]
    network, foreign = (next(one for one in verdict.faults if one.startswith(name)) for name in ("network", "foreign"))
    assert "socket.__new__" in network
    assert "/etc/hostname" in foreign
    assert "subprocess.Popen" in foreign


@pytest.mark.tools
def test_page_has_figures_of_json_suite(options: promise.Options) -> None:
    npm_packages(suite.PACKAGE)  # or this test is skipped
    table = promise.measure_suite(options)
    assert (table.rows, table.broken) == (table_on_page("suite"), [])


def test_every_load_is_on_the_page(options: promise.Options, tmp_path: Path) -> None:
    heads, *rows = table_on_page("load")
    assert heads == ["what", "time, times", "memory, times", "the largest"]
    assert [re.sub(r"^[0-9,]+(?: → [0-9,]+)* ", "", row[0]) for row in rows] == [one.name for one in load.LOADS]
    for one in load.LOADS:
        assert one.build(tmp_path, 100).exists(), one.name


def test_cost_is_linear_on_the_page() -> None:
    for (what, *growth, _), one in zip(table_on_page("load")[1:], load.LOADS, strict=True):
        assert what.startswith(f"{one.max_size // 100:,} → {one.max_size // 10:,} → {one.max_size:,} ")
        assert max(float(steps.split(", ")[-1]) for steps in growth) <= promise.LINEAR


def test_page_compares_others_by_the_same_criteria(tmp_path: Path) -> None:
    own = validators("observed", tmp_path, None)[0]
    cases = [case for case in CASES if case.name in ("syntax_empty.json", "number_nan.json", "encoding_crlf.json")]
    assert all(map(promise.is_comparable, cases))
    answers = promise._on_hostile_inputs(own, cases)
    assert answers == {
        "hostile inputs, the right verdict": "3 of 3",
        "what is refused, with a line": "2 of 2",
        "private text printed": "0 of 2",
        "tracebacks and crashes": "0",
        "raw control characters printed": "0",
        "connections tried": "0",
    }
    assert {*answers} <= {row[0] for row in table_on_page("others")}
