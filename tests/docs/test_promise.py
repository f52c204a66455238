"""The promise is measured by what can see it broken, and the page of it has the tables that are printed."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.hostile_cases import CASES
from tests.support.paths import ROOT
from tests.support.tools import npm_packages, package

package("check_jsonschema")
sys.path.append(str(ROOT / "benchmarks"))

import cost
import hostile
import load
import promise
import suite
import witnesses
from comparison import validators

PAGE = promise.PAGE.read_text("utf-8")
COMMAND = (sys.executable, "-m", "validator")


def told(part: str) -> list[list[str]]:
    """The table of a part as the page has it."""
    table = re.search(rf"<!-- {part} -->\n\n((?:\|.*\|\n)+)", PAGE)
    assert table is not None
    first, _, *others = ([cell.strip() for cell in line[1:-1].split("|")] for line in table[1].splitlines())
    return [first, *others]


@pytest.fixture
def given(tmp_path: Path) -> promise.Given:
    return promise.Given(COMMAND, fast=True, every=1, folder=tmp_path)


def an_input(name: str, way: str = "file") -> hostile.Input:
    return next(one for one in hostile.inputs() if (one.name, one.way) == (name, way))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    those = [an_input("syntax_empty.json"), an_input("name\u202egpj.json", "name")]
    those += [an_input("number_nan.json", way) for way in ("stdin", "gzip", "jsonl")]
    monkeypatch.setattr(hostile, "inputs", lambda: iter(those))


@pytest.mark.usefixtures("few")
def test_what_hostile_inputs_are_held_against_is_what_the_page_says(given: promise.Given) -> None:
    table = promise.of_hostile_inputs(given)
    assert table.broken == []
    assert [row[0] for row in table.rows] == [row[0] for row in told("hostile")]
    assert table.rows[1:] == [
        [name, "3 of 3" if key == "verdict" else "0"] for key, name in promise.HOSTILE.items()
    ]  # in the fast part a tenth of the inputs that are no files


def test_on_the_page_the_promise_is_kept() -> None:
    (_, number), (_, right), *others = told("hostile")
    assert right == f"{number} of {number}"
    assert {figure for _, figure in others} == {"0"}
    assert int(number) >= len(CASES)


def test_a_command_that_breaks_the_promise_is_seen() -> None:
    bad = (
        "import socket, subprocess, sys\n"
        "open('/etc/hostname').close(); socket.socket().close(); subprocess.run(['true'])\n"
        "print(open(sys.argv[-1]).read(), chr(27))\n"
        "raise ValueError\n"
    )
    (verdict,) = hostile.scored((sys.executable, "-c", bad), [an_input("rule_temperature.json")])
    assert [reason.partition(":")[0] for reason in verdict.amiss] == [
        *("verdict", "traceback", "network", "foreign", "raw", "secret")
    ]
    network, foreign = (next(one for one in verdict.amiss if one.startswith(name)) for name in ("network", "foreign"))
    assert "socket.__new__" in network
    assert "/etc/hostname" in foreign
    assert "subprocess.Popen" in foreign


def test_a_command_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witnesses, "MAX_LENGTH", 0.2)
    endless = (sys.executable, "-c", "import time; time.sleep(60)")
    (verdict,) = hostile.scored(endless, [an_input("syntax_empty.json")])
    assert verdict.amiss == ("verdict: [], exit 124", "hangs")


@pytest.mark.tools
@pytest.mark.skipif(
    witnesses.strace_version() is None, reason="strace is not installed or may not trace: apt-get install strace"
)
def test_the_second_witness_sees_what_the_first_cannot(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    program = "import ctypes; c = ctypes.CDLL(None); c.socket(2, 1, 0); c.open(b'/etc/hostname', 0)"
    ran = witnesses.watched((sys.executable, "-c", program), folder)
    assert [re.sub(r" += \d+", "", call) for call in (*ran.network, *ran.foreign)] == [
        "socket(AF_INET, SOCK_STREAM, IPPROTO_IP)",
        'openat(AT_FDCWD, "/etc/hostname", O_RDONLY)',
    ]


@pytest.mark.tools
def test_the_figures_of_the_suite_are_those_of_the_page(given: promise.Given) -> None:
    npm_packages(suite.PACKAGE)  # or this test is skipped
    table = promise.of_the_suite(given)
    assert (table.rows, table.broken) == (told("suite"), [])


def test_without_npm_the_suite_is_not_measured(given: promise.Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    table = promise.of_the_suite(given)
    assert table == ([["JSON parsing test suite", "not measured: there is no npm"]], [])


def test_every_load_is_on_the_page_and_is_what_it_says(given: promise.Given, tmp_path: Path) -> None:
    heads, *rows = told("load")
    assert heads == ["what", "time, times", "memory, times", "the largest"]
    assert [re.sub(r"^[0-9,]+(?: → [0-9,]+)* ", "", row[0]) for row in rows] == [one.name for one in load.LOADS]
    for one in load.LOADS:
        assert one.build(tmp_path, 100).exists(), one.name


def test_on_the_page_cost_grows_as_is_promised_up_to_the_most_that_is_measured() -> None:
    for (what, *growth, _), one in zip(told("load")[1:], load.LOADS, strict=True):
        assert what.startswith(f"{one.most // 100:,} → {one.most // 10:,} → {one.most:,} ")
        assert max(float(steps.split(", ")[-1]) for steps in growth) <= promise.LINEAR


def test_figures_of_a_part_are_not_written_down(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["promise.py", "--fast", "--write"])
    with pytest.raises(SystemExit) as ended:
        promise.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(
        "error: --write puts down what is promised, which --fast measures only in part\n"
    )


def test_cost_that_grows_faster_than_the_input_breaks_the_promise(
    given: promise.Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    square = "import sys; n = len(open(sys.argv[-1]).read()); b = bytearray(8 << 20); sum(range(n * n))"
    one = load.Load("letters", 10_000, lambda folder, size: load._written(folder / "letters", b"x" * size))
    monkeypatch.setattr(promise, "LOADS", (one,))
    slow = replace(given, command=(sys.executable, "-c", square), fast=False)
    (broken,) = promise.of_load(slow).broken
    assert broken.startswith("letters: ")


def test_cost_is_that_of_the_process_itself() -> None:
    idle = cost.cost(sys.executable, "-c", "pass")
    large = cost.cost(sys.executable, "-c", "b = b'x' * (100 << 20); sum(range(3_000_000))")
    assert 90 < large.megabytes - idle.megabytes < 130
    assert large.seconds > idle.seconds


def test_only_the_table_of_a_part_is_written_anew() -> None:
    page = "# A\n\n<!-- one -->\n\n| a |\n| --- |\n| b |\n\nText.\n\n<!-- two -->\n\n| c |\n| --- |\n\nEnd.\n"
    assert promise.put(page, "one", [["x", "y"], ["1", "2"]]) == page.replace(
        "| a |\n| --- |\n| b |\n", "| x | y |\n| --- | --- |\n| 1 | 2 |\n"
    )


def test_others_are_asked_what_the_page_says(tmp_path: Path) -> None:
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
    assert {*answers} <= {row[0] for row in told("others")}
