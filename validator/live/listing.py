"""The check of a server from Python: a URL, a client, or an application in this process."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from validator.api import Report, Validator
from validator.core.options import ContractName, FindingOptions
from validator.core.phrases import class_name, count, escape, safe_repr
from validator.core.results import DocumentResult, StatementResult
from validator.core.severity import Severity
from validator.live.check import Session, Task
from validator.live.create import TooFewRuns
from validator.live.in_process import ADDRESS, WatchedClient, connect_in_process
from validator.live.known import mark_known, suppress_known
from validator.live.plan import Scope
from validator.live.recorder import require_recording
from validator.live.statements import require_ids
from validator.live.target import Misuse, Target, authorize, make_recipe, parse_target
from validator.live.transport import Authorization, Budget, default_tls_context, make_client
from validator.reporters.base import ReportOptions


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LiveReport(Report):
    """The findings in what a server answered, and the verdict on every statement.

    `recording` is a HAR, or the cassette that `record` names. `created` has a line for each thread and the assistant
    that the check has created: the id, and whether it is left. `raised` has a line for each exception that an
    application in this process raised: its type, text and place, and how often.
    """

    statements: tuple[StatementResult, ...]
    conclusion: str
    recording: bytes
    created: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()

    def _report_options(self) -> ReportOptions:
        return ReportOptions(contract=self.contract, statements=self.statements, conclusion=self.conclusion)


def check_listing(
    target: object,
    *,
    thread: str | None = None,
    other_thread: str | None = None,
    empty_thread: str | None = None,
    key: str | None = None,
    check_auth: bool = False,
    create: bool = False,
    assistant: str | None = None,
    model: str | None = None,
    delete_created: bool = False,
    allow_http: bool = False,
    contract: ContractName = "observed",
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity | str] | None = None,
    now: float | None = None,
    timeout: float = 10.0,
    max_time: float = 60.0,
    max_requests: int = 100,
    record: str | os.PathLike[str] | None = None,
    scrub: bool = False,
    known: Iterable[str] = (),
) -> LiveReport:
    """List the runs of a thread in many ways and report what is wrong with the answers; GET only, unless `create`.

    `target` is a URL (of the API, or of the list), a client of httpx or httpx2 (with a `base_url`), a client of the
    openai package, or an ASGI application, which is called in this process. `key` is sent as a bearer token to a URL or
    an application; clients bring their own. `timeout` and `max_time` are in seconds. `record` names a file
    for the recording, which is written also where the check ends early: a cassette (.yaml or .yml) or a HAR. `scrub`
    replaces free text before anything is recorded or checked. `known` has ids of statements that the server is known
    not to keep: their findings are left out. The other options are those of `validate`.

    With `create` the check creates threads and runs of its own, by the `assistant` with this id or with a `model`. It
    lists the first of them unless a `thread` is named, cancels no other runs, and deletes what it has created only with
    `delete_created`.

    Raises `LiveError` where the server cannot be checked, creates too few runs (unless the report has an error, which
    may be why) or a budget is spent, `TypeError` for another target or an id that is no `str`, `ValueError` for an
    option outside its vocabulary, and `OSError` if the recording cannot be written.
    """
    __tracebackhide__ = True
    known = require_ids("known", known)
    options = Validator(contract=contract, select=select, ignore=ignore, severity=severity, now=now).options
    words = {"thread": thread, "other_thread": other_thread, "empty_thread": empty_thread}
    for name, value in {**words, "key": key, "assistant": assistant, "model": model}.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} is a {class_name(value)}, expected a str")
    if record is not None and not isinstance(record, str | os.PathLike):
        raise TypeError(f"record is a {class_name(record)}, expected the name of a file that ends in .har or .yaml")
    for name, number in (("timeout", timeout), ("max_time", max_time), ("max_requests", max_requests)):
        if not isinstance(number, int | float) or not number > 0:
            raise ValueError(f"{name} is {safe_repr(number)}, expected a number above 0")
    raised: Counter[str] = Counter()
    with _connect(target, key, allow_http, timeout, raised) as (client, address, authorization):
        recipe = make_recipe(create=create, assistant=assistant, model=model, deletes=delete_created)
        thread = thread or address.thread or ("" if create else None)
        if thread is None:
            raise Misuse("which thread? thread= names one that has runs, create=True makes one")
        task = Task(
            target=address,
            scope=Scope(thread, other_thread, empty_thread, check_auth),
            budget=Budget(timeout, max_time, max_requests),
            authorization=authorization,
            recipe=recipe,
            record=None if record is None else require_recording(os.fspath(record)),
            scrubs=scrub,
        )
        session = Session(client, task)
        try:
            problem = session.walk()
        finally:
            session.write()
    is_judged = problem is None or isinstance(problem, TooFewRuns)
    statements = tuple(mark_known(session.judge(options), known)) if is_judged else ()
    if problem is not None and not any(result.severity is Severity.ERROR for result in statements):
        if session.created:
            problem.add_note(f"created on the server: {', '.join(session.created)}")
        raise problem.with_traceback(None)
    found = session.check(options._replace(findings=FindingOptions(outlines=True)))
    results = suppress_known(found, statements, known, Severity.INFO)
    return LiveReport(
        contract=contract,
        results=tuple(result for result in results if isinstance(result, DocumentResult)),
        statements=statements,
        conclusion=session.conclude(statements),
        recording=session.recording,
        created=tuple(session.created),
        raised=tuple(f"{session.redact(line)}, {count(times, 'time')}" for line, times in raised.items()),
    )


class _Connection(NamedTuple):
    client: Any
    target: Target
    authorization: Authorization


@contextmanager
def _connect(
    target: object, key: str | None, allow_http: bool, timeout: float, raised: Counter[str]
) -> Iterator[_Connection]:
    """Yield a client for a target, its address, and the headers to send; `raised` counts what an application raises."""
    if isinstance(target, str):
        address = parse_target(target, allow_http=allow_http)
        with make_client(default_tls_context(), timeout) as client:
            yield _Connection(client, address, authorize(key, "bearer", "v2", {}))
        return
    known: Any = target
    if isinstance(target, type):
        raise TypeError(f"target is the class {escape(target.__name__)}, expected an instance of it")
    if asyncio.iscoroutinefunction(getattr(getattr(known, "_client", known), "send", None)):
        raise TypeError("target is an asynchronous client, expected a synchronous one, or the application itself")
    if _has(target, "auth_headers", "organization", "project", "_client"):  # of the openai package
        account = {"OpenAI-Organization": known.organization, "OpenAI-Project": known.project}
        headers = {name: value for name, value in account.items() if value} | {"OpenAI-Beta": "assistants=v2"}
        own = {name: str(value) for name, value in known.default_query.items()}
        others = [(name, value) for name, value in known._client.params.multi_items() if name not in own]
        address = Target(_base_of(known), None, (*others, *own.items()))
        with _lenient_hooks(known._client):
            yield _Connection(WatchedClient(known._client, raised), address, Authorization(headers, known.auth_headers))
    elif _has(target, "build_request", "send", "base_url"):
        address = Target(_base_of(known), None, tuple(known.params.multi_items()))
        with _lenient_hooks(known):
            yield _Connection(WatchedClient(known, raised), address, Authorization({"OpenAI-Beta": "assistants=v2"}))
    elif callable(target):
        with suppress(ValueError):  # of a callable that does not show its signature
            if len(inspect.signature(target).parameters) == 2:
                how = 'httpx.Client(transport=httpx.WSGITransport(app), base_url="http://testserver/v1")'
                raise TypeError(f"target is a WSGI application, expected an ASGI application or {how}")
        with connect_in_process(target, timeout, raised) as client:
            yield _Connection(client, Target(f"{ADDRESS}/v1"), authorize(key, "bearer", "v2", {}))
    else:
        expected = "a URL, a client or an ASGI application; validate and assert_valid_runs check a response"
        raise TypeError(f"target is a {class_name(target)}, expected {expected}")


@contextmanager
def _lenient_hooks(client: Any) -> Iterator[None]:
    """Call the response hooks of a client without what they raise: one that raises for 4xx would hide an answer."""
    hooks = client.event_hooks

    def lenient(hook: Callable[[Any], None]) -> Callable[[Any], None]:
        def call(response: Any) -> None:
            with suppress(Exception):
                hook(response)

        return call

    client.event_hooks = {**hooks, "response": [*map(lenient, hooks["response"])]}
    try:
        yield
    finally:
        client.event_hooks = hooks


def _base_of(client: Any) -> str:
    """Return the base address of a client; raises `Misuse` where requests cannot begin with it."""
    if client.base_url.userinfo:  # it would be recorded, and sent even where a request is to have no key
        raise Misuse("the base_url of the client has a user or a password: use auth= of the client")
    base = str(client.base_url).rstrip("/")
    if not base:
        raise Misuse("the client has no base_url")
    return base


def _has(value: object, *names: str) -> bool:
    return all(hasattr(value, name) for name in names)
