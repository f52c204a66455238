"""The command in this process as in one of its own: it obeys nothing that lies around, and leaves nothing behind."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from validator import cli
from validator.cli import process
from validator.cli.config import discovery as configuration_files

_SIGNALS = (signal.SIGINT, signal.SIGALRM, *cli.ENDING)
_OBEYED = {"COLUMNS", "FORCE_COLOR", "GITHUB_STEP_SUMMARY", "NO_COLOR", "TERM"}
"""Variables that change what is printed; besides, there are those that are the command's own."""


@contextmanager
def nothing_obeyed(tops: Iterable[Path]) -> Iterator[None]:
    """Without the variables that the command knows; it looks for its configuration up to these folders only."""
    ends = {str(top.resolve()) for top in tops}
    path = {**vars(os.path), "dirname": lambda folder: folder if folder in ends else os.path.dirname(folder)}
    with pytest.MonkeyPatch.context() as patch:
        for name in [one for one in os.environ if one in _OBEYED or one.lstrip("_").startswith("VALIDATE_RUNS_")]:
            patch.delenv(name)
        patch.setattr(configuration_files, "os", SimpleNamespace(getcwd=os.getcwd, path=SimpleNamespace(**path)))
        yield


@contextmanager
def nothing_left() -> Iterator[None]:
    """The command ends with its process and leaves much to that end; this process goes on, as it was."""
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    hook = sys.unraisablehook
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "gc", SimpleNamespace(set_threshold=lambda _: None))
        patch.setattr(process, "gc", SimpleNamespace(freeze=lambda: None))
        yield
    if sys.unraisablehook is cli._interrupt_later:
        sys.unraisablehook = hook
    for number, handler in handlers.items():
        if signal.getsignal(number) is not handler:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(number, handler)
