"""`validate-runs live URL`: the options of the subcommand."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from validator.cli.command import command
from validator.cli.help import LiveCommand
from validator.cli.live_check import LiveOptions, check_server
from validator.cli.options import CliOptions, typed_options
from validator.cli.params import PREFIX, Number, WholeNumber
from validator.core.phrases import escape
from validator.live.keys import is_secret
from validator.live.statements import BY_ID
from validator.live.target import Misuse

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SHARED = (
    *("contract", "now", "max_bytes", "select", "ignore", "severity", "fail_on", "show", "output_format"),
    *("show_values", "max_findings", "baseline", "update_baseline", "config", "isolated", "color", "quiet"),
    *("verbose", "debug"),
)
"""Options that mean the same as in a check of files."""
_is_url = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://").match


def is_live_call(words: Sequence[str]) -> bool:
    """Return whether the words of a call, after `live`, are of the subcommand and not of a check of a file `live`."""
    own = {option for parameter in live.params if parameter.name not in _SHARED for option in parameter.opts}
    asked = words
    if os.path.lexists("live"):
        asked = words[:1]
    elif not words or words[0].startswith("-") or not os.path.lexists(words[0]):
        return True
    has_own_option = any(word.partition("=")[0] in own for word in asked)
    return has_own_option or any(_is_url(word) or word in ("-h", "--help") for word in words[:1])


class StatementIds(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Ids of statements, separated by commas, or also `all`."""

    name = "ID[,ID]"

    def __init__(self, *, allows_all: bool = False) -> None:
        self._allows_all = allows_all

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at the commas; every word is an id."""
        words = tuple(word.strip() for word in value.split(",") if word.strip())
        if words == ("all",) and self._allows_all:
            return tuple(BY_ID)
        for word in words:
            if word not in BY_ID:
                from validator.core.phrases import find_similar

                near = find_similar(word, BY_ID)
                self.fail(f"{word!r} is not a statement{f', did you mean {near}' if near else ''}.", param, ctx)
        return words

    def shell_complete(self, _: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Complete ids after the last comma."""
        from click.shell_completion import CompletionItem  # only where a shell asks

        before, comma, last = incomplete.rpartition(",")
        words = (*(("all",) if self._allows_all else ()), *BY_ID)
        return [CompletionItem(f"{before}{comma}{name}") for name in words if name.startswith(last)]


class HeaderWord(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """`Name: value`, or `Name=env:VARIABLE` for a secret."""

    name = "HEADER"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str, bool]:
        """Return the name, the value and whether it is a secret."""
        if match := re.fullmatch(r"([\w-]+)=env:(\w+)", value, re.ASCII):
            secret = os.environ.get(match[2], "")
            if not re.fullmatch(r"[\x20-\x7e]+", secret):
                self.fail(f"the variable {match[2]} is not set, or not printable ASCII.", param, ctx)
            return match[1], secret, True
        match = re.fullmatch(r"([\w-]+): *([\x20-\x7e]*)", value, re.ASCII)
        if not match:
            self.fail("expected 'Name: value' or Name=env:VARIABLE.", param, ctx)
        if is_secret(match[1]):
            self.fail(f"{match[1]} is a secret: write {match[1]}=env:VARIABLE.", param, ctx)
        return match[1], match[2], False


_option = partial(click.option, allow_from_autoenv=False)


def _share(function: click.Command) -> click.Command:
    options = {parameter.name: parameter for parameter in command.params}
    function.params += [options[name] for name in _SHARED]
    return function


