"""What a live check never does, whatever the server does: leak the key, follow a redirect, or run without end."""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from threading import Thread as Worker
from urllib.parse import quote

import httpx
import pytest
import yaml

from tests.support.commands import Ran, process, run
from tests.support.http_server import Asked, Reply, refuse, serving
from tests.support.sound_server import list_runs
from tests.support.threads import THREAD, list_of, numbered
from tests.support.tools import command
from validator.live import check_listing

KEY = "sk-live+check/0123456789&abcdef"
RUNS = [numbered(number) for number in range(5)]
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PAGE = json.dumps(list_of(RUNS)).encode()
FORMATS = ("json", "jsonl", "junit", "html", "markdown", "sarif", "concise", "github", "gitlab", "rdjson")


@contextmanager
def raw_server(answer: Callable[[socket.socket, bytes], None], *, is_read: bool = True) -> Iterator[str]:
    """Let a server meanwhile do with each connection, by default after its first request, what a function does."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    is_over = False

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            answer(connection, connection.recv(65536) if is_read else b"")

    def accept() -> None:
        while not is_over:
            with suppress(OSError):
                Worker(target=serve, args=(listener.accept()[0],), daemon=True).start()

    worker = Worker(target=accept)
    worker.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        is_over = True
        worker.join()
        listener.close()


def check_raw(answer: Callable[[socket.socket, bytes], None], *words: str | Path) -> tuple[Ran, float]:
    """Check such a server; return how that ended and after how many seconds."""
    with raw_server(answer) as url:
        start = time.monotonic()
        done = run("live", url, "--thread", THREAD, *words)
        return done, time.monotonic() - start


def spell(key: str) -> list[str]:
    """The ways in which a server may repeat a key."""
    return [
        key,
        quote(key, safe=""),
        json.dumps(key),
        "".join(f"\\u{ord(char):04X}" for char in key),
        "".join(f"&#{ord(char)};" for char in key),
        base64.b64encode(f"Bearer {key}".encode()).decode(),
        base64.b64encode(f"ab{key}".encode()).decode(),
        base64.urlsafe_b64encode(f"a{key}".encode()).decode(),
        json.dumps(base64.encodebytes(b"x" * 50 + key.encode()).decode())[60:],
        json.dumps(f"{key[:9]}\r\n {key[9:]}"),
        quote(quote(key, safe=""), safe=""),
        html.escape(key),
        key.upper(),
        key.encode().hex(),
    ]


@pytest.mark.parametrize("group", range(4))
def test_key_that_the_server_repeats_is_nowhere(group: int, tmp_path: Path) -> None:
    spellings = spell(KEY)[group::4]
    repeated = " ".join(spellings)
    secrets = [spelling[9:-9] for spelling in spellings]

    def answering(asked: Asked) -> Reply:
        assert asked.headers["Authorization"] == f"Bearer {KEY}"
        reply = list_runs(RUNS)(asked)
        body = (
            json.dumps(reply.body)
            .replace('"message": "', f'"message": "{repeated} ')
            .replace('"list"', f'"{repeated}"')
        )
        echoes = {
            "X-Echo": repeated,
            "Set-Cookie": "session=abc",
            f"X-{KEY.encode().hex()}": "",
            "X-Token": "xyz-token",
        }
        return Reply(body.encode(), reply.status, {**echoes, "Content-Type": f"application/json; {spellings[0]}"})

    recording = tmp_path / ("runs.har" if group % 2 else "runs.yaml")
    reports = [word for name in FORMATS for word in ("-f", f"{name}:{tmp_path / name}")]
    with serving(answering) as server:
        done = run(
            *("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording, "--show-values", "-v"),
            *("-f", "text", *reports),
            env={"VALIDATE_RUNS_API_KEY": KEY},
        )
    assert done.code == 1
    files = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert len(files) == 1 + len(FORMATS)
    read = json.loads if group % 2 else yaml.safe_load
    for text in (done.out, done.err, *files.values(), str(read(files[recording.name]))):
        for secret in secrets:
            assert secret not in text
            assert json.dumps(secret)[1:-1] not in text
        assert "session=abc" not in text
        assert "xyz-token" not in text
        assert KEY.encode().hex() not in text.lower()
    assert "[redacted]" in files[recording.name]


@pytest.mark.parametrize("name", ["runs.har", "runs.yaml"])
def test_key_in_the_address_of_a_redirect_is_nowhere(name: str, tmp_path: Path) -> None:
    recording = tmp_path / name
    moved = Reply(b"", 302, {"Location": f"http://sk-live-check-0123456789.example.com/?key={KEY}"})
    with serving(lambda asked: moved) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording)
        done = run(*words, env={"VALIDATE_RUNS_API_KEY": "SK-live-check-0123456789", "OTHER": KEY})
        done_too = run(*words, "--key-env", "OTHER", env={"OTHER": KEY})
    for text in (done.out, done.err):
        assert "sk-live-check" not in text
    assert "[redacted].example.com" in done.err + done.out
    for text in (done_too.out, done_too.err, recording.read_text()):
        assert KEY not in text


def test_search_for_the_key_takes_linear_time() -> None:
    """Bodies that nearly match in many ways: escapes, line breaks, and all of the key but its end."""
    near = KEY[:-1].replace("n", "n\\n\\n\\n\\n") * 500
    bodies = [b"\\" * 300_000, near.encode(), b"s\\n\\n\\n\\n" * 10_000, KEY[:-1].upper().encode() * 5_000]
    with serving(lambda asked: Reply(bodies[len(server.asked) - 1])) as server:
        start = time.process_time()
        words = ("--max-requests", str(len(bodies)), "--max-bytes", "100000000")
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words, env={"VALIDATE_RUNS_API_KEY": KEY})
        assert time.process_time() - start < 10
    assert len(server.asked) > 1


def test_secret_in_the_address_is_sent_and_nothing_else(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"

    def answering(asked: Asked) -> Reply:
        given = asked.query.pop("api_key", None)
        return list_runs(RUNS)(asked)._replace(headers={"X-Echo": given or "none"})

    with serving(answering) as server:
        url = f"{server.origin}/v1?api_key=hunter2hunter2&v=1"
        words = ("live", url, "--thread", THREAD)
        plan, done = run(*words, "--plan"), run(*words, "--record", recording, "-v")
    assert plan.out.splitlines()[0].endswith("/runs?api_key=[redacted]&v=1")
    assert done.code == 0
    for text in (plan.out, done.out, done.err, recording.read_text()):
        assert "hunter2" not in text


@pytest.mark.parametrize("name", ["X-Goog-Api-Key", "X-Auth-Token", "Client-Secret", "X-Auth", "Cookie"])
def test_secret_headers_of_a_client_are_not_recorded(name: str) -> None:
    """The client is the caller's; the server repeats what the client sends."""

    def answering(asked: Asked) -> Reply:
        return list_runs(RUNS)(asked)._replace(headers={"X-Echo": asked.headers[name]})

    with serving(answering) as server:
        headers = {name: "session=abcdef-123456; other=ghijkl-789012"}
        with httpx.Client(base_url=f"{server.origin}/v1", headers=headers) as client:
            recording = check_listing(client, thread=THREAD).recording.decode()
    assert not any(secret in recording for secret in ("abcdef-123456", "ghijkl-789012"))
    assert run("live", "http://127.0.0.1:9/v1", "-H", f"{name}: abcdef").err.rpartition("'-H': ")[2] == (
        f"{name} is a secret: write {name}=env:VARIABLE.\nTry 'validate-runs live --help'.\n"
    )


