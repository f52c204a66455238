"""Signals, full disks, lack of memory and other failures: the command ends in time, by its exit code, and cleans up."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.batch.test_parallel import alive
from tests.hostile.test_faults import CASES, WRONG, assert_whole, contents, laid_out, packed, tried
from tests.support.commands import Ran
from tests.support.commands import run as run_here
from tests.support.faults import Interruption
from tests.support.pages import page
from tests.support.paths import SAMPLES
from tests.support.rules import replace_checks
from tests.support.tools import command
from validator.batch import ranges, session, workers
from validator.core.problem import Problem

LIMIT = 30
ENDINGS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
WRITING = [name for name, case in CASES.items() if case.whole]


@pytest.fixture
def signals() -> None:
    """Signals as a process finds them at its start, also where nohup has started this one."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.usefixtures("signals")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <posix.ScandirIterator")  # os.walk was at one
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", WRITING)
def test_signal_at_any_system_call_leaves_no_torn_file(name: str, number: signal.Signals, tmp_path: Path) -> None:
    case = CASES[name]
    expected = tried(case, Interruption(0, number), tmp_path / "sound")
    ended = 0
    for at in range(1 + (number is signal.SIGTERM), 1000, 2):  # each takes half of the moments
        interruption = Interruption(at, number)
        ran, files = tried(case, interruption, tmp_path / str(at))
        if not interruption.failed:
            break
        assert (ran.code, "Traceback" in ran.err) == (ENDINGS[number], False), (at, ran)
        assert_whole(case, files)
        ended += 1
    assert ended >= 10
    assert (ran, files) == expected


MARKED = """
import os, sys
if "--jobs" in sys.argv:
    from validator.batch import paths
    paths.PARALLELISM = paths.PARALLELISM._replace(min_bytes=1, task_bytes=20_000)
from validator.cli import main
sys.argv[0] = "validate-runs"
{}
main()
"""
LONG = b"".join(json.dumps({**WRONG, "id": f"run_{number}"}).encode() + b"\n" for number in range(60))


def started(folder: Path, *words: str, **options: Any) -> subprocess.Popen[bytes]:
    """The command in a process group of its own, as soon as it has begun."""
    command("ps")  # asked for now, as `ended` needs it
    reader, writer = os.pipe()
    running = subprocess.Popen(
        [sys.executable, "-c", MARKED.format(f"os.write({writer}, b'.')"), *words, "--now", "1793000000"],
        cwd=folder,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=[writer],
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        **{"stdout": subprocess.PIPE, **options},
    )
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    return running


def ended(running: subprocess.Popen[bytes]) -> Ran:
    """How a process that was started ends; nothing is left of it."""
    out, err = running.communicate(timeout=LIMIT)
    deadline = time.monotonic() + LIMIT
    while alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(running.pid) == []
    return Ran(running.returncode, out.decode(), err.decode())


