"""Several reports of one check: on standard output and in files, which are written completely or not at all."""

import html
import json
import os
import re
import stat
from contextlib import chdir
from pathlib import Path

import pytest

from tests.support.commands import Ran, run
from tests.support.paths import SAMPLES
from validator.core.options import MAX_BYTES
from validator.reporters.registry import FORMATS

MISMATCH = "invalid/token-total-mismatch.json"
LINE = (
    "invalid/token-total-mismatch.json:35:25: error token-total-mismatch /data/0/usage/total_tokens: "
    "is 940, but prompt_tokens 940 + completion_tokens 205 is 1145\n"
    "1 error in 1 document (2 runs); 1 fixable with --fix\n"
)


def usage_error(message: str) -> str:
    return f"validate-runs: {message}\nTry 'validate-runs --help'.\n"


def test_writes_several_reports(tmp_path: Path) -> None:
    found, lines = tmp_path / "found.json", tmp_path / "found.txt"
    ran = run("-f", f"json:{found}", "-f", "concise", "-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES)
    assert ran == Ran(1, LINE, "")
    assert lines.read_text() == LINE
    assert found.read_text() == run("-f", "json", MISMATCH, cwd=SAMPLES).out
    assert json.loads(found.read_text())["summary"]["error"] == 1


@pytest.mark.parametrize("name", FORMATS)
def test_report_from_a_removed_working_folder(tmp_path: Path, name: str) -> None:
    gone, file = tmp_path / "gone", SAMPLES / MISMATCH
    gone.mkdir()
    with chdir(gone):
        gone.rmdir()
        ran = run("-f", name, file, "../nowhere.json")
    assert (ran.code, ran.err) == (2, "validate-runs: ../nowhere.json: no such file or directory\n")
    assert "1145" in ran.out
    if name in ("sarif", "gitlab"):
        named = re.findall('"(?:path|uri)": ?"([^"]*(?:mismatch|nowhere)[.]json)"', ran.out)
        assert sorted(named) == ["../nowhere.json", str(file).lstrip("/")]


def test_reports_in_files_print_nothing(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    assert run("-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES) == Ran(1, "", "")
    assert lines.read_text() == LINE


def test_reports_in_files_have_no_color(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    ran = run("--color", "always", "-f", "concise", "-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES)
    assert "\x1b[" in ran.out
    assert lines.read_text() == LINE


def test_input_errors_are_in_every_report(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    ran = run("-f", "concise", "-f", f"concise:{lines}", "nowhere.json", MISMATCH, cwd=SAMPLES)
    assert ran == Ran(2, LINE, "validate-runs: nowhere.json: no such file or directory\n")
    assert lines.read_text() == LINE


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-f", "json", "-f", "text"], "two reports go to standard output: give each its own, -f text:FILE"),
        (["-f", "json:a", "-f", "text:./a"], "two reports go to ./a: give each its own, -f text:FILE"),
        (["-f", "json:"], "Invalid value for '--output-format' / '-f': 'json:' names no file behind the colon."),
        (["-f", "json", "-f", "jsonl:a", "--statistics"], "--statistics has no jsonl form, but text, concise, json"),
    ],
)
def test_impossible_reports_are_refused_first(tmp_path: Path, words: list[str], message: str) -> None:
    ran = run(*words, SAMPLES / MISMATCH, cwd=tmp_path)
    assert (ran.code, ran.out, ran.err.replace("\n\nTry", "\nTry")) == (2, "", usage_error(message))
    assert [*tmp_path.iterdir()] == []


def test_html_is_not_written_to_a_terminal(tmp_path: Path) -> None:
    refused = run("-f", "html", SAMPLES / "valid/page.json", terminal=True)
    assert (refused.code, refused.out) == (2, "")
    assert "a terminal does not show HTML: name a file, -f html:report.html\n" in refused.err
    assert run("-f", "html", SAMPLES / "valid/page.json").out.startswith("<!doctype html>")
    assert run("-f", f"html:{tmp_path / 'a.html'}", SAMPLES / "valid/page.json", terminal=True).code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-f", "json:page.json"], "a report would overwrite page.json, which is checked"),
        (["-f", "json:./link.json"], "a report would overwrite ./link.json, which is checked"),
        (["-f", "json", "-f", "sarif:page.json", "--fix"], "a report would overwrite page.json, which is checked"),
        (["-f", "json:b.json", "--baseline", "b.json"], "a report would overwrite b.json, which is the baseline"),
        (["-f", "text:validate-runs.toml"], "a report would overwrite validate-runs.toml, which holds the settings"),
        (
            ["-f", "json:b.json", "-f", "text:fold/in/a.json", "fold"],
            "a report would overwrite fold/in/a.json, which is checked and no earlier report",
        ),
        (["-f", "json:fold"], "fold is a folder: name a file for the report"),
    ],
)
def test_report_never_overwrites_inputs(tmp_path: Path, words: list[str], message: str) -> None:
    page, baseline = (SAMPLES / MISMATCH).read_text(), '{"version": 1, "findings": []}'
    (tmp_path / "fold" / "in").mkdir(parents=True)
    for name, text in {"page.json": page, "fold/in/a.json": page, "b.json": baseline}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "validate-runs.toml").touch()
    (tmp_path / "link.json").symlink_to("page.json")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert run("page.json", *words, cwd=tmp_path) == Ran(2, "", usage_error(message))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


@pytest.mark.parametrize("more", [(), ("--statistics",), ("--select", "first-id-mismatch")])
@pytest.mark.parametrize("output_format", ["json", "jsonl", "sarif", "gitlab", "rdjson"])
def test_report_in_a_checked_folder_is_not_checked(tmp_path: Path, output_format: str, more: tuple[str, ...]) -> None:
    if more == ("--statistics",) and output_format != "json":
        more = ()
    (tmp_path / "page.json").write_bytes((SAMPLES / MISMATCH).read_bytes())
    report = tmp_path / "found.json"
    words = (".", "-f", f"{output_format}:found.json", *more)
    first = run(*words, cwd=tmp_path)
    written = report.read_text()
    assert (first.out, first.err) == ("", "")
    assert run(*words, cwd=tmp_path) == first
    assert report.read_text() == written
    assert run(*words, "-f", "concise", cwd=tmp_path).out.endswith("; 1 fixable with --fix\n" * (first.code == 1))


def test_dash_is_standard_output(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes((SAMPLES / MISMATCH).read_bytes())
    assert run("page.json", "-f", "json:-", cwd=tmp_path) == run("page.json", "-f", "json", cwd=tmp_path)
    assert run("page.json", "-f", "json:-", "-f", "text", cwd=tmp_path).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["page.json"]


def _own(output_format: str, *more: str) -> str:
    return run("-f", output_format, MISMATCH, "nowhere.json", *more, cwd=SAMPLES).out


JSON, LINES, COUNTS = _own("json"), _own("jsonl"), _own("json", "--statistics")
SARIF, GITLAB, RDJSON = _own("sarif"), _own("gitlab"), _own("rdjson")
SUMMARY = '{"type": "summary", "version": 1, "contract": "observed"}'
CUT = _own("json", "--max-findings", "1")
OF_LIVE = f'{{"type": "statement", "statement": "no-5xx", "verdict": "kept", "requests": []}}\n{SUMMARY}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n",
        "[]\n",
        JSON,
        LINES,
        COUNTS,
        SARIF,
        GITLAB,
        RDJSON,
        _own("json", "--max-findings", "1"),
        SUMMARY,
        OF_LIVE,
    ],
)
def test_earlier_report_is_overwritten(tmp_path: Path, text: str) -> None:
    (tmp_path / "found.json").write_text(text)
    (tmp_path / "page.json").write_bytes((SAMPLES / "valid/page.json").read_bytes())
    assert run(".", "-f", "text", "-f", "json:found.json", cwd=tmp_path) == Ran(0, "ok: 2 runs in 1 document\n", "")
    assert json.loads((tmp_path / "found.json").read_text())["summary"]["documents"] == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "contract": "observed", "mine": true}',
        JSON.replace('"version": 1', '"version": 1, "mine": 2'),
        JSON.replace('"fingerprint"', '"mine"'),
        JSON.replace('"findings": [', '"findings": [[], '),
        JSON + JSON,
        JSON[:-3],
        COUNTS.replace('"version": 1', '"version": 1, "mine": 2'),
        COUNTS.replace('"summary"', '"mine"'),
        LINES + '{"type": "mine"}',
        LINES.replace(LINES.splitlines()[-1], ""),
        LINES.replace('"pointer"', '"mine"'),
        LINES.replace('"finding"', '"mine"'),
        f"{SUMMARY}\n[]\n{SUMMARY}",
        '{"type": "document", "mine": true}',
        '{"type": "summary", "mine": true}',
        '{"type": "finding"',
        SARIF.replace('"validate-runs"', '"mine"'),
        SARIF.replace('"version": "2.1.0"', '"version": "2.1.0", "mine": 2'),
        RDJSON.replace('"validate-runs"', '"mine"'),
        RDJSON.replace('"diagnostics"', '"mine": 2, "diagnostics"'),
        GITLAB.replace('"token-total-mismatch"', '"F401"'),
        GITLAB.replace('"fingerprint"', '"mine"'),
        '[{"description": "mine"}]',
        "[1]",
        "[[]]",
        "[" * 100_000,
        "1" * 5_000,
        "null",
        f"{' ' * 300}mine",
    ],
)
def test_similar_file_is_not_overwritten(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text)
    for name in FORMATS:
        ran = run(".", "-f", f"{name}:mine.json", cwd=tmp_path)
        why = "a report would overwrite mine.json, which is checked and no earlier report"
        assert ran == Ran(2, "", usage_error(why))
    assert (file.read_text(), [*tmp_path.iterdir()]) == (text, [file])


