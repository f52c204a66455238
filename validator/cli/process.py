"""From the arguments of the call to an exit code, whatever goes wrong on the way."""

from __future__ import annotations

import gc
import os
import sys
from itertools import takewhile

import click
from click.core import ParameterSource

from validator.cli.command import command
from validator.cli.console import discard, fail, flush, on_write_error

COMPLETE = "_VALIDATE_RUNS_COMPLETE"
"""The variable that the script of a shell sets when it asks for completions."""


def run() -> int:
    """Run the command and return its exit code; the caller handles `KeyboardInterrupt`."""
    if sys.stdout is None:  # the shell can close it: >&-
        return fail("cannot write the report: standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
    try:
        code = flush(_invoke())
    except KeyboardInterrupt:
        discard()  # or the interpreter waits for a reader when it ends
        raise
    gc.freeze()  # or the interpreter looks through everything once more before it ends: a sixth of a short run
    return code


def _invoke() -> int:
    """Invoke the command; not by `command.main`, which handles a closed pipe in its own way."""
    try:
        if instruction := os.environ.get(COMPLETE):
            from validator.cli.completion import complete  # only where a shell asks

            return complete(_find_command, COMPLETE, instruction)
        for word in takewhile(lambda word: word != "--", sys.argv[1:]):
            if word.startswith("-") and word != "-" and os.path.lexists(word):  # strangers choose names of files
                raise click.UsageError(f"{word} is an option and the name of a file: put -- before file names")
        with _make_context(sys.argv[1:]) as context:
            code: int = context.command.invoke(context)
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        return _report_misuse(error)
    except OSError as error:
        return on_write_error(error)
    except Exception as error:  # or Python exits with 1, which means findings
        return _report_defect(error)
    return code


def _make_context(words: list[str]) -> click.Context:
    """Parse the words of a call: of the subcommand `live`, or of a check of files."""
    found = _find_command(words)
    if found is command:
        return command.make_context("validate-runs", words)
    return found.make_context("live", words[1:], parent=click.Context(command, info_name="validate-runs"))


def _find_command(words: list[str]) -> click.Command:
    """Return the subcommand `live`, if the words of a call are its, or else the command that checks files."""
    if words[:1] == ["live"]:
        from validator.cli.live import is_live_call, live  # imports what checks servers

        if is_live_call(words[1:]):
            return live
    return command


def _report_misuse(error: click.ClickException) -> int:
    """Print what is wrong with the call, escaped, as a terminal may obey what the call contains."""
    from validator.cli.params import environment_variable
    from validator.core.phrases import escape, join_or

    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        likely = _similar_options(error.option_name, context.command if context else command)
        hint = f"; did you mean {join_or(likely)}?" if likely else ""
        error = click.UsageError(f"no such option: {error.option_name}{hint}", error.ctx)
    if isinstance(error, click.BadParameter) and error.ctx and error.param and (name := error.param.name):
        is_variable = error.ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT
        error.param_hint = f"'{environment_variable(name)}'" if is_variable else error.param_hint
    usage = f"\nTry '{context.command_path} --help'." if context else ""
    return fail(f"{escape(error.format_message())}{usage}")


def _similar_options(word: str, known: click.Command) -> list[str]:
    """Return the options that the user may have meant: all that begin or end so, or else the most similar one."""
    from validator.cli.params import long_options
    from validator.core.phrases import find_similar
    from validator.reporters.registry import FORMATS

    name = word.lstrip("-").casefold().replace("_", "-")
    if name in FORMATS:
        return [f"-f {name}"]
    names = long_options(known)
    near = [option for option in names if option.startswith(name) or option.endswith(f"-{name}")]
    return [f"--{option}" for option in near or filter(None, [find_similar(name, names)])]


def _report_defect(error: Exception) -> int:
    """Print that the command cannot go on."""
    import logging  # only where something fails

    logging.getLogger(__name__).debug("failed", exc_info=error)
    if isinstance(error, MemoryError):
        return fail("out of memory")
    return fail(f"internal error ({type(error).__name__}); run again with --debug")
