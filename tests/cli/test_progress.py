"""How far a long check has come: on a terminal only, and gone when it is over."""

import gzip
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.test_parallel import RUN
from tests.support.commands import Kept, Terminal, code_of, process
from validator.cli import progress as module
from validator.cli.progress import Progress
from validator.core.results import CleanRecords
from validator.sources.document import InputError

PROGRAM = """
import sys
from validator.batch import paths
from validator.cli import main, progress
paths.PARALLELISM = paths.PARALLELISM._replace(min_bytes=1, task_bytes=60_000)
progress.DELAY, progress.INTERVAL = {delay}, 0
sys.argv[0] = "validate-runs"
main()
"""
LINE = re.compile(r"\r\x1b\[K( *[0-9]+% of [0-9]+ MB · [0-9]+:[0-9]{2} left · ([0-9,]+) runs · [0-9]+ findings)")


def on_a_terminal(*words: str, delay: float = 0.0) -> str:
    """Return what the command writes to a terminal on standard error."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(delay=delay), *words], stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 4096):
            written += piece
    except OSError:  # Linux says so when nobody has the other end any more
        pass
    os.close(ours)
    assert running.wait(timeout=20) == 1
    return written.decode()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A thousand runs and a fault."""
    file = tmp_path / "a.jsonl"
    file.write_bytes((json.dumps(RUN).encode() + b"\n") * 1000 + b"x\n")
    return file


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_progress_on_a_terminal(archive: Path, jobs: str) -> None:
    written = on_a_terminal(str(archive), "--jobs", jobs)
    shown = LINE.findall(written)
    assert len(shown) > 2
    runs = [int(runs.replace(",", "")) for _, runs in shown]
    assert runs == sorted(runs)
    assert written.endswith("\r\x1b[K")
    assert LINE.sub("", written).replace("\r\x1b[K", "") == ""


def test_progress_of_one_compressed_archive(archive: Path) -> None:
    packed = archive.with_name("a.jsonl.gz")
    text = b"".join(json.dumps({**RUN, "id": f"run_{os.urandom(200).hex()}"}).encode() + b"\n" for _ in range(3000))
    packed.write_bytes(gzip.compress(text + b"x\n"))
    assert len(LINE.findall(on_a_terminal(str(packed), "--jobs", "2"))) > 2


@pytest.mark.parametrize("words", [("-q",), ()])
def test_no_progress_if_short_or_quiet(archive: Path, words: tuple[str, ...]) -> None:
    assert on_a_terminal(str(archive), *words, delay=0.0 if words else 60.0) == ""


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("name", ["text", "json"])
def test_progress_is_erased_before_the_report(
    archive: Path, monkeypatch: pytest.MonkeyPatch, jobs: str, name: str
) -> None:
    out, err = Kept(), Kept(Terminal())
    monkeypatch.setattr(module, "DELAY", 0.0)
    assert code_of(archive, "--jobs", jobs, "-f", name, out=out, err=err) == 1
    assert err.text.endswith("\r\x1b[K")
    assert out.text


@pytest.mark.parametrize(("option", "code"), [("--diff", 1), ("--fix", 0)])
def test_progress_is_erased_before_the_fix_summary(
    archive: Path, monkeypatch: pytest.MonkeyPatch, option: str, code: int
) -> None:
    line = json.dumps({**RUN, "object": "run"})
    archive.write_text(f"{line}\n" * 20)
    err = Kept(Terminal())
    monkeypatch.setattr(module, "DELAY", 0.0)
    assert code_of(archive, option, out=Kept(), err=err) == code
    before, _, after = err.text.partition("validate-runs: 20 errors ")
    assert before.endswith(" findings\r\x1b[K")
    assert "\x1b" not in after


def test_no_progress_without_a_terminal(archive: Path) -> None:
    assert process(str(archive)).err == ""


def test_progress_of_unknown_size(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "DELAY", 0.0)
    progress = Progress(0)
    assert len([*progress.passing([CleanRecords(2, 1_234), InputError("a", "is gone")])]) == 2
    progress.read(3_000_000)
    progress.read(1)
    progress.clear()
    progress.clear()
    assert capsys.readouterr().err == "\r\x1b[K3 MB · 1,234 runs · 0 findings\r\x1b[K"


class Gone(Terminal):
    """A terminal that has been closed."""

    def write(self, _: object) -> int:
        raise OSError(5, "Input/output error")


def test_progress_on_a_closed_terminal(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Kept()
    monkeypatch.setattr(module, "DELAY", 0.0)
    assert code_of(archive, "-f", "concise", out=out, err=Kept(Gone())) == 1
    assert out.text.endswith("1 error in 1 of 1,001 documents (1,000 runs)\n")
