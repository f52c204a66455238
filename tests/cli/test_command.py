"""The command as users see it: its input, output and exit codes."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.commands import Kept, Ran, code_of, process, run
from tests.support.paths import SAMPLES
from tests.support.rules import replace_checks
from validator import __version__
from validator.cli.command import command as click_command
from validator.cli.params import long_options
from validator.core.phrases import count
from validator.rules.registry import BY_NAME, RULES

MISMATCH = "invalid/token-total-mismatch.json"
WARNED = "invalid/empty-page-ids.json"
VALID = "valid/page.json"
NOTHING = "validate-runs: nothing to check: name files, folders or - for standard input\n"
HINT = "Try 'validate-runs --help'.\n"

MISMATCH_BLOCK = """\
error token-total-mismatch: total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 is 1145
  --> invalid/token-total-mismatch.json:35:25 /data/0/usage/total_tokens
   35 |         "total_tokens": 940
      |                         ^^^
      = run run_wnNSI71Wbtj1Sf609JSgsmby (completed)

"""
MISMATCH_END = """\
For more about a rule: validate-runs --explain token-total-mismatch
1 error in 1 document (2 runs); 1 fixable with --fix
"""
MISMATCH_LINE = (
    "invalid/token-total-mismatch.json:35:25: error token-total-mismatch /data/0/usage/total_tokens: "
    "is 940, but prompt_tokens 940 + completion_tokens 205 is 1145\n"
)
WARNED_LINE = (
    '{}:5:14: warning empty-page-ids /last_id: is "run_EqCI9jsl6OUmbXzY3eXwYD9b", but data is empty; expected null\n'
)
SUFFIXES = "*.json, *.jsonl, *.ndjson, *.sse, *.har, *.yaml or *.yml"

command = partial(run, cwd=SAMPLES)


def shell(script: str) -> Ran:
    """Run a line of bash in which $V is the command."""
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=SAMPLES,
        env={**os.environ, "V": f"{sys.executable} -m validator"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_valid_file_exits_zero() -> None:
    assert process(VALID) == Ran(0, "ok: 2 runs in 1 document\n", "")


def test_finding_is_printed_and_exits_one() -> None:
    assert process(MISMATCH) == Ran(1, MISMATCH_BLOCK + MISMATCH_END, "")


def test_files_are_reported_in_the_order_given() -> None:
    assert command(WARNED, VALID, MISMATCH, "-f", "concise") == Ran(
        1,
        WARNED_LINE.format(WARNED)
        + MISMATCH_LINE
        + "1 error, 1 warning in 2 of 3 documents (4 runs); 2 fixable with --fix\n",
        "",
    )


def test_folder_is_searched_in_order_of_names(tmp_path: Path) -> None:
    text = (SAMPLES / WARNED).read_bytes()
    for name in ("b.json", "a/z.json", "a/c.JSON", "notes.txt", ".git/x.json", "a/.venv/x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text)
    assert command(str(tmp_path), "-f", "concise", "-q").out == "".join(
        WARNED_LINE.format(tmp_path / name) for name in ("b.json", "a/c.JSON", "a/z.json")
    )


def test_reads_standard_input() -> None:
    text = (SAMPLES / WARNED).read_bytes()
    assert command("-", "-f", "concise", "-q", stdin=text) == Ran(0, WARNED_LINE.format("<stdin>"), "")
    assert process("-", "-f", "concise", "-q", stdin=text) == Ran(0, WARNED_LINE.format("<stdin>"), "")
    nothing = "validate-runs: -: nothing came on standard input: the command before the pipe may have failed\n"
    assert command("-", "-q") == process("-", "-q") == Ran(2, "", nothing)
    assert command("-", "--diff", "-q") == Ran(2, "", nothing)


def test_nothing_to_check_exits_two(tmp_path: Path) -> None:
    assert command() == Ran(2, "", NOTHING + HINT)
    (tmp_path / "runs.txt").touch()
    nothing = command(str(tmp_path), "-q")
    assert nothing == Ran(2, "", f"validate-runs: {tmp_path}: nothing to check: no {SUFFIXES} in this folder\n")


def test_missing_file_exits_two_others_are_checked() -> None:
    assert command("nowhere.json", MISMATCH, "-f", "concise") == Ran(
        2,
        MISMATCH_LINE + "1 error in 1 document (2 runs); 1 fixable with --fix\n",
        "validate-runs: nowhere.json: no such file or directory\n",
    )


def test_camel_case_is_mentioned() -> None:
    note = "in camelCase, as SDKs have it (an error with --form wire)"
    assert command("valid/sdk-page.json", VALID) == Ran(0, f"ok: 8 runs in 2 documents; 1 {note}\n", "")
    assert command("valid/sdk-page.json", "-q") == Ran(0, "", "")


def test_live_before_a_file_is_a_file() -> None:
    assert command("live", VALID) == Ran(
        2, "ok: 2 runs in 1 document\n", "validate-runs: live: no such file or directory\n"
    )


def test_url_is_refused() -> None:
    url = "https://api.example.com/v1/threads/t/runs?limit=20"
    assert command(url) == Ran(
        2,
        "nothing was checked\n",
        f"validate-runs: {url}: is a URL: `validate-runs live URL` checks a server, "
        "curl -s URL | validate-runs - a response\n",
    )
    storage = "is not a local file: check_archive of validator.dask reads URLs of storages"
    assert command("s3://exports/a.jsonl").err == f"validate-runs: s3://exports/a.jsonl: {storage}\n"
    assert command("https:/nowhere.json").err == "validate-runs: https:/nowhere.json: no such file or directory\n"


def test_quoted_glob_names_the_files_that_it_matches(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("page-10.json", "page-2.json", "deep/page-1.json", "[x].json"):
        (tmp_path / "in" / name).write_text("[]")
    files = ["in/page-2.json", "in/page-10.json"]
    for words, found in {
        ("in/page*.json",): files,
        ("in/page-?.json", "in/*.json"): ["in/page-2.json", "in/[x].json", "in/page-10.json"],
        ("in/**/page*.json",): ["in/deep/page-1.json", *files],
        ("in/[x].json",): ["in/[x].json"],
    }.items():
        ran = command("-f", "concise", "-q", *words, cwd=tmp_path)
        assert [line.partition(":")[0] for line in ran.out.splitlines()] == found
    before = (tmp_path / "in" / "page-2.json").read_bytes()
    ran = command("-f", "json:in/page-2.json", "in/page*.json", cwd=tmp_path)
    assert "a report would overwrite in/page-2.json, which is checked" in ran.err
    assert (tmp_path / "in" / "page-2.json").read_bytes() == before


def test_glob_without_a_match_is_reported(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes((SAMPLES / "valid/page.json").read_bytes())
    ran = command("page.json", "*.har", cwd=tmp_path)
    assert ran == Ran(2, "ok: 2 runs in 1 document\n", "validate-runs: *.har: no file matches this pattern\n")


def test_broken_content_is_a_finding() -> None:
    ran = command("invalid/not-utf8.json", WARNED, "-f", "concise", "-q")
    assert ran == Ran(
        1,
        "invalid/not-utf8.json:19:42: error not-utf8: the byte 0xFC, which is not UTF-8 here\n"
        + WARNED_LINE.format(WARNED),
        "",
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([WARNED], 0),
        ([WARNED, "--fail-on", "warning"], 1),
        ([WARNED, "--fail-on", "info"], 1),
        ([MISMATCH, "--fail-on", "never"], 0),
        ([VALID, "--fail-on", "info"], 0),
        ([WARNED, "--severity", "empty-page-ids=error"], 1),
        ([MISMATCH, "--severity", "token-total-mismatch=warning"], 0),
        ([MISMATCH, "--severity", "usage=off", "--fail-on", "info"], 0),
        (["invalid/not-json.json", "--severity", "document=off", "--ignore", "not-*"], 1),
        ([MISMATCH, "nowhere.json"], 2),
    ],
)
def test_exit_code(words: list[str], code: int) -> None:
    assert command(*words).code == code


def test_remapped_severity_is_printed() -> None:
    out = command(MISMATCH, "-f", "concise", "--severity", "token-*=info", "--show", "info").out
    assert out == MISMATCH_LINE.replace("error", "info") + "1 info in 1 document (2 runs); 1 fixable with --fix\n"


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("error", "ok: 0 runs in 1 document; 1 warning hidden (--show warning)\n"),
        ("warning", WARNED_LINE.format(WARNED) + "1 warning in 1 document; 1 fixable with --fix\n"),
        ("info", WARNED_LINE.format(WARNED) + "1 warning in 1 document; 1 fixable with --fix\n"),
    ],
)
def test_hidden_findings_are_counted(show: str, shown: str) -> None:
    assert command(WARNED, "-f", "concise", "--show", show) == Ran(0, shown, "")


def test_verbose_counts_clean_records_per_file(tmp_path: Path) -> None:
    page = json.loads((SAMPLES / VALID).read_text())
    valid, run = json.dumps(page), json.dumps(page["data"][0])
    wrong = json.dumps({**page, "first_id": "run_x"})
    (tmp_path / "a.jsonl").write_text(f"{run}\n{wrong}\n{valid}\n{wrong}\n{run}\n")
    (tmp_path / "b.jsonl").write_text(f"{run}\n")
    (tmp_path / "c.sse").write_text("".join(f"event: thread.run.{name}\ndata: {run}\n\n" for name in ("created",)))
    (tmp_path / "d.json").write_text(valid)
    (tmp_path / "e.jsonl").write_text("\n")
    words = ("-f", "concise", "-v", "--select", "first-id-mismatch")
    ran = command(*words, "--max-findings", "1", tmp_path)
    assert re.sub(": is .*", "", ran.out.replace(f"{tmp_path}/", "")) == (
        "a.jsonl record 2: page of 2 runs, wire form, v2\n"
        "a.jsonl:2:{}: error first-id-mismatch /first_id\n"
        "a.jsonl record 4: page of 2 runs, wire form, v2\n"
        "... and 1 more finding in a.jsonl (--max-findings 0 shows all)\n"
        "a.jsonl: 3 records without findings (4 runs)\n"
        "b.jsonl: 1 record without findings (1 run)\n"
        "c.sse: 1 record without findings (1 run)\n"
        "d.json: page of 2 runs, wire form, v2\n"
        "2 errors in 2 of 8 documents (12 runs); 2 fixable with --fix\n"
    ).format(wrong.index('"run_x"') + 1)
    assert "without findings" not in command(*words, "-q", tmp_path).out + command(*words[:2], tmp_path).out
    assert command(*words, tmp_path / "b.jsonl").out.endswith(
        "b.jsonl: 1 record without findings (1 run)\nok: 1 run in 1 document\n"
    )


def test_show_defaults_to_fail_on() -> None:
    line = (
        'invalid/missing-usage.json:32:16: info missing-usage /data/0/usage: is null, but status is "completed"; '
        "expected what the run used\n"
    )
    words = ("invalid/missing-usage.json", "-f", "concise", "--fail-on")
    assert command(*words, "info") == Ran(1, line + "1 info in 1 document (2 runs)\n", "")
    for fail_on in ("warning", "error", "never"):
        assert command(*words, fail_on) == Ran(0, "ok: 2 runs in 1 document; 1 info hidden (--show info)\n", "")
    failed = Ran(1, "failed: 2 runs in 1 document; 1 info hidden (--show info shows what fails)\n", "")
    assert command(*words, "info", "--show", "warning") == failed
    assert command(*words, "info", env={"VALIDATE_RUNS_SHOW": "error"}) == failed
    assert command(*words, "info", "--show", "warning", "--statistics") == failed
    assert command("--show-config", "--fail-on", "info").out.count('show = "info"  # default') == 1


def test_hidden_failure_names_the_show_option() -> None:
    words = (WARNED, "invalid/missing-usage.json", "-f", "concise", "--show", "error", "--fail-on")
    hidden = "{}: 2 runs in 2 documents; 1 warning, 1 info hidden{}\n"
    assert command(*words, "never") == Ran(0, hidden.format("ok", " (--show info)"), "")
    for fail_on in ("info", "warning"):
        remedy = f" (--show {fail_on} shows what fails)"
        assert command(*words, fail_on) == Ran(1, hidden.format("failed", remedy), "")
    assert command(*words, "info", "--show", "warning").out == (
        WARNED_LINE.format(WARNED)
        + "1 warning in 1 of 2 documents (2 runs); 1 info hidden (--show info), 1 fixable with --fix\n"
    )


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        (["--select", "token-total-mismatch"], ["token-total-mismatch"]),
        (["--select", "identity", "--select", "tools,time"], ["shared-identifier"]),
        (["--select", "identity, usage", "--ignore", "shared-*"], ["token-total-mismatch"]),
        (["--ignore", "usage,page,status,time,identity,tools"], []),
        (["--select", "*-id-mismatch"], ["first-id-mismatch", "last-id-mismatch"]),
    ],
)
def test_select_and_ignore_take_names_groups_and_globs(words: list[str], rules: list[str]) -> None:
    out = command(
        "seed-example.json", "-f", "json", "--show", "error", "--severity", "shared-identifier=error", *words
    ).out
    wanted = {"first-id-mismatch", "last-id-mismatch", "shared-identifier", "token-total-mismatch"}
    assert [found["rule"] for found in json.loads(out)["findings"] if found["rule"] in wanted] == rules


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ["--select", "tokn-total-mismatch"],
            (
                "Invalid value for '--select': no rule or group is called \"tokn-total-mismatch\", "
                'did you mean "token-total-mismatch".'
            ),
        ),
        (
            ["--ignore", "time,usages"],
            'Invalid value for \'--ignore\': no rule or group is called "usages", did you mean "usage".',
        ),
        (
            ["--severity", "zzz=error"],
            "Invalid value for '--severity': no rule or group is called \"zzz\", --list-rules names them all.",
        ),
        (
            ["--severity", "usage=fatal"],
            "Invalid value for '--severity': 'fatal' is not one of 'error', 'warning', 'info', 'off'.",
        ),
        (
            ["--severity", "not-json=info"],
            "Invalid value for '--severity': not-json can be neither ignored nor remapped.",
        ),
        (["--ignore", "usage,not-utf8"], "Invalid value for '--ignore': not-utf8 can be neither ignored nor remapped."),
        (["--severity", "usage"], "Invalid value for '--severity': 'usage' is not of the form RULE=LEVEL."),
        (
            ["--explain", "first_idd"],
            (
                "Invalid value for '--explain': no rule or group is called \"first_idd\", --list-rules names them all; "
                "a field is called first_id."
            ),
        ),
        (
            ["--explain", "tokens"],
            "Invalid value for '--explain': no rule or group is called \"tokens\", --list-rules names them all.",
        ),
        (["--now", "noon"], "Invalid value for '--now': 'noon' is neither Unix seconds nor an ISO 8601 date-time."),
        (["--now", "nan"], "Invalid value for '--now': 'nan' is neither Unix seconds nor an ISO 8601 date-time."),
        *(
            (["--now", now], f"Invalid value for '--now': '{now}' looks like milliseconds; give Unix seconds.")
            for now in ("1700000000000", "1e11")
        ),
        (["--max-bytes", "64 bytes"], "Invalid value for '--max-bytes': '64 bytes' is not a whole number."),
        (["--limit", "1.5"], "Invalid value for '--limit': '1.5' is not a whole number."),
        (["--limit", "101"], "Invalid value for '--limit': 101 is not between 1 and 100."),
        (["--jobs", "0"], "Invalid value for '--jobs': 0 is less than 1."),
        (["-f", "jsonl", "--statistics"], "--statistics has no jsonl form, but text, concise, json"),
    ],
)
def test_invalid_option_value_message(words: list[str], complaint: str) -> None:
    assert command(VALID, *words) == Ran(2, "", f"validate-runs: {complaint}\n{HINT}")


@pytest.mark.parametrize(
    "words",
    [
        ["--contract", "latest"],
        ["--form", "camel"],
        ["--expect", "runs"],
        ["--order", "newest"],
        ["--max-bytes", "0"],
        ["--max-findings", "-1"],
        ["--fail-on", "worst"],
        ["--show", "all"],
        ["--color", "maybe"],
        ["-f", "xml"],
        ["--colour"],
    ],
)
def test_value_outside_choices_exits_two(words: list[str]) -> None:
    ran = command(VALID, *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("validate-runs: ")
    assert ran.err.endswith(HINT)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("--json", "; did you mean -f json?"),
        ("--strict", ""),
        ("-Z", ""),
        ("--colour", "; did you mean --color?"),
        ("--LIST_RULES", "; did you mean --list-rules?"),
        ("--max", "; did you mean --max-bytes or --max-findings?"),
        ("--format", "; did you mean --output-format?"),
        ("--halp", "; did you mean --help?"),
    ],
)
def test_unknown_option_suggests_similar(word: str, meant: str) -> None:
    assert command(word) == Ran(2, "", f"validate-runs: no such option: {word}{meant}\n{HINT}")


def test_usage_error_escapes_control_characters() -> None:
    ran = command("--select", "a\x1b[31m")
    assert ran.err == (
        "validate-runs: Invalid value for '--select': no rule or group is called \"a\\u001b[31m\", "
        f"--list-rules names them all.\n{HINT}"
    )


def test_published_contract_is_stricter() -> None:
    assert command("valid/empty-page.json").code == 0
    assert command("valid/empty-page.json", "--contract", "published", "-f", "concise", "-q") == Ran(
        1,
        "valid/empty-page.json:4:15: error schema:type /first_id: is null, expected a string\n"
        "valid/empty-page.json:5:14: error schema:type /last_id: is null, expected a string\n",
        "",
    )


def test_form_option() -> None:
    out = command("valid/empty-page.json", "--form", "sdk", "-f", "concise", "-q").out
    assert out == (
        "valid/empty-page.json:1:1: error not-a-run-list: "
        'the file has its keys in snake_case, which is form "wire"; expected camelCase, form "sdk"\n'
    )
    assert command("valid/empty-page.json", "--form", "wire", "-q") == Ran(0, "", "")


@pytest.mark.parametrize(
    ("file", "expect", "message"),
    [
        ("valid/run.json", "page", "is a bare run, expected a page of runs"),
        ("valid/runs.json", "page", "is an array of runs, expected a page of runs"),
        (VALID, "run", "is a page, expected a run"),
    ],
)
def test_expect_option(file: str, expect: str, message: str) -> None:
    out = command(file, "--expect", expect, "-f", "concise", "-q").out
    assert out == f"{file}:1:1: error not-a-run-list: the file {message}\n"


def test_order_and_limit_options() -> None:
    assert command(VALID, "--order", "desc", "--limit", "2") == Ran(0, "ok: 2 runs in 1 document\n", "")
    assert command(VALID, "--order", "asc", "--limit", "1", "-f", "concise", "-q").out == (
        "valid/page.json:3:11: error page-too-long /data: has 2 runs, but the requested limit is 1\n"
        "valid/page.json:51:21: error unordered-runs /data/1/created_at: is 1729418100 (2024-10-20 09:55:00 UTC), "
        '5 min earlier than the run before it (1729418400), but in order "asc" the oldest comes first\n'
    )


@pytest.mark.parametrize(
    ("now", "infos"),
    [
        ("1729418400", 0),
        ("1729200000", 1),
        ("2024-10-20T10:00:00Z", 0),
        ("2024-10-18T12:00:00+02:00", 1),
        ("2024-10-20", 0),
        ("2024-10-18T10:00", 1),
    ],
)
def test_now_option(now: str, infos: int) -> None:
    out = command(VALID, "--now", now, "--select", "implausible-timestamp", "-f", "json").out
    assert json.loads(out)["summary"]["info"] == infos * 2


def test_max_bytes_option() -> None:
    size = (SAMPLES / VALID).stat().st_size
    assert command(VALID, "--max-bytes", str(size)).code == 0
    assert command(VALID, "--max-bytes", str(10**30)).code == 0
    assert command(VALID, "--max-bytes", str(size - 1)) == Ran(
        1,
        f"error too-large: the file is larger than {size - 1} bytes, the most that is read of one document "
        "(--max-bytes)\n"
        "  --> valid/page.json:1:1\n"
        "\n"
        "For more about a rule: validate-runs --explain too-large\n"
        "1 error in 1 document\n",
        "",
    )


@pytest.mark.parametrize(
    ("size", "limit"),
    [("2K", 2048), ("2kB", 2000), ("2KiB", 2048), ("2 kib", 2048), ("2710", 2710), ("0M", None)],
)
def test_sizes_have_units(size: str, limit: int | None) -> None:
    ran = command(VALID, "--max-bytes", size, "-f", "concise", "-q")
    is_misuse = "0 is less than 1" in ran.err
    assert f"is larger than {limit} bytes" in ran.out or is_misuse is (limit is None)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.usefixtures("small_tasks")
def test_standard_input_may_stand_for_a_file(tmp_path: Path, jobs: str) -> None:
    text = (SAMPLES / MISMATCH).read_bytes()
    words = ("-", "--stdin-filename", "in/page.json", "-f", "concise", "-q", "--jobs", jobs)
    line = MISMATCH_LINE.replace(MISMATCH, "in/page.json")
    assert run(*words, cwd=tmp_path, stdin=text) == Ran(1, line, "")
    (tmp_path / "validate-runs.toml").write_text('[per-file-ignores]\n"in/*" = ["usage"]\n')
    assert run(*words, cwd=tmp_path, stdin=text) == Ran(0, "", "")
    assert run(SAMPLES / VALID, *words, cwd=tmp_path, stdin=text) == Ran(0, "", "")
    lines = b"{}\n" + json.dumps(json.loads(text)).encode()
    ran = run("-", "--stdin-filename", "in/a.jsonl", "-f", "concise", "-q", "--jobs", jobs, cwd=tmp_path, stdin=lines)
    assert ran.out.startswith("in/a.jsonl:1:1: error not-a-run-list: the record is ")


@pytest.mark.parametrize("words", [[VALID], ["-", "--diff"], ["-", "--fix"]])
def test_stdin_filename_needs_standard_input_and_changes_nothing(words: list[str]) -> None:
    message = "--stdin-filename names what is checked on standard input: validate-runs - < FILE"
    assert command(*words, "--stdin-filename", "a.json") == Ran(2, "", f"validate-runs: {message}\n{HINT}")


def test_jobs_may_be_auto() -> None:
    assert command(VALID, "--jobs", "auto").code == 0


def test_a_file_that_is_named_twice_is_checked_once(tmp_path: Path) -> None:
    page = (SAMPLES / VALID).read_text()
    (tmp_path / "a.json").write_text(page)
    (tmp_path / "b.json").write_text(page)
    once = Ran(0, "ok: 4 runs in 2 documents\n", "")
    assert run("a.json", "./a.json", ".", tmp_path / "b.json", cwd=tmp_path) == once
    assert run("b.json", "a.json", "b.json", cwd=tmp_path) == once


def test_show_values_option() -> None:
    words = ("invalid/arguments-not-json.json", "-q")
    assert "Friday" not in command(*words).out
    assert "Friday" in command(*words, "--show-values").out


def test_max_findings_option() -> None:
    file = "misshapen/wrong-types-in-several-runs.json"
    words = (file, "--select", "schema:type", "-f", "concise")
    assert command(*words, "--max-findings", "1").out.endswith(
        f"... and 9 more findings in {file} (--max-findings 0 shows all)\n10 errors in 1 document (3 runs)\n"
    )
    assert command(*words, "--max-findings", "0", "-q").out.count("\n") == 10


def test_statistics_option() -> None:
    words = (MISMATCH, WARNED, "--statistics")
    text = (
        f"1  error    token-total-mismatch  in 1 file    {BY_NAME['token-total-mismatch'].summary} (--fix)\n"
        f"1  warning  empty-page-ids        in 1 file    {BY_NAME['empty-page-ids'].summary} (--fix)\n\n"
        f"1  {MISMATCH}\n1  {WARNED}\n\n1 error, 1 warning in 2 documents (2 runs); 2 fixable with --fix\n"
    )
    assert command(*words) == Ran(1, text, "")
    assert command(*words, "-f", "concise") == Ran(1, text, "")
    counted = json.loads(command(*words, "-f", "json").out)
    assert [(row["rule"], row["count"], row["files"]) for row in counted["statistics"]] == [
        ("token-total-mismatch", 1, 1),
        ("empty-page-ids", 1, 1),
    ]
    assert counted["files"] == [{"file": MISMATCH, "count": 1}, {"file": WARNED, "count": 1}]


def test_json_and_jsonl_agree() -> None:
    full = json.loads(command(MISMATCH, VALID, "-f", "json").out)
    lines = [json.loads(line) for line in command(MISMATCH, VALID, "-f", "jsonl").out.splitlines()]
    assert [line.pop("type") for line in lines] == ["document", "finding", "document", "summary"]
    assert full["documents"] == [lines[0], lines[2]]
    assert full["findings"] == [lines[1]]
    assert full["documents"][0] == {
        "file": MISMATCH,
        "record": None,
        "kind": "page",
        "form": "wire",
        "generation": "v2",
        "runs": 2,
        "request": None,
        "fixable": 1,
    }
    assert full["summary"] == {
        "documents": 2,
        "runs": 4,
        "error": 1,
        "warning": 0,
        "info": 0,
        "suppressed": 0,
        "fixable": 1,
    }


def test_explain_prints_rule_page() -> None:
    rule = BY_NAME["token-total-mismatch"]
    assert command("--explain", rule.name) == Ran(
        0, f"token-total-mismatch (usage, error)\n\n{rule.documentation}\n", ""
    )
    assert command("--explain", "schema:type").out.startswith("schema:type (schema, error)\n\n")
    group = command("--explain", "usage").out
    assert [line for line in group.splitlines() if " (usage, " in line] == [
        f"{rule.name} (usage, {rule.severity})" for rule in RULES if rule.group == "usage"
    ]


def test_list_rules_as_text_and_json() -> None:
    listed = command("--list-rules")
    assert (listed.code, listed.err) == (0, "")
    assert [line.split()[:3] for line in listed.out.splitlines()] == [[r.name, r.group, r.severity] for r in RULES]
    rows = [
        {
            "rule": r.name,
            "group": r.group,
            "severity": r.severity,
            "summary": r.summary,
            "fixable": r.is_fixable,
            "source": r.source,
        }
        for r in RULES
    ]
    assert json.loads(command("--list-rules", "-f", "json").out) == rows
    assert [json.loads(line) for line in command("--list-rules", "-f", "jsonl").out.splitlines()] == rows


def test_list_rules_takes_names_groups_and_globs() -> None:
    listed = command("--list-rules", "usage", "first-id*").out
    expected = [rule.name for rule in RULES if rule.group == "usage" or rule.name == "first-id-mismatch"]
    assert [line.split()[0] for line in listed.splitlines()] == expected
    unknown = 'Invalid value for \'--list-rules\': no rule or group is called "usages", did you mean "usage".'
    assert command("--list-rules", "usages") == Ran(2, "", f"validate-runs: {unknown}\n{HINT}")


def test_explain_as_json() -> None:
    (listed,) = json.loads(command("--list-rules", "false-has-more", "-f", "json").out)
    rule = BY_NAME["false-has-more"]
    assert json.loads(command("--explain", "false-has-more", "-f", "json").out) == [listed | {"page": rule.page}]
    statement, *rules = json.loads(command("--explain", "run-shape", "-f", "json").out)
    assert statement["statement"] == "run-shape"
    assert [rule["rule"] for rule in rules] == ["stale-active-run"]


@pytest.mark.parametrize("word", ["data[0].usage", "/data/0/usage/total_tokens", "$.data[*].usage", "totalTokens"])
def test_explain_prints_what_concerns_a_field(word: str) -> None:
    about, checks, heading, rules = command("--explain", word).out.split("\n\n")[1:]
    assert about == "The tokens spent; null while the run has not ended."
    assert checks == "Schema checks (--print-schema prints the schema): schema:required, schema:type."
    rule = BY_NAME["token-total-mismatch"]
    assert (heading, f"  {rule.name} ({rule.severity}): {rule.summary}" in rules.splitlines()) == ("Rules:", True)
    assert "  usage-shrank " in rules  # a history
    assert json.loads(command("--explain", word, "-f", "json").out)[0]["field"] == "/data/*/usage"


def test_explain_prints_fields_of_page_and_run() -> None:
    def heads(word: str) -> list[str]:
        return [line for line in command("--explain", word).out.splitlines() if line.endswith(", a field")]

    assert heads("firstId") == ["/first_id, a field"]
    assert heads("object") == ["/object, a field", "/data/*/object, a field"]
    assert heads("data.object") == ["/data/*/object, a field"]
    assert heads("data") == ["/data, a field"]
    assert "first-id-mismatch (error)" in command("--explain", "/data/0/id").out  # which is a rule of pages
    for word in ("data[0].usage.sum", "/", "metadata.a", "0"):
        assert "no rule or group is called" in command("--explain", word).err


def test_explain_and_list_rules_wrap_to_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    page = command("--explain", "token-total-mismatch", terminal=True).out
    assert page.startswith(
        "token-total-mismatch (usage, error)\n\n"
        "The total of a run's tokens is not the sum of its parts.\n\n"
        "`total_tokens` is what clients bill and budget by. Where it\n"
        "differs from `prompt_tokens` plus `completion_tokens`, one\n"
    )
    assert page.split() == command("--explain", "token-total-mismatch").out.split()
    assert '    {"usage": {"prompt_tokens": 312,\n      "completion_tokens": 48, "total_tokens": 350}}\n' in page
    monkeypatch.setenv("COLUMNS", "80")
    listed = command("--list-rules", terminal=True).out
    assert (
        "first-id-mismatch              page      error    The page's `first_id` is not\n"
        "                                                  the id of its first run.\n"
        "                                                  (--fix)\n"
    ) in listed
    assert max(map(len, listed.splitlines())) <= 80
    assert listed.split() == command("--list-rules").out.split()
    monkeypatch.setenv("COLUMNS", "1")
    assert command("--list-rules", terminal=True).out.split() == listed.split()


def test_explain_prints_each_rule_once() -> None:
    both = command("--explain", "false-has-more, first-id-mismatch,first-id*").out
    pages = [BY_NAME[name].page for name in ("false-has-more", "first-id-mismatch")]
    assert both == "{}\n\n{}\n".format(*pages)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--list-rules", "-f", "json:{}/a"], "--list-rules prints one list: {}"),
        (["--list-rules", "-f", "json", "-f", "text:{}/a"], "--list-rules prints one list: {}"),
        (["--list-rules", "-f", "sarif"], "--list-rules has no sarif form, but text, concise, json, jsonl"),
        (["--explain", "usage", "-f", "sarif"], "--explain prints pages of rules instead of a report: leave -f out"),
        (
            ["--statistics", "--explain", "usage"],
            "--explain prints pages of rules instead of a report: leave --statistics out",
        ),
        (["--print-schema", "-f", "json:{}/a"], "--print-schema prints a schema instead of a report: leave -f out"),
    ],
)
def test_report_options_are_refused_without_a_report(tmp_path: Path, words: list[str], complaint: str) -> None:
    expected_message = complaint.format("redirect it to write a file, -f json > FILE")
    ran = command(*(word.format(tmp_path) for word in words))
    assert ran == Ran(2, "", f"validate-runs: {expected_message}\n{HINT}")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("words", [["--list-rules"], ["--explain", "usage"], ["--print-schema"]])
def test_format_from_environment_is_ignored_without_report(words: list[str]) -> None:
    assert command(*words, env={"VALIDATE_RUNS_OUTPUT_FORMAT": "sarif", "VALIDATE_RUNS_STATISTICS": "1"}) == command(
        *words
    )


def test_version_and_help() -> None:
    assert command("--version") == Ran(0, f"validate-runs {__version__}\n", "")
    long = command("--help")
    assert (long.code, long.err) == (0, "")
    assert long.out.startswith("Usage: validate-runs [OPTIONS] [FILES]...\n")
    assert command("-h") == long
    shown = set(re.findall(r"^  (?:-\w, )?--([a-z-]+)", long.out, re.MULTILINE))
    assert shown == {*long_options(click_command)}
    assert re.findall(r"^(\w.*):$", long.out, re.MULTILINE)[-1] == "Examples"


def test_misspelt_variable_is_reported() -> None:
    names = {"VALIDATE_RUNS_LIMT": "3", "VALIDATE_RUNS_LIMIT": "3", "VALIDATE_RUNS_HOME": "x", "VALIDATE_RUNS_F": "1"}
    warning = "validate-runs: VALIDATE_RUNS_LIMT names no option; did you mean VALIDATE_RUNS_LIMIT?\n"
    assert run(VALID, cwd=SAMPLES, env=names) == Ran(0, "ok: 2 runs in 1 document\n", warning)
    assert run(VALID, "-q", cwd=SAMPLES, env=names) == Ran(0, "", "")


def test_quiet_and_verbose_options() -> None:
    assert command(VALID, "-q") == Ran(0, "", "")
    assert command(MISMATCH, "-q", "-f", "concise") == Ran(1, MISMATCH_LINE, "")
    assert command("valid/sdk-page.json", "valid/runs.json", "misshapen/null.json", "-v", "-f", "concise") == Ran(
        1,
        "valid/sdk-page.json: page of 6 runs, sdk form, v2\n"
        "valid/runs.json: array of 6 runs, wire form, v2\n"
        "misshapen/null.json: not recognised\n"
        "misshapen/null.json:1:1: error not-a-run-list: "
        "the file is null, expected a page of runs, a run or an array of runs\n"
        "1 error in 1 of 3 documents (12 runs)\n",
        "",
    )


@pytest.mark.parametrize(
    ("words", "environment", "terminal", "painted"),
    [
        ([], {}, False, False),
        ([], {}, True, True),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"NO_COLOR": ""}, True, True),
        ([], {"FORCE_COLOR": "1"}, False, True),
        ([], {"FORCE_COLOR": "0"}, True, False),
        ([], {"TERM": "dumb"}, True, False),
        ([], {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color_option_and_environment(
    words: list[str], environment: dict[str, str], terminal: bool, painted: bool
) -> None:
    ran = command(MISMATCH, *words, env=environment, terminal=terminal)
    assert ("\x1b[1;31merror\x1b[0m" in ran.out) == painted


def test_text_report_wraps_to_terminal() -> None:
    assert command(MISMATCH, "-q", "--color", "never", env={"COLUMNS": "60"}, terminal=True).out == (
        "error token-total-mismatch: total_tokens is 940, but\n"
        "  prompt_tokens 940 + completion_tokens 205 is 1145\n"
        "  --> invalid/token-total-mismatch.json:35:25\n"
        '   35 |         "total_tokens": 940\n'
        "      |                         ^^^\n"
        "      = /data/0/usage/total_tokens · run run_wnNSI71Wbtj1Sf609JSgsmby (completed)\n"
        "\n"
    )
    assert command(MISMATCH, "-q").out == MISMATCH_BLOCK


@pytest.fixture
def _broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a rule raise."""

    def broken(_: object) -> None:
        raise ZeroDivisionError("secret of the document")

    replace_checks(monkeypatch, token_total_mismatch=broken)


