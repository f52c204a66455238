"""The command `validate-runs`: runs it as a process, with its streams and its exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

import click

from validator.cli.command import command
from validator.cli.exit_codes import CLEAN, INTERRUPTED
from validator.cli.streams import flushed, lost, told, unheard

COMPLETE = "_VALIDATE_RUNS_COMPLETE"
"""The variable that the script of a shell sets when it asks how a word can go on."""


def main() -> NoReturn:
    """Run the command and exit: 0 clean, 1 findings, 2 something could not be used, 130 on Ctrl-C."""
    if sys.stdout is None:  # the shell can close it: >&-
        sys.exit(told("the report is lost: standard output is closed"))
    gc.set_threshold(100_000)  # what is imported and parsed makes many objects and no garbage
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
    code = flushed(_code())
    gc.freeze()  # or the interpreter looks through everything once more before it ends: a sixth of a short run
    sys.exit(code)


def _code() -> int:
    """Run the command for its exit code; not by `command.main`, which answers a closed pipe in its own way."""
    try:
        if instruction := os.environ.get(COMPLETE):
            from validator.cli.completion import complete  # only where a shell asks

            return complete(COMPLETE, instruction)
        with command.make_context("validate-runs", sys.argv[1:]) as context:
            code: int = command.invoke(context)
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        return _misused(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return unheard(CLEAN)
    except OSError as error:
        return lost(error)
    return code


def _misused(error: click.ClickException) -> int:
    """Say what is wrong with the call, without letting the terminal obey what the call holds."""
    from validator.wording import escape

    context = getattr(error, "ctx", None)
    hint = f"\nTry '{context.command_path} --help'." if context else ""
    return told(f"{escape(error.format_message())}{hint}")
