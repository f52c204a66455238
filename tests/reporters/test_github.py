"""The report for GitHub Actions: workflow commands as its runner reads them, and the summary of the step."""

import json
import random
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.commands import Ran, run
from tests.support.findings import HOSTILE, LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import PAGE
from tests.support.paths import ROOT, SAMPLES
from tests.support.tools import command as installed
from tests.support.tools import npm_packages
from validator.core.finding import Finding
from validator.core.phrases import escape
from validator.core.severity import Severity
from validator.reporters.github import command
from validator.rules.registry import BY_NAME

SAMPLE = "invalid/token-total-mismatch.json"
RUN_ID = "run_wnNSI71Wbtj1Sf609JSgsmby"
ANNOTATION = (
    f"::error title=token-total-mismatch,file={SAMPLE},line=35,endLine=35,col=25,endColumn=28::"
    "/data/0/usage/total_tokens is 940, but prompt_tokens 940 + completion_tokens 205 is 1145.%0A"
    f"run {RUN_ID} · validate-runs --explain token-total-mismatch\n"
)
KINDS = ("error", "warning", "notice")
EVERYTHING = LOOK._replace(show=Severity.INFO)


class Command(NamedTuple):
    """What the runner of GitHub Actions reads in a line."""

    name: str
    properties: dict[str, str]
    message: str


