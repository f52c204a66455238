"""The check of a server by `validate-runs live`, from typed options to the reports and the exit code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Literal, NamedTuple

import click

from validator.batch.baseline import BaselineFilter
from validator.batch.session import Result, limit_findings
from validator.cli.check import check_options, close_baseline, find_for_baseline, open_baseline, report_items
from validator.cli.console import CLEAN, FAILED, FINDINGS, fail, warn
from validator.cli.options import CliOptions
from validator.cli.output import PlannedReport, plan_reports, write_reports
from validator.core.files import explain_os_error
from validator.core.options import CheckOptions
from validator.core.phrases import escape
from validator.core.results import StatementResult
from validator.core.severity import Severity
from validator.live.check import BODIES, DEFAULT_NAME, Session, Task
from validator.live.connection import Proxy, Tls, make_tls_context, parse_proxy, split_certificate
from validator.live.create import TooFewRuns
from validator.live.keys import MIN_LEARNED, VARIABLE, KeyProblem, Redactor, read_key
from validator.live.known import kept_again, mark_known, mark_required, suppress_known
from validator.live.plan import Redirected, Scope, plan
from validator.live.recorder import require_recording
from validator.live.target import Misuse, Target, add_version, authorize, make_recipe, parse_target
from validator.live.transport import Budget, BudgetSpent, LiveError, make_client
from validator.sources.document import InputError

_RATE = 5.0
"""Requests a second to other machines."""


class LiveOptions(NamedTuple):
    """The options that `live` does not share with a check of files.

    `url_place` says where a configuration names the URL (None: the user does). A header is its name, its value and
    whether that is a secret. `timeout`, `max_time` and `wait` are in seconds, `rate` in requests a second (None: by the
    machine). `require` and `known` are ids of statements.
    """

    url: str
    url_place: str | None
    thread: tuple[str, ...]
    empty_thread: str | None
    create: bool
    assistant: str | None
    model: str | None
    delete_created: bool
    plan: bool
    wait: float | None
    record: str | None
    scrub: bool
    require: tuple[str, ...]
    known: tuple[str, ...]
    strict_baseline: bool
    check_auth: bool
    key_env: str | None
    key_file: str | None
    auth: Literal["bearer", "api-key", "none"]
    azure: bool
    api_version: str | None
    header: tuple[tuple[str, str, bool], ...]
    beta: Literal["v2", "v1", "none"]
    tls_ca: str | None
    client_cert: str | None
    insecure: bool
    proxy: str | None
    allow_http: bool
    timeout: float
    max_time: float
    max_requests: int
    rate: float | None


def check_server(options: CliOptions, live: LiveOptions) -> int:
    """Check a server and write the reports, or print the requests; return the exit code.

    Raises `Misuse` for options that contradict each other, and `click.UsageError`.
    """
    target = parse_target(live.url, allow_http=live.allow_http)
    if live.url_place is not None:
        _announce(target, options, live)
    target = add_version(target, live.api_version, is_required=live.azure)
    connection = _connection(target, live)
    rate = live.rate if live.rate is not None else 0.0 if target.is_loopback else _RATE
    task = Task(
        target=target,
        recipe=make_recipe(create=live.create, assistant=live.assistant, model=live.model, deletes=live.delete_created),
        scope=_scope(target, live),
        budget=Budget(live.timeout, live.max_time, live.max_requests, max(1, options.max_bytes // BODIES), rate),
        record=require_recording(live.record) if live.record else None,
        scrubs=live.scrub,
        max_bytes=options.max_bytes,
        warning=connection.warning,
    )
    if live.plan:
        redact = Redactor(target.secrets).text
        for line in plan(task.scope, target.base, target.query, task.recipe):
            click.echo(redact(line))
        return CLEAN
    with ExitStack() as at_exit:
        try:
            return _check(_authorize(task, connection, live), connection, options, live, at_exit)
        except (LiveError, KeyProblem) as error:
            return fail(str(error))


def _announce(target: Target, options: CliOptions, live: LiveOptions) -> None:
    """Print which server the configuration names; raises `Misuse` if a secret would go there.

    A configuration may be a stranger's: whoever gets a key is for the user to say.
    """
    secrets = {
        "--key-env": live.key_env,
        "--key-file": live.key_file,
        VARIABLE: live.auth != "none" and os.environ.get(VARIABLE),
        "-H Name=env:VARIABLE": any(is_secret for _, _, is_secret in live.header),
        "--client-cert": live.client_cert,
    }
    for name, value in secrets.items():
        if value:
            raise Misuse(
                f"{name} is for a server that you name: the address is from {live.url_place}, so write it after `live`"
            )
    if not options.quiet:
        warn(f"{live.url_place}: checking {escape(target.base)}")


def _scope(target: Target, live: LiveOptions) -> Scope:
    threads = [*dict.fromkeys((*filter(None, (target.thread,)), *live.thread))]
    if not threads and not live.create:
        raise Misuse("which thread? --thread ID names one that has runs, --create makes one")
    if "" in (*threads, live.empty_thread):
        raise Misuse("the id of a thread is empty")
    if not threads:
        return Scope("", None, live.empty_thread, live.check_auth)
    if len(threads) > 2:
        raise Misuse("at most two threads can be named")
    return Scope(threads[0], threads[1] if len(threads) > 1 else None, live.empty_thread, live.check_auth)


class _Connection(NamedTuple):
    """How the server is reached."""

    tls: Tls
    proxy: Proxy | None

    @property
    def warning(self) -> str:
        """What a reader of the reports must know; empty if nothing."""
        return "" if self.tls.is_verified else "the certificate of the server was not verified (--insecure)"


def _connection(target: Target, live: LiveOptions) -> _Connection:
    """Return how the server is to be reached; raises `Misuse` for options that have no effect."""
    given = {"--tls-ca": live.tls_ca, "--client-cert": live.client_cert, "--insecure": live.insecure}
    names = [name for name, value in given.items() if value]
    if names and not target.base.startswith("https:"):
        raise Misuse(f"{names[0]} is for https:// alone")
    if live.insecure and live.tls_ca:
        raise Misuse("--insecure and --tls-ca contradict each other")
    certificate, private_key = split_certificate(live.client_cert) if live.client_cert else (None, None)
    tls = Tls(live.tls_ca, certificate, private_key, not live.insecure)
    url = live.proxy
    return _Connection(tls, None if url is None else parse_proxy(url, target, allow_http=live.allow_http))


def _authorize(task: Task, connection: _Connection, live: LiveOptions) -> Task:
    """Return the task with the headers to send, and with all secrets; raises `KeyProblem` and `Misuse`."""
    key = None if live.auth == "none" else read_key(live.key_env, live.key_file)
    values = [value for _, value, is_secret in live.header if is_secret]
    words = [word for value in values for word in value.split() if len(word) >= MIN_LEARNED]
    of_proxy = connection.proxy.secrets if connection.proxy else ()
    headers = {name: value for name, value, _ in live.header}
    authorization = authorize(key, live.auth, live.beta, headers)
    return replace(task, authorization=authorization, secrets=(*values, *words, *of_proxy))


def _check(task: Task, connection: _Connection, options: CliOptions, live: LiveOptions, at_exit: ExitStack) -> int:
    """Walk and report; what was created is listed `at_exit`."""
    tls, proxy = connection
    reports = plan_reports(options)
    if live.record:
        files = [report.file for report in reports]
        _refuse_overwriting(live.record, [*files, options.baseline, options.config, live.key_file, *tls.files])
    settings = check_options(options)
    baseline = open_baseline(options, settings)
    with make_client(make_tls_context(tls), task.budget.timeout, proxy.url if proxy else None) as client:
        session = Session(client, task)
        at_exit.callback(_list_created, session)
        if live.wait:
            session.wait(live.wait)
        try:
            problem = session.walk()
        finally:  # also on Ctrl-C
            code = _write_recording(session)
    if problem is not None and not isinstance(problem, BudgetSpent | Redirected | TooFewRuns):
        return _report_unusable(InputError(task.name, str(problem)), reports, options)
    statements, codes = _report(session, settings, baseline, reports, options, live)
    if problem is None:
        codes.add(_name_obsolete(statements, baseline, options, live))
    else:
        warn(str(problem))
        if baseline is not None and baseline.updating:
            warn("the baseline is not updated, as the check is incomplete")
        codes.add(CLEAN if FINDINGS in codes else FAILED)
    codes |= {code, _require(statements)}
    return max(codes)


def _report(
    session: Session,
    settings: CheckOptions,
    baseline: BaselineFilter | None,
    reports: Sequence[PlannedReport],
    options: CliOptions,
    live: LiveOptions,
) -> tuple[list[StatementResult], set[int]]:
    """Write the reports, and return the verdicts and the exit codes that follow."""
    codes: set[int] = set()
    if baseline is not None:
        settings = find_for_baseline(baseline, settings)
    statements = mark_required(mark_known(session.judge(settings), live.known), live.require, live.known)
    results = _find(session, settings, statements, live.known)
    if baseline is not None:
        results = baseline.apply(results)
    items = report_items(limit_findings(results, options.max_findings), options, codes)
    conclusion = session.conclude(statements)
    codes.add(write_reports(reports, items, options, lambda: None, statements, conclusion))
    if not options.quiet and reports[0] != PlannedReport("text", None):
        warn(conclusion)
    elif session.task.warning:
        warn(session.task.warning)
    if not live.record and not options.quiet and any(statement.severity for statement in statements):
        warn(f"{DEFAULT_NAME} is not written: --record {DEFAULT_NAME} keeps the answers")
    return statements, codes


def _report_unusable(error: InputError, reports: Sequence[PlannedReport], options: CliOptions) -> int:
    """Print why the server cannot be checked, also into the reports for programs; return the exit code."""
    others = [report for report in reports if report != PlannedReport("text", None)]
    write_reports(others, iter([error]), options, lambda: None)
    return fail(error.reason)


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
    live: LiveOptions,
) -> int:
    """Print what is accepted and no longer occurs, update the baseline if that is asked for; return the exit code."""
    kept, code, obsolete = kept_again(statements, live.known), CLEAN, 0
    if baseline is not None:
        code, obsolete = close_baseline(baseline, quiet=options.quiet), baseline.obsolete
    if kept and not options.quiet:
        warn(f"kept, so no longer --known: {', '.join(kept)}")
    return max(code, FINDINGS if live.strict_baseline and (kept or obsolete) else CLEAN)


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
    """Raise `click.UsageError` for a recording that would overwrite a file that is used."""
    if os.path.realpath(record) in {os.path.realpath(file) for file in used if file}:
        raise click.UsageError(f"the recording would overwrite {record}, which is used otherwise")


def _write_recording(session: Session) -> int:
    try:
        session.write()
    except OSError as error:
        return fail(f"{escape(session.task.name)}: cannot write the recording: {explain_os_error(error)}")
    return CLEAN
