"""The audit hook of the test session bites: whatever the tool tries to reach is told, swallowed or not."""

import ftplib
import http.client
import os
import socket
import subprocess
import urllib.request
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.commands import run
from tests.support.pages import PAGE
from tests.support.paths import ROOT, SAMPLES
from tests.support.rules import replace_checks
from tests.support.watch import WATCH, Reached, nothing_but
from validator import validate
from validator.core.problem import Problem

NOWHERE = "http://127.0.0.1:9/schema.json"


def _swallowing() -> None:
    with suppress(BaseException):
        Path("/etc/passwd").read_bytes()


def _by_reference() -> None:
    with warnings.catch_warnings(action="ignore"):  # of newer versions, that this is deprecated
        jsonschema.Draft202012Validator({"$ref": NOWHERE}).is_valid({})


REACHING: dict[str, tuple[Callable[[], Any], str]] = {
    "a socket": (socket.socket, "socket.__new__"),
    "a name": (lambda: socket.getaddrinfo("example.org", 80), "socket.getaddrinfo"),
    "an address": (lambda: urllib.request.urlopen(NOWHERE), "urllib.Request"),
    "a file by its address": (lambda: urllib.request.urlopen("file:///etc/passwd"), "urllib.Request"),
    "a reference": (_by_reference, "urllib.Request"),
    "http": (lambda: http.client.HTTPConnection("127.0.0.1", 9).connect(), "http.client.connect"),
    "ftp": (lambda: ftplib.FTP("127.0.0.1"), "ftplib.connect"),
    "a program": (lambda: subprocess.run(["true"], check=True), "subprocess.Popen"),
    "a shell": (lambda: os.system("true"), "os.system"),
    "a foreign file": (lambda: Path("/etc/passwd").read_bytes(), "open"),
    "a foreign folder": (lambda: os.listdir("/etc"), "os.listdir"),
    "a new file beside the package": (lambda: (ROOT / "new").write_text(""), "open"),
    "a sample": (lambda: os.remove(SAMPLES / "none.json"), "os.remove"),
    "a sample that is moved away": (lambda: os.rename(SAMPLES / "none.json", SAMPLES / "other.json"), "os.rename"),
    "a foreign file, and nobody is told": (_swallowing, "open"),
}


@pytest.mark.parametrize("way", REACHING)
def test_what_a_rule_reaches_for_is_told(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reach, event = REACHING[way]

    def reaching(_: object) -> list[Problem]:
        reach()
        return []

    replace_checks(monkeypatch, first_id_mismatch=reaching)
    with suppress(Reached):
        validate(PAGE)
    assert [told.partition(" ")[0] for told in WATCH.reached] == [event]
    WATCH.reached.clear()


def test_what_the_tests_do_themselves_is_their_own_affair() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname()):
            assert subprocess.run(["true"], check=False).returncode == 0
    assert os.listdir("/etc") != []
    assert WATCH.reached == []


def test_not_even_a_test_leaves_the_machine() -> None:
    with pytest.raises(Reached, match=r"socket\.getaddrinfo"):
        socket.create_connection(("example.org", 80))
    with socket.socket() as other, pytest.raises(Reached, match=r"socket\.connect"):
        other.connect(("192.0.2.1", 9))
    assert len(WATCH.reached) == 2
    WATCH.reached.clear()


def test_hostile_input_is_read_and_nothing_beside_it_is(tmp_path: Path) -> None:
    beside = tmp_path / "beside.json"
    beside.write_bytes((SAMPLES / "valid" / "page.json").read_bytes())
    with nothing_but(tmp_path / "page.json"), pytest.raises(Reached, match="beside"):
        run(beside, "--isolated")
    with nothing_but(beside), pytest.raises(Reached, match="report"):
        run(beside, "--isolated", "-f", f"json:{tmp_path / 'report'}")
    assert [event.split()[0] for event in WATCH.reached] == ["open", "open", "os.remove"]  # the last one tidies up
    WATCH.reached.clear()
    with nothing_but(beside):
        assert run(beside, "--isolated").code == 0
