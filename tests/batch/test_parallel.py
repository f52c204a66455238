"""Archives in pieces over several processes: what is found does not depend on who looks."""

import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ran, process, run
from tests.support.paths import SAMPLES
from tests.support.tools import command
from validator import validate
from validator.batch import workers
from validator.batch.paths import check_paths
from validator.batch.ranges import Parallelism, check_range, count_lines, move_down, split_file
from validator.core.options import MAX_BYTES, CheckOptions, FindingOptions
from validator.core.results import CleanRecords, DocumentResult
from validator.engine.checker import Checker
from validator.rules.selection import effective_severities
from validator.sources import jsonl
from validator.sources.document import Document, InputError, SkippedRecords, expand_blocks
from validator.sources.files import FileRange, open_local, read_file

PAGE = json.loads((SAMPLES / "valid" / "page.json").read_text())
RUN = PAGE["data"][0]
READY = Checker(
    CheckOptions(severities=effective_severities(), now=1_800_000_000, findings=FindingOptions(max_findings=100))
)


def lines(number: int, seed: int = 7) -> list[bytes]:
    """Lines of an archive: sound runs, pages, defects, and what is no JSON."""
    chance = random.Random(seed)
    made: list[bytes] = []
    for index in range(number):
        run = {**RUN, "id": f"run_{index:024}"}
        odd: dict[int, bytes] = {
            0: json.dumps({**run, "usage": {**RUN["usage"], "total_tokens": 7}}).encode(),
            1: json.dumps({**PAGE, "first_id": "run_x"}).encode(),
            2: b'{"object": "thread.run", "id": "run_torn',
            3: b"  ",
            4: json.dumps(run).replace('"thread_id"', '"id": "run_y", "thread_id"').encode() + b"\r",
            5: json.dumps({**run, "status": "done"}).encode(),
            6: json.dumps({**run, "temperature": 0}).replace('"temperature": 0', '"x": 1e999').encode(),
            7: b"\xff",
            8: json.dumps({**run, "metadata": {"k": "\ud800"}}).encode(),
            9: json.dumps(PAGE).encode(),
            10: json.dumps([run, run]).encode(),
            11: json.dumps({**run, "started_at": 5, "instructions": None}).encode(),
            13: json.dumps({**run, "tool_choice": {"type": "function", "function": {"name": "gone"}}}).encode(),
            12: json.dumps({"id": run["id"], "createdAt": 1, "threadId": "t", "status": "queued"}).encode(),
            14: json.dumps({**run, "x_vendor": 1, "usage": {**RUN["usage"], "x_vendor": 1}}).encode(),
            15: json.dumps({**PAGE, "data": [{**one, "x_vendor": 1} for one in PAGE["data"]]}).encode(),
            16: json.dumps({**{key: run[key] for key in run if key != "temperature"}, "temperture": 1}).encode(),
            17: json.dumps({**run, "temperature": 1, "temperture": 1}).encode(),
        }
        made.append(odd[chance.randrange(18)] if chance.random() < 0.3 else json.dumps(run).encode())
    return made


def summarize(results: Iterable[object]) -> list[Any]:
    """What was found, with the sound records added up."""
    found = list(results)
    sound = [one for one in found if isinstance(one, CleanRecords)]
    rest = [one if not isinstance(one, InputError) else (one.file, str(one)) for one in found if one not in sound]
    return [sum(one.documents for one in sound), sum(one.runs for one in sound), *rest]


@pytest.mark.parametrize(("size", "records"), [(1, 6), (700, 60), (5_000, 60), (10**9, 60)])
def test_results_are_independent_of_range_size(tmp_path: Path, size: int, records: int) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"\n".join(lines(records)) + b"\n")
    whole = summarize(check_range(FileRange(str(archive)), READY, MAX_BYTES).results)
    found: list[object] = []
    before = 0
    for piece in split_file(FileRange(str(archive)), size, MAX_BYTES):
        number, results = check_range(piece, READY, MAX_BYTES)
        found += move_down(results, before)
        before += number
    assert summarize(found) == whole
    assert size == 10**9 or before == records


def test_lines_are_counted_where_they_begin(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"aa\n\nbbb\nc")
    counted = [
        [count_lines(FileRange(str(archive), start=start, stop=stop), []).lines for stop in range(start + 1, 10)]
        for start in range(9)
    ]
    begins = [0, 3, 4, 8]
    assert counted == [
        [sum(start <= at < stop for at in begins) for stop in range(start + 1, 10)] for start in range(9)
    ]


