"""Tests find the command as a new process would, wherever they run and whichever ran before."""

import atexit
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.support.commands import Ran, run
from tests.support.faults import Interruption, run_with
from tests.support.paths import SAMPLES
from tests.support.surroundings import nothing_left, nothing_obeyed
from validator.cli import main

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
SOUND = Ran(0, "ok: 2 runs in 1 document\n", "")
PAGE = (SAMPLES / "valid" / "page.json").read_bytes()


def state() -> tuple[object, ...]:
    """All that the command sets for its own process."""
    handlers = [signal.getsignal(number) for number in SIGNALS]
    return (*handlers, sys.unraisablehook, atexit._ncallbacks(), gc.get_threshold(), gc.get_freeze_count())


def test_a_command_that_ran_here_has_left_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    before = state()
    with nothing_left():
        with pytest.raises(SystemExit), patch.object(sys, "argv", ["validate-runs", "--version"]):
            main()
        signal.setitimer(signal.ITIMER_REAL, 60)
        assert [signal.getsignal(number) for number in SIGNALS] == [signal.SIG_IGN] * 4
        assert sys.unraisablehook is not before[4]
    assert state() == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert run("-", stdin=PAGE) == SOUND
    assert run_with(Interruption(1, signal.SIGTERM), "-", stdin=PAGE, cwd=tmp_path).code == 143
    assert state() == before


UNREADABLE: dict[str, Callable[[Path], object]] = {
    "validate-runs.toml": lambda path: path.write_text("no = 'setting'"),
    "pyproject.toml": lambda path: path.write_text("[tool.validate-runs]\nno = 'setting'"),
    "a folder": lambda path: path.with_name("validate-runs.toml").mkdir(),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_configuration_above_the_tests_is_not_obeyed(name: str, tmp_path: Path) -> None:
    here = tmp_path / "tests" / "one"
    here.mkdir(parents=True)
    UNREADABLE[name](tmp_path / name)
    assert run("-", stdin=PAGE, cwd=here).code == 2
    with nothing_obeyed([here.parent]):
        assert run("-", stdin=PAGE, cwd=here) == SOUND
        (here.parent / "validate-runs.toml").write_text("quiet = true")
        assert run("-", stdin=PAGE, cwd=here) == Ran(0, "", "")


def test_variables_that_somebody_has_set_are_not_obeyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hostile = {"VALIDATE_RUNS_QUIET": "1", "_VALIDATE_RUNS_COMPLETE": "no shell", "FORCE_COLOR": "1"}
    for name, value in {**hostile, "GITHUB_STEP_SUMMARY": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    words = [sys.executable, "-m", "validator", "-", "--isolated", "-f", "github"]
    with nothing_obeyed([]):
        assert run("-", stdin=PAGE) == SOUND
        assert subprocess.run(words, input=PAGE, capture_output=True, check=True).stdout.decode() == SOUND.out
    assert {**os.environ, **hostile} == {**os.environ}
