"""What `validate` knows of a response of an HTTP client: its status, its URL and its content type."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import httpx2
import openai
import pytest
import requests
import urllib3

from tests.support.example_server import THREAD as EXAMPLE_THREAD
from tests.support.pages import NOW, RUN, page, run
from validator import ValidationFailed, assert_valid_runs, validate
from validator.reporters.base import ReportOptions
from validator.reporters.registry import FORMATS, load_reporter

THREAD = "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"
LIST = f"/v1/threads/{THREAD}/runs"
PAGE = page(run(thread_id=THREAD))
CAMEL_CASE: dict[str, Any] = {"object": "list", "data": [], "firstId": None, "lastId": None, "hasMore": False}
EXPECTED = "expected a page of runs, a run or an array of runs"
EXPECTED_OF_ERROR = "expected the status of an error, or a page of runs, a run or an array of runs"


class Answer:
    """What the server answers to every request."""

    def __init__(self, body: Any, status: int = 200, content_type: str | None = "application/json") -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.content_type = content_type


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Start a server that gives one answer, and return its address."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(answer.status)
                if answer.content_type is not None:
                    self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def answer(method: str, path: str, body: Any) -> httpx.Response:
    request = httpx.Request(method, f"http://api.example.com/v1{path}")
    return httpx.Response(200, json=body, request=request)


def test_other_calls_in_a_list_of_responses_are_left_out() -> None:
    thread = f"/threads/{RUN['thread_id']}"
    created = answer("POST", "/threads", {"id": RUN["thread_id"], "object": "thread"})
    messages = answer("GET", f"{thread}/messages", {"object": "list", "data": [{"object": "thread.message"}]})
    runs = answer("GET", f"{thread}/runs", {**page(RUN), "first_id": "run_other"})
    proxied = answer("GET", "/proxy/runs", {**page(RUN), "last_id": "run_other"})
    report = validate([created, messages, runs, proxied])
    assert [(finding.record, finding.rule) for finding in report] == [(3, "first-id-mismatch"), (4, "last-id-mismatch")]
    assert [finding.rule for finding in validate([created, messages])] == ["not-a-run-list", "not-a-run-list"]


def by_openai(url: str) -> Any:
    """The raw response of the official client, which raises for an error status."""
    base, _, rest = url.partition("/threads/")
    with openai.OpenAI(base_url=base, api_key="none", max_retries=0) as client:
        try:
            return client.beta.threads.runs.with_raw_response.list(rest.partition("/")[0], limit=1)
        except openai.APIStatusError as error:
            return error.response


def by_aiohttp(url: str) -> Any:
    """A response of aiohttp whose body has been read."""
    aiohttp = pytest.importorskip("aiohttp")

    async def get() -> Any:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            with pytest.raises(TypeError, match=r"ClientResponse before its body is read: await its read\(\)$"):
                validate(response)
            await response.read()
            return response

    return asyncio.run(get())


CLIENTS = [
    pytest.param(httpx.get, id="httpx"),
    pytest.param(httpx2.get, id="httpx2"),
    pytest.param(requests.get, id="requests"),
    pytest.param(lambda url: urllib3.request("GET", url), id="urllib3"),
    pytest.param(by_aiohttp, id="aiohttp"),
    pytest.param(
        by_openai,
        id="openai",
        marks=pytest.mark.filterwarnings("ignore:The Assistants API is deprecated:DeprecationWarning"),
    ),
]


def findings(response: object, **options: Any) -> list[tuple[str, str, str, str]]:
    """The findings of a response but for the infos: rule, severity, pointer and message."""
    found = validate(response, **options).findings
    return [(one.rule, one.severity, one.pointer, one.message) for one in found if one.severity != "info"]


@pytest.mark.parametrize("get", CLIENTS)
def test_error_status_is_an_api_error(get: Any, serve: Callable[[Answer], str]) -> None:
    error = {"message": "No thread found.", "type": "invalid_request_error", "param": None, "code": "not_found"}
    response = get(f"{serve(Answer({'error': error}, 404))}{LIST}?limit=1")
    message = f"is an API error: 404 invalid_request_error (code not_found), {EXPECTED}"
    assert findings(response) == [("not-a-run-list", "error", "", message)]
    assert validate(response).documents[0].request == f"GET {LIST}?limit=1 404"


@pytest.mark.parametrize("get", CLIENTS)
def test_valid_response_has_no_findings(get: Any, serve: Callable[[Answer], str]) -> None:
    response = get(f"{serve(Answer(PAGE))}{LIST}?limit=1")
    assert findings(response) == []
    assert [(info.request, info.kind, info.runs) for info in validate(response).documents] == [
        (f"GET {LIST}?limit=1 200", "page", 1)
    ]


@pytest.mark.parametrize("get", CLIENTS)
def test_response_is_compared_with_its_url(get: Any, serve: Callable[[Answer], str]) -> None:
    answer = Answer(page(run(thread_id="thread_B"), run(id="run_B", thread_id="thread_B")), content_type="text/plain")
    found = {(rule, severity) for rule, severity, _, _ in findings(get(f"{serve(answer)}{LIST}?limit=1"))}
    assert {("other-thread", "error"), ("content-type", "error"), ("page-too-long", "error")} <= found


@pytest.mark.parametrize("get", CLIENTS)
def test_response_in_camel_case_is_an_error(get: Any, serve: Callable[[Answer], str]) -> None:
    response = get(f"{serve(Answer(CAMEL_CASE))}{LIST}?limit=1")
    message = "has its keys in camelCase: an HTTP response has them in snake_case"
    assert findings(response) == [("camel-case-response", "error", "", message)]
    assert findings(response, form="sdk") == []


@pytest.mark.parametrize("get", [httpx.get, requests.get])
def test_server_error_is_one_finding(get: Any, serve: Callable[[Answer], str]) -> None:
    html = Answer(b"<html>Internal Server Error</html>", 500, "text/html")
    message = f"is an error response: 500, whose body is not JSON, {EXPECTED}"
    assert findings(get(f"{serve(html)}{LIST}")) == [("not-a-run-list", "error", "", message)]
    message = f'is an error response: 503 without an object "error", {EXPECTED}'
    assert findings(get(f"{serve(Answer(PAGE, 503))}{LIST}")) == [("not-a-run-list", "error", "", message)]
    message = "is an error response: 502, whose body is not JSON, expected a page of runs"
    assert findings(get(f"{serve(Answer(b'', 502))}{LIST}"), expect="page") == [
        ("not-a-run-list", "error", "", message)
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"error": {"message": "No thread found.", "code": "not_found"}},
            f"has status 200, but is an API error: code not_found; {EXPECTED_OF_ERROR}",
        ),
        (
            {"error": "no such thread"},
            f"has status 200, but is an API error; {EXPECTED_OF_ERROR}",
        ),
        ({"error": True}, f"is an object of 1 key that is neither a page nor a run, {EXPECTED}"),
        (
            {"error": True, "result": PAGE},
            f'is an object of 2 keys that is neither a page nor a run, {EXPECTED}; a page is under "result"',
        ),
        ({"error": {"message": ""}, "result": PAGE}, f'is an API error, {EXPECTED}; a page is under "result"'),
    ],
)
def test_error_with_the_status_of_a_success(body: Any, message: str, serve: Callable[[Answer], str]) -> None:
    response = httpx.get(f"{serve(Answer(body))}{LIST}?limit=1")
    assert findings(response) == [("not-a-run-list", "error", "", message)]


def test_response_to_post_is_a_run(serve: Callable[[Answer], str]) -> None:
    assert findings(requests.post(f"{serve(Answer(run(thread_id=THREAD)))}{LIST}", timeout=9)) == []
    assert findings(urllib3.request("POST", f"{serve(Answer(run(thread_id=THREAD)))}{LIST}")) == []
    assert [rule for rule, *_ in findings(httpx.post(f"{serve(Answer(PAGE))}{LIST}"))] == ["unexpected-object"]


def test_missing_content_type_of_a_server_is_an_error(serve: Callable[[Answer], str]) -> None:
    message = "has no Content-Type: expected application/json"
    assert findings(httpx.get(f"{serve(Answer(PAGE, content_type=None))}{LIST}")) == [
        ("content-type", "error", "", message)
    ]
    assert findings(httpx.Response(200, content=json.dumps(PAGE))) == []  # nobody has sent it


def test_response_without_request_is_judged_by_what_it_has() -> None:
    assert [rule for rule, *_ in findings(httpx.Response(200, json=CAMEL_CASE))] == ["camel-case-response"]
    report = validate(httpx.Response(429, json={"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}}))
    assert str(report).split("\n")[1] == "  --> response 429:1:1"
    assert [one.message for one in report.findings] == [
        f"is an API error: 429 code rate_limit_exceeded, {EXPECTED}",
    ]


@pytest.mark.parametrize("path", ["/", "/v1/models", "/runs", "/v1/threads"])
def test_path_that_names_no_thread_is_no_fault(path: str, serve: Callable[[Answer], str]) -> None:
    assert findings(httpx.get(f"{serve(Answer(run()))}{path}?limit=1")) == []


@dataclass
class DjangoResponse:
    """A response of Django's test client."""

    content: bytes
    status_code: int
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    request: dict[str, Any] = field(
        default_factory=lambda: {"PATH_INFO": LIST, "REQUEST_METHOD": "GET", "QUERY_STRING": "limit=1"}
    )


