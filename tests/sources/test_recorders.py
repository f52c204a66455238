"""Recordings of a real server by real recorders: what is wrong with a response is found at its place in the file."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import vcr
import yaml

from tests.support.recordings import BAD_PAGE, QUOTED, URL, call, errors, places, position, skipped, write_har
from tests.support.threads import list_of, numbered
from validator import validate

THREAD = "thread_Zk4mQx8sVb2Yn6Tc1LpWr9Hd"
FAULT = "first-id-mismatch"


@pytest.fixture
def paths(server: str) -> list[str]:
    """What is asked for: a sound page, another endpoint, a page with a fault."""
    return [
        f"{server}/v1/threads/{THREAD}/runs?limit=2",
        f"{server}/v1/models",
        f"{server}/faulty/{FAULT}/v1/threads/{THREAD}/runs?limit=2",
    ]


def _expected(text: str, quote: str) -> tuple[int, int]:
    """Where the value of the last `first_id` in a recording begins."""
    at = text.rindex("first_id")
    at = text.index(f"{quote}run_", at)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


@pytest.mark.parametrize(("serializer", "name"), [("yaml", "cassette.yaml"), ("json", "cassette.json")])
@pytest.mark.parametrize("get", [requests.get, httpx.get])
def test_vcrpy_cassette_places(tmp_path: Path, paths: list[str], serializer: str, name: str, get: Any) -> None:
    with vcr.VCR(serializer=serializer).use_cassette(str(tmp_path / name)):
        for path in paths:
            get(path)
    report = validate(tmp_path / name)
    ((finding),) = report.findings
    text = (tmp_path / name).read_text()
    assert (finding.record, finding.rule, finding.pointer) == (3, FAULT, "/first_id")
    quote = '"' if "'{" in text else r"\""
    assert (finding.line, finding.column) == _expected(text, quote)
    assert report.summary.documents == 2


def test_browser_har_places(tmp_path: Path, paths: list[str]) -> None:
    entries = []
    for path in paths:
        response = requests.get(path, timeout=9)
        entries.append(
            {
                "request": {"method": "GET", "url": path, "headers": [], "queryString": []},
                "response": {
                    "status": response.status_code,
                    "content": {"size": len(response.content), "mimeType": "application/json", "text": response.text},
                },
            }
        )
    file = tmp_path / "network.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=2))
    report = validate(file)
    ((finding),) = report.findings
    assert (finding.record, finding.rule, finding.pointer) == (3, FAULT, "/first_id")
    assert (finding.line, finding.column) == _expected(file.read_text(), r"\"")
    assert report.summary.documents == 2


MODELS = "https://api.example.com/v1/models"
BODY = json.dumps(BAD_PAGE)
CALLS = (MODELS, "{}"), (URL, BODY.replace("'", "''"))
"""The URLs, and the bodies as they stand in single quotes in YAML."""


def go_vcr(version: int, request: str = "", response: str = "") -> str:
    """Two calls as go-vcr records them."""
    calls = "".join(
        f"""- request:
{request}    body: ""
    form: {{}}
    headers: {{}}
    url: {url}
    method: GET
  response:
{response}    body: '{body}'
    headers:
      Content-Type:
      - application/json
    status: 200 OK
    code: 200
    duration: 1.2s
"""
        for url, body in CALLS
    )
    return f"---\nversion: {version}\ninteractions:\n{calls}"


R_VCR = "http_interactions:\n" + "".join(
    f"""- request:
    method: get
    uri: {url}
    body:
      encoding: ''
      string: ''
    headers:
      Accept: application/json
  response:
    status:
      status_code: 200
      category: Success
      message: 'Success: (200) OK'
    headers:
      content-type: application/json
    body:
      encoding: ''
      file: no
      string: '{body}'
  recorded_at: 2024-05-07 02:43:44 GMT
  recorded_with: vcr/1.2.2, webmockr/0.9.0
"""
    for url, body in CALLS
)
PHP_VCR = "".join(
    f"""