@pytest.mark.parametrize("echo", [lambda key: {"X-Echo": "a" * 3990 + key}, lambda key: {"X" * 3990 + key: "a"}])
def test_key_across_the_limit_of_a_header_is_not_recorded(echo: Callable[[str], dict[str, str]]) -> None:
    key = "sk-live-0123456789-abcdef"
    with serving(lambda asked: Reply(list_of(RUNS), headers=echo(key))) as server:
        recording = check_listing(f"{server.origin}/v1", thread=THREAD, key=key).recording.decode()
    assert key[:8] not in recording
    assert "[redacted]" in recording


def test_password_of_a_client_is_not_recorded() -> None:
    """The password is sent in base64; the server repeats it as it is."""
    password = "hunter2:hunter2"
    with serving(lambda asked: Reply({"echo": password, "sent": asked.headers["Authorization"]})) as server:
        with httpx.Client(base_url=f"{server.origin}/v1", auth=("user", password)) as client:
            recording = check_listing(client, thread=THREAD).recording.decode()
        assert server.asked[0].headers["Authorization"] not in recording
    assert "hunter2" not in recording


@pytest.mark.parametrize("value", ["Basic", "Basic %", "Basic /////w==", "Basic dXNlcjo="])
def test_basic_authorization_without_a_password(value: str) -> None:
    with serving(list_runs(RUNS)) as server:
        headers = {"Authorization": value}
        with httpx.Client(base_url=f"{server.origin}/v1", headers=headers) as client:
            assert "[redacted]" in check_listing(client, thread=THREAD).recording.decode()


