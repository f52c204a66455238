"""`assert_live_listing` and `check_listing`: a URL, clients, and an application in this process."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import httpx
import httpx2
import pytest

from tests.support.commands import run
from tests.support.http_server import Answering, Asked, Reply, refuse, serving
from tests.support.sound_server import list_runs
from tests.support.threads import THREAD, numbered
from tests.support.tools import package
from validator import ValidationFailed
from validator.assertions import watch_assertions
from validator.live import LiveError, assert_live_listing, check_listing

KEY = "sk-live-0123456789abcdefghij"
RUNS = [numbered(number) for number in range(5)]
SOUND = list_runs(RUNS)


def stop_early(asked: Asked) -> Reply:
    """Answer as the API does, but say that no more runs follow."""
    reply = SOUND(asked)
    return Reply(reply.body | {"has_more": False} if "data" in reply.body else reply.body, reply.status)


def go_the_other_way(asked: Asked) -> Reply:
    """Answer as the API does, but give the newer runs after a cursor."""
    query = dict(asked.query)
    if query.get("order") == "desc" and "after" in query and "before" not in query:
        query["before"] = query.pop("after")
    return SOUND(asked._replace(query=query))


def application(answering: Answering) -> Callable[..., Any]:
    """An ASGI application that answers so."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0)
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        reply = answering(Asked(scope["method"], scope["path"], query, headers))
        start = {"type": "http.response.start", "status": reply.status}
        await send({**start, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(reply.body).encode()})

    return app


def failed(target: object) -> set[str]:
    """The statements that a check of a target finds broken."""
    with pytest.raises(ValidationFailed) as caught:
        assert_live_listing(target, thread=THREAD)
    return {line.split()[1] for line in str(caught.value).splitlines() if line.startswith("broken ")}


def test_url() -> None:
    with serving(SOUND) as server:
        report = assert_live_listing(f"{server.origin}/v1", thread=THREAD, require=["walk-complete", "has-more-true"])
    assert report.ok
    assert {result.id: result.verdict for result in report.statements}["walk-complete"] == "kept"
    with serving(stop_early) as server:
        assert failed(f"{server.origin}/v1/threads/{THREAD}/runs") == {"has-more-true"}


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_http_client(library: Any) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    with serving(stop_early) as server, library.Client(base_url=f"{server.origin}/v1", headers=headers) as client:
        assert failed(client) == {"has-more-true"}
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_parameters_of_a_client_are_sent_with_those_of_the_check(library: Any, tmp_path: Path) -> None:
    own = {"api-version": "2024-05-01-preview", "limit": "50"}
    with serving(SOUND) as server, library.Client(base_url=f"{server.origin}/v1", params=own) as client:
        assert assert_live_listing(client, thread=THREAD, record=tmp_path / "runs.har").ok
    assert server.asked[1].query == {"api-version": "2024-05-01-preview", "limit": "100", "order": "desc"}
    entry = json.loads((tmp_path / "runs.har").read_text())["log"]["entries"][1]
    query = "api-version=2024-05-01-preview&limit=100&order=desc"
    assert entry["request"]["url"] == f"{server.origin}/v1/threads/{THREAD}/runs?{query}"


def test_parameters_of_the_client_in_an_openai_client(tmp_path: Path) -> None:
    openai = package("openai", "test")
    params = (("api-version", "1"), ("region", "x"), ("region", "y"))
    with serving(SOUND) as server, httpx.Client(params=params) as inner:
        client = openai.OpenAI(
            base_url=f"{server.origin}/v1", api_key=KEY, http_client=inner, default_query={"api-version": "2"}
        )
        assert assert_live_listing(client, thread=THREAD, record=tmp_path / "runs.har").ok
    assert server.asked[0].query == {"api-version": "2", "region": "x"}
    entry = json.loads((tmp_path / "runs.har").read_text())["log"]["entries"][0]
    assert entry["request"]["url"].endswith("/runs?region=x&region=y&api-version=2")


