"""The configuration: where settings come from, their precedence, and the messages about invalid ones."""

import json
import os
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ran, run
from tests.support.hostile_cases import obeyed
from tests.support.pages import page
from tests.support.pages import run as a_run
from tests.support.paths import SAMPLES
from tests.support.tools import command as program_path
from validator.cli.command import command
from validator.cli.config.apply import KEYS, LIVE_KEYS, OPTIONS, PER_FILE_IGNORES
from validator.cli.params import long_options
from validator.reporters.registry import FORMATS

MISMATCH = SAMPLES / "invalid" / "token-total-mismatch.json"
VALID = SAMPLES / "valid" / "page.json"
DEFAULTS = """\
# configuration: {}
contract = "observed"  # default
form = "auto"  # default
expect = "auto"  # default
# order is not set
# limit is not set
# now is not set
max-bytes = 67108864  # default
select = []  # default
ignore = []  # default
fail-on = "error"  # default
show = "warning"  # default
output-format = "text"  # default
show-values = false  # default
exclude = []  # default
no-gitignore = false  # default
force-exclude = false  # default
max-findings = 100  # default
listing = false  # default
history = false  # default
statistics = false  # default
color = "auto"  # default
quiet = false  # default
verbose = false  # default
# baseline is not set

[severity]  # default
"""


