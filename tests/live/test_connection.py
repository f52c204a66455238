"""How a live check reaches a server: versions of Azure, certificates and proxies, each with real sockets."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread as Worker
from typing import NamedTuple

import pytest

from tests.support.commands import run
from tests.support.http_server import Asked, Reply, running, serving
from tests.support.sound_server import list_runs
from tests.support.threads import THREAD, numbered
from tests.support.tools import command
from validator.cli.live import live

KEY = "sk-live+check/0123456789&abcdef"
RUNS = [numbered(number) for number in range(5)]
VERSION = "2024-05-01-preview"


def test_help_has_every_option() -> None:
    shown = run("live", "--help").out
    assert [option.opts[0] for option in live.params if option.opts[0] not in shown and option.name != "url"] == []


@pytest.mark.parametrize(
    ("words", "header"),
    [
        (["--azure", "--api-version", VERSION], "api-key"),
        (["--api-version", VERSION, "--auth", "api-key"], "api-key"),
        (["--azure", "--auth", "bearer", "--api-version", VERSION], "Authorization"),
        (["--api-version", VERSION], "Authorization"),
    ],
)
def test_version_is_in_every_request(words: list[str], header: str, tmp_path: Path) -> None:
    def answering(asked: Asked) -> Reply:
        query = {name: value for name, value in asked.query.items() if name != "api-version"}
        return list_runs(RUNS)(asked._replace(query=query))

    recording = tmp_path / "runs.har"
    with serving(answering) as server:
        call = ("live", f"{server.origin}/openai", "--thread", THREAD, *words)
        done = run(*call, "--record", recording, "--check-auth", env={"VALIDATE_RUNS_API_KEY": KEY})
    assert (done.code, done.err) == (0, "")
    assert {asked.query["api-version"] for asked in server.asked} == {VERSION}
    assert any("after" in asked.query for asked in server.asked)
    *others, without, wrong = server.asked
    names = {name for name in ("api-key", "Authorization") for asked in others if name in asked.headers}
    assert names == {header}
    assert header not in without.headers
    assert KEY not in wrong.headers[header]
    entries = json.loads(recording.read_text())["log"]["entries"]
    assert all(f"api-version={VERSION}" in entry["request"]["url"] for entry in entries)


def test_version_in_the_address_will_do() -> None:
    url = f"http://127.0.0.1:9/openai/threads/{THREAD}/runs?api-version={VERSION}"
    done = run("live", url, "--azure", "--plan")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1].endswith(f"/runs?api-version={VERSION}&limit=100&order=desc")
    again = run("live", url, "--api-version", VERSION, "--plan")
    assert (again.code, "the address has api-version: leave --api-version out" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--azure"], "--azure needs --api-version, such as 2024-05-01-preview"),
        (["--api-version", "a&limit=3"], "--api-version is a date or a word, such as 2024-05-01-preview"),
        (["--insecure"], "--insecure is for https:// alone"),
        (["--tls-ca", "ca.pem"], "--tls-ca is for https:// alone"),
        (["--client-cert", "me.pem"], "--client-cert is for https:// alone"),
        (["--thread", ""], "the id of a thread is empty"),
        (["--empty-thread", ""], "the id of a thread is empty"),
    ],
)
def test_option_that_does_not_fit(words: list[str], message: str) -> None:
    done = run("live", "http://127.0.0.1:9/v1", "--thread", THREAD, *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


class Certificates(NamedTuple):
    """Files of an authority, and of what it has signed: a server (127.0.0.1 and server.test) and a client."""

    folder: Path

    def __getattr__(self, name: str) -> Path:
        stem, _, ending = name.rpartition("_")
        return self.folder / f"{stem}.{ending}"

    def server(self, *, asks_for_client: bool = False) -> ssl.SSLContext:
        """Settings of the server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_pem, self.server_key)
        if asks_for_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca_pem)
        return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates made for this test alone."""
    openssl = command("openssl")
    made = Certificates(tmp_path_factory.mktemp("certificates"))

    def make(name: str, *words: str | Path) -> None:
        key = (
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            made.folder / f"{name}.key",
        )
        call = [openssl, "req", "-x509", *key, "-subj", f"/CN={name}", *words]
        subprocess.run(
            [str(word) for word in (*call, "-out", made.folder / f"{name}.pem")], check=True, capture_output=True
        )

    signed = ("-CA", made.ca_pem, "-CAkey", made.ca_key, "-addext", "basicConstraints=CA:FALSE")
    make("ca")
    make("server", *signed, "-addext", "subjectAltName=IP:127.0.0.1,DNS:server.test")
    make("client", *signed)
    both = made.client_key.read_bytes() + made.client_pem.read_bytes()
    (made.folder / "both:one.pem").write_bytes(both)
    encrypted = [
        openssl,
        "ec",
        "-in",
        made.client_key,
        "-aes128",
        "-passout",
        "pass:abcdef",
        "-out",
        made.encrypted_key,
    ]
    subprocess.run([str(word) for word in encrypted], check=True, capture_output=True)
    return made


def test_named_authority_is_trusted(certificates: Certificates) -> None:
    with serving(list_runs(RUNS), tls=certificates.server()) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD)
        done = run(*words, "--tls-ca", certificates.ca_pem, "--rate", "0")
        assert (done.code, done.err) == (0, "")
        assert "--insecure" not in done.out
        seen = len(server.asked)
        other = run(*words, "--tls-ca", certificates.client_pem)
    assert (other.code, len(server.asked)) == (2, seen)
    reason = "the certificate of the server cannot be verified"
    assert other.err == f"validate-runs: the server cannot be reached: {reason}\n"


def test_certificate_of_another_host_is_refused(certificates: Certificates) -> None:
    with serving(list_runs(RUNS), tls=certificates.server()) as server:
        url = server.origin.replace("127.0.0.1", "localhost")
        done = run("live", f"{url}/v1", "--thread", THREAD, "--tls-ca", certificates.ca_pem)
    assert (done.code, server.asked) == (2, [])
    assert "the certificate of the server cannot be verified" in done.err


def test_unverified_certificate_is_in_every_report(certificates: Certificates, tmp_path: Path) -> None:
    warning = "the certificate of the server was not verified (--insecure)"
    with serving(list_runs(RUNS), tls=certificates.server()) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "--insecure", "--rate", "0")
        files = {name: tmp_path / name for name in ("markdown", "html", "junit")}
        reports = [word for name, file in files.items() for word in ("-f", f"{name}:{file}")]
        text = run(*words, "-f", "text", *reports, "--record", tmp_path / "runs.har")
        quiet = run(*words, "-q", "-f", "json", "--record", tmp_path / "runs.yaml")
    assert (text.code, text.err) == (0, f"validate-runs: {warning}\n")
    assert text.out.splitlines()[-1].endswith(f", {warning}")
    assert all("(--insecure)" in file.read_text() for file in (files["html"], files["junit"]))
    assert "insecure" in files["markdown"].read_text()
    assert (quiet.code, quiet.err) == (0, f"validate-runs: {warning}\n")
    assert json.loads((tmp_path / "runs.har").read_text())["log"]["comment"] == warning
    assert f"comment: {warning}\n" in (tmp_path / "runs.yaml").read_text()


def test_insecure_and_authority_contradict_each_other(certificates: Certificates) -> None:
    done = run("live", "https://127.0.0.1:9/v1", "--thread", THREAD, "--insecure", "--tls-ca", certificates.ca_pem)
    assert (done.code, "--insecure and --tls-ca contradict each other" in done.err) == (2, True)


def test_client_certificate(certificates: Certificates) -> None:
    with serving(list_runs(RUNS), tls=certificates.server(asks_for_client=True)) as server:
        words = ("live", f"{server.origin}/v1", "--thread", THREAD, "--tls-ca", certificates.ca_pem, "--rate", "0")
        without = run(*words)
        for value in (f"{certificates.client_pem}:{certificates.client_key}", certificates.folder / "both:one.pem"):
            done = run(*words, "--client-cert", value)
            assert (done.code, done.err) == (0, "")
    assert (without.code, without.out) == (2, "")
    reason = "the server demands a client certificate"
    assert without.err == f"validate-runs: the server cannot be reached: {reason}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--client-cert", "client.pem:encrypted.key"], "client.pem: is no client certificate with its unencrypted"),
        (["--client-cert", "client.pem"], "client.pem: is no client certificate with its unencrypted private key"),
        (["--client-cert", "client.pem:server.key"], "client.pem: is no client certificate with its unencrypted"),
        (["--client-cert", "missing.pem"], "missing.pem: cannot be read: no such file or directory"),
        (["--tls-ca", "missing.pem"], "missing.pem: cannot be read: no such file or directory"),
        (["--tls-ca", "ca.key"], "ca.key: has no certificates in PEM form"),
    ],
)
def test_certificate_that_cannot_be_used(
    words: list[str], message: str, certificates: Certificates, capfd: pytest.CaptureFixture[str]
) -> None:
    done = run("live", "https://127.0.0.1:9/v1", "--thread", THREAD, *words, cwd=certificates.folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"validate-runs: {message}")
    assert capfd.readouterr() == ("", "")  # nobody is asked for a password


def test_recording_does_not_overwrite_certificates(certificates: Certificates) -> None:
    (certificates.folder / "me.har").write_text("certificate")
    words = ("--tls-ca", "me.har", "--record", "me.har")
    done = run("live", "https://127.0.0.1:9/v1", "--thread", THREAD, *words, cwd=certificates.folder)
    assert (done.code, "which is used otherwise" in done.err) == (2, True)


def test_server_without_tls() -> None:
    with serving(list_runs(RUNS)) as server:
        done = run("live", f"{server.origin.replace('http:', 'https:')}/v1", "--thread", THREAD)
    assert done.err == "validate-runs: the server cannot be reached: the server does not answer in TLS\n"


class Proxy(NamedTuple):
    """The address of a proxy, and the heads of the requests that it was sent."""

    address: str
    heads: list[bytes]


@contextmanager
def proxying(origin: str, *, password: str = "") -> Iterator[Proxy]:
    """Let a proxy meanwhile pass everything to one server, whatever its name is; perhaps for a user `me` only."""
    port = int(origin.rpartition(":")[2])
    heads: list[bytes] = []
    expected = b"Proxy-Authorization: Basic " + base64.b64encode(f"me:{password}".encode())

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += self.request.recv(65536)
            heads.append(head)
            if password and expected not in head:
                self.request.sendall(b"HTTP/1.1 407 No: secret words\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                if head.startswith(b"CONNECT"):
                    self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    server.sendall(head)
                back = Worker(target=pipe, args=(server, self.request), daemon=True)
                back.start()
                pipe(self.request, server)
                back.join()

    proxy = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    with running(proxy) as address:
        yield Proxy(address, heads)


def pipe(source: socket.socket, target: socket.socket) -> None:
    """Pass on whatever comes until nothing more comes."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