def test_response_hooks_of_a_client_hide_no_answer() -> None:
    statuses: list[int] = []

    def hook(response: httpx.Response) -> None:
        statuses.append(response.status_code)
        response.raise_for_status()

    hooks = {"response": [hook]}
    with serving(SOUND) as server, httpx.Client(base_url=f"{server.origin}/v1", event_hooks=hooks) as client:
        assert assert_live_listing(client, thread=THREAD).ok
        assert client.event_hooks["response"] == [hook]
    assert {*statuses} == {200, 400, 404}


def test_client_without_a_network() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        reply = stop_early(Asked(request.method, request.url.path, dict(request.url.params), {}))
        return httpx.Response(reply.status, json=reply.body)

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://server.test/v1") as client:
        assert failed(client) == {"has-more-true"}


def test_client_of_a_server_without_its_path() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"detail": "Not Found"})

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://testserver")
    with client, pytest.raises(LiveError, match="/runs was answered with 404; most servers have their API at /v1$"):
        check_listing(client, thread=THREAD)


def test_openai_client(tmp_path: Path) -> None:
    openai = package("openai", "test")

    def answering(asked: Asked) -> Reply:
        reply = stop_early(asked)
        return Reply({**reply.body, "echo": asked.headers["Authorization"]}, reply.status)

    with serving(answering) as server, openai.OpenAI(base_url=f"{server.origin}/v1", api_key=KEY) as client:
        report = check_listing(client, thread=THREAD, record=tmp_path / "runs.har")
    assert not report.ok
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}
    assert {asked.headers["OpenAI-Beta"] for asked in server.asked} == {"assistants=v2"}
    assert KEY not in (tmp_path / "runs.har").read_text()
    assert KEY not in str(report)


def test_application_in_this_process() -> None:
    assert assert_live_listing(application(SOUND), thread=THREAD).ok
    assert failed(application(stop_early)) == {"has-more-true"}


def test_application_within_a_running_loop() -> None:
    async def check() -> bool:
        return assert_live_listing(application(SOUND), thread=THREAD).ok

    assert asyncio.run(check())


def test_application_that_raises() -> None:
    def answering(asked: Asked) -> Reply:
        if asked.query.get("limit") == "abc":
            raise ValueError("invalid literal for int()")
        return SOUND(asked)

    with pytest.raises(ValidationFailed) as caught:
        assert_live_listing(application(answering), thread=THREAD)
    line = f"ValueError: invalid literal for int() ({__file__}:{answering.__code__.co_firstlineno + 2}), 1 time"
    headline, *_, last = str(caught.value).splitlines()
    assert headline == f"no-5xx broken: the server answers the GET request with 500; the application raised {line}"
    assert last == f"raised by the application: {line}"
    assert check_listing(application(answering), thread=THREAD).raised == (line,)


def test_exceptions_of_an_application_are_counted_and_masked() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError(f"\x1b[31mno account for {KEY}\nsecond line")

    (line,) = check_listing(app, thread=THREAD).raised
    place = f"{__file__}:{app.__code__.co_firstlineno + 1}"
    assert line == rf"RuntimeError: \u001b[31mno account for … ({place}), 16 times"


def starting(begin: Callable[[Any, Any], Any], stopped: list[str]) -> Callable[..., Any]:
    """An application that begins so; every request needs what that has put into the state."""
    answering = application(SOUND)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            assert scope["state"] == {"database": "open"}
            await answering(scope, receive, send)
            return
        assert await receive() == {"type": "lifespan.startup"}
        await begin(scope, send)
        stopped.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})

    return app


def test_application_is_started_and_stopped() -> None:
    async def begin(scope: Any, send: Any) -> None:
        scope["state"]["database"] = "open"
        await send({"type": "lifespan.startup.complete"})

    stopped: list[str] = []
    assert assert_live_listing(starting(begin, stopped), thread=THREAD).ok
    assert stopped == ["lifespan.shutdown"]