def configure(folder: Path, text: str, name: str = "validate-runs.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def shown(folder: Path, *words: str | Path, **environment: str) -> dict[str, Any]:
    """The settings in effect."""
    ran = run("--show-config", *words, cwd=folder, env=environment)
    assert (ran.code, ran.err) == (0, "")
    return tomllib.loads(ran.out)


def origin(folder: Path, key: str, *words: str | Path, **environment: str) -> str:
    """The line of `--show-config` about one setting."""
    lines = run("--show-config", *words, cwd=folder, env=environment).out.splitlines()
    (line,) = (line for line in lines if line.startswith((f"{key} =", f"[{key}]", f"# {key} ")))
    return line


def complaint(folder: Path, text: str) -> str:
    """Return the message about an invalid validate-runs.toml."""
    configure(folder, text)
    ran = run(VALID, cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    return ran.err.removeprefix("validate-runs: ").removesuffix("\n")


def test_defaults_without_a_file(tmp_path: Path) -> None:
    assert run("--show-config", cwd=tmp_path) == Ran(0, DEFAULTS.format("no file"), "")


def test_nearest_file_upwards_is_read(tmp_path: Path) -> None:
    configure(tmp_path, 'contract = "published"')
    configure(tmp_path / "a", '[tool.validate-runs]\ncontract = "published"\nlimit = 7', "pyproject.toml")
    (tmp_path / "a" / "b").mkdir()
    assert shown(tmp_path / "a" / "b")["limit"] == 7
    assert origin(tmp_path / "a" / "b", "limit") == "limit = 7  # ../pyproject.toml:3"
    assert origin(tmp_path / "a" / "b", "configuration:") == "# configuration: read from ../pyproject.toml"
    assert "limit" not in shown(tmp_path)


def test_own_file_beats_pyproject_toml(tmp_path: Path) -> None:
    configure(tmp_path, "[tool.validate-runs]\nlimit = 7", "pyproject.toml")
    configure(tmp_path, "limit = 8")
    assert shown(tmp_path)["limit"] == 8


@pytest.mark.parametrize(
    "text",
    ["", "[project]\nname = 'x'", "[tool.ruff]\n", "this is no TOML", "tool = 3", "dependencies = ['validate-runs']"],
)
def test_pyproject_toml_without_the_table_is_skipped(tmp_path: Path, text: str) -> None:
    configure(tmp_path, "limit = 9")
    configure(tmp_path / "sub", text, "pyproject.toml")
    assert shown(tmp_path / "sub")["limit"] == 9


@pytest.mark.parametrize(
    "text",
    [
        "[tool.validate-runs]\nlimit = 9",
        '[tool."validate-runs"]\nlimit = 9',
        "[tool]\nvalidate-runs.limit = 9",
        "tool.validate-runs = {limit = 9}",
        "\ufeff[tool.validate-runs]\r\nlimit = 9\r\n",
    ],
)
def test_table_in_any_toml_spelling(tmp_path: Path, text: str) -> None:
    configure(tmp_path, text, "pyproject.toml")
    assert shown(tmp_path)["limit"] == 9


def test_command_line_beats_environment_beats_file(tmp_path: Path) -> None:
    configure(tmp_path, 'show = "info"\nselect = ["usage", "time"]\nquiet = true\n[severity]\nusage = "off"')
    assert origin(tmp_path, "show") == 'show = "info"  # validate-runs.toml:1'
    assert origin(tmp_path, "show", VALIDATE_RUNS_SHOW="error") == 'show = "error"  # VALIDATE_RUNS_SHOW'
    assert origin(tmp_path, "show", "--show", "warning", VALIDATE_RUNS_SHOW="error") == 'show = "warning"  # --show'
    assert origin(tmp_path, "select") == 'select = ["usage", "time"]  # validate-runs.toml:2'
    assert origin(tmp_path, "select", "--select", "page", "--select", "tools,shared-*") == (
        'select = ["page", "tools", "shared-*"]  # --select'
    )
    assert origin(tmp_path, "severity") == "[severity]  # validate-runs.toml:4"
    assert origin(tmp_path, "severity", "--severity", "time=info") == "[severity]  # --severity"
    assert shown(tmp_path, "--severity", "time=info")["severity"] == {"time": "info"}
    assert origin(tmp_path, "quiet", VALIDATE_RUNS_QUIET="0") == "quiet = false  # VALIDATE_RUNS_QUIET"
    assert origin(tmp_path, "show", VALIDATE_RUNS_SHOW="") == 'show = "info"  # validate-runs.toml:1'


BY_ENVIRONMENT = {
    "contract": ("published", "published"),
    "form": ("sdk", "sdk"),
    "expect": ("run", "run"),
    "order": ("asc", "asc"),
    "limit": ("7", 7),
    "now": ("2024-10-20", 1729382400.0),
    "max-bytes": ("1000", 1000),
    "select": ("usage,time page", ["usage", "time", "page"]),
    "ignore": ("token-*", ["token-*"]),
    "severity": ("usage=off time=info", {"usage": "off", "time": "info"}),
    "fail-on": ("never", "never"),
    "show": ("info", "info"),
    "output-format": ("json", "json"),
    "show-values": ("1", True),
    "exclude": ("drafts/ *.bak.json", ["drafts/", "*.bak.json"]),
    "no-gitignore": ("1", True),
    "force-exclude": ("1", True),
    "max-findings": ("0", 0),
    "listing": ("true", True),
    "history": ("t", True),
    "statistics": ("true", True),
    "color": ("always", "always"),
    "quiet": ("yes", True),
    "verbose": ("on", True),
    "baseline": ("accepted.json", "accepted.json"),
}
COMMAND_LINE_ONLY = {
    *("print-schema", "bundle", "dereference"),
    *("explain", "list-rules", "show-config", "stdin-filename", "update-baseline", "fix", "diff", "version", "help"),
}
NOT_IN_A_FILE = {*COMMAND_LINE_ONLY, "config", "isolated", "debug", "jobs"}


def test_every_option_is_a_setting_or_command_line_only() -> None:
    options = long_options(command)
    assert {*options} - NOT_IN_A_FILE == {*OPTIONS} == {*BY_ENVIRONMENT}
    assert {name for name, option in options.items() if not option.allow_from_autoenv} == COMMAND_LINE_ONLY


@pytest.mark.parametrize("key", OPTIONS)
def test_every_setting_from_the_environment(tmp_path: Path, key: str) -> None:
    text, value = BY_ENVIRONMENT[key]
    name = f"VALIDATE_RUNS_{key.upper().replace('-', '_')}"
    assert shown(tmp_path, **{name: text})[key] == value
    assert origin(tmp_path, key, **{name: text}).endswith(f"  # {name}")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["-f", "json"], 'output-format = "json"  # --output-format'),
        (["-f", "json", "-f", "sarif:\x1b.sarif"], r"# output-format is json sarif:\u001b.sarif  # --output-format"),
        (["-f", "json:found"], "# output-format is json:found  # --output-format"),
    ],
)
def test_show_config_comments_out_report_files(tmp_path: Path, words: list[str], line: str) -> None:
    assert line in run("--show-config", *words, cwd=tmp_path).out.splitlines()


@pytest.mark.parametrize("key", OPTIONS)
def test_every_setting_from_a_file(tmp_path: Path, key: str) -> None:
    text, value = BY_ENVIRONMENT[key]
    ran = run("--show-config", cwd=tmp_path, env={f"VALIDATE_RUNS_{key.upper().replace('-', '_')}": text})
    configure(tmp_path, ran.out)
    assert shown(tmp_path)[key] == value
    assert "# validate-runs.toml:" in origin(tmp_path, key)


