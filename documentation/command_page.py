"""The reference of the command: every option, from what click knows of it."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Iterator

import click

from documentation.markdown import code, codes, fenced, front_matter, page, prose, table
from documentation.session import printed
from validator import cli
from validator.cli import console
from validator.cli.command import command
from validator.cli.config.apply import OPTIONS
from validator.cli.live import live
from validator.cli.params import long_options
from validator.reporters.registry import FORMATS

_PREFIX = str(command.context_settings["auto_envvar_prefix"])
_CODES = (
    (console.CLEAN, "Nothing reaches `--fail-on`."),
    (console.FINDINGS, "Something does."),
    (console.FAILED, "Something could not be opened or used: a file, an option, a configuration, a report."),
    (cli.SIGNALLED + signal.SIGINT, "Somebody pressed Ctrl-C."),
    (cli.SIGNALLED + signal.SIGHUP, "The terminal was closed."),
    (cli.SIGNALLED + signal.SIGTERM, "It received SIGTERM."),
)


def pages() -> Iterator[tuple[str, str]]:
    """Yield the page."""
    yield "reference/command.md", _page()


def _page() -> str:
    options = {name: option for name, option in long_options(command).items() if f"--{name}" == option.opts[0]}
    return page(
        front_matter("The command", "Every option of validate-runs, with its values, defaults and variables."),
        "# The command",
        fenced("validate-runs [OPTIONS] [FILES]...", "text"),
        prose(inspect.cleandoc(command.help or "")),
        "## Exit codes",
        table(("code", "meaning"), ((code(number), meaning) for number, meaning in _CODES)),
        "The highest counts. Content that is broken is a finding like any other, and the other documents are still "
        "checked.",
        "## Options",
        table(
            ("option", "what it does"),
            ((f"[`{_spellings(option)}`](#{name})", prose(option.help or "")) for name, option in options.items()),
        ),
        *(_option(name, option) for name, option in options.items()),
        "## Help on the terminal",
        fenced(f"$ validate-runs --help\n{printed('--help')}", "text"),
        "## A live server { #live }",
        "`validate-runs live URL` checks a server instead of files: [how, with examples](../live.md).",
        fenced(f"$ validate-runs live --help\n{printed('--help', of=live)}", "text"),
    )


def _spellings(option: click.Option) -> str:
    words = ", ".join(sorted(option.opts, key=len, reverse=True))
    metavar = "" if option.is_flag else f" {option.metavar or _metavar(option)}"
    return words + metavar


def _metavar(option: click.Option) -> str:
    match option.type:
        case click.Choice():
            return "WORD"
        case _:
            return option.type.name.upper() if option.type.name.islower() else option.type.name


def _option(name: str, option: click.Option) -> str:
    return page(
        f"### --{name} {{ #{name} }}",
        fenced(_spellings(option), "text"),
        prose(option.help or ""),
        table(("what", "how"), facts) if (facts := [*_facts(name, option)]) else "",
    )


def _facts(name: str, option: click.Option) -> Iterator[tuple[str, str]]:
    if values := _values(name, option):
        yield "values", values
    if not option.is_flag and isinstance(option.default, str | int | list | tuple) and option.default not in ([], ()):
        yield "default", codes(option.default if isinstance(option.default, list | tuple) else [option.default])
    if option.multiple:
        yield "repeatable", "yes"
    if option.allow_from_autoenv and option.name:
        yield "variable", code(f"{_PREFIX}_{option.name.upper()}")
    if name in OPTIONS:
        yield "in a configuration", f"[{code(name)}](../configuration.md)"


def _values(name: str, option: click.Option) -> str:
    match option.type:
        case click.Choice(choices=words):
            return codes(words)
        case click.IntRange(min=least, max=most):
            return f"a number from {least} to {most}" if most else f"a number, at least {least}"
        case _ if name == "output-format":
            return codes(FORMATS)
        case _ if name in ("select", "ignore", "severity", "explain"):
            return "names and groups of [rules](../rules/index.md), and globs of them"
        case _:
            return ""
