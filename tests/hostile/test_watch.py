"""The audit hook of the test session reports what the tool reaches for, even if the exception is swallowed."""

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
    "a foreign file, swallowed": (_swallowing, "open"),
}


@pytest.mark.parametrize("way", REACHING)
def test_access_by_a_rule_is_reported(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reach, event = REACHING[way]

    def reaching(_: object) -> list[Problem]:
        reach()
        return []

    replace_checks(monkeypatch, first_id_mismatch=reaching)
    with suppress(Reached):
        validate(PAGE)
    assert [finding.partition(" ")[0] for finding in WATCH.reached] == [event]
    WATCH.reached.clear()


def test_access_beside_the_input_is_reported(tmp_path: Path) -> None:
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