def test_response_of_djangos_test_client() -> None:
    response = DjangoResponse(json.dumps(PAGE).encode(), 200)
    assert [(rule, severity) for rule, severity, _, _ in findings(response)] == [("content-type", "error")]
    assert validate(response).documents[0].request == f"GET {LIST}?limit=1 200"
    assert validate(DjangoResponse(b"{}", 500, request={})).documents[0].request == "response 500"


class ServerResponse:
    """A response as Starlette and FastAPI make it."""

    def __init__(self, content: object) -> None:
        self.body = json.dumps(content).encode()
        self.status_code = 200
        self.headers = {"content-type": "application/json"}


def test_response_that_a_server_makes() -> None:
    assert findings(ServerResponse(page())) == []
    assert [rule for rule, *_ in findings(ServerResponse(CAMEL_CASE))] == ["camel-case-response"]


def test_tuple_of_runs_is_an_array() -> None:
    assert validate((run(), run(id="run_b"))).documents[0].kind == "runs"


def test_response_of_werkzeugs_test_client() -> None:
    test = pytest.importorskip("werkzeug.test")
    wrappers = pytest.importorskip("werkzeug.wrappers")
    application = wrappers.Response(json.dumps(PAGE), 500, mimetype="application/json")
    response = test.Client(application).get(f"{LIST}?limit=1")
    assert validate(response).documents[0].request == f"GET {LIST}?limit=1 500"


