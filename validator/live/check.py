"""Check a live server: ask, record, and judge the recording as the offline command does."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from validator.batch.session import Result, check_documents
from validator.core.credentials import mask
from validator.core.files import write_atomic
from validator.core.options import MAX_BYTES, CheckOptions, FindingOptions
from validator.core.phrases import count, escape
from validator.core.results import DocumentResult, StatementResult
from validator.engine.checker import Checker
from validator.live.create import METADATA_KEY, Created, Creator, Recipe
from validator.live.exchange import Answer, Question, list_path
from validator.live.keys import Redactor
from validator.live.plan import UNKNOWN_THREAD, Redirected, Scope, Walker
from validator.live.recorder import Recorder, RecordingFull
from validator.live.scrub import Scrubber
from validator.live.target import Target
from validator.live.transport import Authorization, Budget, BudgetSpent, LiveError, Transport
from validator.live.verdicts import judge, known_runs, see
from validator.sources.files import FileRange, read_file

DEFAULT_NAME = "live.har"
"""What the recording is called in reports if it is not written to a file."""
BODIES = 8
"""A body may have one of so many parts of the largest recording."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is asked of a check: the server and the key, what to ask about, the budget, and how it is recorded.

    `record` is the file of the recording: a cassette if it ends in .yaml or .yml, else a HAR. Where it `scrubs`, free
    text is taken out before anything is recorded or judged. `secrets` are neither printed nor recorded, and neither are
    those of the target and the key. The recording and the conclusion have the `warning`.
    """

    target: Target
    scope: Scope
    budget: Budget
    authorization: Authorization = field(default_factory=Authorization)
    recipe: Recipe | None = None
    record: str | None = None
    scrubs: bool = False
    secrets: tuple[str, ...] = ()
    max_bytes: int = MAX_BYTES
    warning: str = ""

    @property
    def name(self) -> str:
        """What the recording is called in reports."""
        return DEFAULT_NAME if self.record is None else self.record


class Session:
    """One check of one server with a client of httpx or httpx2: `walk`, then `judge` what was recorded."""

    def __init__(self, client: Any, task: Task) -> None:
        self.task = task
        scope, recipe, key = task.scope, task.recipe, task.authorization.key
        words = (value.rpartition(" ")[2] for value in key.values())
        self._redactor = redactor = Redactor([*task.secrets, *task.target.secrets, *words])
        scrubber = Scrubber() if task.scrubs else None
        self._recorder = Recorder(redactor, task.max_bytes, task.name, scrubber, task.warning)
        self._answers: list[Answer] = []
        self._is_stable = False
        given = filter(None, (scope.thread, scope.other_thread, scope.empty_thread))
        self._created = created = Created(given, deletes=recipe is not None and recipe.deletes)
        self._transport = Transport(
            client,
            task.target.base,
            task.authorization,
            task.budget,
            self._record,
            query=task.target.query,
            permits=created.allows if recipe else None,
        )
        self._creator = Creator(self._transport.send, recipe, created, self.redact) if recipe else None

    def wait(self, seconds: float) -> None:
        """Wait until the server answers anything, at most so long."""
        self._transport.wait(Question("wait", list_path(self.task.scope.thread or UNKNOWN_THREAD)), seconds)

    def walk(self) -> LiveError | None:
        """Ask everything; return why that ended early, if it did. What is to be deleted is deleted in any case."""
        walker = Walker(self._transport.send, self.task.scope, self._creator)
        try:
            walker.run()
        except LiveError as error:
            text = self.redact(str(error))
            return type(error)(mask(text) if isinstance(error, Redirected) else text)  # it names another server
        finally:
            self._is_stable = walker.is_stable
            if self._creator is not None:
                self._creator.delete()
        return None

    def redact(self, text: str) -> str:
        """Return a text without the secrets."""
        return self._redactor.text(text)

    @property
    def created(self) -> list[str]:
        """A line for everything that was created on the server."""
        return [mask(self.redact(line)) for line in self._created.describe()]

    @property
    def metadata(self) -> str:
        """The metadata of everything that was created: `validate-runs=…`."""
        return f"{METADATA_KEY}={self.task.recipe.token}" if self.task.recipe else ""

    @property
    def recording(self) -> bytes:
        """The recording so far."""
        return self._recorder.recording()

    def write(self) -> None:
        """Write the recording so far, and its folder, if the task names a file; raises `OSError`."""
        if self.task.record is not None:
            os.makedirs(os.path.dirname(self.task.record) or ".", exist_ok=True)
            write_atomic(self.task.record, [self.recording], is_private=True)

    def check(self, options: CheckOptions) -> Iterator[Result]:
        """Yield what a check of the file with the recording yields."""
        return check_recording(self.recording, self.task.name, Checker(options), self.task.max_bytes)

    def judge(self, options: CheckOptions) -> list[StatementResult]:
        """Return the verdict on every statement, whatever findings are to be shown."""
        severities = Checker(options).rules.severities
        results = self.check(options._replace(findings=FindingOptions(max_excerpts=0)))
        findings = [finding for result in results if isinstance(result, DocumentResult) for finding in result.findings]
        seen = see(self._answers)
        statements = judge(
            seen,
            findings,
            severities,
            is_stable=self._is_stable,
            runs=known_runs(seen),
            reasons=self._creator.reasons if self._creator else {},
        )
        return [_mark_known(statement, options.findings.known) for statement in statements]

    def conclude(self, statements: Sequence[StatementResult]) -> str:
        """Return the line that sums up the check."""
        verdicts = Counter(statement.verdict for statement in statements)
        parts = ", ".join(f"{verdicts[word]} {word}" for word in ("kept", "broken", "doubtful", "not verified"))
        recorded = f", recorded in {escape(self.task.record)}" if self.task.record else ""
        warning = f", {self.task.warning}" if self.task.warning else ""
        return f"{parts} – {count(len(self._answers), 'request')}, {self._transport.elapsed:.1f} s{recorded}{warning}"

    def _record(self, answer: Answer) -> None:
        try:
            self._recorder.add(answer, self.task.scope.thread or next(iter(self._created.threads), ""))
        except RecordingFull:
            raise BudgetSpent("the recording is as large as a document may be (--max-bytes)") from None
        self._answers.append(answer)


def _mark_known(statement: StatementResult, known: frozenset[str]) -> StatementResult:
    """Return a statement, marked if the baseline accepts all its findings."""
    if statement.severity is None or any(finding.fingerprint not in known for finding in statement.findings):
        return statement
    return statement._replace(is_known=True, reason=f"accepted by the baseline: {statement.reason}")


def check_recording(data: bytes, name: str, checker: Checker, max_bytes: int = MAX_BYTES) -> Iterator[Result]:
    """Yield the results of a recording in memory: those of a file with this name and content."""

    @contextmanager
    def open_recording(_: str) -> Iterator[io.BufferedReader]:
        yield io.BufferedReader(io.BytesIO(data))

    return check_documents(read_file(FileRange(name), max_bytes, open_recording), checker)