@_share
@click.command(
    "live",
    cls=LiveCommand,
    short_help="Check the list-runs endpoint of a live server.",
    context_settings={"auto_envvar_prefix": PREFIX, "max_content_width": 100, "show_default": True},
)
@click.argument("url")
@_option("--thread", multiple=True, metavar="ID", help="The thread to list; a second one lends foreign cursors.")
@_option("--empty-thread", metavar="ID", help="A thread without runs.")
@_option("--create", is_flag=True, help="Create threads and runs, and list those unless --thread is given.")
@_option("--assistant", metavar="ID", help="Create the runs with this assistant.")
@_option("--model", metavar="NAME", help="Create the runs with this model; without --assistant create one, too.")
@_option("--delete-created", is_flag=True, help="Delete what was created at the end; otherwise it stays.")
@_option("--plan", is_flag=True, help="Print the requests that would be sent; send nothing.")
@_option("--wait", type=Number(0), metavar="SECONDS", help="Wait so long until the server answers.")
@_option(
    "--record",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write what was sent and answered to FILE.har or FILE.yaml.",
)
@_option("--scrub", is_flag=True, help="Replace free text of runs before anything is recorded or checked.")
@_option("--require", type=StatementIds(allows_all=True), help="Fail if these statements (or all) are not verified.")
@_option(
    "--known",
    type=StatementIds(),
    default="",
    show_default=False,
    help="These statements are known not to be kept: do not fail.",
)
@_option("--strict-baseline", is_flag=True, help="Fail if what --known or the baseline accepts no longer occurs.")
@_option("--check-auth", is_flag=True, help="Requests without a key and with a wrong one must be refused.")
@_option("--key-env", metavar="NAME", help="Take the key from this variable instead of VALIDATE_RUNS_API_KEY.")
@_option("--key-file", type=click.Path(allow_dash=True), metavar="FILE", help="Take the key from a file; -: stdin.")
@_option("--auth", type=click.Choice(["bearer", "api-key", "none"]), default="bearer", help="How the key is sent.")
@_option("--azure", is_flag=True, help="An endpoint of Azure: --auth api-key, and --api-version is needed.")
@_option("--api-version", metavar="VERSION", help="Send api-version in the query of every request.")
@_option("--header", "-H", type=HeaderWord(), multiple=True, help="Send 'Name: value', or Name=env:VARIABLE if secret.")
@_option("--beta", type=click.Choice(["v2", "v1", "none"]), default="v2", help="The value of OpenAI-Beta.")
@_option("--tls-ca", type=click.Path(), metavar="FILE", help="Trust the authorities in this file alone (PEM).")
@_option("--client-cert", metavar="FILE[:KEYFILE]", help="A client certificate and its private key (PEM).")
@_option("--insecure", is_flag=True, help="Do not verify the certificate of the server.")
@_option("--proxy", metavar="URL", help="Send all requests by this proxy: http://[USER:PASSWORD@]HOST[:PORT].")
@_option("--allow-http", is_flag=True, help="Send requests unencrypted to other machines too.")
@_option("--timeout", type=Number(0.01), default=10.0, metavar="SECONDS", help="For each request.")
@_option("--max-time", type=Number(0.01), default=60.0, metavar="SECONDS", help="For all requests.")
@_option("--max-requests", type=WholeNumber(1), default=100, metavar="N", help="The most requests to send.")
@_option(
    "--rate",
    type=Number(0),
    metavar="N",
    show_default="5, on this machine no limit",
    help="Requests a second.",
)
@click.help_option("-h", "--help")
@click.pass_context
def live(context: click.Context, /, **values: Any) -> int:
    """Check the list-runs endpoint of a live server.

    URL is the base of the API (http://127.0.0.1:8000/v1) or a whole .../threads/THREAD/runs. At most 100 GET requests
    list the runs of the thread in many ways; what comes back is recorded and checked as `validate-runs FILE.har` does.
    Nothing is changed on the server without --create, and then only what the check has created itself.
    The exit code is 0, 1 when a finding reaches --fail-on, 2 when the server cannot be checked.
    """
    if values["debug"]:
        import logging

        logging.basicConfig()  # for all but ours, warnings alone: an HTTP client logs headers, which may repeat the key
        logging.getLogger("validator").setLevel(logging.DEBUG)
    if values["azure"] and context.get_parameter_source("auth") is ParameterSource.DEFAULT:
        values["auth"] = "api-key"
    configuration, _ = context.obj
    is_configured = context.get_parameter_source("url") is ParameterSource.DEFAULT_MAP
    own = {
        **{name: value for name, value in values.items() if name not in _SHARED},
        "require": values["require"] or (),
        "known": values["known"] or (),
        "url_place": escape(configuration.place("live", "url")) if is_configured else None,
    }
    try:
        return check_server(_cli_options(context), LiveOptions(**own))
    except Misuse as error:
        raise click.UsageError(str(error), context) from None


class _LiveContext(click.Context):
    """The context of the subcommand, which has the name of the command before its own."""

    command_path = "validate-runs live"


live.context_class = _LiveContext


def _cli_options(context: click.Context) -> CliOptions:
    """Return the shared options as of a check of files; those that it has alone have their defaults."""
    names = {*CliOptions._fields}
    defaults = {
        parameter.name: parameter.get_default(context, call=True)
        for parameter in command.params
        if parameter.name in names
    }
    own = {name: value for name, value in context.params.items() if name in names}
    context.params = {**defaults, "files": (), "order": None, "limit": None, "now": None, **own}
    return typed_options(context)
