"""`validate-runs live URL`: the options of the subcommand, and the check of a server with its reports."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from validator.batch.baseline import BaselineFilter
from validator.batch.session import Result, limit_findings
from validator.cli.check import check_options, close_baseline, find_for_baseline, open_baseline, report_items
from validator.cli.command import command
from validator.cli.console import CLEAN, FAILED, FINDINGS, fail, warn
from validator.cli.help import LiveCommand
from validator.cli.options import CliOptions, typed_options
from validator.cli.output import PlannedReport, plan_reports, write_reports
from validator.cli.params import PREFIX, WholeNumber
from validator.core.files import explain_os_error, write_atomic
from validator.core.options import CheckOptions
from validator.core.phrases import escape
from validator.core.results import StatementResult
from validator.core.severity import Severity
from validator.live.check import BODIES, DEFAULT_NAME, Session
from validator.live.connection import Proxy, Tls, make_tls_context, parse_proxy, split_certificate
from validator.live.create import Recipe
from validator.live.keys import VARIABLE, KeyProblem, Redactor, is_secret, read_key
from validator.live.known import kept_again, mark_known, mark_required, suppress_known
from validator.live.plan import Redirected, Scope, plan
from validator.live.recorder import CASSETTES
from validator.live.scrub import Scrubber
from validator.live.statements import BY_ID
from validator.live.target import Misuse, Target, add_version, authorize, make_recipe, parse_target
from validator.live.transport import Budget, BudgetSpent, LiveError, make_client

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SHARED = (
    *("contract", "now", "max_bytes", "select", "ignore", "severity", "fail_on", "show", "output_format"),
    *("show_values", "max_findings", "baseline", "update_baseline", "config", "isolated", "color", "quiet"),
    *("verbose", "debug"),
)
"""Options that mean the same as in a check of files."""
_is_url = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://").match
_RATE = 5.0
"""Requests a second to other machines."""


def is_live_call(words: Sequence[str]) -> bool:
    """Return whether the words of a call, after `live`, are of the subcommand and not of a check of a file `live`."""
    own = {option for parameter in live.params if parameter.name not in _SHARED for option in parameter.opts}
    asked = words
    if os.path.lexists("live"):
        asked = words[:1]
    elif not words or words[0].startswith("-"):
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
@_option("--wait", type=click.FloatRange(0), metavar="SECONDS", help="Wait so long until the server answers.")
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
@_option("--timeout", type=click.FloatRange(0.01), default=10.0, metavar="SECONDS", help="For each request.")
@_option("--max-time", type=click.FloatRange(0.01), default=60.0, metavar="SECONDS", help="For all requests.")
@_option("--max-requests", type=WholeNumber(1), default=100, metavar="N", help="The most requests to send.")
@_option(
    "--rate",
    type=click.FloatRange(0),
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
    try:
        target = parse_target(values["url"], allow_http=values["allow_http"])
        if context.get_parameter_source("url") is ParameterSource.DEFAULT_MAP:
            _announce(target, context, values)
        target = add_version(target, values["api_version"], is_required=values["azure"])
        recipe = make_recipe(
            create=values["create"],
            assistant=values["assistant"],
            model=values["model"],
            deletes=values["delete_created"],
        )
        scope = _scope(target, values)
        connection = _connection(target, values)
    except Misuse as error:
        raise click.UsageError(str(error), context) from None
    if values["plan"]:
        redact = Redactor(target.secrets).text
        for line in plan(scope, target.base, target.query, recipe):
            click.echo(redact(line))
        return CLEAN
    if values["azure"] and context.get_parameter_source("auth") is ParameterSource.DEFAULT:
        values["auth"] = "api-key"
    options = _cli_options(context)
    with ExitStack() as at_exit:
        try:
            return _check(target, scope, connection, recipe, options, values, at_exit)
        except (LiveError, KeyProblem) as error:
            return fail(str(error))


class _LiveContext(click.Context):
    """The context of the subcommand, which has the name of the command before its own."""

    command_path = "validate-runs live"


live.context_class = _LiveContext


def _announce(target: Target, context: click.Context, values: Mapping[str, Any]) -> None:
    """Print which server the configuration names; raises `Misuse` if a secret would go there.

    A configuration may be a stranger's: whoever gets a key is for the user to say.
    """
    configuration, _ = context.obj
    place = escape(configuration.place("live", "url"))
    secrets = {
        "--key-env": values["key_env"],
        "--key-file": values["key_file"],
        VARIABLE: values["auth"] != "none" and os.environ.get(VARIABLE),
        "-H Name=env:VARIABLE": any(is_secret for _, _, is_secret in values["header"]),
        "--client-cert": values["client_cert"],
    }
    for name, value in secrets.items():
        if value:
            raise Misuse(f"{name} is for a server that you name: the address is from {place}, so write it after `live`")
    if not values["quiet"]:
        warn(f"{place}: checking {escape(target.base)}")


def _scope(target: Target, values: Mapping[str, Any]) -> Scope:
    threads = [*dict.fromkeys((*filter(None, (target.thread,)), *values["thread"]))]
    if not threads and not values["create"]:
        raise Misuse("which thread? --thread ID names one that has runs, --create makes one")
    if "" in (*threads, values["empty_thread"]):
        raise Misuse("the id of a thread is empty")
    if not threads:
        return Scope("", None, values["empty_thread"], values["check_auth"])
    if len(threads) > 2:
        raise Misuse("at most two threads can be named")
    return Scope(threads[0], threads[1] if len(threads) > 1 else None, values["empty_thread"], values["check_auth"])


def _connection(target: Target, values: Mapping[str, Any]) -> _Connection:
    """Return how the server is to be reached; raises `Misuse` for options that have no effect."""
    names = [f"--{name}" for name in ("tls-ca", "client-cert", "insecure") if values[name.replace("-", "_")]]
    if names and not target.base.startswith("https:"):
        raise Misuse(f"{names[0]} is for https:// alone")
    if values["insecure"] and values["tls_ca"]:
        raise Misuse("--insecure and --tls-ca contradict each other")
    certificate, private_key = split_certificate(values["client_cert"]) if values["client_cert"] else (None, None)
    tls = Tls(values["tls_ca"], certificate, private_key, not values["insecure"])
    url = values["proxy"]
    return _Connection(tls, None if url is None else parse_proxy(url, target, allow_http=values["allow_http"]))


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


class _Connection(NamedTuple):
    """How the server is reached."""

    tls: Tls
    proxy: Proxy | None

    @property
    def warning(self) -> str:
        """What a reader of the reports must know; empty if nothing."""
        return "" if self.tls.is_verified else "the certificate of the server was not verified (--insecure)"


def _check(
    target: Target,
    scope: Scope,
    connection: _Connection,
    recipe: Recipe | None,
    options: CliOptions,
    values: Mapping[str, Any],
    at_exit: ExitStack,
) -> int:
    key = None if values["auth"] == "none" else read_key(values["key_env"], values["key_file"])
    headers = {name: value for name, value, _ in values["header"]}
    secrets = [value for _, value, is_secret in values["header"] if is_secret]
    tls, proxy = connection
    redactor = Redactor([*filter(None, (key,)), *secrets, *target.secrets, *(proxy.secrets if proxy else ())])
    rate = values["rate"] if values["rate"] is not None else 0.0 if target.is_loopback else _RATE
    budget = Budget(
        values["timeout"], values["max_time"], values["max_requests"], max(1, options.max_bytes // BODIES), rate
    )
    record = values["record"]
    reports = plan_reports(options)
    if record:
        files = [report.file for report in reports]
        _refuse_overwriting(record, [*files, options.baseline, options.config, values["key_file"], *tls.files])
    settings = check_options(options)
    baseline = open_baseline(options, settings)
    with make_client(make_tls_context(tls), budget.timeout, proxy.url if proxy else None) as client:
        authorization = authorize(key, values["auth"], values["beta"], headers)
        name = record or DEFAULT_NAME
        scrubber = Scrubber() if values["scrub"] else None
        session = Session(
            *(client, target, scope, authorization, redactor, budget, options.max_bytes),
            recipe=recipe,
            name=name,
            scrubber=scrubber,
            warning=connection.warning,
        )
        at_exit.callback(_list_created, session)
        if values["wait"]:
            session.wait(values["wait"])
        try:
            problem = session.walk()
        finally:  # also on Ctrl-C
            code = _write_recording(record, session.recording) if record else CLEAN
    if problem is not None and not isinstance(problem, BudgetSpent | Redirected):
        return fail(str(problem))
    codes = {code}
    if baseline is not None:
        settings = find_for_baseline(baseline, settings)
    statements = mark_required(mark_known(session.judge(settings), values["known"]), values["require"] or ())
    results = _find(session, settings, statements, values["known"])
    if baseline is not None:
        results = baseline.apply(results)
    items = report_items(limit_findings(results, options.max_findings), options, codes)
    conclusion = session.conclude(statements, record)
    codes.add(write_reports(reports, items, options, lambda: None, statements, conclusion))
    if not options.quiet and reports[0] != PlannedReport("text", None):
        warn(conclusion)
    elif connection.warning:
        warn(connection.warning)
    if problem is None:
        codes.add(_name_obsolete(statements, baseline, options, values))
    else:
        warn(str(problem))
        if baseline is not None and baseline.updating:
            warn("the baseline is not updated, as the check ended early")
        codes.add(CLEAN if FINDINGS in codes else FAILED)
    codes.add(_require(statements))
    return max(codes)


def _find(
    session: Session, settings: CheckOptions, statements: Sequence[StatementResult], known: Sequence[str]
) -> Iterator[Result]:
    """Yield the findings in the recording, without those of known statements."""
    if not known:
        return session.check(settings)
    every = settings.findings._replace(show=Severity.INFO, max_findings=None)
    return suppress_known(session.check(settings._replace(findings=every)), statements, known, settings.findings.show)


def _name_obsolete(
    statements: Sequence[StatementResult],
    baseline: BaselineFilter | None,
    options: CliOptions,
    values: Mapping[str, Any],
) -> int:
    """Print what is accepted and no longer occurs, update the baseline if that is asked for; return the exit code."""
    kept, code, obsolete = kept_again(statements, values["known"]), CLEAN, 0
    if baseline is not None:
        code, obsolete = close_baseline(baseline, quiet=options.quiet), baseline.obsolete
    if kept and not options.quiet:
        warn(f"kept, so no longer --known: {', '.join(kept)}")
    return max(code, FINDINGS if values["strict_baseline"] and (kept or obsolete) else CLEAN)


def _require(statements: Sequence[StatementResult]) -> int:
    """Print which required statements are not verified, and return the exit code that follows."""
    code = fail("nothing was verified") if all(result.is_open for result in statements) else CLEAN
    if missing := [result.id for result in statements if result.is_missing]:
        warn(f"required, but not verified: {', '.join(missing)}")
        code = max(code, FINDINGS)
    return code


def _list_created(session: Session) -> None:
    """Print what was created on the server, however the check ended."""
    if session.created:
        warn("\n  ".join((f"created on the server, with the metadata {session.metadata}:", *session.created)))


def _refuse_overwriting(record: str, used: Sequence[str | None]) -> None:
    """Raise `click.UsageError` for a recording that is not named as one, or would overwrite a file that is used."""
    if not record.lower().endswith((".har", *CASSETTES)):  # the offline check knows the format by the name
        raise click.UsageError("the recording is a HAR or a cassette: name a file that ends in .har or .yaml")
    if os.path.realpath(record) in {os.path.realpath(file) for file in used if file}:
        raise click.UsageError(f"the recording would overwrite {record}, which is used otherwise")


def _write_recording(file: str, data: bytes) -> int:
    try:
        os.makedirs(os.path.dirname(file) or ".", exist_ok=True)
        write_atomic(file, [data], is_private=True)
    except OSError as error:
        return fail(f"{escape(file)}: cannot write the recording: {explain_os_error(error)}")
    return CLEAN
