"""The command `validate-runs` as a process: it cleans up on every signal and ends with an exit code."""

from __future__ import annotations

import gc
import signal
import sys
from typing import NoReturn

SIGNALLED = 128
"""The exit code after a signal, with the number of the signal added."""

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Signals that end a process at once unless it handles them; Python handles Ctrl-C."""


def main() -> NoReturn:
    """Run the command and exit: 0 clean, 1 findings, 2 something could not be used, 128 and its number on a signal."""
    gc.set_threshold(100_000)  # imports and documents make many objects and no garbage
    try:
        for number in ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores some
                signal.signal(number, _interrupt)
        if sys.unraisablehook is sys.__unraisablehook__:
            sys.unraisablehook = _interrupt_later
        from validator.cli.process import run  # a slow import, which the user may interrupt

        code = run()
        _ignore_signals()
    except KeyboardInterrupt as interrupt:
        _ignore_signals()
        code = SIGNALLED + _signal_number(interrupt)
    sys.exit(code)


def _interrupt(number: int, _: object) -> NoReturn:
    raise KeyboardInterrupt(number)


def _interrupt_later(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise an interrupt again in a moment, if it came where nothing can be raised, such as in a finalizer."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        number = _signal_number(unraisable.exc_value)
        signal.signal(signal.SIGALRM, lambda *_: _interrupt(number, None))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(unraisable)


def _signal_number(interrupt: KeyboardInterrupt) -> int:
    return interrupt.args[0] if interrupt.args else signal.SIGINT


def _ignore_signals() -> None:
    """Ignore signals while the interpreter cleans up: all work is done."""
    for number in (signal.SIGINT, signal.SIGALRM, *ENDING):
        signal.signal(number, signal.SIG_IGN)