-
    request:
        method: GET
        url: '{url}'
        headers:
            Host: api.example.com
    response:
        status:
            http_version: '1.1'
            code: '200'
            message: OK
        headers:
            Content-Type: application/json
        body: '{body}'
    index: 0"""
    for url, body in CALLS
)


def exvcr(**response: Any) -> str:
    """Two calls as ExVCR records them."""
    request = {"body": "", "headers": {"Authorization": "***"}, "method": "get", "options": {}, "request_body": ""}
    answer = {"binary": False, "headers": {"Content-Type": "application/json"}, "status_code": 200, "type": "ok"}
    calls = [
        {"request": {**request, "url": url}, "response": {**answer, "body": body, **response}}
        for url, body in ((MODELS, "{}"), (URL, BODY))
    ]
    return json.dumps(calls, indent=2)


def azure(body: Any, content_type: str = "application/json; charset=utf-8", **headers: str) -> str:
    """Two calls as the test proxy of the Azure SDKs records them."""
    entries = [
        {
            "RequestUri": url,
            "RequestMethod": "GET",
            "RequestHeaders": {"Accept": "application/json", "Authorization": "Sanitized"},
            "RequestBody": None,
            "StatusCode": 200,
            "ResponseHeaders": {"Content-Type": content_type, **headers},
            "ResponseBody": recorded,
        }
        for url, recorded in ((MODELS, {"object": "list", "data": []}), (URL, body))
    ]
    return json.dumps({"Entries": entries, "Variables": {}}, indent=2)


def nock(body: Any, is_binary: bool = False, headers: Any = ("Content-Type", "application/json")) -> str:
    """Two calls as nock records them."""
    scope = "https://api.example.com:443"
    calls = [
        {
            "scope": scope,
            "method": "GET",
            "path": url.removeprefix("https://api.example.com"),
            "body": "",
            "status": 200,
            "response": recorded,
            "rawHeaders": headers,
            "responseIsBinary": is_binary,
        }
        for url, recorded in ((MODELS, {"object": "list", "data": []}), (URL, body))
    ]
    return json.dumps(calls, indent=4)


def mapping(url: str, **body: Any) -> dict[str, Any]:
    """A call as WireMock records it."""
    headers = {"Content-Type": "application/json"}
    return {
        "id": "9f2d1a33-7a15-4c1c-a7e5-3f1f8d9d2a10",
        "name": "v1_threads_runs",
        "request": {"url": url.removeprefix("https://api.example.com"), "method": "GET"},
        "response": {"status": 200, **body, "headers": headers},
        "persistent": True,
    }


def wiremock(**body: Any) -> str:
    """A file of two mappings."""
    return json.dumps({"mappings": [mapping(MODELS, body="{}"), mapping(URL, **body)], "meta": {"total": 2}}, indent=1)


def postman(request: Any = None, body: Any = BODY) -> str:
    """A collection of two requests with a saved response each, one in a folder."""

    def item(url: str, text: Any) -> dict[str, Any]:
        asked = {"method": "GET", "header": [], "url": {"raw": url, "host": ["{{baseUrl}}"]}}
        response = {
            "name": "200",
            "originalRequest": asked if request is None else request,
            "status": "OK",
            "code": 200,
            "header": [{"key": "Content-Type", "value": "application/json"}],
            "body": text,
        }
        return {"name": url, "request": asked, "response": [response]}

    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    info = {"_postman_id": "1c7c9a0e-7d1b-4f55-9c8e-0d9a3b1f6f21", "name": "Assistants", "schema": schema}
    folder = {"name": "runs", "item": [item("{{baseUrl}}" + URL.removeprefix("https://api.example.com"), body)]}
    return json.dumps({"info": info, "item": [item(MODELS, "{}"), folder]}, indent="\t")


PATH, _, QUERY = URL.removeprefix("https://api.example.com").partition("?")
NAME, _, VALUE = QUERY.partition("=")
JSON_TYPE = {"Content-Type": ["application/json"]}


def hoverfly(**response: Any) -> str:
    """Two pairs as Hoverfly captures them, a request in the newest schema and one in the first."""

    def exact(text: str) -> list[Any]:
        return [{"matcher": "exact", "value": text}]

    new = {"method": exact("GET"), "path": exact(PATH), "query": {NAME: exact(VALUE)}, "scheme": exact("https")}
    old = {"requestType": "recording", "path": "/v1/models", "method": "GET", "query": "", "body": ""}
    answer = {"status": 200, "encodedBody": False, "headers": JSON_TYPE}
    pairs = [
        {"request": old, "response": {**answer, "body": "{}"}},
        {"request": new, "response": {**answer, "body": BODY, **response}},
    ]
    return json.dumps({"data": {"pairs": pairs}, "meta": {"schemaVersion": "v5.2"}}, indent="\t")


def mountebank(body: Any = BODY, *, is_saved: bool = True, **response: Any) -> str:
    """An imposter of mountebank with two stubs, as `mb save` writes it or alone."""
    asked = [
        [{"equals": {"method": "GET", "path": "/v1/models"}}],
        [
            {"and": [{"equals": {"method": "GET"}}, {"matches": {"path": f"^{PATH}$"}}]},
            {"deepEquals": {"query": {NAME: VALUE}}},
        ],
    ]
    answers = [{"is": {"body": "{}"}}, {"is": {"statusCode": "200", "headers": {}, "body": body, **response}}]
    stubs = [{"predicates": part, "responses": [answer]} for part, answer in zip(asked, answers, strict=True)]
    imposter = {"protocol": "http", "port": 4545, "stubs": stubs}
    return json.dumps({"imposters": [imposter]} if is_saved else imposter, indent=2)


def mockserver(body: Any = BODY, *, is_old: bool = False) -> str:
    """Two expectations of MockServer, with names and values in pairs, as older versions write them."""
    asked: dict[str, Any] = {"method": "GET", "path": PATH, "queryStringParameters": {NAME: [VALUE]}}
    headers: Any = JSON_TYPE
    if is_old:
        asked["queryStringParameters"] = [{"name": NAME, "values": [VALUE]}]
        headers = [{"name": "content-type", "values": ["application/json"]}]
    calls = [
        {"httpRequest": {"path": "/v1/models"}, "httpResponse": {"statusCode": 200, "body": "{}"}},
        {"id": "1", "httpRequest": asked, "httpResponse": {"statusCode": 200, "headers": headers, "body": body}},
    ]
    return json.dumps(calls, indent=2)


PACKED = base64.b64encode(BODY.encode()).decode()
LINES = BODY[:900], BODY[900:1500], BODY[1500:]
RECORDED = {
    "go-vcr-1.yaml": go_vcr(1),
    "go-vcr-3.yaml": go_vcr(2, "    proto: HTTP/1.1\n    trailer: {}\n", "    uncompressed: true\n"),
    "r-vcr.yml": R_VCR,
    "php-vcr.yml": PHP_VCR,
    "exvcr.json": exvcr(),
    "test-proxy.json": azure(BAD_PAGE),
    "test-proxy-text.json": azure(BODY),
    "test-proxy-lines.json": azure(LINES),
    "nock.json": nock(BAD_PAGE),
    "wiremock.json": wiremock(body=BODY),
    "wiremock-json.json": wiremock(jsonBody=BAD_PAGE),
    "postman.json": postman(),
    "hoverfly.json": hoverfly(),
    "mountebank.json": mountebank(),
    "mountebank-json.json": mountebank(BAD_PAGE, is_saved=False),
    "mockserver.json": mockserver(),
    "mockserver-json.json": mockserver(BAD_PAGE, is_old=True),
    "mockserver-typed.json": mockserver({"type": "JSON", "json": BAD_PAGE}),
    "mockserver-text.json": mockserver({"type": "STRING", "string": BODY, "contentType": "application/json"}),
    "nock-text.json": nock(BODY, headers={"content-type": "application/json"}),
}


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("suffix", ["", ".recorded"])
def test_recording_places(tmp_path: Path, name: str, suffix: str) -> None:
    text = RECORDED[name]
    file = tmp_path / f"{name}{suffix}"
    file.write_text(text)
    quoted = QUOTED if QUOTED in text else json.dumps(QUOTED)[1:-1]
    assert places(file) == [(2, FAULT, *position(text, quoted))]
    assert [(counts.number, counts.reasons) for counts in skipped(file)] == [(1, ())]


@pytest.mark.parametrize("body", ["file: yes\n      string: ../files/a.json", "file: true", "file: TRUE"])
def test_body_of_the_vcr_of_r_in_a_file_is_a_missing_body(tmp_path: Path, body: str) -> None:
    text = (
        f"http_interactions:\n- request: {{method: get, uri: '{URL}'}}\n  response:\n    status: {{status_code: 200}}\n"
    )
    (tmp_path / "a.yml").write_text(f"{text}    body:\n      {body}\n")
    (tmp_path / "a.json").write_text(json.dumps(yaml.safe_load(f"{text}    body:\n      {body}\n")))
    assert [item.unchecked for item in skipped(tmp_path)] == ["1 call for runs was recorded without its body"] * 2


def test_exvcr_term_of_erlang_is_a_missing_body(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(exvcr(binary=True, body="g20AAAACe30="))
    lost = "1 call for runs was recorded without its body"
    assert errors(tmp_path / "a.json") == [f"nothing to check: none of its 2 calls returns runs: {lost}"]


@pytest.mark.parametrize("text", ['[{"request": {"url": "x"}}]', '[{"request": 1, "response": {}}]', '{"request": {}}'])
def test_json_with_a_request_is_not_always_a_recording(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert [rule for _, rule, *_ in places(tmp_path / "a.json")] == ["not-a-run-list"]


def test_proxy_binary_body_has_one_place(tmp_path: Path) -> None:
    text = azure(base64.b64encode(BODY.encode()).decode(), "application/octet-stream")
    (tmp_path / "a.json").write_text(text)
    line, column = position(text, '"ResponseBody": "')
    column += len('"ResponseBody": "')
    assert places(tmp_path / "a.json") == [(2, "content-type", line, column), (2, FAULT, line, column)]


@pytest.mark.parametrize("is_binary", [True, False])
def test_nock_hexadecimal_body_has_one_place(tmp_path: Path, is_binary: bool) -> None:
    packed = gzip.compress(BODY.encode()).hex()
    body: Any = packed if is_binary else [packed[:1000], packed[1000:]]
    text = nock(body, is_binary, headers=["Content-Encoding", "gzip"])
    (tmp_path / "a.json").write_text(text)
    line, column = position(text, '"response": ', 1)
    assert places(tmp_path / "a.json") == [(2, FAULT, line, column + len('"response": '))]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (azure(BAD_PAGE).replace('"Entries": [', '"Entries": [7, {"RequestUri": ""},'), [1, 2]),
        (wiremock(body=BODY).replace('"mappings": [', '"mappings": [7, {"request": {}},'), [1, 2]),
        (nock(BAD_PAGE)[:-1] + ', {"scope": "x"}, 7]', [3, 4]),
        (hoverfly().replace('"pairs": [', '"pairs": [7, {"request": {}},'), [1, 2]),
        (mountebank().replace('"stubs": [', '"stubs": [7, {"responses": [7, {"is": null}]},'), [1, 2]),
        (mockserver()[:-1] + ', 7, {"httpRequest": 1}, {"httpRequest": {}, "httpResponse": 1}]', [4]),
    ],
)
def test_invalid_calls_hide_no_other(tmp_path: Path, text: str, broken: list[int]) -> None:
    (tmp_path / "a.json").write_text(text)
    rules = {(record, rule) for record, rule, *_ in places(tmp_path / "a.json")}
    record = 4 if 1 in broken else 2
    assert rules == {(record, FAULT), *((number, "broken-recording") for number in broken)}


@pytest.mark.parametrize(
    "text", [azure(None), nock(None), wiremock(bodyFileName="runs.json"), postman(body=None), hoverfly(body=None)]
)
def test_null_body_is_a_missing_body(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    lost = "1 call for runs was recorded without its body"
    assert errors(tmp_path / "a.json") == [f"nothing to check: none of its 2 calls returns runs: {lost}"]


@pytest.mark.parametrize("text", [azure([]), nock([])])
def test_empty_array_is_a_body(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert [(record, rule) for record, rule, *_ in places(tmp_path / "a.json")] == [(2, "not-a-run-list")]


def test_wiremock_single_mapping_places(tmp_path: Path) -> None:
    for body in ({"jsonBody": BAD_PAGE}, {"body": BODY}):
        text = json.dumps(mapping(URL, **body), indent=2)
        (tmp_path / "a.json").write_text(text)
        quoted = QUOTED if "jsonBody" in body else json.dumps(QUOTED)[1:-1]
        assert places(tmp_path / "a.json") == [(1, FAULT, *position(text, quoted))]


def test_wiremock_base64_body_has_one_place(tmp_path: Path) -> None:
    text = wiremock(base64Body=base64.b64encode(BODY.encode()).decode())
    (tmp_path / "a.json").write_text(text)
    line, column = position(text, '"base64Body": "')
    assert places(tmp_path / "a.json") == [(2, FAULT, line, column + len('"base64Body": "'))]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (hoverfly(body=PACKED, encodedBody=True), "body"),
        (mountebank(PACKED, _mode="binary"), "body"),
        (mockserver({"type": "BINARY", "base64Bytes": PACKED}), "base64Bytes"),
    ],
)
def test_base64_body_of_a_stub_has_one_place(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "a.json").write_text(text)
    line, column = position(text, f'"{key}": "{PACKED[:9]}')
    assert places(tmp_path / "a.json") == [(2, FAULT, line, column + len(f'"{key}": "'))]


@pytest.mark.parametrize(
    "path", [{"matcher": "glob", "value": "/v1/threads/*/runs"}, {"globMatch": "*/threads/*/runs"}]
)
def test_stub_may_match_the_runs_of_every_thread(tmp_path: Path, path: Any) -> None:
    pair = {"request": {"path": [path], "query": {"exactMatch": QUERY}}, "response": {"status": 200, "body": BODY}}
    text = json.dumps({"data": {"pairs": [pair]}}, indent=2)
    (tmp_path / "a.json").write_text(text)
    assert places(tmp_path / "a.json") == [(1, FAULT, *position(text, json.dumps(QUOTED)[1:-1]))]


@pytest.mark.parametrize(
    "predicates",
    [
        [
            {
                "or": [
                    {"equals": {"path": "/models"}},
                    {"equals": {"path": PATH}},
                    {"matches": {"path": f"^/beta{PATH}$"}},
                ]
            }
        ],
        [{"and": [{"or": [{"and": [{"equals": {"path": "/threads/thread_b/runs"}}]}, {"equals": {"path": PATH}}]}]}],
        [{"or": [{"exists": {"body": True}}, {"contains": {"body": "x"}}]}, {"equals": {"path": PATH}}],
    ],
)
def test_stub_of_mountebank_with_alternatives(tmp_path: Path, predicates: list[Any]) -> None:
    stub = {"predicates": predicates, "responses": [{"is": {"body": BODY}}]}
    text = json.dumps({"stubs": [stub]}, indent=2)
    (tmp_path / "a.json").write_text(text)
    assert places(tmp_path / "a.json") == [(1, FAULT, *position(text, json.dumps(QUOTED)[1:-1]))]


def of_hoverfly(query: Any) -> Any:
    pair = {"request": {"path": PATH, "query": query}, "response": {"status": 200, "body": BODY}}
    return {"data": {"pairs": [pair]}}


def of_mountebank(predicate: str, query: Any) -> Any:
    predicates = [{"equals": {"path": PATH}}, {predicate: {"query": query}}]
    return {"stubs": [{"predicates": predicates, "responses": [{"is": {"body": BODY}}]}]}


def of_mockserver(query: Any) -> Any:
    return {"httpRequest": {"path": PATH, "queryStringParameters": query}, "httpResponse": {"body": BODY}}


@pytest.mark.parametrize(
    ("value", "query"),
    [
        (of_hoverfly({"limit": [{"matcher": "exact", "value": "2"}]}), "limit=2"),
        (of_hoverfly({"after": [{"matcher": "exact", "value": "a&limit=0"}]}), "after=…"),
        (of_hoverfly({"limit": [{"matcher": "regex", "value": "^[0-9]{1,3}$"}]}), "limit=…"),
        (of_hoverfly({"limit": [{"matcher": "regex", "value": "2"}]}), "limit=…"),
        (of_hoverfly({"limit": [{"matcher": "jsonpath", "value": "$.a"}]}), "limit=…"),
        (of_hoverfly({"limit": [{"globMatch": "2*"}]}), "limit=…"),
        (of_hoverfly([{"matcher": "glob", "value": "limit=*"}]), ""),
        (of_hoverfly({"regexMatch": "limit=[0-9]+"}), ""),
        (of_hoverfly({"exactMatch": "limit=2"}), "limit=2"),
        (of_hoverfly("limit=2"), "limit=2"),
        (of_mountebank("equals", {"limit": "2"}), "limit=2"),
        (of_mountebank("contains", {"limit": "0"}), "limit=…"),
        (of_mountebank("matches", {"limit": "^[0-9]+$"}), "limit=…"),
        (of_mockserver({"limit": ["2"]}), "limit=2"),
        (of_mockserver({"limit": ["[0-9]+"]}), "limit=…"),
        (of_mockserver([{"name": "limit", "values": ["[0-9]+"]}]), "limit=…"),
    ],
)
def test_pattern_of_a_query_is_not_its_value(tmp_path: Path, value: Any, query: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(value))
    (result,) = validate(tmp_path / "a.json").results
    asked = f"?{query}" if query else ""
    assert result.document.request == f"GET {PATH}{asked} 200"
    assert [finding.rule for finding in result.findings] == [FAULT]


NO_PATH = "1 call for runs was recorded without its path"


@pytest.mark.parametrize(
    ("value", "unchecked"),
    [
        ({"stubs": [{"responses": [{"is": {"body": BODY}}]}]}, NO_PATH),
        (
            {"stubs": [{"responses": [{"is": {"body": BODY}}] * 2}]},
            "2 calls for runs were recorded without their paths",
        ),
        ({"data": {"pairs": [{"request": {}, "response": {"status": 200, "body": BODY}}]}}, NO_PATH),
        ([{"httpRequest": {"method": "GET"}, "httpResponse": {"body": BAD_PAGE}}], NO_PATH),
        ({"mappings": [{"request": {"method": "ANY"}, "response": {"jsonBody": BAD_PAGE}}]}, NO_PATH),
        (
            {"stubs": [{"predicates": [{"or": [{"equals": {"path": "/a"}}]}], "responses": [{"is": {"body": BODY}}]}]},
            "1 call for runs was made to another path than /threads/ID/runs",
        ),
        (
            [{"httpRequest": {"method": "GET|POST", "path": PATH}, "httpResponse": {"body": BAD_PAGE}}],
            "1 call for runs was made with another method than GET and POST",
        ),
    ],
)
def test_stub_that_may_hide_runs_is_named(tmp_path: Path, value: Any, unchecked: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(value))
    (item,) = skipped(tmp_path)
    assert item.unchecked == unchecked


def test_single_expectation_places(tmp_path: Path) -> None:
    text = json.dumps({"httpRequest": {"path": PATH}, "httpResponse": {"body": BAD_PAGE}}, indent=2)
    (tmp_path / "a.json").write_text(text)
    assert places(tmp_path / "a.json") == [(1, FAULT, *position(text, QUOTED))]


@pytest.mark.parametrize("request_", [{"method": "GET"}, {"url": URL}, 7])
def test_postman_response_without_request_is_broken(tmp_path: Path, request_: Any) -> None:
    (tmp_path / "a.json").write_text(postman(request_))
    found = [(record, rule) for record, rule, *_ in places(tmp_path / "a.json")]
    assert found == [(1, "broken-recording"), (2, "broken-recording")]


def by_hand(key: str, body: Any) -> str:
    """A call that somebody has saved, whose body is a JSON value."""
    return json.dumps({"request": {"method": "GET", "url": URL}, "response": {"status": 200, key: body}}, indent=2)


@pytest.mark.parametrize("key", ["body", "data", "json"])
@pytest.mark.parametrize("is_list", [False, True])
def test_body_saved_as_a_value_is_checked(tmp_path: Path, key: str, *, is_list: bool) -> None:
    text = by_hand(key, BAD_PAGE)
    text = f"[{text}]" if is_list else text
    (tmp_path / "a.json").write_text(text)
    assert places(tmp_path / "a.json") == [(1, FAULT, *position(text, QUOTED))]


@pytest.mark.parametrize("is_list", [False, True])
def test_page_in_place_of_a_response_is_a_finding(tmp_path: Path, *, is_list: bool) -> None:
    text = json.dumps({"request": {"method": "GET", "url": URL}, "response": BAD_PAGE})
    (tmp_path / "a.json").write_text(f"[{text}]" if is_list else text)
    assert (None, "not-a-run-list", 1, 1) in places(tmp_path)


def test_page_in_place_of_a_response_of_a_cassette_is_broken(tmp_path: Path) -> None:
    call = {"request": {"method": "GET", "uri": URL}, "response": BAD_PAGE}
    (tmp_path / "a.json").write_text(json.dumps({"interactions": [call]}))
    assert [(record, rule) for record, rule, *_ in places(tmp_path)] == [(1, "broken-recording")]


def test_object_without_text_is_no_body(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(by_hand("body", {"encoding": "utf-8", "string": None}))
    lost = "nothing to check: its only call returns no runs: it was recorded without its body"
    assert errors(tmp_path / "a.json") == [lost]


@pytest.mark.parametrize(
    "request_",
    [
        {"urlPathPattern": "/v1/threads/[^/]+/runs"},
        {"urlPathPattern": "^/v1/threads/(thread_[a-z]+)/runs$", "method": "ANY"},
        {"urlPattern": r"/v1/threads/\w+/runs\?limit=.*"},
        {"urlPattern": r"/v1/threads/.*/runs(\?.*)?"},
        {"urlPattern": "/v1/threads/[a-zA-Z0-9_]{5,40}/runs.*"},
        {"urlPathTemplate": "/v1/threads/{thread_id}/runs"},
    ],
)
def test_wiremock_pattern_of_urls(tmp_path: Path, request_: dict[str, str]) -> None:
    text = json.dumps({"request": request_, "response": {"jsonBody": BAD_PAGE}}, indent=2)
    (tmp_path / "a.json").write_text(text)
    assert places(tmp_path / "a.json") == [(1, FAULT, *position(text, QUOTED))]


def stub(request_: dict[str, Any], body: Any) -> dict[str, Any]:
    """A mapping that was written by hand."""
    return {"request": {"method": "GET", **request_}, "response": {"status": 200, "jsonBody": body}}


LISTED = [numbered(number) for number in range(21)][::-1]
LIST_PATH = f"/v1/threads/{LISTED[0]['thread_id']}/runs"
TWO = {"urlPath": LIST_PATH, "queryParameters": {"limit": {"equalTo": "2"}}}
ASCENDING = {"urlPath": LIST_PATH, "queryParameters": {"order": {"equalTo": "asc"}}}


@pytest.mark.parametrize(
    ("request_", "body", "expected"),
    [
        ({"urlPath": LIST_PATH}, list_of(LISTED), []),
        ({"url": LIST_PATH}, list_of(LISTED), ["page-too-long"]),
        ({"urlPath": LIST_PATH, "queryParameters": {"limit": {"matches": "[0-9]+"}}}, list_of(LISTED), []),
        (TWO, list_of(LISTED[:2], has_more=True), []),
        (TWO, list_of(LISTED[:3], has_more=True), ["page-too-long"]),
        ({"urlPath": LIST_PATH}, list_of(LISTED[:3][::-1]), []),
        (ASCENDING, list_of(LISTED[:3][::-1]), []),
        (ASCENDING, list_of(LISTED[:3]), ["unordered-runs"]),
        ({**TWO, "url": f"{LIST_PATH}?order=asc", "urlPath": None}, list_of(LISTED[:2]), ["unordered-runs"]),
        ({"urlPath": LIST_PATH, "queryParameters": {}}, list_of(LISTED[:3]), []),
    ],
)
def test_stub_of_wiremock_has_the_limit_and_the_order_that_it_names(
    tmp_path: Path, request_: dict[str, Any], body: Any, expected: list[str]
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(stub(request_, body)))
    for report in (validate(tmp_path / "a.json"), validate(tmp_path / "a.json", limit=20, order="desc")):
        assert [finding.rule for finding in report.findings] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"error": {"message": "No.", "type": "server_error"}}, []), ({"detail": "No."}, ["error-envelope"])],
)
def test_stub_answers_with_a_server_error_on_purpose(tmp_path: Path, body: Any, expected: list[str]) -> None:
    failing = stub({"urlPath": LIST_PATH}, body)
    failing["response"]["status"] = 503
    mappings = [stub({"urlPath": LIST_PATH}, list_of(LISTED)), failing]
    (tmp_path / "a.json").write_text(json.dumps({"mappings": mappings}))
    assert [rule for _, rule, *_ in places(tmp_path / "a.json")] == expected


@pytest.mark.parametrize("limit", ["{{limit}}", "<integer>"])
def test_example_of_postman_may_have_variables_in_its_url(tmp_path: Path, limit: str) -> None:
    url = f"{{{{baseUrl}}}}{LIST_PATH}?limit={limit}&order=<string>&after=<string>"
    (tmp_path / "a.json").write_text(postman({"method": "GET", "url": url}, json.dumps(list_of(LISTED))))
    assert [rule for record, rule, *_ in places(tmp_path / "a.json") if record == 2] == []


def test_stubs_and_examples_came_neither_before_nor_after_another(tmp_path: Path) -> None:
    run_path = f"{LIST_PATH}/{LISTED[0]['id']}"
    unset = dict.fromkeys(("started_at", "completed_at", "usage"))
    queued = {**LISTED[0], **unset, "status": "queued", "expires_at": LISTED[0]["created_at"] + 600}
    bodies = LISTED[0], queued, list_of([]), list_of(LISTED[:2])
    urls = run_path, run_path, LIST_PATH, LIST_PATH
    stubs = [stub({"urlPath": url}, body) for url, body in zip(urls, bodies, strict=True)]
    examples = [
        {"originalRequest": {"method": "GET", "url": f"https://api{url}"}, "code": 200, "body": json.dumps(body)}
        for url, body in zip(urls, bodies, strict=True)
    ]
    (tmp_path / "wiremock.json").write_text(json.dumps({"mappings": stubs}))
    (tmp_path / "postman.json").write_text(json.dumps({"info": {"name": "x"}, "item": [{"response": examples}]}))
    calls = [call({}, body, path=url) for url, body in zip(urls, bodies, strict=True)]
    write_har(tmp_path / "recorded.har", calls)
    found = {path.name: [rule for _, rule, *_ in places(path)] for path in tmp_path.iterdir()}
    assert found == {"wiremock.json": [], "postman.json": [], "recorded.har": ["illegal-transition", "lost-runs"]}


def test_postman_url_may_be_a_string(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(postman({"method": "GET", "url": URL}, "[]"))
    assert [(record, rule) for record, rule, *_ in places(tmp_path / "a.json")] == [
        (1, "not-a-run-list"),
        (2, "not-a-run-list"),
    ]


PARTIES: dict[str, Any] = {"consumer": {"name": "web"}, "provider": {"name": "assistants"}}
EXPECTED_CALL = {
    "description": "the runs of a thread",
    "request": {"method": "GET", "path": f"/v1/threads/{THREAD}/runs"},
    "response": {"status": 200, "body": {"data": [{"id": "run_1"}]}},
}
ELSEWHERE = {"method": "GET", "url": "https://api.example.com/v1/models"}
OTHER_RECORDINGS: dict[str, tuple[Any, int]] = {
    "a pact": ({**PARTIES, "interactions": [EXPECTED_CALL, {"type": "Asynchronous/Messages"}]}, 2),
    "a pact of messages": ({**PARTIES, "messages": [{"description": "a run has ended", "contents": {}}]}, 1),
    "a mapping of any call": (
        {"mappings": [{"request": {"method": "ANY"}, "response": {"status": 200, "body": "{}"}}]},
        1,
    ),
    "stubs that forward the request": (
        {"stubs": [{"responses": [{"proxy": {"to": "https://api.example.com"}}, {"is": {"body": "{}"}}]}]},
        2,
    ),
    "expectations that forward the request": (
        [
            {"httpRequest": {"path": PATH}, "httpForward": {"host": "api.example.com"}},
            {"httpRequest": {"path": "/v1/models"}, "httpResponse": {"statusCode": 404}},
        ],
        2,
    ),
    "a request of Postman that is a URL": (
        {"info": {}, "item": [{"request": ELSEWHERE["url"], "response": [{"code": 200, "body": "{}"}]}]},
        1,
    ),
    "a request of Postman whose URL is in parts": (
        {
            "info": {},
            "item": [
                {"request": {"method": "GET", "url": {"path": ["v1", "models"]}}, "response": [{"code": 200}]},
                {"request": {"method": "GET", "url": {"path": ["v1", 7]}}, "response": [{"code": 200}]},
            ],
        },
        2,
    ),
    "a cassette of another API": (
        {"interactions": [{"request": ELSEWHERE, "response": {"code": 200, "body": "{}"}}]},
        1,
    ),
}


@pytest.mark.parametrize("name", OTHER_RECORDINGS)
def test_recording_of_something_else_is_skipped_and_counted(tmp_path: Path, name: str) -> None:
    value, number = OTHER_RECORDINGS[name]
    file = tmp_path / "a.json"
    file.write_text(json.dumps(value))
    reason = "its only call returns no runs" if number == 1 else f"none of its {number} calls returns runs"
    assert errors(file) == [f"nothing to check: {reason}"]
    assert errors(tmp_path) == []
    assert [counts.number for counts in skipped(tmp_path)] == [number]


@pytest.mark.parametrize(
    "value",
    [
        {"interactions": [{"id": 1, "target": "#save"}]},
        {"mappings": [{"from": "a", "to": "b"}]},
        {"consumer": {}, "provider": {}},
        {"consumer": "a", "interactions": [{"id": 7}]},
        {"status": "x", "httpRequest": {"requestMethod": "GET", "status": 200}},
        {"data": {"pairs": [[1, 2]]}},
        {"status": "x", "stubs": [{"responses": []}], "imposters": 7},
    ],
)
def test_json_with_a_key_of_recordings_is_no_recording(tmp_path: Path, value: Any) -> None:
    (tmp_path / "a.json").write_text(json.dumps(value))
    assert [(record, rule) for record, rule, *_ in places(tmp_path / "a.json")] == [(None, "not-a-run-list")]


def test_postman_url_may_be_in_parts(tmp_path: Path) -> None:
    text = postman({"method": "GET", "url": {"host": ["api"], "path": URL.split("/")[3:]}})
    (tmp_path / "a.json").write_text(text)
    assert [rule for _, rule, *_ in places(tmp_path / "a.json")] == ["not-a-run-list", FAULT]


@pytest.mark.parametrize("url", [{"path": "v1"}, {"host": []}])
def test_postman_url_without_parts_is_broken(tmp_path: Path, url: Any) -> None:
    (tmp_path / "a.json").write_text(postman({"method": "GET", "url": url}))
    assert {rule for _, rule, *_ in places(tmp_path / "a.json")} == {"broken-recording"}
