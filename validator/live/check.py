"""Check a live server: ask, record, and judge the recording as the offline command does."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from validator.batch.session import Result, check_documents
from validator.core.options import MAX_BYTES
from validator.core.results import DocumentResult, StatementResult
from validator.engine.checker import Checker
from validator.live.exchange import Answer, Question
from validator.live.keys import Redactor
from validator.live.plan import Scope, Walker
from validator.live.recorder import Recorder, RecordingFull
from validator.live.statements import Seen, judge, known_runs, see
from validator.live.transport import BudgetSpent, LiveError, Transport
from validator.sources.files import FileRange, read_file

DEFAULT_NAME = "live.har"
"""What the recording is called in reports if it is not written to a file."""


class Collected(NamedTuple):
    """What a walk over a server brought: all answers, and why it ended early, if it did."""

    answers: Sequence[Answer]
    is_stable: bool
    problem: LiveError | None
    seconds: float


class Session:
    """One check of one server: a recording that grows, and the transport that fills it."""

    def __init__(self, scope: Scope, redactor: Redactor, max_bytes: int = MAX_BYTES) -> None:
        self.scope = scope
        self.recorder = Recorder(scope.thread, redactor, max_bytes)
        self.answers: list[Answer] = []
        self.is_stable = False

    def record(self, answer: Answer) -> None:
        """Add an answer to the recording; raises `BudgetSpent` where that is full."""
        try:
            self.recorder.add(answer)
        except RecordingFull:
            raise BudgetSpent("the recording is as large as a document may be (--max-bytes)") from None
        self.answers.append(answer)

    def walk(self, transport: Transport) -> LiveError | None:
        """Ask everything; return why the walk ended early, if it did."""

        def ask(question: Question) -> Answer:
            return transport.send(question)

        walker = Walker(ask, self.scope)
        try:
            walker.run()
        except LiveError as error:
            return error
        finally:
            self.is_stable = walker.is_stable
        return None


def check_recording(data: bytes, name: str, checker: Checker, max_bytes: int = MAX_BYTES) -> Iterator[Result]:
    """Yield the results of a recording in memory: those of a file with this name and content."""

    @contextmanager
    def open_recording(_: str) -> Iterator[io.BufferedReader]:
        yield io.BufferedReader(io.BytesIO(data))

    return check_documents(read_file(FileRange(name), max_bytes, open_recording), checker)


def judge_session(session: Session, results: Sequence[Result], checker: Checker) -> list[StatementResult]:
    """Return the verdict of every statement, given all results of the recording."""
    seen: list[Seen] = see(session.answers)
    findings = [finding for result in results if isinstance(result, DocumentResult) for finding in result.findings]
    return judge(seen, findings, checker.options.severities, is_stable=session.is_stable, runs=known_runs(seen))
