"""Several reports of one run: on standard output and in files, which are written whole or not at all."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.commands import Ran, run
from tests.paths import SAMPLES

MISMATCH = "invalid/token-total-mismatch.json"
LINE = (
    "invalid/token-total-mismatch.json:35:25: error token-total-mismatch /data/0/usage/total_tokens: "
    "is 940, but prompt_tokens 940 + completion_tokens 205 is 1145\n"
    "1 error in 1 document (2 runs)\n"
)


def usage_error(message: str) -> str:
    return f"validate-runs: {message}\nTry 'validate-runs --help'.\n"


def test_one_run_writes_several_reports(tmp_path: Path) -> None:
    found, lines = tmp_path / "found.json", tmp_path / "found.txt"
    ran = run("-f", f"json:{found}", "-f", "concise", "-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES)
    assert ran == Ran(1, LINE, "")
    assert lines.read_text() == LINE
    assert found.read_text() == run("-f", "json", MISMATCH, cwd=SAMPLES).out
    assert json.loads(found.read_text())["summary"]["error"] == 1


def test_where_all_goes_to_files_nothing_is_printed(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    assert run("-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES) == Ran(1, "", "")
    assert lines.read_text() == LINE


def test_reports_in_files_are_not_painted(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    ran = run("--color", "always", "-f", "concise", "-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES)
    assert "\x1b[" in ran.out
    assert lines.read_text() == LINE


def test_what_could_not_be_opened_is_told_beside_every_report(tmp_path: Path) -> None:
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
def test_reports_that_cannot_be_are_refused_before_anything_is_checked(
    tmp_path: Path, words: list[str], message: str
) -> None:
    ran = run(*words, SAMPLES / MISMATCH, cwd=tmp_path)
    assert (ran.code, ran.out, ran.err.replace("\n\nTry", "\nTry")) == (2, "", usage_error(message))
    assert [*tmp_path.iterdir()] == []


def test_a_lost_report_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    lines = tmp_path / "found.txt"
    lost = tmp_path / "nowhere" / "found.json"
    ran = run("-f", f"json:{lost}", "-f", f"concise:{lines}", MISMATCH, cwd=SAMPLES)
    assert ran == Ran(2, "", f"validate-runs: the report is lost: {lost}: no such file or directory\n")
    assert lines.read_text() == LINE


def test_a_report_keeps_the_rights_and_the_links_of_the_one_before(tmp_path: Path) -> None:
    lines, link = tmp_path / "found.txt", tmp_path / "link.txt"
    lines.write_text("old")
    lines.chmod(0o640)
    link.symlink_to(lines)
    assert run("-f", f"concise:{link}", MISMATCH, cwd=SAMPLES).code == 1
    assert (lines.read_text(), stat.S_IMODE(lines.stat().st_mode), link.is_symlink()) == (LINE, 0o640, True)


def test_a_report_can_go_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("-f", f"concise:{pipe}", MISMATCH, cwd=SAMPLES) == Ran(1, "", "")
        assert os.read(reader, 10_000).decode() == LINE
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