@pytest.mark.parametrize(
    "name", ["reports in files", "a baseline that is written", "a fix", "an archive by several processes"]
)
def test_signal_at_any_moment_ends_all_processes(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    (tmp_path / "sound").mkdir()
    begun = time.monotonic()
    valid = ended(started(laid_out(case, tmp_path / "sound"), *case.words.split()))
    lasted = time.monotonic() - begun
    chance = random.Random(name)
    codes = set()
    for turn in range(4):
        number = [*ENDINGS][turn % 3]
        folder = laid_out(case, tmp_path / str(turn))
        running = started(folder, *case.words.split())
        time.sleep(chance.uniform(0.005, lasted * 0.8))
        (os.killpg if number is signal.SIGINT else os.kill)(running.pid, number)
        ran = ended(running)
        codes.add(ran.code)
        assert ran.code in (ENDINGS[number], valid.code), ran
        assert "Traceback" not in ran.err
        assert_whole(case, contents(folder))
    assert codes & {*ENDINGS.values()}


class Unraisable:
    """Whose last moment is no place to raise anything in."""

    def __init__(self, number: signal.Signals | None) -> None:
        self.number = number

    def __del__(self) -> None:
        if self.number is None:
            raise ValueError("a callback failed")
        signal.raise_signal(self.number)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", ENDINGS)
def test_signal_in_a_finalizer_ends_the_command(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> None:
        Unraisable(number)
        time.sleep(LIMIT)

    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    monkeypatch.setattr("validator.cli.process.run", run)
    assert run_here() == Ran(ENDINGS[number], "", "")


REFUSED = """
class Refusal:
    def find_spec(name, *_):
        if name == "{}":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Refusal)
"""


@pytest.mark.parametrize(
    "module", ["click", "decimal", "jsonschema_rs", "validator.engine.checker", "validator.batch.paths"]
)
def test_interrupt_during_import(module: str, tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(packed(page()))
    done = subprocess.run(
        [sys.executable, "-c", MARKED.format(REFUSED.format(module)), "page.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_other_unraisable_errors_are_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    monkeypatch.setattr("validator.cli.process.run", lambda: Unraisable(None) and 0)
    ran = run_here()
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("Exception ignored in")
    assert ran.err.endswith("ValueError: a callback failed\n")


def test_ignored_signal_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    seen: list[object] = []

    def record() -> int:
        seen.append(signal.getsignal(signal.SIGHUP))
        return 0

    monkeypatch.setattr("validator.cli.process.run", record)
    assert run_here() == Ran(0, "", "")
    signal.signal(signal.SIGHUP, before)
    assert seen == [signal.SIG_IGN]


def test_nohup_is_honoured(tmp_path: Path) -> None:
    laid_out(CASES["a fix"], tmp_path)
    running = started(
        tmp_path, "-", stdin=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    running.send_signal(signal.SIGHUP)
    out, err = running.communicate(packed(page()), timeout=LIMIT)
    assert (running.returncode, out, err) == (0, b"ok: 1 run in 1 document\n", b"")


def test_interrupt_while_the_reader_does_not_read(tmp_path: Path) -> None:
    laid_out(CASES["a fix"], tmp_path)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while os.write(writer, b"x" * 4096):
            pass
    os.set_blocking(writer, True)
    running = started(tmp_path, "in", "nowhere.json", "-", stdin=subprocess.PIPE, stdout=writer)
    assert running.stderr is not None
    assert running.stderr.readline() == b"validate-runs: nowhere.json: no such file or directory\n"
    running.send_signal(signal.SIGINT)
    try:
        assert running.wait(LIMIT / 3) == 130
    finally:
        running.kill()
        os.close(reader)
        os.close(writer)
    assert running.communicate()[1] == b""


@pytest.mark.parametrize(
    ("words", "size"),
    [
        *(("-f concise", size) for size in (0, 1, 65_536)),
        *(("-f json", size) for size in (0, 65_536)),
        *(("-f concise --jobs 2", size) for size in (0, 65_536)),
    ],
)
def test_closed_pipe_keeps_exit_code_of_findings(words: str, size: int, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LONG * 10)
    running = started(tmp_path, "a.jsonl", "--max-findings", "0", *words.split())
    assert running.stdout is not None
    read = running.stdout.read(size)
    running.stdout.close()
    running.stdout = None
    _, err = running.communicate(timeout=LIMIT)
    assert (running.returncode, err, len(read)) == (1, b"", size)


def limited(kind: int, most: int) -> Any:
    """Return what limits a process before it starts."""
    return lambda: resource.setrlimit(kind, (most, most))


@pytest.mark.parametrize("name", [*WRITING])
def test_file_size_limit_keeps_old_files(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    laid_out(case, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "validator", *case.words.split(), "--now", "1793000000"],
        cwd=tmp_path,
        env={**os.environ, **case.env, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        preexec_fn=limited(resource.RLIMIT_FSIZE, 100),
        check=False,
    )
    assert contents(tmp_path) == case.files
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert all(f"{written}: " in done.stderr for written in case.whole)
    assert "file too large" in done.stderr


def test_step_summary_on_a_full_device(tmp_path: Path) -> None:
    laid_out(CASES["a summary"], tmp_path)
    ran = run_here("page.json", "-f", "github", cwd=tmp_path, env={"GITHUB_STEP_SUMMARY": "/dev/full"})
    assert (ran.code, ran.err) == (2, "validate-runs: cannot write the report: /dev/full: no space left on device\n")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk on which there is little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = [command("mount"), "-t", "tmpfs", "-o", "size=64k", "none", str(disk)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("why", ["no space left on device", "read-only file system"])
def test_full_or_read_only_disk_keeps_old_files(name: str, why: str, small_disk: Path) -> None:
    case = CASES[name]
    laid_out(case, small_disk)
    if why.startswith("no"):
        (small_disk / "filler").write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    before = contents(small_disk)
    ran = run_here(*case.words.split(), "--now", "1793000000", cwd=small_disk, env=case.env)
    assert ran.code == 2
    assert all(f"{written}: " in ran.err for written in case.whole), ran
    assert why in ran.err
    assert contents(small_disk) == before


def test_standard_input_cannot_be_buffered(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    expected_message = "cannot buffer standard input: no space left on device"
    assert run_here("-", "--diff", stdin=LONG * 9) == Ran(2, "", f"validate-runs: {expected_message}\n")
    assert run_here("-", "--diff", stdin=packed(page(WRONG))).code == 1


@pytest.mark.parametrize("most", [6, 7, 8, 10, 12])
def test_few_file_descriptors(most: int, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LONG)
    words = [sys.executable, "-c", MARKED.format(""), "a.jsonl", "-q", "--jobs", "2"]
    done = subprocess.run(
        [*words, "-f", "concise", "--max-findings", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        preexec_fn=limited(resource.RLIMIT_NOFILE, most),
        check=False,
    )
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert (done.returncode == 2) == (done.stderr != "")


@pytest.mark.usefixtures("small_tasks")
def test_fork_refused_checks_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out(CASES["an archive by several processes"], tmp_path)
    words = ("in", "a.jsonl", "-f", "concise", "--max-findings", "0", "--jobs")
    alone = run_here(*words, "1", cwd=tmp_path)
    tries: list[int] = []
    fork = os.fork

    def forked() -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            return fork()
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", forked)
    assert run_here(*words, "3", cwd=tmp_path) == alone
    assert tries == [0, 1]
    assert run_here(*words, "3", cwd=tmp_path) == alone
    assert tries == [0, 1, 2]
    assert not workers._context.active_children()


FORKING = """
import signal, time
from validator.batch import workers
fork, work = os.fork, workers._work
def forked():
    child = fork()
    if child:
        time.sleep(0.2)
        os.killpg(0, signal.SIGINT)
    return child
def slowly(*words):
    time.sleep(0.4)
    work(*words)
os.fork, workers._work = forked, slowly
"""


def test_starting_worker_ignores_ctrl_c(tmp_path: Path) -> None:
    command("ps")
    (tmp_path / "a.jsonl").write_bytes(LONG)
    running = subprocess.Popen(
        [sys.executable, "-c", MARKED.format(FORKING), "a.jsonl", "--jobs", "2", "-q"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert ended(running) == Ran(130, "", "")


def test_document_larger_than_memory(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b" " * 60_000_000)
    (tmp_path / "b.json").write_bytes(packed(page(WRONG)))
    script = (
        "import resource, sys\n"
        "from validator import cli, api\n"
        "from validator.batch import baseline_file, paths\n"
        "from validator.cli import check, command\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 40_000_000,) * 2)\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "a.json", "b.json", "-q", "-f", "concise", "--jobs", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "validate-runs: a.json: takes more memory than there is\n")
    assert done.stdout.startswith("b.json:36:21: error token-total-mismatch ")


def test_memory_error_in_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out(CASES["a fix"], tmp_path)

    def short_of_memory(found: Any, *words: Any) -> Any:
        for item in session.check_documents(found, *words):
            if str(getattr(item, "document", "")).count("in/b.json"):
                raise MemoryError
            yield item

    monkeypatch.setattr(ranges, "check_documents", short_of_memory)
    ran = run_here("in", "-q", "-f", "concise", cwd=tmp_path)
    assert (ran.code, ran.err) == (2, "validate-runs: in/b.json: takes more memory than there is\n")
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["in/a.json", "in/c.json"]


def test_diff_reads_a_pipe_once(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, packed(page(WRONG)))
    os.close(writer)
    ran = run_here(f"/dev/fd/{reader}", "--diff")
    os.close(reader)
    expected_message = "1 finding could be fixed, but a pipe is read only once: hand it over as standard input"
    assert ran == Ran(
        0, "", f"validate-runs: /dev/fd/{reader}: {expected_message}\nvalidate-runs: nothing to fix; 1 error remains\n"
    )


@pytest.mark.parametrize("kind", [MemoryError, RecursionError, ModuleNotFoundError])
def test_internal_error_exits_two(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise kind("secret of the document")

    monkeypatch.setattr("validator.cli.check.check_files", fail)
    expected_message = f"internal error ({kind.__name__}); run again with --debug"
    if kind is MemoryError:
        expected_message = "out of memory"
    assert run_here(SAMPLES / "valid" / "page.json") == Ran(2, "", f"validate-runs: {expected_message}\n")


@pytest.mark.parametrize(
    "kind", [ArithmeticError, AssertionError, KeyError, MemoryError, OSError, RecursionError, SystemExit, TypeError]
)
@pytest.mark.parametrize("file", ["page.json", "page.jsonl"])
def test_any_exception_of_a_rule_is_an_internal_error(
    kind: type[BaseException], file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> list[Problem]:
        raise kind("secret of the document")

    item = page(WRONG, first_id="run_x") if file.endswith(".json") else {**WRONG, "started_at": 1}
    (tmp_path / file).write_text(json.dumps(item))
    valid = found_in(file, tmp_path)
    replace_checks(monkeypatch, token_total_mismatch=broken)
    message = f"could not be checked by rule token-total-mismatch, which raised {kind.__name__}; others were"
    pointer = "/data/0" if file.endswith(".json") else ""
    others = [finding for finding in valid if finding[0] != "token-total-mismatch"]
    assert others
    found = found_in(file, tmp_path, 2)
    assert sorted(found) == sorted([*others, ("internal-error", file, pointer, message)])


def found_in(file: str, folder: Path, code: int = 1) -> list[tuple[str, ...]]:
    """The rule, file, pointer and message of every finding."""
    ran = run_here(file, "-f", "json", "--now", "1793000000", cwd=folder)
    assert (ran.code, ran.err) == (code, "")
    return [
        tuple(item[key] for key in ("rule", "file", "pointer", "message")) for item in json.loads(ran.out)["findings"]
    ]


def test_report_to_a_process_substitution(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(packed(page(WRONG)))
    script = "$V page.json -q -f concise:/dev/stdout -f concise:>(cat > copy) | cat; cat copy"
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {script}"],
        cwd=tmp_path,
        env={**os.environ, "V": f"{sys.executable} -m validator"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    printed, copied = done.stdout.splitlines()
    assert printed == copied
    assert printed.startswith("page.json:36:21: error token-total-mismatch ")
    assert done.stderr == ""