PASSWORD = "proxy pässword/1"
SPELT = "proxy%20p%C3%A4ssword%2F1"


def test_proxy_sees_no_more_than_the_host(certificates: Certificates, tmp_path: Path) -> None:
    """The server repeats the credentials of the proxy, which it cannot know, and these are not recorded either."""

    def answering(asked: Asked) -> Reply:
        return list_runs(RUNS)(asked)._replace(headers={"X-Echo": SPELT, "X-Encoded": token})

    token = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    recording, reports = tmp_path / "runs.har", [tmp_path / name for name in ("junit", "html", "json")]
    with serving(answering, tls=certificates.server()) as server, proxying(server.origin, password=PASSWORD) as proxy:
        done = run(
            *("live", "https://server.test/v1", "--thread", THREAD, "--tls-ca", certificates.ca_pem, "--rate", "0"),
            *("--proxy", f"http://me:{SPELT}@{proxy.address}", "--record", recording, "-f", "text"),
            *(word for file in reports for word in ("-f", f"{file.name}:{file}")),
            env={"VALIDATE_RUNS_API_KEY": KEY},
        )
    assert (done.code, done.err) == (0, "")
    assert len(proxy.heads) == 1  # one connection for all requests
    assert proxy.heads[0].startswith(b"CONNECT server.test:443 HTTP/1.1\r\n")
    assert KEY.encode() not in proxy.heads[0]
    assert {asked.headers["Host"] for asked in server.asked} == {"server.test"}
    assert not any("Proxy-Authorization" in asked.headers for asked in server.asked)
    for text in (done.out, done.err, *(file.read_text() for file in (recording, *reports))):
        assert not any(word in text for word in (PASSWORD, SPELT, token, proxy.address))