def test_application_that_does_not_start() -> None:
    async def fail(scope: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        raise ValueError("no database")

    async def give_up(scope: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed"})
        await asyncio.sleep(60)

    async def hang(scope: Any, send: Any) -> None:
        await asyncio.sleep(60)

    place = rf"{__file__}:{fail.__code__.co_firstlineno + 2}"
    with pytest.raises(LiveError, match=re.escape(f"does not start: ValueError: no database ({place})")):
        check_listing(starting(fail, []), thread=THREAD)
    with pytest.raises(LiveError, match="the application does not start$"):
        check_listing(starting(give_up, []), thread=THREAD, timeout=0.1)
    with pytest.raises(LiveError, match=r"the application has not started after 0\.1 seconds$"):
        check_listing(starting(hang, []), thread=THREAD, timeout=0.1)


def test_wsgi_application_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("validator.live.transport._BACKOFF", 0.01)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        if query.get("limit") == "abc":
            raise ValueError("invalid literal for int()")
        reply = SOUND(Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], query, {}))
        start_response(f"{reply.status} Status", [("Content-Type", "application/json")])
        return [json.dumps(reply.body).encode()]

    client = httpx.Client(transport=httpx.WSGITransport(app), base_url="http://testserver/v1")
    with pytest.raises(ValidationFailed) as caught:
        assert_live_listing(client, thread=THREAD)
    line = f"ValueError: invalid literal for int() ({__file__}:{app.__code__.co_firstlineno + 3}), 3 times"
    assert str(caught.value).splitlines()[0].endswith(f"; the application raised {line}")
    refused = httpx.Client(base_url="http://127.0.0.1:1")
    with pytest.raises(LiveError, match="cannot connect"):
        check_listing(refused, thread=THREAD)


def test_application_that_hangs() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(60)

    with pytest.raises(LiveError, match="the server cannot be reached: timed out"):
        check_listing(app, thread=THREAD, timeout=0.1)


def test_recording_of_python_and_command_agree(tmp_path: Path) -> None:
    file = tmp_path / "made" / "runs.har"
    report = check_listing(application(stop_early), thread=THREAD, record=file, now=1_740_001_000)
    offline = json.loads(run(file, "-f", "json", "--show", "info", "--now", "1740001000").out)
    assert [finding.message for finding in report.findings] == [item["message"] for item in offline["findings"]]
    assert file.read_bytes() == report.recording


def test_required_statement_that_is_open() -> None:
    with pytest.raises(ValidationFailed, match="^key-needed required, but not asked: needs --check-auth"):
        assert_live_listing(application(SOUND), thread=THREAD, require=["key-needed"])
    with pytest.raises(ValueError, match="require has 'keys', which is not a statement, expected one of "):
        assert_live_listing(application(SOUND), thread=THREAD, require=["keys"])
    with pytest.raises(ValidationFailed, match="^default-limit-20 and 5 more statements required, but "):
        assert_live_listing(application(SOUND), thread=THREAD, require="all")
    assert assert_live_listing(application(SOUND), thread=THREAD, require="walk-complete").ok


def test_severity_that_fails() -> None:
    def answering(asked: Asked) -> Reply:
        reply = SOUND(asked)
        return reply if reply.status == 200 else Reply({"detail": "no"}, reply.status)

    assert assert_live_listing(application(answering), thread=THREAD).ok
    with pytest.raises(ValidationFailed):
        assert_live_listing(application(answering), thread=THREAD, fail_on="warning")


def test_failure_names_statements_and_few_findings() -> None:
    def answering(asked: Asked) -> Reply:
        reply = stop_early(asked)
        data = [{**run, "status": "done"} for run in reply.body.get("data", ())]
        return Reply(reply.body | ({"data": data} if data else {}), reply.status)

    with pytest.raises(ValidationFailed) as caught:
        assert_live_listing(application(answering), thread=THREAD, require=["seconds"])
    headline, _, *lines = str(caught.value).splitlines()
    assert headline.startswith('run-shape and 1 more statement broken: status is "done", expected ')
    assert [line for line in lines if line.startswith("broken ")] == [
        "broken       run-shape               every run is as documented",
        "broken       has-more-true           has_more is true while runs follow",
    ]
    assert max(map(len, lines)) < 120
    assert len(lines) < 100
    assert lines[-1].startswith("26 kept, 2 broken, 0 doubtful, ")