def test_uncountable_lines_are_reported_once(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"".join(line + b"\n" for line in lines(9)))
    opened = 0

    def once(path: str) -> Any:
        nonlocal opened
        opened += 1
        if opened > 1:
            raise InputError(path, "input/output error")
        return open_local(path)

    piece = FileRange(str(archive), start=0, stop=archive.stat().st_size)
    number, results = check_range(piece, READY, MAX_BYTES, once)
    assert (number, [str(one) for one in results[-1:]]) == (0, ["input/output error"])
    assert summarize(results[:-1]) == summarize(check_range(piece, READY, MAX_BYTES).results)
    gone = FileRange("nowhere.jsonl", start=0, stop=9)
    assert [str(one) for one in check_range(gone, READY, MAX_BYTES).results] == ["no such file or directory"]


def test_accepted_lines_have_no_findings(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"\n".join(lines(400, seed=3)))
    report = validate(archive, now=1_800_000_000)
    accepted = check_range(FileRange(str(archive)), READY, MAX_BYTES).results
    assert [one for one in accepted if isinstance(one, DocumentResult)] == [one for one in report.results if one.totals]
    assert sum(one.documents for one in accepted if isinstance(one, CleanRecords)) == sum(
        not one.totals for one in report.results
    )


@pytest.mark.parametrize("changed", [{"form": "sdk"}, {"expect": "page"}])
def test_unexpected_kind_or_form_is_a_finding(tmp_path: Path, changed: dict[str, Any]) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(json.dumps(RUN).encode())
    ready = Checker(READY.options._replace(**changed))
    (one,) = check_range(FileRange(str(archive)), ready, MAX_BYTES).results
    assert isinstance(one, DocumentResult)
    assert one.findings


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """A folder of archives and small files, with faults in them."""
    folder = tmp_path / "archives"
    folder.mkdir()
    data = b"\n".join(lines(200))
    (folder / "a.jsonl").write_bytes(data)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(data))
    (folder / "c.jsonl").write_bytes(b'{"spread": \n1}\n' + b" \n" * 9_000)
    for number in range(30):
        page = PAGE if number % 3 else {**PAGE, "last_id": "run_z"}
        (folder / f"d{number:02}.json").write_text(json.dumps(page, indent=2))
    return folder


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize(("most", "jobs"), [(None, 2), (None, 7), (0, 3), (1, 2), (20, 3), (20, 7)])
def test_results_are_independent_of_jobs(archives: Path, jobs: int, most: int | None) -> None:
    paths = [str(archives / "gone.json"), str(archives), str(archives / "a.jsonl"), str(archives / "a.jsonl")]
    ready = Checker(READY.options._replace(findings=FindingOptions(max_findings=most)))
    alone = summarize(check_paths(paths, ready, MAX_BYTES))
    assert summarize(check_paths(paths, ready, MAX_BYTES, jobs=jobs)) == alone
    assert len(alone) > 50


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("name", ["text", "json", "jsonl", "concise"])
def test_reports_are_independent_of_jobs(archives: Path, name: str) -> None:
    words = (str(archives), "-f", name, "--max-findings", "30", "--now", "1800000000")
    alone = run(*words, "--jobs", "1")
    assert alone.code == 1
    assert run(*words, "--jobs", "2") == alone


@pytest.mark.usefixtures("small_tasks")
def test_standard_input_among_files_keeps_order(archives: Path) -> None:
    words = (str(archives / "a.jsonl"), "-", str(archives / "d00.json"), "--now", "1800000000")
    alone = run(*words, "--jobs", "1", stdin=b'{"x": \n')
    assert "--> <stdin>:1:6\n" in alone.out
    assert run(*words, "--jobs", "2", stdin=b'{"x": \n') == alone