def test_proxy_for_unencrypted_requests(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    with serving(list_runs(RUNS)) as server, proxying(server.origin, password=PASSWORD) as proxy:
        words = ("--proxy", f"http://me:{SPELT}@{proxy.address}", "--record", recording, "--rate", "0")
        done = run("live", "http://api.localhost/v1", "--thread", THREAD, *words)
    assert (done.code, done.err) == (0, "")
    assert proxy.heads[0].startswith(b"GET http://api.localhost/v1/threads/")
    assert {asked.headers["Host"] for asked in server.asked} == {"api.localhost"}
    assert not any(word in recording.read_text() for word in (PASSWORD, SPELT, "roxy"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://server.test/v1", "the server cannot be reached: the proxy refuses to connect"),
        ("http://api.localhost/v1", "the proxy refuses the request (407)"),
    ],
)
def test_proxy_that_wants_a_password(url: str, message: str) -> None:
    with proxying("http://127.0.0.1:9", password=PASSWORD) as proxy:
        done = run("live", url, "--thread", THREAD, "--proxy", f"http://{proxy.address}")
    assert (done.code, done.out, done.err) == (2, "", f"validate-runs: {message}\n")
    assert len(proxy.heads) == 1


def test_token_for_a_proxy_is_not_recorded(tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"

    def answering(asked: Asked) -> Reply:
        return list_runs(RUNS)(asked)._replace(headers={"X-Echo": "token-0123456789"})

    with serving(answering) as server, proxying(server.origin) as proxy:
        words = ("--proxy", f"http://token-0123456789@{proxy.address}", "--record", recording, "--max-requests", "2")
        run("live", "http://api.localhost/v1", "--thread", THREAD, *words)
    assert len(server.asked) == 2
    assert "token-0123456789" not in recording.read_text()


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("socks5://me:secret@127.0.0.1:1080", "the proxy must be http://[USER:PASSWORD@]HOST[:PORT]"),
        ("http://me:secret@127.0.0.1:80/path", "the proxy must be http://[USER:PASSWORD@]HOST[:PORT]"),
        ("http://me:secret@[::1", "the proxy must be http://[USER:PASSWORD@]HOST[:PORT]"),
        ("http://me:sec ret@127.0.0.1", "with what is not ASCII percent-encoded"),
        ("http://me:secret@proxy.test:8080", "http:// is not encrypted on the way to the proxy"),
    ],
)
def test_proxy_that_is_not_used(proxy: str, message: str) -> None:
    done = run("live", "http://127.0.0.1:9/v1", "--thread", THREAD, "--proxy", proxy)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert not any(word in done.err for word in ("secret", "sec ret", "me:"))


