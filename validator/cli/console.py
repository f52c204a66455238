"""Standard output and standard error, which can be closed, full, or read by nobody."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

import click

from validator.cli.exit_codes import FAILED


def told(message: str) -> int:
    """Say on standard error what could not be used, if anybody can be told."""
    from validator.core.sanitize import sanitize  # only what went wrong pays for it

    try:
        click.echo("".join(sanitize([f"validate-runs: {message}"])), err=True)
    except OSError:
        discard(sys.stderr)  # or the interpreter fails at it again when it ends, and its exit code is 120
    return FAILED


def columns() -> int | None:
    """The width of the terminal that standard output is; None where it is none."""
    if not sys.stdout.isatty():
        return None
    import shutil  # it brings all formats of archives with it: only a terminal pays for that

    return shutil.get_terminal_size((80, 24)).columns


def flushed(code: int) -> int:
    """What is left in the buffer is part of the report: a full disk shows only here."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return unheard(code)
    except OSError as error:
        return lost(error)
    return code


def lost(error: OSError) -> int:
    """Say that the report could not be written."""
    discard()
    return told(f"the report is lost: {error.strerror}")


def unheard(code: int) -> int:
    """Nobody reads on: not a fault of ours or theirs."""
    discard()
    return code


def discard(stream: TextIO | None = None) -> None:
    """Let what is still to be written, to standard output by default, go nowhere, so that nobody fails at it again."""
    with suppress(OSError):  # there may be no descriptor left
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())