def test_small_input_starts_no_process(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "run_tasks", None)
    assert run(str(archives), "--jobs", "9", "-q").code == 1


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was ended by SIGKILL"),
        (lambda: os._exit(3), "ended by itself"),
        (lambda: (_ for _ in ()).throw(MemoryError), "ended by itself"),
    ],
)
def test_dead_worker_costs_one_range(archives: Path, monkeypatch: pytest.MonkeyPatch, end: Any, how: str) -> None:
    paths, tasks = [str(archives)], Parallelism(min_bytes=1, task_bytes=30_000)
    alone = [one for one in check_paths(paths, READY, MAX_BYTES) if isinstance(one, DocumentResult)]

    def deadly(piece: FileRange, *others: Any) -> Any:
        if piece.path.endswith("d07.json") or (piece.path.endswith("a.jsonl") and piece.start == 30_000):
            for _ in [end()]:
                pass
            list(end())
        return check_range(piece, *others)

    monkeypatch.setattr(workers, "check_range", deadly)
    found = [
        one
        for one in check_paths(paths, READY, MAX_BYTES, jobs=2, parallelism=tasks)
        if isinstance(one, DocumentResult)
    ]
    ended = [one for one in found if ("worker-ended", "error") in one.totals]
    assert [(Path(one.document.file or "").name, one.findings[0].message) for one in ended] == [
        ("a.jsonl", f"was not checked completely: the process that checked it {how}"),
        ("d07.json", f"was not checked completely: the process that checked it {how}"),
    ]
    first = ended[0].findings[0]
    data = (archives / "a.jsonl").read_bytes()
    assert (first.record, first.line) == (data.count(b"\n", 0, 29_999) + 2, data.count(b"\n", 0, 29_999) + 2)
    places = {(one.document.file, one.document.record) for one in found} - {
        (one.document.file, one.document.record) for one in ended
    }
    assert places < {(one.document.file, one.document.record) for one in alone}
    kept = {(one.document.file, one.document.record): one.totals for one in found if one not in ended}
    assert kept.items() <= {(one.document.file, one.document.record): one.totals for one in alone}.items()


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("more", [("--fail-on", "never"), ("--fail-on", "error"), ("--diff",)])
def test_dead_worker_makes_exit_code_2(archives: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]) -> None:
    def deadly(piece: FileRange, *others: Any) -> Any:
        if piece.path.endswith("d07.json"):
            os.kill(os.getpid(), signal.SIGKILL)
        return check_range(piece, *others)

    reports = archives.parent / "reports"
    words = [str(archives), "--jobs", "2", "--now", "1800000000", *more]
    if "--diff" not in more:
        words += [word for name in ("sarif", "junit") for word in ("-f", f"{name}:{reports / name}")]
    assert run(*words, "--fail-on", "never").code == ("--diff" in more)
    monkeypatch.setattr(workers, "check_range", deadly)
    assert run(*words).code == 2
    if "--diff" not in more:
        (log,) = json.loads((reports / "sarif").read_text("utf-8"))["runs"]
        assert [one["executionSuccessful"] for one in log["invocations"]] == [False]
        assert '<error type="worker-ended"' in (reports / "junit").read_text("utf-8")


@pytest.mark.usefixtures("small_tasks")
def test_workers_end_with_their_reader(archives: Path) -> None:
    results = check_paths([str(archives)], READY, MAX_BYTES, jobs=2)
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert not workers._context.active_children()


BIG = """
import json, sys
from validator.cli import main
sys.argv[0] = "validate-runs"
main()
"""


