"""The command `validate-runs` as a process: whenever somebody ends it, it cleans up and leaves with an exit code."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

from validator.cli.exit_codes import SIGNALLED

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Signals that end a process on the spot, unless it asks for the time to clean up; Python sees to Ctrl-C."""


def main() -> NoReturn:
    """Run the command and exit: 0 clean, 1 findings, 2 something could not be used, 128 and its number on a signal."""
    try:
        for number in ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:  # as nohup would not have it
                signal.signal(number, _interrupt)
        if sys.unraisablehook is sys.__unraisablehook__:
            sys.unraisablehook = _interrupt_later
        from validator.cli.process import run  # it takes a while, in which somebody may have second thoughts

        code = run()
        _take_no_notice()
    except KeyboardInterrupt as interrupt:
        _take_no_notice()
        code = SIGNALLED + _number(interrupt)
    sys.exit(code)


def _interrupt(number: int, _: object) -> NoReturn:
    raise KeyboardInterrupt(number)


def _interrupt_later(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise again, in a moment, an interrupt that fell where nothing can be raised, as while an object is let go."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        number = _number(unraisable.exc_value)
        signal.signal(signal.SIGALRM, lambda *_: _interrupt(number, None))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(unraisable)


def _number(interrupt: KeyboardInterrupt) -> int:
    """The signal that an interrupt tells of."""
    return interrupt.args[0] if interrupt.args else signal.SIGINT


def _take_no_notice() -> None:
    """All is done, and the interpreter is about to clean up: it is too late to interrupt anything."""
    for number in (signal.SIGINT, signal.SIGALRM, *ENDING):
        signal.signal(number, signal.SIG_IGN)