def test_slow_server_behind_a_proxy_is_left(certificates: Certificates) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(3)
        return Reply(b"")

    with serving(slow, tls=certificates.server()) as server, proxying(server.origin) as proxy:
        start = time.monotonic()
        words = ("--tls-ca", certificates.ca_pem, "--proxy", f"http://{proxy.address}", "--timeout", "0.5")
        done = run("live", "https://server.test/v1", "--thread", THREAD, *words)
        assert time.monotonic() - start < 2.5
    assert done.err == "validate-runs: the server cannot be reached: timed out\n"


@pytest.mark.parametrize("thread", ["thread/../x", "..", ".", "a?limit=3#x", "a\r\nX-Evil: 1", "\u202ethréad"])
def test_id_is_one_segment_of_the_path(thread: str, tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    with serving(lambda asked: Reply({"error": None}, 404)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", thread, "--record", recording)
    assert done.code == 2
    assert [(asked.path, asked.query) for asked in server.asked] == [(f"/v1/threads/{thread}/runs", {})]
    assert "X-Evil" not in server.asked[0].headers
    (entry,) = json.loads(recording.read_text())["log"]["entries"]
    assert "/../" not in entry["request"]["url"]


@pytest.mark.parametrize("run_id", ["..", "run/../../x", "run_\ud800", "run\r\nX-Evil: 1"])
def test_id_from_the_server_is_one_segment_too(run_id: str) -> None:
    page = {
        "object": "list",
        "data": [{**RUNS[0], "id": run_id}],
        "first_id": run_id,
        "last_id": run_id,
        "has_more": True,
    }
    with serving(lambda asked: Reply(page)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert done.code in (1, 2)
    assert "internal error" not in done.err
    assert all(asked.path.startswith("/v1/threads/") and "X-Evil" not in asked.headers for asked in server.asked)
    assert all(asked.path.count("/") >= 4 for asked in server.asked)
