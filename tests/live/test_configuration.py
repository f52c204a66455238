"""A configuration may name the server to check, but may be a stranger's: no secret goes to such a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.http_server import serving
from tests.support.sound_server import list_runs
from tests.support.threads import THREAD, list_of, numbered

KEY = "sk-live+check/0123456789&abcdef"
RUNS = [numbered(number) for number in range(5)]
STEALING = {
    "--key-env": ["--key-env", "MY_KEY"],
    "--key-file": ["--key-file", "key"],
    "VALIDATE_RUNS_API_KEY": [],
    "-H Name=env:VARIABLE": ["-H", "X-Token=env:MY_KEY"],
    "--client-cert": ["--client-cert", "me.pem"],
}
"""Options with a secret."""


def configure(folder: Path, url: str, more: str = "") -> None:
    """Write a configuration that names a server and a thread."""
    (folder / "pyproject.toml").write_text(f'[tool.validate-runs.live]\nthreads = ["{THREAD}"]\nurl = "{url}"\n{more}')


@pytest.mark.parametrize("name", STEALING)
@pytest.mark.parametrize("plan", [[], ["--plan"]])
def test_server_of_a_configuration_gets_no_secret(name: str, plan: list[str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    env = {"VALIDATE_RUNS_API_KEY": KEY} if name == "VALIDATE_RUNS_API_KEY" else {"MY_KEY": KEY}
    with serving(list_runs(RUNS)) as server:
        configure(tmp_path, f"{server.origin}/v1")
        done = run("live", *STEALING[name], *plan, env=env, cwd=tmp_path)
    assert (done.code, done.out, server.asked) == (2, "", [])
    expected = f"{name} is for a server that you name: the address is from pyproject.toml:3, so write it after `live`"
    assert expected in done.err
    assert KEY not in done.err


def test_server_of_a_configuration_is_checked_without_a_key(tmp_path: Path) -> None:
    env = {"OPENAI_API_KEY": KEY}
    with serving(list_runs(RUNS)) as server:
        configure(tmp_path, f"{server.origin}/v1")
        done = run("live", env=env, cwd=tmp_path)
        quiet = run("live", "-q", cwd=tmp_path)
        keyless = run("live", "--auth", "none", "-q", env={"VALIDATE_RUNS_API_KEY": KEY}, cwd=tmp_path)
    assert (done.code, done.err) == (0, f"validate-runs: pyproject.toml:3: checking {server.origin}/v1\n")
    assert (quiet.code, quiet.err, keyless.code, keyless.err) == (0, "", 0, "")
    assert len(server.asked) > 60
    assert not any("Authorization" in asked.headers or KEY in str(asked) for asked in server.asked)


def test_server_on_the_command_line_gets_the_key(tmp_path: Path) -> None:
    """The user has written the address, and the thread is from the configuration."""
    env = {"VALIDATE_RUNS_API_KEY": KEY}
    with serving(list_runs(RUNS)) as other, serving(list_runs(RUNS)) as server:
        configure(tmp_path, f"{other.origin}/v1")
        done = run("live", f"{server.origin}/v1", env=env, cwd=tmp_path)
    assert (done.code, done.err, other.asked) == (0, "", [])
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.com/v1", "http:// is not encrypted: use https://, or --allow-http"),
        ("http://me:secret@127.0.0.1/v1", "the address has a user or a password: use --key-env or --key-file"),
    ],
)
def test_address_of_a_configuration_is_no_exception(url: str, message: str, tmp_path: Path) -> None:
    configure(tmp_path, url)
    done = run("live", cwd=tmp_path)
    assert (done.code, message in done.err, "secret" in done.err) == (2, True, False)


def test_settings_of_the_table_are_for_live_checks_alone(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(list_of([{**RUNS[0], "status": "unheard-of"}])))
    with serving(list_runs(RUNS)) as server:
        configure(tmp_path, f"{server.origin}/v1", 'empty-thread = "thread_e"\nignore = ["schema"]\n')
        lines = run("live", "--plan", cwd=tmp_path).out.splitlines()
    assert f"GET {server.origin}/v1/threads/thread_e/runs" in lines
    assert run("page.json", cwd=tmp_path).code == 1
    shown = run("--show-config", cwd=tmp_path).out
    expected = (
        "[live]  # pyproject.toml:1\n"
        f'"threads" = ["{THREAD}"]\n'
        f'"url" = "{server.origin}/v1"\n'
        '"empty-thread" = "thread_e"\n'
        '"ignore" = ["schema"]\n'
    )
    assert shown.endswith(expected)


def test_rules_to_ignore_in_live_checks(tmp_path: Path) -> None:
    runs = [{**run_, "status": "unheard-of"} for run_ in RUNS]
    with serving(list_runs(runs)) as server:
        url = f"{server.origin}/v1"
        configure(tmp_path, url)
        assert run("live", "-q", cwd=tmp_path).code == 1
        configure(tmp_path, url, 'ignore = ["schema"]\n')
        assert run("live", "-q", cwd=tmp_path).code == 0
        assert run("live", "-q", "--isolated", url, "--thread", THREAD, cwd=tmp_path).code == 1


def test_live_without_an_address(tmp_path: Path) -> None:
    for words in ([], ["-q"], ["--color", "never"]):
        done = run("live", *words, cwd=tmp_path)
        assert (done.code, "Missing argument 'URL'" in done.err) == (2, True)