def test_finding_of_a_statement_that_is_not_verified_fails() -> None:
    """A cause that was made a warning does not hide the errors that follow from it."""
    target, milder = application(go_the_other_way), {"overlapping-pages": "warning", "premature-end": "warning"}
    with pytest.raises(ValidationFailed, match=r"^data lacks [^\[]*\[lost-runs\]\n") as caught:
        assert_live_listing(target, thread=THREAD, severity=milder)
    assert "doubtful     after-follows-order " in str(caught.value)


def test_report_in_other_formats_has_the_statements(tmp_path: Path) -> None:
    report = check_listing(application(SOUND), thread=THREAD)
    report.write("junit", tmp_path / "junit.xml")
    (suite,) = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert len(suite.findall("testcase")) == len(report.statements) == len(report.to_dict()["statements"])


def test_without_pytest() -> None:
    with watch_assertions(None):
        assert failed(application(stop_early)) == {"has-more-true"}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"thread": ["thread_A"]}, TypeError, "thread is a list, expected a str"),
        ({"other_thread": 7}, TypeError, "other_thread is a int, expected a str"),
        ({"key": b"sk"}, TypeError, "key is a bytes, expected a str"),
        ({"timeout": "10"}, ValueError, "timeout is '10', expected a number above 0"),
        ({"record": 7}, TypeError, "record is a int, expected the name of a file that ends in .har or .yaml"),
        (
            {"record": "runs.json"},
            LiveError,
            "the recording is a HAR or a cassette: name a file that ends in .har or .yaml",
        ),
        ({"known": 7}, ValueError, "known is 7, expected ids of statements"),
        ({"known": ["walk-end"]}, ValueError, "known has 'walk-end', which is not a statement, did you mean walk-ends"),
        ({"max_requests": 0}, ValueError, "max_requests is 0, expected a number above 0"),
        ({"contract": "latest"}, ValueError, "contract is 'latest', expected one of 'observed', 'published'"),
        (
            {"select": "usage", "ignore": ["token*", "usage"]},
            ValueError,
            'no rule is left: those of select "usage" are removed by ignore "token*" and "usage"',
        ),
    ],
)
def test_options_that_are_none(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as refused:
        check_listing(application(SOUND), **{"thread": THREAD, **options})
    assert str(refused.value) == message


def test_targets_that_are_none() -> None:
    with pytest.raises(TypeError, match="target is a int, expected a URL, a client or an ASGI application"):
        check_listing(7, thread=THREAD)
    with pytest.raises(TypeError, match="^target is the class Client, expected an instance of it$"):
        check_listing(httpx.Client, thread=THREAD)
    with pytest.raises(TypeError, match="target is an asynchronous client"):
        check_listing(httpx.AsyncClient(), thread=THREAD)
    with pytest.raises(TypeError, match="target is an asynchronous client"):
        check_listing(package("openai", "test").AsyncOpenAI(api_key=KEY), thread=THREAD)
    with pytest.raises(TypeError, match=r"target is a WSGI application, expected .*httpx\.WSGITransport\(app\)"):
        check_listing(lambda environ, start_response: [], thread=THREAD)
    with pytest.raises(LiveError, match="the base_url of the client has a user or a password"):
        check_listing(httpx.Client(base_url="http://user:password@127.0.0.1:9"), thread=THREAD)
    with pytest.raises(LiveError, match="the client has no base_url"):
        check_listing(httpx.Client(), thread=THREAD)
    with pytest.raises(LiveError, match="which thread"):
        check_listing(application(SOUND))
    with pytest.raises(LiveError, match="refused the request"):
        check_listing(application(lambda asked: refuse("No.", 401)), thread=THREAD)