def test_control_characters_in_headers_of_answers(tmp_path: Path) -> None:
    recording = tmp_path / "runs.yaml"
    head = b"HTTP/1.1 200 O\x9bK\r\nContent-Type: text/\x9b31m; \xe2\x80\xae\r\nX-Evil: \x85::error::\r\n"

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head + b"Content-Length: 2\r\n\r\n{}")

    done, _ = check_raw(answer, "--record", recording, "--max-requests", "3", "-v")
    for text in (done.out, done.err, recording.read_text()):
        assert not {"\x1b", "\x9b", "\x85", "\u202e"} & {*text}
        assert not re.search("^::error", text, re.MULTILINE)
    assert "\\x9B31m" in recording.read_text()


def test_keys_of_other_programs_are_not_sent(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password secret\n")
    with serving(list_runs(RUNS)) as server:
        env = {"OPENAI_API_KEY": KEY, "HTTP_PROXY": "http://127.0.0.1:9", "NETRC": str(tmp_path / ".netrc")}
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, env=env)
    assert done.code == 0
    assert not any("Authorization" in asked.headers or KEY in str(asked) for asked in server.asked)


def test_key_from_a_named_variable_or_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    for words in (("--key-env", "MY_KEY"), ("--key-file", tmp_path / "key")):
        with serving(list_runs(RUNS)) as server:
            run("live", f"{server.origin}/v1", "--thread", THREAD, "--auth", "api-key", *words, env={"MY_KEY": KEY})
        assert {asked.headers["api-key"] for asked in server.asked} == {KEY}
        assert not any("Authorization" in asked.headers for asked in server.asked)


@pytest.mark.parametrize(
    ("words", "env", "message"),
    [
        (["--key-env", "MISSING"], {}, "the variable MISSING is not set"),
        (["--key-file", "nowhere"], {}, "nowhere: cannot be read: no such file or directory"),
        ([], {"VALIDATE_RUNS_API_KEY": "two words"}, "the key in VALIDATE_RUNS_API_KEY is not one word"),
        (["-H", "Authorization: Bearer abc"], {}, "Authorization is a secret: write Authorization=env:VARIABLE"),
        (["--key-env", "sk-proj-two words"], {}, "--key-env takes the name of a variable"),
        (["--key-file", "sk-proj-0123456789abcdefghij"], {}, "validate-runs: …: cannot be read"),
        (["-H", "X-Key: a\r\nX-Evil: 1"], {}, "expected 'Name: value' or Name=env:VARIABLE."),
        (["-H", "X-Key=env:EVIL"], {"EVIL": "a\r\nX-Evil: 1"}, "the variable EVIL is not set, or not printable ASCII."),
        (["-H", "X-Token=env:MISSING"], {}, "the variable MISSING is not set"),
        (["-H", "X-Token"], {}, "expected 'Name: value' or Name=env:VARIABLE."),
    ],
)
def test_key_that_cannot_be_used(words: list[str], env: dict[str, str], message: str, tmp_path: Path) -> None:
    done = run("live", "http://127.0.0.1:9/v1", "--thread", THREAD, *words, env=env, cwd=tmp_path)
    assert done.code == 2
    assert message in done.err
    assert not any(word in done.err for word in ("two words", "sk-proj", "X-Evil"))


