"""Worker processes: tasks are spread over them, and their results come back in order."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess, parent_process
from threading import Thread
from typing import Any, TypeAlias

from validator.batch.ranges import RangeResult, check_range, count_lines
from validator.core.files import STANDARD_INPUT
from validator.core.options import CheckOptions
from validator.engine.checker import Checker
from validator.sources.document import InputError, unreadable_document
from validator.sources.files import FileRange

QUEUE_DEPTH = 4
"""Tasks for each worker that are given out before their results can be printed: this bounds the memory."""

_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_FORKS = sys.platform == "linux"
_context: Any = get_context("fork" if _FORKS else "spawn")

TaskResult: TypeAlias = tuple[FileRange | None, RangeResult]
"""A file or a range of it, and its results; None for an error that stands in the place of a file."""


@dataclass(slots=True)
class _Task:
    """Files for one worker that have no results yet, and the results so far."""

    files: deque[FileRange]
    results: deque[TaskResult] = field(default_factory=deque)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: _Task | None = None


def run_tasks(
    tasks: Iterable[Sequence[FileRange] | InputError], checker: Checker, max_bytes: int, jobs: int
) -> Iterator[TaskResult]:
    """Run tasks in so many worker processes, and yield the results in the order of the tasks.

    A worker that dies costs the file or range that it was checking: its result is the finding `worker-ended`, and
    another worker goes on. Where no process can be started, this one does the work.
    """
    pool = _Pool(checker, max_bytes, jobs)
    try:
        yield from pool.run(iter(tasks))
    finally:
        pool.end()


class _Pool:
    def __init__(self, checker: Checker, max_bytes: int, jobs: int) -> None:
        self._checker = checker
        self._max_bytes = max_bytes
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._tasks: deque[_Task] = deque()
        """All tasks in the order of the output; the first may have some of its results."""
        self._waiting: deque[_Task] = deque()
        """Tasks that no worker has."""

    def run(self, tasks: Iterator[Sequence[FileRange] | InputError]) -> Iterator[TaskResult]:
        """Give out tasks, receive results as they come, and yield them in order."""
        while True:
            self._queue(tasks)
            self._give_out()
            if not self._tasks:
                return
            first = self._tasks[0]
            while first.results:
                yield first.results.popleft()
            if not first.files:
                self._tasks.popleft()
            elif first.files[0].path == STANDARD_INPUT or not self._workers:
                with suppress(ValueError):
                    self._waiting.remove(first)
                file = first.files.popleft()
                yield file, check_range(file, self._checker, self._max_bytes)
            else:
                busy = {worker.connection: worker for worker in self._workers if worker.task is not None}
                for connection in wait(list(busy)):
                    self._receive(busy[connection])  # type: ignore[index]  # it is one of these

    def end(self) -> None:
        """Leave no process behind."""
        for worker in self._workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()

    def _queue(self, tasks: Iterator[Sequence[FileRange] | InputError]) -> None:
        while len(self._tasks) < max(self._jobs, 1) * QUEUE_DEPTH and (files := next(tasks, None)) is not None:
            if isinstance(files, InputError):
                self._tasks.append(_Task(deque(), deque([(None, RangeResult(0, [files]))])))
                continue
            self._tasks.append(_Task(deque(files)))
            if files[0].path != STANDARD_INPUT:
                self._waiting.append(self._tasks[-1])

    def _give_out(self) -> None:
        """Give the next tasks to idle workers; start workers as long as there are fewer than jobs."""
        idle = [worker for worker in self._workers if worker.task is None]
        while self._waiting:
            if not idle and len(self._workers) < self._jobs:
                try:
                    idle.append(self._start_worker())
                except OSError:  # too many processes, or too little memory: those that there are do the work
                    self._jobs = len(self._workers)
            if not idle:
                return
            worker = idle.pop()
            worker.task = self._waiting.popleft()
            with suppress(OSError):  # it has died: `_receive` sees to it
                worker.connection.send(list(worker.task.files))

    def _start_worker(self) -> _Worker:
        ours, theirs = _context.Pipe()
        inherited = [ours, *(worker.connection for worker in self._workers)] if _FORKS else []
        process = _context.Process(
            target=_work, args=(theirs, inherited, self._checker.options, self._max_bytes), daemon=True
        )
        with _blocked_signals(), _safe_import_path():
            process.start()
            worker = _Worker(process, ours)
            self._workers.append(worker)
        theirs.close()
        return worker

    def _receive(self, worker: _Worker) -> None:
        """Receive the results of the file that a worker checks; if it has died, report that and let another go on."""
        task = worker.task
        assert task is not None  # noqa: S101  # only busy workers are waited for
        file = task.files.popleft()
        try:
            range_result = worker.connection.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            worker.connection.close()
            worker.process.join()
            range_result = self._report_death(file, worker.process.exitcode)
            if task.files:
                self._waiting.appendleft(task)
        task.results.append((file, range_result))
        if not task.files:
            worker.task = None

    def _report_death(self, file: FileRange, exit_code: int | None) -> RangeResult:
        reason = "ended by itself"
        if exit_code and exit_code < 0:
            reason = f"was ended by {signal.Signals(-exit_code).name}"
        document = unreadable_document(
            file.path,
            "worker-ended",
            f"was not checked completely: the process that checked it {reason}",
            record=None if file.stop is None else 1,
        )
        return count_lines(file, [self._checker.result(self._checker.check(document))])


@contextmanager
def _blocked_signals() -> Iterator[None]:
    """Block signals; a worker that is started meanwhile receives none before it is ready to."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _safe_import_path() -> Iterator[None]:
    """Let a worker that is spawned import nothing from the working folder, whose files may be hostile."""
    before = os.environ.get("PYTHONSAFEPATH", "")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        os.environ["PYTHONSAFEPATH"] = before


def _exit_with_parent() -> None:  # pragma: no cover  # in processes of their own, as below
    parent = parent_process()
    assert parent is not None  # noqa: S101  # a worker has one
    wait([parent.sentinel])
    os._exit(1)


def _work(
    connection: Connection, inherited: Iterable[Connection], options: CheckOptions, max_bytes: int
) -> None:  # pragma: no cover
    """Check the files that come through the connection, until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers itself
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    for other in inherited:  # or nobody would notice that the other end is closed
        other.close()
    Thread(target=_exit_with_parent, daemon=True).start()
    gc.freeze()
    checker = Checker(options)
    try:
        while True:
            for file in connection.recv():
                connection.send(check_range(file, checker, max_bytes))
    except BaseException:  # out of memory, or the parent is gone: the connection closes, and the parent notices
        os._exit(1)