@pytest.mark.parametrize("status", [7, "200 OK", True, None])
def test_status_of_another_kind_is_unknown(status: object) -> None:
    response = DjangoResponse(json.dumps(PAGE).encode(), status)  # type: ignore[arg-type]
    assert validate(response).documents[0].request is None
    assert findings(response) == []


def failing(path: str) -> httpx.Response:
    """An error response to a request for a path."""
    request = httpx.Request("GET", f"https://user:secret@example.org{path}?limit=1&key=sk-secret")
    return httpx.Response(500, json={"error": {"message": "secret"}}, request=request)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        (LIST, f"GET {LIST}?limit=1 500"),
        ("/v1/threads/sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z/runs", "GET /v1/threads/…/runs?limit=1 500"),
        ("/v1/threads/%1b%5b31m/runs", "GET /v1/threads/…/runs?limit=1 500"),
        ("/v1/threads/jane@example.org/runs", "GET /v1/threads/…/runs?limit=1 500"),
        ("/a" * 150, f"GET {'/a' * 50}…{'/a' * 50}?limit=1 500"),
    ],
)
def test_name_of_a_response_is_its_path_without_secrets(path: str, label: str) -> None:
    assert validate(failing(path)).documents[0].request == label


def test_name_of_a_response_says_which_page_was_asked_for() -> None:
    query = "?user=jane&before=jane@example.org&after=run_a&order=asc&limit="
    response = httpx.Response(500, request=httpx.Request("GET", f"https://example.org{LIST}{query}"))
    expected = f"GET {LIST}?limit=&order=asc&after=run_a&before=… 500"
    assert validate(response).documents[0].request == expected


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_the_request(name: str) -> None:
    report = validate(failing(LIST))
    text = "".join(load_reporter(name)(report.results, ReportOptions(contract="observed", verbose=True)))
    assert f"GET {LIST}?limit=1 500" in text.replace("\\/", "/") or name == "statistics"
    assert "<document>" not in text
    assert "secret" not in text


def test_failed_assertion_names_the_request() -> None:
    with pytest.raises(ValidationFailed, match=rf"\n  --> GET {LIST}\?limit=1 500:1:1\n"):
        assert_valid_runs(failing(LIST))