def test_secret_header_is_sent_and_not_recorded(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    with serving(list_runs(RUNS)) as server:
        words = ("-H", "X-Token=env:TOKEN", "-H", "X-Team: blue", "--record", recording)
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words, env={"TOKEN": "token-of-mine-123"})
    assert {(asked.headers["X-Token"], asked.headers["X-Team"]) for asked in server.asked} == {
        ("token-of-mine-123", "blue")
    }
    assert "token-of-mine" not in recording.read_text()
    assert "blue" in recording.read_text()


def test_words_of_a_secret_header_are_not_recorded(tmp_path: Path) -> None:
    """The name of the header does not say that it is a secret; the server repeats the last word."""
    recording = tmp_path / "runs.har"
    with serving(lambda asked: Reply({"echo": asked.headers["X-Gate"].split()[1]})) as server:
        words = ("-H", "X-Gate=env:GATE", "--record", recording)
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words, env={"GATE": "Bearer 0123456789abcdef"})
    assert "0123456789" not in recording.read_text()
    assert "[redacted]" in recording.read_text()


def test_headers_of_the_user_replace_ours() -> None:
    with serving(list_runs(RUNS)) as server:
        words = (
            "-H",
            "openai-beta: other",
            "-H",
            "USER-AGENT: me",
            "-H",
            "authorization=env:TOKEN",
            "--max-requests",
            "2",
        )
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words, env={"TOKEN": "Basic bWU6eW91"})
    for asked in server.asked:
        sent = [(name.lower(), value) for name, value in asked.headers.items()]
        expected = {("openai-beta", "other"), ("user-agent", "me"), ("authorization", "Basic bWU6eW91")}
        assert expected < {*sent}
        assert len({name for name, _ in sent}) == len(sent)


def test_two_keys_contradict_each_other() -> None:
    words = ("live", "http://127.0.0.1:9/v1", "--thread", THREAD, "-H", "authorization=env:TOKEN")
    done = run(*words, env={"TOKEN": "Bearer abcdefgh", "VALIDATE_RUNS_API_KEY": KEY})
    message = "-H Authorization and a key contradict each other: --auth none leaves the key out"
    assert (done.code, done.err) == (2, f"validate-runs: {message}\n")


def test_redirect_is_not_followed() -> None:
    with serving(list_runs(RUNS)) as other:
        moved = Reply(b"", 302, {"Location": f"{other.origin}/v1/threads/{THREAD}/runs"})
        with serving(lambda asked: moved) as server:
            done = run("live", f"{server.origin}/v1", "--thread", THREAD, env={"VALIDATE_RUNS_API_KEY": KEY})
    assert other.asked == []
    assert len(server.asked) == 1
    assert done.code == 2
    assert f"redirects the GET request with 302 to {other.origin}: expected an answer" in done.out
    assert f"the server redirects (302) to {other.origin}, and redirects are not followed" in done.err


