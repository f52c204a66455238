"""Standard output and standard error, which can be closed, full, or read by nobody; and the exit codes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

import click

CLEAN = 0
"""No finding reaches `--fail-on`."""
FINDINGS = 1
"""A finding does."""
FAILED = 2
"""Something could not be opened or used."""


def warn(message: str) -> None:
    """Print a message on standard error, if anybody reads it."""
    from validator.core.sanitize import sanitize  # most calls print no message

    try:
        click.echo("".join(sanitize([f"validate-runs: {message}"])), err=True)
    except OSError:
        discard(sys.stderr)  # or the interpreter fails at it again when it ends, and its exit code is 120


def fail(message: str) -> int:
    """Print on standard error what could not be used; return the exit code for that."""
    warn(message)
    return FAILED


def terminal_width() -> int | None:
    """Return the width of the terminal that standard output is; None where it is not a terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil  # it imports all formats of archives: only a terminal pays for that

    return shutil.get_terminal_size((80, 24)).columns


def flush(code: int) -> int:
    """Write what is left in the buffer, where a full disk shows only now; return the exit code."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return max(code, on_write_error(error))
    return code


def on_write_error(error: OSError) -> int:
    """Print no more; report why, but for a reader that has closed the pipe; return the exit code."""
    discard()
    if isinstance(error, BrokenPipeError):
        return CLEAN
    from validator.core.files import explain_os_error  # most reports are written

    return fail(f"cannot write the report: {explain_os_error(error)}")


def discard(stream: TextIO | None = None) -> None:
    """Send what is still to be written (to standard output by default) nowhere, so that it cannot fail again."""
    with suppress(OSError):  # there may be no descriptor left
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())
