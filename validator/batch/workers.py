"""Worker processes: files and pieces of files spread over them, and what they found put back in order."""

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
from typing import Any, NamedTuple, TypeAlias

from validator.batch.ranges import Range, check_range, with_lines
from validator.core.options import CheckOptions
from validator.engine.checker import Checker
from validator.sources.document import Document, InputError, unreadable_document
from validator.sources.files import STANDARD_INPUT, FileRange

AHEAD = 4
"""Tasks that are given out for each worker before the output has come to them: what bounds the memory."""

_ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_FORKS = sys.platform == "linux"
_context: Any = get_context("fork" if _FORKS else "spawn")


class Answer(NamedTuple):
    """A piece and what was found in it; None for what could not be found."""

    piece: FileRange | None
    found: Range


@dataclass(slots=True)
class _Task:
    """Pieces that one worker checks, and what is known of them so far."""

    pieces: deque[FileRange]
    answers: deque[Answer] = field(default_factory=deque)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: _Task | None = None


Given: TypeAlias = Sequence[FileRange] | InputError
"""Pieces for one worker, or what is told in the place of a file that is not there."""


def spread(tasks: Iterable[Given], checker: Checker, max_bytes: int, jobs: int) -> Iterator[Answer]:
    """The answers to all tasks, in their order, by so many worker processes.

    A worker that dies costs the piece that it was at: that has the finding `worker-ended`, and another worker goes on.
    """
    pool = _Pool(checker, max_bytes, jobs)
    try:
        yield from pool.answers(iter(tasks))
    finally:
        pool.end()


class _Pool:
    def __init__(self, checker: Checker, max_bytes: int, jobs: int) -> None:
        self._checker = checker
        self._max_bytes = max_bytes
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._due: deque[_Task] = deque()
        """Tasks in the order of the output; the first may be answered in part."""
        self._waiting: deque[_Task] = deque()

    def answers(self, tasks: Iterator[Given]) -> Iterator[Answer]:
        """Give out tasks, take answers as they come, and hand them on when it is their turn."""
        while True:
            self._fill(tasks)
            if not self._due:
                return
            first = self._due[0]
            while first.answers:
                yield first.answers.popleft()
            if not first.pieces:
                self._due.popleft()
            elif first.pieces[0].path == STANDARD_INPUT or not self._workers:
                with suppress(ValueError):
                    self._waiting.remove(first)
                piece = first.pieces.popleft()
                yield Answer(piece, check_range(piece, self._checker, self._max_bytes))
            else:
                self._listen()

    def end(self) -> None:
        """Leave no process behind."""
        for worker in self._workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()

    def _fill(self, tasks: Iterator[Given]) -> None:
        """Have every worker at work, and the next tasks at hand."""
        while len(self._due) < max(self._jobs, 1) * AHEAD and (given := next(tasks, None)) is not None:
            self._add(given)
        idle = [worker for worker in self._workers if worker.task is None]
        while self._waiting and (idle or self._has_started(idle)):
            self._give(idle.pop())

    def _add(self, given: Given) -> None:
        if isinstance(given, InputError):
            self._due.append(_Task(deque(), deque([Answer(None, Range(0, [given]))])))
            return
        task = _Task(deque(given))
        self._due.append(task)
        if given[0].path != STANDARD_INPUT:
            self._waiting.append(task)

    def _has_started(self, idle: list[_Worker]) -> bool:
        """Start another worker; where the machine has no room for one, those that there are do it, or this process."""
        if len(self._workers) >= self._jobs:
            return False
        try:
            idle.append(self._started())
        except OSError:
            self._jobs = len(self._workers)
            return False
        return True

    def _started(self) -> _Worker:
        ours, theirs = _context.Pipe()
        inherited = [ours, *(worker.connection for worker in self._workers)] if _FORKS else []
        process = _context.Process(
            target=_work, args=(theirs, inherited, self._checker.options, self._max_bytes), daemon=True
        )
        with _undisturbed(), _isolated():
            process.start()
            worker = _Worker(process, ours)
            self._workers.append(worker)
        theirs.close()
        return worker

    def _give(self, worker: _Worker) -> None:
        """Give a worker its next task; one that has died in the meantime gets it all the same, and is buried soon."""
        worker.task = self._waiting.popleft()
        with suppress(OSError):
            worker.connection.send(list(worker.task.pieces))

    def _listen(self) -> None:
        """Wait until some worker has an answer or is no more."""
        busy = [worker for worker in self._workers if worker.task is not None]
        ready = wait([worker.connection for worker in busy])
        for worker in busy:
            if worker.connection in ready:
                self._take(worker)

    def _take(self, worker: _Worker) -> None:
        """Take a worker's answer; where there is none, blame the piece that it was at, and let another go on."""
        task = worker.task
        assert task is not None  # noqa: S101  # only those with a task are listened to
        piece = task.pieces[0]
        try:
            found = worker.connection.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            worker.connection.close()
            worker.process.join()
            found = with_lines(
                piece, [self._checker.result(self._checker.check(_ended(piece, worker.process.exitcode)))]
            )
            if len(task.pieces) > 1:
                self._waiting.appendleft(task)
        task.answers.append(Answer(piece, found))
        task.pieces.popleft()
        if not task.pieces:
            worker.task = None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put signals off; a worker that is started meanwhile takes none before it is ready to."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _isolated() -> Iterator[None]:
    """Let a worker that is spawned import nothing from the working folder: it may be a stranger's."""
    before = os.environ.get("PYTHONSAFEPATH", "")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        os.environ["PYTHONSAFEPATH"] = before


def _ended(piece: FileRange, code: int | None) -> Document:
    how = f"was ended by {signal.Signals(-code).name}" if code and code < 0 else "ended by itself"
    message = f"was not checked to its end: the process that was at it {how}"
    return unreadable_document(piece.path, "worker-ended", message, record=None if piece.stop is None else 1)


def _end_with_the_main_process() -> None:  # pragma: no cover  # in processes of their own, as below
    main = parent_process()
    assert main is not None  # noqa: S101  # a worker has one
    wait([main.sentinel])
    os._exit(1)


def _work(
    connection: Connection, inherited: Iterable[Connection], settings: CheckOptions, max_bytes: int
) -> None:  # pragma: no cover
    """Check what is given until nobody is there to give any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends its workers itself
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in inherited:  # or nobody would notice that the other end is gone
        other.close()
    Thread(target=_end_with_the_main_process, daemon=True).start()
    gc.freeze()
    ready = Checker(settings)
    try:
        while True:
            for piece in connection.recv():
                connection.send(check_range(piece, ready, max_bytes))
    except BaseException:  # memory that ran out, or a main process that is gone: who listens will notice
        os._exit(1)