@pytest.mark.parametrize("headers", [{}, {"Location": "/v2"}, {"Location": "http://a]b/"}])
def test_redirect_to_no_server(headers: dict[str, str]) -> None:
    with serving(lambda asked: Reply(b"", 302, headers)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert (done.code, len(server.asked)) == (2, 1)
    assert done.err.endswith("validate-runs: the server redirects (302), and redirects are not followed\n")


def test_credential_in_the_address_of_a_redirect_is_masked() -> None:
    token = "ghp_0123456789abcdefABCDEF0123456789abcd"
    with serving(lambda asked: Reply(b"", 302, {"Location": f"http://{token}.example"})) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code == 2
    assert token not in done.out + done.err


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.com/v1", "http:// is not encrypted: use https://, or --allow-http"),
        ("http://user:secret@127.0.0.1/v1", "the address has a user or a password"),
        ("ftp://127.0.0.1/v1", "the address must begin with https:// or http://"),
        ("http://127.0.0.1/v1?limit=3", "the address has limit, which the check sets itself"),
        ("http://[::1/v1", "the address is not a URL"),
        ("http://127.0.0.1/v1 x", "the address has blanks or control characters"),
    ],
)
def test_address_that_is_not_used(url: str, message: str) -> None:
    done = run("live", url, "--thread", THREAD)
    assert done.code == 2
    assert message in done.err
    assert "secret" not in done.err


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "the server refused the request (401), which had no key: VALIDATE_RUNS_API_KEY, --key-env or --key-file"),
        (404, f"list-runs, or has no such thread: GET /v1/threads/{THREAD}/runs was answered with 404"),
    ],
)
def test_server_that_cannot_be_checked(status: int, message: str) -> None:
    with serving(lambda asked: refuse("No.", status)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(server.asked) == 1


def test_refused_key_is_told_apart() -> None:
    with serving(lambda asked: refuse("No.", 403)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, env={"VALIDATE_RUNS_API_KEY": KEY})
    assert done.err == "validate-runs: the server refused the key (403)\n"


def test_unreachable_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = run("live", f"http://127.0.0.1:{port}/v1", "--thread", THREAD)
    assert (done.code, done.out) == (2, "")
    assert done.err == "validate-runs: the server cannot be reached: cannot connect\n"


def test_unknown_certificate_is_refused(tmp_path: Path) -> None:
    certificate, private_key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", private_key, "-out", certificate)
    subprocess.run([command("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", *words, *files], check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private_key)
    received: list[bytes] = []

    def answer(connection: socket.socket, _: bytes) -> None:
        with context.wrap_socket(connection, server_side=True) as encrypted:
            received.append(encrypted.recv(65536))

    with raw_server(answer, is_read=False) as url:
        done = run("live", url.replace("http:", "https:"), "--thread", THREAD, env={"VALIDATE_RUNS_API_KEY": KEY})
    assert (done.code, done.out, received) == (2, "", [])
    expected = "the server cannot be reached: the certificate of the server cannot be verified"
    assert done.err == f"validate-runs: {expected}\n"


@pytest.mark.parametrize("call", [run, process])
def test_debug_prints_no_headers(call: Callable[..., Ran], caplog: pytest.LogCaptureFixture) -> None:
    """The log of an HTTP client has all headers of a response, and these may repeat the key."""

    def answering(asked: Asked) -> Reply:
        return list_runs(RUNS)(asked)._replace(headers={"X-Echo": KEY})

    words = ("--thread", THREAD, "--key-env", "MY_KEY", "--debug")
    environment = {"env": {"MY_KEY": KEY}} if call is run else {"MY_KEY": KEY}
    with serving(answering) as server, caplog.at_level(logging.NOTSET, "validator"):
        done = call("live", f"{server.origin}/v1", *words, **environment)
    assert (done.code, done.err, caplog.text) == (0, "", "")


def test_endless_listing_is_left() -> None:
    def answering(asked: Asked) -> Reply:
        limit = int(asked.query.get("limit", "20")) if asked.query.get("limit", "20").isdecimal() else 20
        start = len(server.asked) * 1000
        return Reply(list_of([numbered(start + 50 - index) for index in range(min(limit, 20))], has_more=True))

    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code in (1, 2)
    assert len(server.asked) <= 100


def test_repeated_cursor_is_left() -> None:
    page = list_of(RUNS[:1], has_more=True)
    with serving(lambda asked: Reply(page)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code == 1
    assert len(server.asked) < 40


def test_budget_of_requests() -> None:
    with serving(list_runs(RUNS)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--max-requests", "5")
    assert len(server.asked) == 5
    assert done.code == 2
    assert "5 requests were sent (--max-requests)" in done.err
    assert "not asked" not in done.out


def drip(connection: socket.socket, start: bytes, rest: bytes) -> None:
    """Send the start at once and the rest slowly."""
    connection.sendall(start)
    for byte in rest:
        connection.sendall(bytes((byte,)))
        time.sleep(0.1)


@pytest.mark.parametrize(
    "answer",
    [
        lambda connection, _: drip(connection, HEADERS + b"Content-Length: 5000\r\n\r\n", b" " * 5000),
        lambda connection, _: drip(connection, HEADERS, b"X-Slow: " + b"x" * 5000),
        lambda connection, _: time.sleep(5),
    ],
    ids=["body", "headers", "silence"],
)
def test_slow_server_is_left(answer: Callable[[socket.socket, bytes], None]) -> None:
    done, seconds = check_raw(answer, "--timeout", "0.5")
    assert (done.code, done.out) == (2, "")
    assert done.err == "validate-runs: the server cannot be reached: timed out\n"
    assert seconds < 3


def test_time_for_all_requests() -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(0.2)
        return list_runs(RUNS)(asked)

    with serving(slow) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--max-time", "1")
    assert done.code == 2
    assert "1 seconds are over (--max-time)" in done.err
    assert len(server.asked) < 8


@pytest.mark.parametrize("codings", ["gzip", "gzip, gzip"])
def test_compression_bomb_is_not_unpacked(codings: str) -> None:
    bomb = b"[" + b" " * 50_000_000 + b"]"
    for _ in codings.split(","):
        bomb = gzip.compress(bomb)
    with serving(lambda asked: Reply(bomb, headers={"Content-Encoding": codings})) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--max-bytes", "8000000")
    assert done.code == 2
    assert len(server.asked) < 30


def test_compressed_pages_are_read() -> None:
    def answering(asked: Asked) -> Reply:
        reply = list_runs(RUNS)(asked)
        body = gzip.compress(json.dumps(reply.body).encode())
        return Reply(body, reply.status, {"Content-Encoding": "gzip"})

    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code == 0
    assert "walk-complete" in done.out


def test_body_without_end_is_left() -> None:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEADERS + b"Connection: close\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    done, seconds = check_raw(answer, "--max-bytes", "8000000")
    assert done.code == 2
    assert seconds < 10


@pytest.mark.parametrize("after", ["3600", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_retry_after_an_hour_is_not_waited_for(after: str) -> None:
    with serving(lambda asked: Reply(b"", 429, {"Retry-After": after})) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code == 2
    assert "rate limited" in done.err
    assert len(server.asked) == 1


@pytest.mark.parametrize("after", ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "soon"])
def test_retry_after_a_moment_is_waited_for(after: str, tmp_path: Path) -> None:
    def answering(asked: Asked) -> Reply:
        is_first = len(server.asked) == 1
        return Reply(b"", 429, {"Retry-After": after}) if is_first else list_runs(RUNS)(asked)

    with serving(answering) as server:
        words = ("--record", tmp_path / "runs.har")
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, *words)
    assert " 0 broken, " in done.out
    entries = json.loads((tmp_path / "runs.har").read_text())["log"]["entries"]
    assert [entry["_validateRuns"]["try"] for entry in entries[:3]] == [1, 2, 1]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_a_second_is_waited_for(status: int) -> None:
    times = []

    def answering(asked: Asked) -> Reply:
        times.append(time.monotonic())
        return Reply(b"", status, {"Retry-After": "1"}) if len(times) == 1 else list_runs(RUNS)(asked)

    with serving(answering) as server:
        run("live", f"{server.origin}/v1", "--thread", THREAD, "--max-requests", "2")
    assert 1 <= times[1] - times[0] < 3


def test_server_error_is_not_tried_again() -> None:
    def answering(asked: Asked) -> Reply:
        return refuse("Oops.", 500) if "doesnotexist" in str(asked) else list_runs(RUNS)(asked)

    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code == 1
    assert len([asked for asked in server.asked if asked.path.endswith("run_doesnotexist0000000000000")]) == 1


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"\x00\x1b[31m\r\n\r\n"])
def test_dropped_connection_and_noise(data: bytes, tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    done, _ = check_raw(lambda connection, _: connection.sendall(data), "--record", recording)
    assert (done.code, done.out) == (2, "")
    assert "the server cannot be reached: " in done.err
    assert "\x1b" not in done.err
    assert [entry["response"]["status"] for entry in json.loads(recording.read_text())["log"]["entries"]] == [0, 0, 0]


def test_control_characters_reach_no_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x9b31m\u202e::error::owned"

    def answering(asked: Asked) -> Reply:
        reply = list_runs(RUNS)(asked)
        body = {**reply.body, "object": evil, evil: evil}
        return Reply(body, reply.status)

    recording = tmp_path / "runs.har"
    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording)
    assert done.code == 1
    for text in (done.out, done.err, recording.read_text()):
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & {*text}


@pytest.mark.parametrize(
    ("number", "code", "name"), [(signal.SIGINT, 130, "runs.har"), (signal.SIGTERM, 143, "runs.yaml")]
)
def test_interrupt_leaves_the_recording(number: signal.Signals, code: int, name: str, tmp_path: Path) -> None:
    recording = tmp_path / name
    is_waiting = Event()

    def answering(asked: Asked) -> Reply:
        if len(server.asked) == 5:
            is_waiting.set()
            time.sleep(5)
        return list_runs(RUNS)(asked)

    with serving(answering) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording)
        running = subprocess.Popen([sys.executable, "-m", "validator", *words], stderr=subprocess.PIPE, text=True)
        assert is_waiting.wait(20)
        running.send_signal(number)
        assert running.communicate(timeout=20)[1] == ""
    assert running.returncode == code
    read = yaml.safe_load(recording.read_text())
    assert len(read["interactions"] if name == "runs.yaml" else read["log"]["entries"]) == 4
    assert recording.stat().st_mode & 0o777 == 0o600


def test_recording_has_a_limit(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    with serving(list_runs(RUNS)) as server:
        words = ("--max-bytes", "60000", "--record", recording)
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, *words)
    assert done.code == 2
    assert "the recording is as large as a document may be (--max-bytes)" in done.err
    assert recording.stat().st_size <= 60000
    assert "walk-complete" in done.out


def test_bytes_that_are_no_text_are_recorded(tmp_path: Path) -> None:
    def answering(asked: Asked) -> Reply:
        reply = list_runs(RUNS)(asked)
        return Reply(json.dumps(reply.body).encode("utf-16"), reply.status) if "asc" in asked.query.values() else reply

    recording = tmp_path / "runs.har"
    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording, "-f", "concise")
    assert done.code == 1
    assert done.out == run(recording, "-f", "concise").out
    contents = [entry["response"]["content"] for entry in json.loads(recording.read_text())["log"]["entries"]]
    assert base64.b64decode(contents[2]["text"]).decode("utf-16").startswith('{"object"')


def test_broken_compression_is_no_answer() -> None:
    with serving(lambda asked: Reply(gzip.compress(PAGE)[:-10], headers={"Content-Encoding": "gzip"})) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    reason = "the answer of the server cannot be read: the body cannot be decompressed as Content-Encoding says"
    assert (done.code, done.err) == (2, f"validate-runs: {reason}\n")


def test_rate_and_wait() -> None:
    with serving(list_runs(RUNS)) as server:
        start = time.monotonic()
        words = ("--rate", "50", "--wait", "5", "--max-requests", "10")
        run("live", f"{server.origin}/v1", "--thread", THREAD, *words)
        assert time.monotonic() - start > 10 / 50 - 0.05
    assert len(server.asked) == 1 + 10


def test_short_key_is_redacted_as_a_word(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"

    def answering(asked: Asked) -> Reply:
        reply = list_runs(RUNS)(asked)
        return reply._replace(body={**reply.body, "echo": "the key is run5", "other": "run5x"})

    with serving(answering) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "--record", recording)
        run(*words, env={"VALIDATE_RUNS_API_KEY": "run5"})
    assert "the key is [redacted]" in recording.read_text()
    assert "run5x" in recording.read_text()