@pytest.mark.usefixtures("_broken_rule")
def test_raising_rule_is_an_internal_error() -> None:
    raised = "could not be checked by rule token-total-mismatch, which raised ZeroDivisionError; others were"
    places = {"4:5": "/data/0"} if find_spec("jsonschema_rs") else {"4:5": "/data/0", "41:5": "/data/1"}
    named = [f"{MISMATCH}:{place}: error internal-error {run}: {raised}\n" for place, run in places.items()]
    assert command(MISMATCH, WARNED, "-f", "concise", "--fail-on", "never") == Ran(
        2,
        "".join(named)
        + WARNED_LINE.format(WARNED)
        + f"{count(len(named), 'error')}, 1 warning in 2 documents (2 runs); 1 fixable with --fix\n",
        "",
    )


def test_debug_prints_traceback() -> None:
    script = (
        "from validator.cli import main; from validator.rules import loader; load = loader.load_rules;"
        "loader.load_rules = lambda folder: [rule._replace(check=lambda run: 1 / 0) for rule in load(folder)]; main()"
    )
    words = [sys.executable, "-c", script, MISMATCH, "-q"]
    plain, debugged = (
        subprocess.run([*words, *more], cwd=SAMPLES, capture_output=True, text=True, check=False)
        for more in ((), ("--debug",))
    )
    assert (plain.returncode, plain.stderr) == (2, "")
    assert (debugged.returncode, debugged.stdout) == (2, plain.stdout)
    assert "ZeroDivisionError" in debugged.stderr