@pytest.mark.parametrize("table", ["validate_runs", "validate_run", "'Validator.Runs'"])
def test_misspelt_table_is_refused(tmp_path: Path, table: str) -> None:
    configure(tmp_path, f"[tool.other]\n[tool.{table}]\nlimit = 1\n", "pyproject.toml")
    name = table.strip("'")
    why = f"pyproject.toml:2: unknown table [tool.{name}], did you mean [tool.validate-runs]"
    assert run(VALID, cwd=tmp_path) == Ran(2, "", f"validate-runs: {why}\n")
    assert run(VALID, "--isolated", cwd=tmp_path).code == 0


def test_config_from_the_environment(tmp_path: Path) -> None:
    configure(tmp_path, "limit = 7")
    other = configure(tmp_path / "other", "limit = 8", "settings.toml")
    assert shown(tmp_path, VALIDATE_RUNS_CONFIG=str(other))["limit"] == 8
    assert "limit" not in shown(tmp_path, VALIDATE_RUNS_ISOLATED="1")
    assert shown(tmp_path, VALIDATE_RUNS_ISOLATED="0")["limit"] == 7


def test_actions_cannot_come_from_the_environment(tmp_path: Path) -> None:
    names = ("EXPLAIN", "LIST_RULES", "SHOW_CONFIG", "UPDATE_BASELINE", "VERSION", "HELP", "FILES")
    environment = {f"VALIDATE_RUNS_{name}": "1" for name in names}
    assert run(VALID, cwd=tmp_path, env=environment) == Ran(0, "ok: 2 runs in 1 document\n", "")


def test_invalid_environment_names_its_variable(tmp_path: Path) -> None:
    assert run(VALID, cwd=tmp_path, env={"VALIDATE_RUNS_LIMIT": "many"}) == Ran(
        2,
        "",
        "validate-runs: Invalid value for 'VALIDATE_RUNS_LIMIT': 'many' is not a whole number.\n"
        "Try 'validate-runs --help'.\n",
    )
    wrong = "'eror' is not one of 'error', 'warning', 'info', 'never'"
    ran = run(VALID, cwd=tmp_path, env={"VALIDATE_RUNS_FAIL_ON": "eror"})
    assert ran.err.startswith(f"validate-runs: Invalid value for 'VALIDATE_RUNS_FAIL_ON': {wrong}.\n")
    ran = run(VALID, "--fail-on", "eror", cwd=tmp_path, env={"VALIDATE_RUNS_FAIL_ON": "error"})
    assert ran.err.startswith(f"validate-runs: Invalid value for '--fail-on': {wrong}.\n")


def test_show_config_output_round_trips(tmp_path: Path) -> None:
    strange = 'a "b"\t\N{GRINNING FACE}\x1b.json'
    text = (
        f"baseline = {json.dumps(strange, ensure_ascii=False)}\n".replace("\x1b", "\\u001b")
        + 'now = 1.5\n[per-file-ignores]\n"**/a.json#/data/0" = ["usage"]\n"*.json" = []\n'
        + '[severity]\n"token-*" = "info"\n'
    )
    configure(tmp_path, text)
    first = run("--show-config", cwd=tmp_path).out
    assert "\x1b" not in first
    settings = tomllib.loads(first)
    assert settings["baseline"] == strange
    assert settings[PER_FILE_IGNORES] == {"**/a.json#/data/0": ["usage"], "*.json": []}
    configure(tmp_path, first)
    assert shown(tmp_path) == settings
    assert {*settings} == {*KEYS} - {"order", "limit", "live"}


@pytest.mark.parametrize("command", ["##vso[task.setvariable x=y]z", "##[group]", "a\\\\##[group]", "::error::x"])
def test_show_config_output_is_sanitized(tmp_path: Path, command: str) -> None:
    configure(tmp_path, f"baseline = '{command}'\n[per-file-ignores]\n'*::error::' = []")
    out = run("--show-config", "-f", "json:##[group]", cwd=tmp_path).out
    assert obeyed("", out) == []
    assert tomllib.loads(out)["baseline"] == command


