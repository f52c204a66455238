"""From the words of the call to an exit code, whatever goes wrong on the way."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from itertools import takewhile

import click
from click.core import ParameterSource

from validator.cli.command import command
from validator.cli.console import discard, flushed, lost, told, unheard
from validator.cli.exit_codes import CLEAN

COMPLETE = "_VALIDATE_RUNS_COMPLETE"
"""The variable that the script of a shell sets when it asks how a word can go on."""


def run() -> int:
    """Run the command for its exit code; a `KeyboardInterrupt` is the caller's to deal with."""
    if sys.stdout is None:  # the shell can close it: >&-
        return told("the report is lost: standard output is closed")
    gc.set_threshold(100_000)  # what is imported and parsed makes many objects and no garbage
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
    try:
        code = flushed(_code())
    except KeyboardInterrupt:
        discard()  # or the interpreter would go on to wait for a reader when it ends
        raise
    gc.freeze()  # or the interpreter looks through everything once more before it ends: a sixth of a short run
    return code


def _code() -> int:
    """Run the command; not by `command.main`, which answers a closed pipe in its own way."""
    try:
        if instruction := os.environ.get(COMPLETE):
            from validator.cli.completion import complete  # only where a shell asks

            return complete(COMPLETE, instruction)
        _refuse_ambiguous(sys.argv[1:])
        with command.make_context("validate-runs", sys.argv[1:]) as context:
            code: int = command.invoke(context)
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        return _misused(error)
    except BrokenPipeError:
        return unheard(CLEAN)
    except OSError as error:
        return lost(error)
    except Exception as error:  # an exit code of Python's, 1, would say that something was found
        return _failed(error)
    return code


def _refuse_ambiguous(words: Iterable[str]) -> None:
    """Refuse a word before `--` that reads like an option and names a file: strangers choose names of files."""
    for word in takewhile(lambda word: word != "--", words):
        if word.startswith("-") and word != "-" and os.path.lexists(word):
            raise click.UsageError(f"{word} reads like an option and is the name of a file: put -- before file names")


def _misused(error: click.ClickException) -> int:
    """Say what is wrong with the call, without letting the terminal obey what the call holds."""
    from validator.core.phrases import escape

    context = getattr(error, "ctx", None)
    if isinstance(error, click.BadParameter):
        _name_variable(error)
    if isinstance(error, click.NoSuchOption):
        error = click.UsageError(_unknown(error.option_name), error.ctx)
    hint = f"\nTry '{context.command_path} --help'." if context else ""
    return told(f"{escape(error.format_message())}{hint}")


def _name_variable(error: click.BadParameter) -> None:
    """Where a value came from the environment, let the message name its variable."""
    name = error.param.name if error.param else None
    if name and error.ctx and error.ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
        from validator.cli.params import variable

        error.param_hint = f"'{variable(name)}'"


def _unknown(word: str) -> str:
    from validator.core.phrases import either

    likely = _likely(word)
    return f"there is no option {word}, did you mean {either(likely)}" if likely else f"there is no option {word}"


def _likely(word: str) -> list[str]:
    """The options that somebody may have meant: all that begin or end so, or the one that is much like it."""
    from validator.cli.config.apply import options_of
    from validator.core.formats import FORMATS
    from validator.core.phrases import closest

    said = word.lstrip("-").casefold().replace("_", "-")
    if said in FORMATS:
        return [f"-f {said}"]
    names = options_of(command)
    near = [name for name in names if name.startswith(said) or name.endswith(f"-{said}")]
    return [f"--{name}" for name in near or filter(None, [closest(said, names)])]


def _failed(error: Exception) -> int:
    """Say that nothing else could be done."""
    import logging  # nobody needs it as long as nothing fails

    logging.getLogger(__name__).debug("failed", exc_info=error)
    if isinstance(error, MemoryError):
        return told("there is not enough memory")
    return told(f"ended by a defect of its own, {type(error).__name__}: --debug shows where")
