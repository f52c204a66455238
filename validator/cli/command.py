"""The command: its options and which part of the program carries out a call."""

from __future__ import annotations

from functools import partial
from typing import Any

import click
from click.core import ParameterSource

from validator import __version__
from validator.cli.console import CLEAN, warn
from validator.cli.help import GroupedCommand
from validator.cli.options import CliOptions, typed_options
from validator.cli.params import (
    PREFIX,
    SEVERITIES,
    FileGlob,
    Jobs,
    OutputFormat,
    Remap,
    RuleWords,
    Size,
    Timestamp,
    WholeNumber,
    complete_rules,
    find_misspelt_variables,
)
from validator.cli.quick_import import import_schema_engine
from validator.core.files import STANDARD_INPUT
from validator.core.options import MAX_BYTES, MAX_FINDINGS, SHOWN
from validator.core.severity import Severity
from validator.reporters.registry import FORMATS, Output


def _use_configuration(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if context.resilient_parsing or context.params.get("explain") is not None:
        return value
    from validator.cli.config.apply import use_configuration  # --help, --version and --explain need none

    return use_configuration(context, parameter, value)


def _refuse_report(context: click.Context, instead: str) -> None:
    """Raise `click.UsageError` if the user asks for the form of a report where something else is printed."""
    for name, word in {"output_format": "-f", "statistics": "--statistics"}.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{instead} instead of a report: leave {word} out")


def _is_json(context: click.Context, instead: str) -> bool:
    """Return whether the user asks for JSON; raise `click.UsageError` for any other form of a report."""
    is_given = context.get_parameter_source("output_format") is ParameterSource.COMMANDLINE
    if is_given and context.params["output_format"] == (Output("json", None),) and not context.params["statistics"]:
        return True
    _refuse_report(context, instead)
    return False


def _refuse_contradictions(options: CliOptions) -> None:
    """Raise `click.UsageError` for options that do not go together."""
    if options.stdin_filename is not None and (STANDARD_INPUT not in options.files or options.fix or options.diff):
        raise click.UsageError("--stdin-filename names what is checked on standard input: validate-runs - < FILE")
    if options.update_baseline and options.baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    if options.fix and options.diff:
        raise click.UsageError("--fix and --diff contradict each other: --diff writes nothing")
    if options.update_baseline and (options.fix or options.diff):
        raise click.UsageError("--update-baseline accepts what is there: fix first, then accept what is left")


_command_line_flag = partial(click.option, is_flag=True, allow_from_autoenv=False)
"""A flag that neither a variable nor a file sets."""


@click.command(
    cls=GroupedCommand,
    context_settings={"auto_envvar_prefix": PREFIX, "max_content_width": 100, "show_default": True},
)
@click.argument("files", nargs=-1, metavar="[FILES]...", type=click.Path(allow_dash=True, readable=False))
@click.option(
    "--contract",
    type=click.Choice(["observed", "published"]),
    default="observed",
    help="Check against what real servers send, or what the documentation states.",
)
@click.option(
    "--form",
    type=click.Choice(["auto", "wire", "sdk"]),
    default="auto",
    help="Key naming: snake_case (wire) or camelCase (sdk).",
)
@click.option(
    "--expect", type=click.Choice(["auto", "page", "run"]), default="auto", help="Require a page or a single run."
)
@click.option("--order", type=click.Choice(["asc", "desc"]), help="The order that the request asked for.")
@click.option("--limit", type=WholeNumber(1, 100), metavar="N", help="The page size that the request asked for.")
@click.option("--now", type=Timestamp(), help="Treat this time as the present: Unix seconds or ISO 8601.")
@click.option(
    "--max-bytes",
    type=Size(1),
    default=MAX_BYTES,
    show_default="64MiB",
    metavar="N",
    help="The largest document to read: bytes, or such as 64MiB.",
)
@click.option("--select", type=RuleWords(), multiple=True, help="Check only these rules: names, groups or globs.")
@click.option("--ignore", type=RuleWords(is_ignored=True), multiple=True, help="Ignore these rules.")
@click.option("--severity", type=Remap(), multiple=True, help="Change a severity: error, warning, info or off.")
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="error",
    help="The lowest severity that makes the exit code 1.",
)
@click.option(
    "--show",
    type=click.Choice(SEVERITIES),
    default=SHOWN.value,
    show_default="warning, or --fail-on if that is lower",
    help="The lowest severity that is printed.",
)
@click.option(
    "--output-format",
    "-f",
    type=OutputFormat(),
    multiple=True,
    default=["text"],
    help=f"The format of the report: {', '.join(FORMATS)}; and a file to write it to. May be repeated.",
)
@click.option("--show-values", is_flag=True, help="Print free text from the documents too.")
@click.option(
    "--max-findings",
    type=WholeNumber(0),
    default=MAX_FINDINGS,
    metavar="N",
    help="Findings to print of a file, beside the first of each rule and place; 0: all.",
)
@click.option("--listing", is_flag=True, help="Treat the documents as consecutive pages of one listing.")
@click.option("--history", is_flag=True, help="Treat the documents as successive snapshots of the same runs.")
@click.option(
    "--exclude", type=FileGlob(), multiple=True, help="In folders, skip what these globs match, as in .gitignore."
)
@click.option("--no-gitignore", is_flag=True, help="In folders, check also what .gitignore ignores.")
@click.option(
    "--force-exclude", is_flag=True, help="Skip named files, too, if they are excluded or plainly hold no runs."
)
@click.option(
    "--stdin-filename",
    type=click.Path(),
    metavar="FILE",
    allow_from_autoenv=False,
    help="The file that standard input stands for, as for an editor.",
)
@click.option(
    "--jobs", type=Jobs(1), show_default="auto: the number of cores", metavar="N", help="Processes for archives."
)
@click.option("--baseline", type=click.Path(), metavar="FILE", help="Accept the findings listed in this file.")
@_command_line_flag("--update-baseline", help="Write the findings to the baseline, and accept them.")
@_command_line_flag("--fix", help="Fix what can be fixed safely, in place.")
@_command_line_flag("--diff", help="Print what --fix would change; write nothing.")
@click.option("--statistics", is_flag=True, help="Print counts by rule and by file instead of findings.")
@_command_line_flag("--print-schema", help="Print the JSON Schema of a page (or --expect run) for other validators.")
@_command_line_flag("--bundle", help="With --print-schema: emit a bundle of schemas, each with its own $id.")
@_command_line_flag("--dereference", help="With --print-schema: inline every $ref.")
@click.option(
    "--explain",
    metavar="RULE",
    is_eager=True,
    allow_from_autoenv=False,
    shell_complete=complete_rules,
    help="Print the page of a rule, or what is checked of a field.",
)
@_command_line_flag("--list-rules", help="Print all rules, or those that FILES are names of.")
@click.option(
    "--config",
    type=click.Path(),
    is_eager=True,
    callback=_use_configuration,
    metavar="FILE",
    help="Read settings from this file instead of the nearest validate-runs.toml or pyproject.toml.",
)
@click.option(
    "--isolated", is_flag=True, is_eager=True, callback=_use_configuration, help="Ignore all configuration files."
)
@_command_line_flag("--show-config", help="Print the settings and where each comes from.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output; NO_COLOR and FORCE_COLOR are honoured.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print findings and nothing else.")
@click.option(
    "--verbose",
    "-v",
    is_flag=True,
    help="Also print the kind of each document, the number of valid records, and all findings that are alike.",
)
@click.option("--debug", is_flag=True, help="Print tracebacks of internal errors.")
@click.version_option(__version__, prog_name="validate-runs", message="%(prog)s %(version)s", allow_from_autoenv=False)
@click.help_option("-h", "--help", allow_from_autoenv=False)
@click.pass_context
def command(context: click.Context, /, **_: object) -> int:
    """Check OpenAI Assistants list-runs responses.

    FILES are files, folders (searched for JSON, JSON Lines, event streams, HAR files and cassettes, compressed or not)
    or - for standard input. `validate-runs live URL` checks a live server (`validate-runs live --help`). The exit code
    is 0 when no finding reaches --fail-on, 1 when one does, 2 when something could not be opened or used.

    Settings are taken from the command line, then from the environment (VALIDATE_RUNS_FAIL_ON=warning), then from
    validate-runs.toml or [tool.validate-runs] in pyproject.toml.
    """
    if context.params["debug"]:
        import logging

        logging.basicConfig(level=logging.DEBUG)
    if context.params["explain"] is not None:
        from validator.cli.info import print_rules

        return print_rules(context.params["explain"], is_json=_is_json(context, "--explain prints pages of rules"))
    fail_on = context.params["fail_on"]
    if context.get_parameter_source("show") is ParameterSource.DEFAULT and fail_on != "never":
        context.params["show"] = SHOWN.or_lower(Severity(fail_on)).value  # show what fails the check
    options = typed_options(context)
    for message in () if options.quiet else find_misspelt_variables(context.command):
        warn(message)
    if options.show_config:
        from validator.cli.config.show import format_configuration

        click.echo(format_configuration(context))
        return CLEAN
    if options.list_rules:
        from validator.cli.info import list_rules

        is_strict = context.get_parameter_source("output_format") is ParameterSource.COMMANDLINE
        return list_rules(options.files, options.output_format, is_strict=is_strict)
    if options.print_schema or options.bundle or options.dereference:
        from validator.cli.info import print_schema

        _refuse_report(context, "--print-schema prints a schema")
        return print_schema(options)
    _refuse_contradictions(options)
    if options.diff:
        _refuse_report(context, "--diff prints a diff")
    if not options.files:
        raise click.UsageError("nothing to check: name files, folders or - for standard input")
    import_schema_engine()
    from validator.sources.files import expand_globs  # --help and --version need nothing that reads files

    options = options._replace(files=tuple(expand_globs(options.files)))
    if options.fix or options.diff:
        from validator.cli.fix import diff_files, fix_files

        return fix_files(options) if options.fix else diff_files(options)
    from validator.cli.check import check_files  # --help and --version need nothing that checks

    return check_files(options)