def test_config_names_a_file(tmp_path: Path) -> None:
    configure(tmp_path, "limit = 7")
    configure(tmp_path / "a", "limit = 8", "other.toml")
    configure(tmp_path / "a", "[tool.validate-runs]\nlimit = 9", "pyproject.toml")
    assert shown(tmp_path, "--config", "a/other.toml")["limit"] == 8
    assert shown(tmp_path, "--config", "a/pyproject.toml")["limit"] == 9
    configure(tmp_path / "a", "[tool]", "pyproject.toml")
    assert run(VALID, "--config", "a/pyproject.toml", cwd=tmp_path) == Ran(
        2, "", "validate-runs: a/pyproject.toml: has no table [tool.validate-runs]\n"
    )
    assert run(VALID, "--config", "a/no\x1bwhere.toml", cwd=tmp_path) == Ran(
        2, "", "validate-runs: a/no\\u001bwhere.toml: no such file or directory\n"
    )


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    configure(tmp_path, "this is no TOML")
    assert run(VALID, "--isolated", cwd=tmp_path) == Ran(0, "ok: 2 runs in 1 document\n", "")
    for words in (["--version"], ["--help"], ["--explain", "not-json"]):
        assert run(*words, cwd=tmp_path).code == 0


@pytest.mark.parametrize("words", [("--isolated", "--config", "a.toml"), ("--config", "a.toml", "--isolated")])
def test_config_and_isolated_precedence(tmp_path: Path, words: tuple[str, ...]) -> None:
    configure(tmp_path, "limit = 7", "a.toml")
    assert run(VALID, *words, cwd=tmp_path) == Ran(
        2, "", "validate-runs: --config and --isolated contradict each other\nTry 'validate-runs --help'.\n"
    )
    assert "limit" not in shown(tmp_path, "--isolated", VALIDATE_RUNS_CONFIG="a.toml")
    assert shown(tmp_path, "--config", "a.toml", VALIDATE_RUNS_ISOLATED="1")["limit"] == 7


def test_settings_act_like_options(tmp_path: Path) -> None:
    configure(
        tmp_path,
        'output-format = "concise"\nquiet = true\nfail-on = "warning"\nselect = ["usage"]\n'
        '[severity]\n"token-total-*" = "warning"',
    )
    (tmp_path / "page.json").write_bytes(MISMATCH.read_bytes())
    assert run("page.json", cwd=tmp_path) == Ran(
        1,
        "page.json:35:25: warning token-total-mismatch /data/0/usage/total_tokens: "
        "is 940, but prompt_tokens 940 + completion_tokens 205 is 1145\n",
        "",
    )
    assert run("page.json", "--fail-on", "error", cwd=tmp_path).code == 0