def test_too_large_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes((SAMPLES / "valid/page.json").read_bytes())
    (tmp_path / "large.json").touch()
    os.truncate(tmp_path / "large.json", MAX_BYTES + 1)
    ran = run(".", "-f", "json:large.json", cwd=tmp_path)
    why = "a report would overwrite large.json, which is checked and no earlier report"
    assert ran == Ran(2, "", usage_error(why))


def test_link_to_a_report_is_not_checked(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "page.json").write_bytes((SAMPLES / "valid/page.json").read_bytes())
    (folder / "found.json").symlink_to(tmp_path / "elsewhere.json")
    words = ("folder", "-f", "text", "-f", "json:folder/found.json")
    for _ in range(2):
        assert run(*words, cwd=tmp_path) == Ran(0, "ok: 2 runs in 1 document\n", "")
    assert json.loads((tmp_path / "elsewhere.json").read_text())["summary"]["documents"] == 1


def test_report_folder_is_made_first(tmp_path: Path) -> None:
    lines = tmp_path / "new" / "folder" / "found.txt"
    assert run("-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES) == Ran(1, "", "")
    assert lines.read_text() == LINE
    page = tmp_path / "page.json"
    page.write_bytes((SAMPLES / MISMATCH).read_bytes())
    assert run("page.json", "--fix", "-f", "text:page.json/found.txt", cwd=tmp_path) == Ran(
        2, "", f"validate-runs: {page}: cannot be the folder of a report: not a directory\n"
    )
    assert page.read_bytes() == (SAMPLES / MISMATCH).read_bytes()


def test_lost_report_keeps_the_others(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    ran = run("-f", "json:/dev/full", "-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES)
    assert ran == Ran(2, "", "validate-runs: cannot write the report: /dev/full: no space left on device\n")
    assert lines.read_text() == LINE


def test_report_keeps_mode_and_links(tmp_path: Path) -> None:
    lines, link = tmp_path / "found.txt", tmp_path / "link.txt"
    lines.write_text("old")
    lines.chmod(0o640)
    link.symlink_to(lines)
    assert run("-f", f"concise:{link}", MISMATCH, cwd=SAMPLES).code == 1
    assert (lines.read_text(), stat.S_IMODE(lines.stat().st_mode), link.is_symlink()) == (LINE, 0o640, True)


def test_report_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("-f", f"concise:{pipe}", MISMATCH, cwd=SAMPLES) == Ran(1, "", "")
        assert os.read(reader, 10_000).decode() == LINE
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("output_format", ["github", "gitlab", "junit", "rdjson", "sarif"])
def test_syntax_error_message_has_a_place(output_format: str) -> None:
    def summarize(*words: str, stdin: bytes = b"") -> str:
        return html.unescape(run(*words, "-f", output_format, cwd=SAMPLES, stdin=stdin).out).replace('\\"', '"')

    comma = 'The text at line 39, column 34 is a comma after the last member, but "}" was expected.'
    assert comma in summarize("invalid/not-json.json")
    byte = "The text at line 19, column 42 is the byte 0xFC, which is not UTF-8 here."
    assert byte in summarize("invalid/not-utf8.json")
    assert "holds nothing but white space, but a JSON document was expected." in summarize("-", stdin=b"\n")
    assert "The document is an empty object" in summarize("-", stdin=b"\n{}")
