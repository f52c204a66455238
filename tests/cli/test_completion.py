"""Shell completion."""

import json
import os
import pty
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.commands import Ran, run
from tests.support.paths import SAMPLES
from tests.support.tools import command
from validator.rules.registry import RULES
from validator.rules.selection import GROUPS

ASK = {
    "bash": """
ask() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _validate_runs_completion validate-runs; }}
eval "$(_VALIDATE_RUNS_COMPLETE=bash_source validate-runs)"
ask validate-runs {}
printf '%s\\n' "${{COMPREPLY[@]}}"
""",
    "fish": """
_VALIDATE_RUNS_COMPLETE=fish_source validate-runs | source
complete --do-complete {}
""",
}


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which the command is found."""
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "validate-runs"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m validator "$@"\n')
    script.chmod(0o755)
    return f"{tmp_path / 'bin'}:{os.environ['PATH']}"


def _offered(shell: str, words: str, path: str) -> list[str]:
    line = words if shell == "bash" else shlex.quote(f"validate-runs {words}")
    done = subprocess.run(
        [command(shell), "-c", ASK[shell].format(line)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return [line.partition("\t")[0] for line in done.stdout.splitlines()]


TOTALS = [rule.name for rule in RULES if rule.name.startswith("token")]
USAGE = ["usage", *(rule.name for rule in RULES if rule.name.startswith("usage-"))]


@pytest.mark.tools
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("--sel", ["--select"]),
        ("--select tok", TOTALS),
        ("--ignore time,tok", [f"time,{name}" for name in TOTALS]),
        ("--select = usage", USAGE),
        ("--ignore schema : min", ["minLength", "minimum"]),
        ("--severity tok", [f"{name}=" for name in TOTALS]),
        ("--severity usage = w", ["warning"]),
        ("--severity schema : type = ''", ["error", "warning", "info", "off"]),
        ("--explain first", ["first-id-mismatch"]),
        ("--explain tok", TOTALS),
        ("-f conc", ["concise"]),
        ("--contract ''", ["observed", "published"]),
        ("live --az", ["--azure"]),
    ],
)
def test_bash_completes_options_rules_and_values(words: str, offered: list[str], path: str) -> None:
    assert sorted(_offered("bash", words, path)) == sorted(offered)


@pytest.mark.tools
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("--sel", ["--select"]),
        ("--ignore schema:min", ["schema:minLength", "schema:minimum"]),
        ("--severity usage=w", ["usage=warning"]),
        ("--explain first", ["first-id-mismatch"]),
    ],
)
def test_fish_completes_options_rules_and_values(words: str, offered: list[str], path: str) -> None:
    assert sorted(_offered("fish", words, path)) == sorted(offered)


@pytest.mark.tools
@pytest.mark.parametrize(
    ("shell", "typed", "line"),
    [
        ("bash", "--select token\t", b"--select token-total-mismatch"),
        ("bash", "--severity schema:ty\t", b"--severity schema:type="),
        ("bash", "-f json:answ\t", b"-f json:answers.json"),
        ("bash", "answ\t", b" answers.json"),
        ("zsh", "--select token\t", b"--select token-total-mismatch"),
        ("zsh", "answ\t", b" answers.json"),
    ],
)
def test_tab_in_a_real_shell(shell: str, typed: str, line: bytes, path: str, tmp_path: Path) -> None:
    (tmp_path / "answers.json").touch()
    begin = {
        "bash": 'eval "$(_VALIDATE_RUNS_COMPLETE=bash_source validate-runs)"',
        "zsh": 'autoload -U compinit; compinit -D; eval "$(_VALIDATE_RUNS_COMPLETE=zsh_source validate-runs)"',
    }[shell]
    words = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    parent, child = pty.openpty()
    environment = {**os.environ, "PATH": path, "TERM": "dumb", "PS1": "> "}
    process = subprocess.Popen(
        [command(shell), *words],
        stdin=child,
        stdout=child,
        stderr=child,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
    )
    os.close(child)
    try:
        os.write(parent, f"{begin}; echo rea''dy\n".encode())
        _seen(parent, b"ready\r\n")
        os.write(parent, f"validate-runs {typed}".encode())
        _seen(parent, line)
    finally:
        process.kill()
        process.wait()
        os.close(parent)


def _seen(terminal: int, wanted: bytes) -> None:
    """Wait until something stands on the terminal."""
    os.set_blocking(terminal, False)
    shown, end = b"", time.monotonic() + 60
    while wanted not in shown:
        assert time.monotonic() < end, shown
        try:
            shown += os.read(terminal, 4096)
        except BlockingIOError:
            time.sleep(0.02)


def _asked(shell: str, typed: str, cwd: Path | None = None) -> Ran:
    """The command as the script of a shell calls it, with the last word under the cursor."""
    words = {"COMP_WORDS": f"validate-runs {typed}", "COMP_CWORD": str(len(f"{typed}.".split()))}
    return run(env={"_VALIDATE_RUNS_COMPLETE": f"{shell}_complete", **words}, cwd=cwd)


def test_completion_shows_rule_summary() -> None:
    ran = _asked("zsh", "--explain first")
    summary = next(rule.summary for rule in RULES if rule.name == "first-id-mismatch")
    assert (ran.code, ran.out, ran.err) == (0, f"plain\nfirst-id-mismatch\n{summary}\n", "")


def test_completion_lists_groups_then_rules() -> None:
    offered = _asked("bash", "--select ").out.splitlines()
    assert offered == [f"plain,{name}" for name in (*GROUPS, *(rule.name for rule in RULES))]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("--ignore schema : min", "plain,minimum\nplain,minLength\n"),
        ("--severity usage = w", "plain,warning\n"),
        ("--severity milli", "plain,milliseconds=\n"),
        ("-f conc", "plain,concise\n"),
        ("-f json : rep", "file,rep\n"),
        ("pag", "file,pag\n"),
        ("--explain usage --sel", "plain,--select\n"),
        ("live http : //127.0.0.1/v1 --az", "plain,--azure\n"),
        ("live --require limit-kept,walk-e", "plain,limit-kept,walk-ends\n"),
        ("live --require al", "plain,all\n"),
        ("live --known a", "plain,asc-mirrors-desc\nplain,after-excludes\nplain,after-follows-order\n"),
        ("live --auth b", "plain,bearer\n"),
        ("live.json --li", "plain,--limit\nplain,--listing\nplain,--list-rules\n"),
    ],
)
def test_bash_word_breaks(typed: str, offered: str) -> None:
    ran = _asked("bash", typed)
    assert (ran.code, ran.out, ran.err) == (0, offered, "")


def test_completion_reads_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "validate-runs.toml").write_text("zebra = [")
    assert _asked("bash", "--contract pub", tmp_path).out == "plain,published\n"


def test_unknown_shell_exits_two() -> None:
    ran = run(env={"_VALIDATE_RUNS_COMPLETE": "zebra_source"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "validate-runs: _VALIDATE_RUNS_COMPLETE must be bash_source, zsh_source or fish_source\n"


def test_completion_is_imported_only_for_a_shell() -> None:
    program = (
        "import atexit, json, sys; atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr));"
        f"sys.argv = ['validate-runs', {str(SAMPLES / 'valid' / 'page.json')!r}];"
        "from validator.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"click.shell_completion", "validator.cli.completion"}.isdisjoint(json.loads(done.stderr))