ONE_NAME = "is not one name, group or glob of rules"
PATTERN = "is not of the form GLOB or GLOB#/JSON/POINTER, with a glob below the folder of this file"
OUTSIDE = "leads out of the folder of this file, expected a path below it"
AT_THE_TOP = "only pyproject.toml has the table [tool.validate-runs], here the keys are at the top"
NOT_LIVE = f"unknown setting, expected one of {', '.join(LIVE_KEYS)}; others are options"
AN_ADDRESS = "an address that begins with https:// or http://"
WRONG = {
    'limit = 7\ncontrac = "x"': '2: contrac: unknown setting; did you mean "contract"?',
    'fail_on = "error"': '1: fail_on: unknown setting; did you mean "fail-on"?',
    "zzz = 1": "1: zzz: unknown setting; --show-config lists all",
    '"a b.c" = 1': "1: a b.c: unknown setting; --show-config lists all",
    "update-baseline = true": "1: update-baseline: can be set on the command line only",
    'config = "a"': "1: config: can be set on the command line or in the environment only",
    "live = 1": "1: live: is an integer, expected a table",
    '[live]\nproxy = "http://127.0.0.1"': f'2: live "proxy": {NOT_LIVE}',
    '[live]\nkey-env = "HOME"': f'2: live "key-env": {NOT_LIVE}',
    '[live]\nurl = "file:///etc/passwd"': f"2: live \"url\": is 'file:///etc/passwd', expected {AN_ADDRESS}",
    "[live]\nurl = 7": f'2: live "url": is an integer, expected {AN_ADDRESS}',
    '[live]\nthreads = "a"': '2: live "threads": is a string, expected an array of ids',
    "[live]\nthreads = []": '2: live "threads": has 0 ids, expected one or two',
    '[live]\nthreads = ["a", "b", "c"]': '2: live "threads": has 3 ids, expected one or two',
    '[live]\nthreads = [""]': "2: live \"threads\": is '', expected an id",
    '[live]\nempty-thread = ""': "2: live \"empty-thread\": is '', expected an id",
    '[live]\nignore = ["not-json"]': '2: live "ignore": not-json can be neither ignored nor remapped',
    '[live]\nbaseline = "../known.json"': f'2: live "baseline": {OUTSIDE}',
    "jobs = 1": "1: jobs: can be set on the command line or in the environment only",
    'contract = "latest"': "1: contract: 'latest' is not one of 'observed', 'published'",
    "contract = ['observed']": "1: contract: is an array, expected a string",
    "limit = 101": "1: limit: 101 is not between 1 and 100",
    'limit = "20"': "1: limit: is a string, expected an integer",
    "limit = true": "1: limit: is a boolean, expected an integer",
    "limit = 7.0": "1: limit: is a float, expected an integer",
    'now = "noon"': "1: now: 'noon' is neither Unix seconds nor an ISO 8601 date-time",
    "now = nan": "1: now: nan is neither Unix seconds nor an ISO 8601 date-time",
    "now = 1700000000000": "1: now: 1700000000000 looks like milliseconds; give Unix seconds",
    "now = 2024-10-20": "1: now: is a date or a time, expected a number or a string",
    "quiet = 1": "1: quiet: is an integer, expected true or false",
    'select = "usage"': "1: select: is a string, expected an array of strings",
    "select = ['usage', 3]": "1: select: is an integer, expected an array of strings",
    "ignore = [\n  'usage',\n  'tim',\n]": '1: ignore: no rule or group is called "tim", did you mean "time"',
    "ignore = ['usage', 'not-json']": "1: ignore: not-json can be neither ignored nor remapped",
    "[severity]\nnot-utf8 = 'off'": '2: severity "not-utf8": not-utf8 can be neither ignored nor remapped',
    "[per-file-ignores]\n'*.json' = ['too-deep']": (
        '2: per-file-ignores "*.json": too-deep can be neither ignored nor remapped'
    ),
    "ignore = ['usage,time']": f"1: ignore: 'usage,time' {ONE_NAME}",
    "ignore = ['']": f"1: ignore: '' {ONE_NAME}",
    "severity = 'off'": "1: severity: is a string, expected a table",
    "[severity]\nusage = 3": '2: severity "usage": is an integer, expected a string',
    "[severity]\nusage = 'fatal'": "2: severity \"usage\": 'fatal' is not one of 'error', 'warning', 'info', 'off'",
    "severity = {tim = 'off'}": '1: severity "tim": no rule or group is called "tim", did you mean "time"',
    "output-format = 'xml'": f"1: output-format: 'xml' is not one of {', '.join(map(repr, FORMATS))}",
    "output-format = 'json:a'": "1: output-format: names a file to write, which only the command line can do",
    "baseline = 3": "1: baseline: is an integer, expected a string",
    "baseline = '../a.json'": f"1: baseline: {OUTSIDE}",
    "baseline = 'a/../../b.json'": f"1: baseline: {OUTSIDE}",
    "baseline = '/etc/passwd'": f"1: baseline: {OUTSIDE}",
    "baseline = 'link/passwd'": f"1: baseline: {OUTSIDE}",
    "baseline = ''": f"1: baseline: {OUTSIDE}",
    "baseline = '.'": f"1: baseline: {OUTSIDE}",
    'baseline = "a\\u0000"': f"1: baseline: {OUTSIDE}",
    "exclude = 'a'": "1: exclude: is a string, expected an array of strings",
    "exclude = [7]": "1: exclude: is an integer, expected an array of strings",
    "exclude = ['../a']": "1: exclude: '../a' is not a glob below the folder of this file",
    "per-file-ignores = 3": "1: per-file-ignores: is an integer, expected a table",
    "[per-file-ignores]\n'*.json' = 'usage'": '2: per-file-ignores "*.json": is a string, expected an array of strings',
    "[per-file-ignores]\n'*.json' = [7]": '2: per-file-ignores "*.json": is an integer, expected an array of strings',
    "[per-file-ignores]\n'*.json' = ['tim']": (
        '2: per-file-ignores "*.json": no rule or group is called "tim", did you mean "time"'
    ),
    "[per-file-ignores]\n'../*.json' = ['time']": f'2: per-file-ignores "../*.json": {PATTERN}',
    "[per-file-ignores]\n'./a' = ['time']": f'2: per-file-ignores "./a": {PATTERN}',
    "[per-file-ignores]\n'//a' = ['time']": f'2: per-file-ignores "//a": {PATTERN}',
    "[per-file-ignores]\n'/' = ['time']": f'2: per-file-ignores "/": {PATTERN}',
    "[per-file-ignores]\n'!a' = ['time']": f'2: per-file-ignores "!a": {PATTERN}',
    "[per-file-ignores]\n'a\\b' = ['time']": f'2: per-file-ignores "a\\b": {PATTERN}',
    "[per-file-ignores]\n'a#b' = ['time']": f'2: per-file-ignores "a#b": {PATTERN}',
    "[per-file-ignores]\n'a#/~2' = ['time']": f'2: per-file-ignores "a#/~2": {PATTERN}',
    "[per-file-ignores]\n'' = ['time']": f'2: per-file-ignores "": {PATTERN}',
    "limit = 7\nlimit = 8\n": "2: is not TOML: cannot overwrite a value",
    "= 3": "1: is not TOML: invalid statement",
    "[tool.validate-runs]\nlimit = 7": f"1: tool: {AT_THE_TOP}",
    "[validate-runs]\nlimit = 7": f"1: validate-runs: {AT_THE_TOP}",
}