def test_finding_in_a_recording_names_its_request(tmp_path: Path) -> None:
    entry = {
        "request": {"method": "GET", "url": f"https://example.org{LIST}?limit=1"},
        "response": {"status": 500, "headers": [], "content": {"mimeType": "text/html", "text": "<html>"}},
    }
    path = tmp_path / "walk.har"
    good = {"status": 200, "content": {"mimeType": "application/json", "text": json.dumps(PAGE)}}
    path.write_text(json.dumps({"log": {"entries": [entry, {**entry, "response": good}]}}))
    assert [(one.rule, one.request) for one in validate(path).findings] == [("server-error", f"GET {LIST}?limit=1 500")]
    assert f"      = record 1: GET {LIST}?limit=1 500\n" in str(validate(path))


def test_response_of_a_listing_is_its_last_page(serve: Callable[[Answer], str]) -> None:
    response = httpx.get(f"{serve(Answer({**PAGE, 'has_more': True}))}{LIST}?limit=1")
    assert findings(response) == []
    assert findings(response, listing=True) == findings(response.json(), listing=True) != []


def walk(server: str, base: str, limit: int) -> list[httpx.Response]:
    """The responses of a client that lists the runs of the example's server page by page, at most ten."""
    with httpx.Client(base_url=f"{server}{base}") as client:
        responses = [client.get(f"/threads/{EXAMPLE_THREAD}/runs", params={"limit": limit})]
        while len(responses) < 10 and responses[-1].json()["has_more"] and (last := responses[-1].json()["last_id"]):
            params = {"limit": limit, "after": last}
            responses.append(client.get(f"/threads/{EXAMPLE_THREAD}/runs", params=params))
    return responses


@pytest.mark.parametrize("listing", [False, True])
def test_responses_are_checked_together(listing: bool, server: str) -> None:
    good = walk(server, "/v1", 3)
    assert findings(good, listing=listing) == findings(tuple(good), listing=listing) == []
    assert [(info.record, info.runs) for info in validate(good).documents] == [(1, 3), (2, 3), (3, 1)]
    overlapping = walk(server, "/faulty/overlapping-pages/v1", 3)
    assert {rule for rule, *_ in findings(overlapping, listing=listing)} == {"overlapping-pages"}
    full = walk(server, "/faulty/false-has-more/v1", 7)
    assert [rule for rule, *_ in findings(full, listing=listing)] == ["false-has-more"]
    assert "warning false-has-more: data is empty" in str(validate(full, listing=listing))


def test_list_of_responses_and_values_is_refused() -> None:
    with pytest.raises(TypeError, match="^cannot check a value of type Response among other values: "):
        validate([httpx.Response(200, json=PAGE), PAGE])


def stream_of(*runs: dict[str, Any], method: str = "POST") -> httpx.Response:
    """The answer to a request for a run with `stream`."""
    events = [f"event: thread.run.{run['status']}\ndata: {json.dumps(run)}\n\n" for run in runs]
    content = "".join([*events, "event: done\ndata: [DONE]\n\n"]).encode()
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    request = httpx.Request(method, "http://testserver/v1/threads/thread_A/runs")
    return httpx.Response(200, content=content, headers=headers, request=request)


def test_runs_in_an_event_stream_are_checked() -> None:
    sound = run(thread_id="thread_A")
    wrong = run(thread_id="thread_A", usage=sound["usage"] | {"total_tokens": 1})
    assert validate(stream_of(sound), now=NOW).findings == ()
    (found,) = validate(stream_of(wrong), now=NOW)
    column = f"data: {json.dumps(wrong)}".index('"total_tokens": 1') + len('"total_tokens": ') + 1
    assert (found.rule, found.pointer) == ("token-total-mismatch", "/usage/total_tokens")
    assert (found.file, found.line, found.column) == (None, 2, column)
    report = validate([stream_of(sound), stream_of({**wrong, "id": "run_b"})], now=NOW)
    assert [(finding.record, finding.rule) for finding in report] == [(2, "token-total-mismatch")]
    assert [finding.rule for finding in validate(stream_of(sound, method="GET"), now=NOW)] == [
        "content-type",
        "not-json",
    ]


@pytest.mark.parametrize(
    ("content_type", "body"), [("text/event-stream", "event: done\ndata: [DONE]\n\n"), ("a/b", "data: 1")]
)
def test_stream_without_runs_never_passes(content_type: str, body: str) -> None:
    response = httpx.Response(200, text=body, headers={"content-type": content_type})
    assert [finding.rule for finding in validate(response)] == ["content-type", "not-json"]


def test_stream_is_no_answer_to_get() -> None:
    found = validate(stream_of(run(thread_id="thread_A"), method="GET"), now=NOW)
    assert [finding.rule for finding in found] == ["content-type", "not-json"]