def commands(output: str) -> list[Command]:
    """The lines that the runner obeys.

    Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return [_command(line.lstrip()) for line in output.split("\n") if line.lstrip().startswith("::")]


def _command(line: str) -> Command:
    head, message = line.removeprefix("::").split("::", 1)
    name, _, words = head.partition(" ")
    pairs = (word.split("=", 1) for word in words.strip().split(",") if "=" in word)
    return Command(name, {key: _unescaped(value) for key, value in pairs}, _unescaped(message, of_data=True))


def _unescaped(text: str, *, of_data: bool = False) -> str:
    marks = {"%0D": "\r", "%0A": "\n", **({} if of_data else {"%3A": ":", "%2C": ","}), "%25": "%"}
    return re.sub("%(?:0D|0A|3A|2C|25)", lambda match: marks.get(match[0], match[0]), text)


def shown(text: str) -> list[tuple[str, str]]:
    return [(one.name, one.properties["title"]) for one in commands(text)]


def many(number: int, **changes: Any) -> list[Finding]:
    return [replace(MISMATCH, line=line + 1, end_line=line + 1, **changes) for line in range(number)]


def test_github_finding_annotates_its_lines() -> None:
    ran = run("-f", "github", SAMPLE, cwd=SAMPLES)
    assert ran == Ran(1, f"{ANNOTATION}1 error in 1 document (2 runs)\n", "")
    assert run("-f", "github", "-q", f"./{SAMPLE}", cwd=SAMPLES) == Ran(1, ANNOTATION, "")


def test_github_without_findings() -> None:
    assert run("-f", "github", "valid/page.json", cwd=SAMPLES) == Ran(0, "ok: 2 runs in 1 document\n", "")
    assert run("-f", "github", "-q", "valid/page.json", cwd=SAMPLES) == Ran(0, "", "")


def test_github_annotation_without_file_or_position() -> None:
    long = replace(MISMATCH, severity=Severity.INFO, end_line=42, record=7)
    look = EVERYTHING._replace(quiet=True)
    message = "/data/0/usage/total_tokens is 36, but prompt_tokens 31 + completion_tokens 4 is 35."
    assert commands(written("github", checked(PLACELESS, replace(MISMATCH, file="-"), long), look=look)) == [
        Command(
            "error",
            {"title": "token-total-mismatch", "line": "41", "endLine": "41", "col": "25", "endColumn": "27"},
            f"{message}\nrun run_abc123 · validate-runs --explain token-total-mismatch",
        ),
        Command(
            "warning",
            {"title": "first-id-mismatch"},
            '/first_id is "run_b", but the first run in data is "run_a".\nvalidate-runs --explain first-id-mismatch',
        ),
        Command(
            "notice",
            {"title": "token-total-mismatch", "file": "responses/page.json", "line": "41", "endLine": "42"},
            f"{message}\nrecord 7 · run run_abc123 · validate-runs --explain token-total-mismatch",
        ),
    ]


def test_github_annotations_beyond_limit_are_counted() -> None:
    errors = [*many(12), *many(2, rule="last-id-mismatch")]
    warnings = many(11, severity=Severity.WARNING)
    infos = many(10, severity=Severity.INFO)
    text = written("github", checked(*infos, *warnings), checked(*errors, truncated=5), look=EVERYTHING)
    assert [one.properties.get("line") for one in commands(text)] == [
        *("1", "1", "2", "2", "3", "4", "5", "6", "7", "8"),
        *map(str, range(1, 11)),
        *map(str, range(1, 10)),
        None,
    ]
    assert shown(text)[:4] == [("error", "token-total-mismatch"), ("error", "last-id-mismatch")] * 2
    assert text.splitlines()[-1] == (
        "::notice title=validate-runs::11 more findings not shown here. "
        "19 errors, 11 warnings, 10 infos in 2 documents (6 runs)"
    )


def test_github_annotations_at_limit_need_no_notice() -> None:
    text = written("github", checked(*many(10), *many(10, severity=Severity.WARNING), infos=3))
    assert {name for name, _ in shown(text)} == {"error", "warning"}
    assert text.splitlines()[-1] == "10 errors, 10 warnings in 1 document (3 runs); 3 infos hidden"


def test_github_input_error_comes_first(tmp_path: Path) -> None:
    names = [f"nowhere-{number}.json" for number in range(11)]
    ran = run("-f", "github", SAMPLES / SAMPLE, *names[:2], cwd=tmp_path)
    assert (ran.code, ran.out.splitlines()[:2]) == (
        2,
        [f"::error title=validate-runs,file={name}::{name}: no such file or directory" for name in names[:2]],
    )
    assert shown(ran.out)[2:] == [("error", "token-total-mismatch")]
    ran = run("-f", "github", SAMPLES / SAMPLE, *names, cwd=tmp_path)
    assert shown(ran.out) == [*[("error", "validate-runs")] * 10, ("notice", "validate-runs")]
    assert "2 more findings not shown here. 1 error in 1 document (2 runs)" in ran.out


@pytest.mark.parametrize("name", [*HOSTILE, "100%.json", "%0A::error::x", "a,b:c=d.json", "C:\\a.json"])
def test_github_names_are_read_back_unchanged(name: str) -> None:
    finding = replace(MISMATCH, file=name, pointer=f"/{name}")
    (one,) = commands(written("github", checked(finding, file=name)))
    broken = re.sub(r"##(?=\w*\[)", r"#\\", name)
    assert one.properties == {
        "title": "token-total-mismatch",
        "file": "".join(character if character in "\r\n" else escape(character) for character in broken),
        "line": "41",
        "endLine": "41",
        "col": "25",
        "endColumn": "27",
    }
    assert one.message.startswith(f"/{escape(broken)} is 36, but")


def test_github_hostile_names_make_no_commands(tmp_path: Path) -> None:
    for name in (b"::error::x.json", b"a\n::add-mask::b.json", b"b\xff.json", b"##[group]c.json", b"e\x1b[2J.json"):
        metadata = dict.fromkeys(["::stop-commands::t", "\n::error::x", "##[error]x"], "x" * 600)
        run_ = {**PAGE["data"][0], "metadata": metadata}
        Path(tmp_path, name.decode("utf-8", "surrogateescape")).write_text(json.dumps({**PAGE, "data": [run_]}))
    output = run("-f", "github", "--show", "info", ".", cwd=tmp_path).out
    *lines, last = output.splitlines()
    assert {*shown(output)} <= {(kind, title) for kind in KINDS for title in (*BY_NAME, "validate-runs")}
    assert [line.startswith("::") for line in (*lines, last)] == [True] * len(lines) + [len(shown(output)) > len(lines)]
    assert len(shown(output)) > 5
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]|##\\w*\\[", output)


CORE = """
import { issueCommand } from "./lib/command.js"
import { toCommandProperties } from "./lib/utils.js"
for (const [name, properties, message] of JSON.parse(process.argv[1])) {
    issueCommand(name, toCommandProperties(properties), message)
}
"""


@pytest.mark.tools
def test_github_escapes_like_the_actions_toolkit() -> None:
    node, package = installed("node", "nodejs"), npm_packages("@actions/core@3.0.1") / "@actions" / "core"
    calls = list(_calls(random.Random(20240611), 500))
    words = [node, "--input-type=module", "-e", CORE, json.dumps(calls)]
    ran = subprocess.run(words, cwd=package, capture_output=True, encoding="utf-8", check=True, timeout=60)
    ours = [command(name, _renamed(properties), message) for name, properties, message in calls]
    assert ran.stdout.split("\n")[:-1] == ours


def _calls(chance: random.Random, number: int) -> Any:
    """Calls with strings that mean something to a runner, or nearly so."""
    parts = ["%", "\r", "\n", ":", ",", "::", "%25", "%0A", "%3A", "##[error]", "=", " ", "x", "\x1b", "\u202e", "é"]
    for _ in range(number):
        title, file, message = ("".join(chance.choices(parts, k=chance.randint(1, 12))) for _ in range(3))
        place = {"startLine": chance.randint(1, 99), "endLine": 9, "startColumn": chance.randint(1, 99), "endColumn": 7}
        yield chance.choice(["error", "warning", "notice"]), {"title": title, "file": file, **place}, message


def _renamed(properties: dict[str, Any]) -> dict[str, object]:
    names = {"startLine": "line", "startColumn": "col"}
    return {names.get(key, key): value for key, value in properties.items()}


def test_docs_show_github_output() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    (shown,) = re.findall(r"```console\n\$ validate-runs -f github (\S+)\n```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert run("-f", "github", shown[0], cwd=ROOT).out == shown[1]


# The summary of the step


def test_step_summary_is_appended(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("what was there\n")
    environment = {"GITHUB_STEP_SUMMARY": str(summary)}
    ran = run("-f", "github", SAMPLE, cwd=SAMPLES, env=environment)
    assert ran == Ran(1, f"{ANNOTATION}1 error in 1 document (2 runs)\n", "")
    table = run("-f", "markdown", SAMPLE, cwd=SAMPLES).out
    assert "token-total-mismatch" in table
    assert summary.read_text() == f"what was there\n{table}"
    assert run("-f", "github:annotations.txt", SAMPLES / SAMPLE, cwd=tmp_path, env=environment).code == 1
    assert summary.read_text().count("## validate-runs") == 2


@pytest.mark.parametrize("words", [["-f", "json"], ["-f", "github", "--list-rules"]])
def test_other_reports_write_no_step_summary(tmp_path: Path, words: list[str]) -> None:
    summary = tmp_path / "summary.md"
    run(*words, SAMPLE, cwd=SAMPLES, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert not summary.exists()


def test_unwritable_step_summary_is_reported(tmp_path: Path) -> None:
    ran = run("-f", "github", SAMPLE, cwd=SAMPLES, env={"GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert (ran.code, ran.err) == (2, f"validate-runs: cannot write the report: {tmp_path}: is a directory\n")
    assert ran.out.startswith(ANNOTATION)