@pytest.mark.parametrize("text", WRONG)
def test_invalid_setting_message(tmp_path: Path, text: str) -> None:
    (tmp_path / "link").symlink_to("/etc")
    assert complaint(tmp_path, text) == f"validate-runs.toml:{WRONG[text]}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool.validate-runs]\nlimit = 0", ":2"),
        ("[project]\nlimit = 3\n[ tool . 'validate-runs' ]  # ours\n'limit' = 0", ":4"),
        ("[tool]\nvalidate-runs.limit = 0", ":2"),
        ("tool.validate-runs = {limit = 0}", ":1"),
        ("[project]\nlimit = 3\n[tool]\n[tool.validate-runs]\n\n# limit\nlimit = 0\n[tool.x]\nlimit = 4", ":7"),
    ],
)
def test_line_of_a_setting_in_pyproject_toml(tmp_path: Path, text: str, line: str) -> None:
    configure(tmp_path, text, "pyproject.toml")
    ran = run(VALID, cwd=tmp_path)
    assert ran == Ran(2, "", f"validate-runs: pyproject.toml{line}: limit: 0 is not between 1 and 100\n")


def test_table_within_the_table_is_unknown(tmp_path: Path) -> None:
    configure(tmp_path, "[tool.validate-runs.tool]\nlimit = 0", "pyproject.toml")
    assert "tool: unknown setting; --show-config lists all" in run(VALID, cwd=tmp_path).err


def test_time_of_hundreds_of_digits(tmp_path: Path) -> None:
    expected_message = f"validate-runs.toml:1: now: {10**310} is neither Unix seconds nor an ISO 8601 date-time"
    assert complaint(tmp_path, f"now = {10**310}") == expected_message


def test_setting_without_a_line_names_the_file(tmp_path: Path) -> None:
    assert complaint(tmp_path, '"\\u006cimit" = 0') == "validate-runs.toml: limit: 0 is not between 1 and 100"
    configure(tmp_path, "")
    os.remove(tmp_path / "validate-runs.toml")
    configure(tmp_path, "[tool]\nvalidate-runs = 3", "pyproject.toml")
    assert run(VALID, cwd=tmp_path).err == "validate-runs: pyproject.toml:2: tool.validate-runs is not a table\n"