def alive(group: int) -> list[str]:
    """The processes of a group that nobody has buried."""
    listed = subprocess.run(
        [command("ps"), "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    processes = [line.split(None, 2) for line in listed.splitlines()]
    return [" ".join(one) for one in processes if one[0] == str(group) and not one[1].startswith("Z")]


def wait_for_workers(group: int) -> None:
    """Until two workers are at work, however busy the machine is."""
    deadline = time.monotonic() + 20
    while len(alive(group)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)


def test_ctrl_c_ends_all_processes(tmp_path: Path) -> None:
    command("ps")
    archive = tmp_path / "a.jsonl"
    line = json.dumps({**RUN, "status": "done"}).encode() + b"\n"
    archive.write_bytes(line * 40_000)
    running = subprocess.Popen(
        [sys.executable, "-c", BIG, str(archive), "--jobs", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for_workers(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (130, b"")
    assert not alive(running.pid)


def test_workers_exit_with_killed_parent(tmp_path: Path) -> None:
    command("ps")
    archive = tmp_path / "a.jsonl"
    archive.write_bytes((json.dumps({**RUN, "status": "done"}).encode() + b"\n") * 40_000)
    running = subprocess.Popen(
        [sys.executable, "-c", BIG, str(archive), "--jobs", "2"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    wait_for_workers(running.pid)
    running.kill()
    running.wait()
    deadline = time.monotonic() + 10
    while alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(running.pid)


def test_max_findings_is_per_file(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"x\n" * 9)
    done = process(str(archive), "--max-findings", "4", "-f", "concise")
    assert len(done.out.splitlines()) == 6
    assert done.out.endswith(
        f"... and 5 more findings in {archive} (--max-findings 0 shows all)\n9 errors in 9 documents\n"
    )


def test_ranges_may_start_anywhere(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"aaaa\nbb\n\ncc")
    seen = {
        start: [
            one.data
            for one in expand_blocks(read_file(FileRange(str(archive), start=start, stop=start + 3), 3))
            if isinstance(one, Document) and one.problem is None
        ]
        for start in range(10)
    }
    assert seen == {
        0: [],
        1: [],
        2: [],
        3: [b"bb"],
        4: [b"bb"],
        5: [b"bb"],
        6: [],
        7: [b"cc"],
        8: [b"cc"],
        9: [b"cc"],
    }


def test_line_across_many_ranges_is_read_once(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"[" + b" " * 3_000_000 + b"]\n[]\n")
    read_to: list[int] = []

    @contextmanager
    def opening(path: str) -> Iterator[io.BufferedReader]:
        with Path(path).open("rb") as file:
            yield file
            read_to.append(file.tell())

    for piece in split_file(FileRange(str(archive)), 500_000, 1000):
        list(read_file(piece, 1000, opener=opening))
    far = [number for number, at in enumerate(read_to) if at > 500_000 * (number + 1) + 256 * 1024]
    assert (len(read_to), far) == (7, [0])


@pytest.mark.parametrize("jobs", [1, 2])
def test_lines_longer_than_the_default_limit_are_recognised_as_something_else(tmp_path: Path, jobs: int) -> None:
    archive = tmp_path / "log.jsonl"
    with archive.open("wb") as file:
        file.write(b'{"level": "info", "text": "' + b"x" * MAX_BYTES + b'"}\n')
        file.writelines([b'{"level": "info"}\n'] * 10)
    parallelism = Parallelism(min_bytes=1, task_bytes=MAX_BYTES // 2)
    results = check_paths([str(tmp_path)], READY, 2 * MAX_BYTES, jobs=jobs, parallelism=parallelism)
    assert [*results] == [SkippedRecords(str(archive), 0, other="JSON Lines without runs")]


@pytest.mark.parametrize("block", [1, 4, 7, 100])
def test_lines_are_independent_of_block_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_SIZE", block)
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"1234567890\n" + b"x" * 35 + b"\n\n12345\n" + b"y" * 40)
    seen = [
        (one.record, one.data if one.problem is None else one.problem.rule)
        for one in expand_blocks(read_file(FileRange(str(archive)), 10))
        if isinstance(one, Document)
    ]
    assert seen == [(1, b"1234567890"), (2, "too-large"), (4, b"12345"), (5, "too-large")]


@pytest.mark.usefixtures("small_tasks")
def test_missing_file_is_reported_in_order(archives: Path) -> None:
    (archives.parent / "empty").mkdir()
    paths = [
        str(archives / "d00.json"),
        str(archives.parent / "empty"),
        str(archives / "a.jsonl"),
        str(archives / "locked"),
    ]
    (archives / "locked").mkdir()
    (archives / "locked" / "x.json").symlink_to("nowhere")
    alone = summarize(check_paths(paths, READY, MAX_BYTES))
    assert (str(archives / "locked" / "x.json"), "is a link to a file that does not exist") in alone
    assert summarize(check_paths(paths, READY, MAX_BYTES, jobs=2)) == alone


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path: os.truncate(path, 20_000), "became shorter while it was read"),
        (os.unlink, "no such file or directory"),
    ],
)
def test_shrunk_or_deleted_file_is_reported_once(archives: Path, change: Callable[[Path], None], reason: str) -> None:
    archive = archives / "a.jsonl"
    archive.write_bytes(b"\n".join(lines(200) * 9))
    found = check_paths([str(archive), str(archives / "d00.json")], READY, MAX_BYTES, jobs=2)
    before = [next(found)]
    change(archive)
    after = list(found)
    assert [(one.file, str(one)) for one in after if isinstance(one, InputError)] == [(str(archive), reason)]
    assert isinstance(after[-1], DocumentResult)
    assert after[-1].document.file == str(archives / "d00.json")
    assert not isinstance(before[0], InputError)


def test_jobs_must_be_positive() -> None:
    assert process("--jobs", "0", "x").code == 2
    assert process("--jobs", "2", str(SAMPLES / "valid" / "page.json")) == Ran(0, "ok: 2 runs in 1 document\n", "")