def test_debug_configures_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("logging.basicConfig", lambda *, level: asked.append(level))
    assert command(VALID, "--debug", "-q") == command(VALID, "-q") == Ran(0, "", "")
    assert asked == [logging.DEBUG]


def test_python_m_validator() -> None:
    assert process("--version") == command("--version") == Ran(0, f"validate-runs {__version__}\n", "")


def test_closed_pipe_is_silent() -> None:
    repeated = " ".join([MISMATCH] * 300)
    assert shell(f"$V {repeated} -f concise | head -1") == Ran(0, MISMATCH_LINE, "")
    assert shell("set -o pipefail; $V --list-rules | true; $V --help | true") == Ran(0, "", "")


def _closed_pipe() -> int:
    """Return the writing end of a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([MISMATCH], 1),
        (["--list-rules"], 0),
        ([MISMATCH, *[VALID] * 200, "-v", "--fail-on", "never"], 0),
        ([MISMATCH, *[VALID] * 200, "-v"], 1),
        (["nowhere.json"], 2),
    ],
)
def test_closed_pipe_keeps_exit_code(words: list[str], code: int) -> None:
    with os.fdopen(_closed_pipe(), "w") as out:
        assert code_of(*words, cwd=SAMPLES, out=out, err=Kept()) == code


FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


@FULL
@pytest.mark.parametrize("words", [[VALID], ["--list-rules"], ["invalid", "--show", "info"]])
def test_full_disk_is_reported_once(words: list[str]) -> None:
    err = Kept()
    with open("/dev/full", "w", encoding="utf-8") as out:
        assert code_of(*words, cwd=SAMPLES, out=out, err=err) == 2
    assert err.text == "validate-runs: cannot write the report: no space left on device\n"


@FULL
def test_full_or_closed_streams_exit_two() -> None:
    lost = "validate-runs: cannot write the report: {}\n"
    assert shell(f"$V {MISMATCH} > /dev/full") == Ran(2, "", lost.format("no space left on device"))
    assert shell(f"$V {VALID} >&-") == Ran(2, "", lost.format("standard output is closed"))
    for buffered in ("-u PYTHONUNBUFFERED", "PYTHONUNBUFFERED=1"):
        assert shell(f"env {buffered} $V nowhere.json -q 2> /dev/full") == Ran(2, "", "")
    assert shell("$V nowhere.json -q 2>&-") == Ran(2, "", "")
    assert shell("$V - -q <&-") == Ran(2, "", "validate-runs: -: is closed\n")


@FULL
def test_lost_message_keeps_exit_code() -> None:
    with open("/dev/full", "w", encoding="utf-8", buffering=1) as err:
        assert code_of("nowhere.json", "-q", out=Kept(), err=err) == 2
        err.flush()


def test_missing_streams() -> None:
    out, err = Kept(), Kept()
    assert code_of("nowhere.json", "-q", out=None, err=err) == code_of("nowhere.json", "-q", out=out, err=None) == 2
    assert (out.text, err.text) == ("", "validate-runs: cannot write the report: standard output is closed\n")


def test_ctrl_c_exits_130() -> None:
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);from validator.cli import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, "nowhere.json", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == b"validate-runs: nowhere.json: no such file or directory\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
        assert running.stderr.read() == b""


def test_keyboard_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("validator.sources.files.os.open", interrupted)
    assert command(VALID) == Ran(130, "", "")


@pytest.mark.parametrize(("encoding", "dot"), [("ascii", r"\xb7"), ("cp1252", "·"), ("utf-8", "·")])
def test_output_in_any_encoding(encoding: str, dot: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "validator", MISMATCH],
        cwd=SAMPLES,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b""
    assert done.stdout.decode(encoding) == MISMATCH_BLOCK + MISMATCH_END


NAMES = {
    b"new\nline.json": r"new\u000aline.json",
    b"esc\x1b[31m.json": r"esc\u001b[31m.json",
    b"bad\xff.json": r"bad\udcff.json",
    b"-f.json": "-f.json",
    b"::error::x.json": "./::error::x.json",
    b"a b%.json": "a b%.json",
    "r\u202eeversed.json".encode(): r"r\u202eeversed.json",
}


def test_file_names_are_escaped_in_reports(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / os.fsdecode(name)).write_bytes((SAMPLES / WARNED).read_bytes())
    found = process("-q", "-f", "concise", "--", *NAMES, cwd=tmp_path)
    assert found == Ran(0, "".join(WARNED_LINE.format(shown) for shown in NAMES.values()), "")
    report = json.loads(process("-f", "json", "--", *NAMES, cwd=tmp_path).out)
    assert [document["file"] for document in report["documents"]] == [os.fsdecode(name) for name in NAMES]


def test_missing_file_name_is_escaped() -> None:
    assert command("no\x1b[31m.json", "-q") == Ran(
        2, "", "validate-runs: no\\u001b[31m.json: no such file or directory\n"
    )


def test_special_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to(SAMPLES / VALID)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        names = ["/dev/null", *(str(tmp_path / name) for name in ("pipe", "dangling", "loop", "socket", "link"))]
        ran = command(*names)
    assert ran == Ran(
        2,
        "ok: 2 runs in 1 document\n",
        "validate-runs: /dev/null: is neither a regular file nor a folder\n"
        f"validate-runs: {tmp_path}/pipe: is neither a regular file nor a folder\n"
        f"validate-runs: {tmp_path}/dangling: is a link to a file that does not exist\n"
        f"validate-runs: {tmp_path}/loop: too many levels of symbolic links\n"
        f"validate-runs: {tmp_path}/socket: no such device or address\n",
    )


def test_reads_process_substitution() -> None:
    line = WARNED_LINE.format("/dev/fd/63")
    assert shell(f"$V -q -f concise <(cat {WARNED})") == Ran(0, line, "")
    assert shell(f"cat {WARNED} | $V -q -f concise /dev/stdin") == Ran(0, WARNED_LINE.format("/dev/stdin"), "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_exits_two(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.touch(mode=0)
    valid = "ok: 2 runs in 1 document\n"
    assert command(str(secret), VALID) == Ran(2, valid, f"validate-runs: {secret}: permission denied\n")


def test_output_is_reproducible(tmp_path: Path) -> None:
    words = ("invalid", "-f", "json", "--show", "info", "--now", "1793000000", "--max-findings", "0")
    first = process(*words, PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C")
    second = process(*words, PYTHONHASHSEED="1", TZ="Asia/Kathmandu", HOME=str(tmp_path))
    assert first.code == 1
    assert first == second


@pytest.mark.parametrize(
    "name", ["-q", "-fjson:ci.yml", "--config=evil.json", "--isolated", "-fjson:../ci.yml", "--no-such"]
)
def test_option_that_names_a_file_is_refused(tmp_path: Path, name: str) -> None:
    work = tmp_path / "work"
    (work / name).parent.mkdir(parents=True)
    (work / name).write_bytes((SAMPLES / MISMATCH).read_bytes())
    (work / "evil.json").write_text('ignore = ["usage"]\n')
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    expected_message = f"validate-runs: {name} is an option and the name of a file: put -- before file names\n"
    for words in ([name], ["--limit", "20", name, "--"], [SAMPLES / VALID, name]):
        assert run(*words, cwd=work) == Ran(2, "", expected_message)
    for words in (["--", name], [f"./{name}"], ["--limit", "20", "-f", "text", "--", name]):
        assert run(*words, cwd=work).code == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_file_named_dash_does_not_hide_standard_input(tmp_path: Path) -> None:
    (tmp_path / "-").touch()
    assert run("-", "-q", cwd=tmp_path, stdin=(SAMPLES / VALID).read_bytes()) == Ran(0, "", "")


def test_refused_option_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "-\x1b[2J").touch()
    expected_message = "validate-runs: -\\u001b[2J is an option and the name of a file: put -- before file names\n"
    assert run("-\x1b[2J", cwd=tmp_path) == Ran(2, "", expected_message)