ENDLESS = ".".join(["a"] * 300_000)
HOSTILE = {
    "arrays": (b"a = " + b"[" * 100_000, ": is nested too deep"),
    "tables": (b"a = " + b"{a = " * 100_000, ": is nested too deep"),
    "a key without end": (f"\n{ENDLESS} = 1".encode(), ":2: is nested too deep"),
    "a header without end": (f'limit = 7 # "\n\n["a".{ENDLESS}]'.encode(), ":3: is nested too deep"),
    "quoted keys without end": (b'\'"\' = 1\n"a=".' + b'"=#" . ' * 100_000 + b"a = 1", ":2: is nested too deep"),
    "too large": (b"#" * (1024 * 1024 + 1), ": is larger than 1048576 bytes"),
    "not UTF-8": (b"limit = 7\n# \xfc", ":2: is the byte 0xFC, which is not UTF-8 here"),
    "UTF-16": ("limit = 7".encode("utf-16"), ":1: is the byte 0xFF, which is not UTF-8 here"),
    "zeros": (b"\0", ":1: is not TOML: invalid statement"),
    "digits without end": (b"limit = " + b"1" * 5000, None),
    "a string without end": (b'limit = """' + b"x" * 1_000_000, ": is not TOML: unterminated string"),
    "a long value": (b"contract = '" + b"x" * 1_000_000 + b"'", f":1: contract: '{'x' * 399}…"),
    "a long name": (b"x" * 1_000 + b" = 1", None),
    "an escape": (b'contract = "\\u001b[31m"', ":1: contract: '\\x1b[31m' is not one of 'observed', 'published'"),
    "an escape in a name": (
        b'"\\u001b[31mcontract" = 1',
        ': \\u001b[31mcontract: unknown setting; did you mean "contract"?',
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_gets_a_short_message(tmp_path: Path, name: str) -> None:
    data, message = HOSTILE[name]
    (tmp_path / "validate-runs.toml").write_bytes(data)
    ran = run(VALID, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err) < 600
    assert ran.err == f"validate-runs: validate-runs.toml{message}\n" or message is None


def test_special_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    assert run(VALID, cwd=tmp_path) == Ran(2, "", "validate-runs: pyproject.toml: is not a regular file\n")
    os.remove(tmp_path / "pyproject.toml")
    (tmp_path / "pyproject.toml").mkdir()
    assert run(VALID, cwd=tmp_path) == Ran(2, "", "validate-runs: pyproject.toml: is a directory\n")
    (tmp_path / "validate-runs.toml").symlink_to("nowhere")
    assert run(VALID, cwd=tmp_path) == Ran(2, "", "validate-runs: validate-runs.toml: no such file or directory\n")


def test_removed_working_directory(tmp_path: Path) -> None:
    configure(tmp_path, "limit = 7")
    gone = tmp_path / "gone"
    gone.mkdir()
    here = Path.cwd()
    os.chdir(gone)
    gone.rmdir()
    try:
        ran = run(VALID)
    finally:
        os.chdir(here)
    assert ran == Ran(0, "ok: 2 runs in 1 document\n", "")


USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with pages in several folders, each of which has a wrong total and a late end in both of its runs."""
    document = page(*(a_run(id=f"run_{name}", usage=USAGE, temperature=9) for name in "ab"))
    for name in ("a.json", "tests/b.json", "tests/old/c.json", "tests/old/v1/d.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(document))
    return tmp_path


def found(project: Path, *words: str | Path, cwd: Path | None = None) -> list[str]:
    """Which rules were found at what, by the last part of the file's name."""
    ran = run(*(words or [project]), "-f", "json", cwd=cwd or project)
    assert ran.err == ""
    findings = json.loads(ran.out)["findings"]
    return [f"{item['file'][-6]} {item['pointer']}" for item in findings]


EVERY = [f"/data/{index}/{field}" for index in (0, 1) for field in ("temperature", "usage/total_tokens")]
TOTALS = [pointer for pointer in EVERY if "usage" in pointer]
TEMPERATURES = [pointer for pointer in EVERY if "temperature" in pointer]


GLOBS = {
    "*.json": "abcd",
    "a.json": "a",
    "/a.json": "a",
    "/*.json": "a",
    "d.json": "d",
    "b*": "b",
    "[a-c].json": "abc",
    "[!a-c].json": "d",
    "?.json": "abcd",
    "*": "abcd",
    "**": "abcd",
    "/**": "abcd",
    "tests/*.json": "b",
    "tests/*": "bcd",
    "tests/**": "bcd",
    "tests/": "bcd",
    "tests": "bcd",
    "/tests": "bcd",
    "tests/old": "cd",
    "old": "cd",
    "old/": "cd",
    "**/old": "cd",
    "tests/**/": "cd",
    "tests/**/*.json": "bcd",
    "tests/**/v1/*.json": "d",
    "tests/**/**/**/d.json": "d",
    "**/old/**/?.json": "cd",
    "tests/*/c.json": "c",
    "*/*/*/d.json": "d",
    "/old": "",
    "old/*.json": "",
    "A.json": "",
    "a.json/": "",
    "a.json/**": "",
    "tests/b.json/x": "",
    "tests/b.jso": "",
    "**/" * 200 + "x": "",
}


@pytest.mark.parametrize("glob", GLOBS)
def test_per_file_ignores_match_as_gitignore(project: Path, glob: str) -> None:
    files = GLOBS[glob]
    configure(project, f'[per-file-ignores]\n"{glob}" = ["usage"]')
    expected = [f"{file} {place}" for file in "abcd" for place in (TEMPERATURES if file in files else EVERY)]
    assert sorted(found(project)) == sorted(expected)
    assert sorted(found(project, "../../", cwd=project / "tests" / "old")) == sorted(expected)


@pytest.mark.tools
def test_git_matches_the_same_files(project: Path) -> None:
    git = program_path("git")
    subprocess.run([git, "init", "-q"], cwd=project, check=True)
    paths = {str(path.relative_to(project)): path.stem for path in project.rglob("?.json")}
    for glob, files in GLOBS.items():
        (project / ".gitignore").write_text(f"{glob}\n")
        done = subprocess.run(
            [git, "check-ignore", "--no-index", *paths], cwd=project, capture_output=True, text=True, check=False
        )
        assert "".join(sorted(paths[line] for line in done.stdout.splitlines())) == files, glob


@pytest.mark.parametrize("glob", ["*a" * 40 + "b", "**/a/" * 40 + "b", "*a*/" * 40 + "b"])
def test_hostile_globs_match_in_bounded_time(project: Path, glob: str) -> None:
    folder = project / Path(*("a" * 200 for _ in range(15)))
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes((project / "a.json").read_bytes())
    configure(project, f'[per-file-ignores]\n"{glob}" = ["usage"]')
    start = time.process_time()
    assert len(found(project)) == 5 * len(EVERY)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("pointer", "left"),
    [
        ("#/data/0", [place for place in EVERY if "/1/" in place]),
        ("#/data/0/usage", [EVERY[0], *EVERY[2:]]),
        ("#/data/0/usage/total_tokens", [EVERY[0], *EVERY[2:]]),
        ("#/data/0/usage/total_tokens/x", EVERY),
        ("#/data/0/usag", EVERY),
        ("#/data", []),
        ("#/dat", EVERY),
        ("#/usage", EVERY),
    ],
)
def test_pointer_ignores_what_is_at_or_below_it(project: Path, pointer: str, left: list[str]) -> None:
    configure(project, f'[per-file-ignores]\n"a.json{pointer}" = ["usage", "sampling-*"]')
    assert found(project, "a.json") == [f"a {place}" for place in left]
    assert found(project, "tests/b.json") == [f"b {place}" for place in EVERY]


def test_pointer_applies_to_every_record(tmp_path: Path) -> None:
    record = json.dumps(a_run(usage=USAGE, temperature=9))
    (tmp_path / "a.jsonl").write_text(f"{record}\n{record}\n")
    configure(tmp_path, '[per-file-ignores]\n"*.jsonl#/usage" = ["usage"]')
    findings = json.loads(run("a.jsonl", "-f", "json", cwd=tmp_path).out)["findings"]
    assert [(item["record"], item["pointer"]) for item in findings] == [(1, "/temperature"), (2, "/temperature")]


def test_patterns_add_up(project: Path) -> None:
    configure(project, '[per-file-ignores]\n"*.json" = ["usage"]\n"a.json#/data/1" = ["sampling-range"]')
    assert found(project, "a.json", "tests/b.json") == [
        "a /data/0/temperature",
        "b /data/0/temperature",
        "b /data/1/temperature",
    ]


def test_ignored_findings_are_not_counted(project: Path) -> None:
    configure(project, '[per-file-ignores]\n"*" = ["usage", "sampling-range"]')
    assert run("a.json", cwd=project) == Ran(0, "ok: 2 runs in 1 document\n", "")


def test_once_per_document_rule_reports_the_next_place(tmp_path: Path) -> None:
    both = page(a_run(), a_run(id="run_b"))
    text = json.dumps({**both, "data": [{**run, "lastError": None} for run in both["data"]]})
    (tmp_path / "a.json").write_text(text)
    rules = ("a.json", "--select", "mixed-naming,misspelt-key")
    before = json.loads(run(*rules, "-f", "json", cwd=tmp_path).out)["findings"]
    configure(tmp_path, f'[per-file-ignores]\n"a.json#{before[0]["pointer"]}" = ["{before[0]["rule"]}"]')
    after = json.loads(run(*rules, "-f", "json", cwd=tmp_path).out)["findings"]
    assert before[0]["pointer"] not in [item["pointer"] for item in after]


def test_no_glob_matches_outside_or_standard_input(project: Path) -> None:
    configure(project / "tests", '[per-file-ignores]\n"**" = ["usage", "sampling-range"]\n"-" = ["usage"]')
    assert found(project, "../a.json", "b.json", cwd=project / "tests") == [f"a {place}" for place in EVERY]
    ran = run("-", "-f", "json", cwd=project / "tests", stdin=(project / "a.json").read_bytes())
    assert len(json.loads(ran.out)["findings"]) == len(EVERY)


def test_unreadable_content_cannot_be_ignored(tmp_path: Path) -> None:
    configure(tmp_path, '[per-file-ignores]\n"*" = ["not-*", "document", "*"]')
    (tmp_path / "a.json").write_text("{")
    assert run("a.json", "-q", "-f", "concise", cwd=tmp_path).code == 1
