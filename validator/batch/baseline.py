"""What is found beside what a baseline accepts: document by document, in one pass."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from validator.batch import baseline_file as baseline
from validator.batch.baseline_file import Accepted, Key
from validator.batch.session import Result
from validator.core.finding import Finding
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.sources.document import InputError


class BaselineOptions(NamedTuple):
    """What is looked for and shown.

    `rules` are those in effect; `threshold` is the lowest severity that can be new or accepted, `show` the
    lowest that is shown; `max_findings` bounds what is shown of one file (None: no bound). `folders` are absolute paths
    of folders that are searched: what the baseline holds of a file that is missing there is looked for too.
    """

    rules: Container[str]
    threshold: Severity
    show: Severity
    max_findings: int | None
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class _Visit:
    """A file that is being gone through: as it was named, and as the baseline calls it; and its latest record.

    `seen` counts its findings by fingerprint, `shown` those that are shown.
    """

    file: str
    name: str
    record: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    shown: int = 0

    def continues(self, file: str, record: int | None) -> bool:
        """Whether this is the next record of the same file."""
        return file == self.file and self.record < (record or 0)


@dataclass(slots=True)
class BaselineFilter:
    """A baseline and what has been found so far.

    A finding is accepted where the baseline holds it in that file; one of a run that has an id also where the baseline
    holds it in a file that does not exist any more, or in which it was looked for before and not found: it has moved.
    When updating, every finding is accepted that can be.
    """

    path: str
    old: Mapping[Key, Accepted]
    watched: BaselineOptions
    updating: bool = False
    found: dict[Key, Accepted] = field(default_factory=dict)
    """What the baseline would have to hold for all that was found to be accepted."""
    new: int = 0
    """How many findings the old baseline does not hold."""
    _moved: Counter[Key] = field(default_factory=Counter)
    """How many findings of an entry turned up in other files."""
    _granted: Counter[Key] = field(default_factory=Counter)
    """How many findings are accepted of which the old baseline holds nothing in that file."""
    _visit: _Visit | None = None
    _checked: set[str] = field(default_factory=set)
    _unread: set[str] = field(default_factory=set)
    """Files with something in them that could not be checked."""
    _hidden: set[tuple[str, str]] = field(default_factory=set)
    """Files and rules of which there are findings below the threshold."""
    _of_runs: dict[str, list[Accepted]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for entry in self.old.values():
            if entry.run_id is not None:
                self._of_runs[entry.fingerprint].append(entry)

    def passing(self, results: Iterable[Result]) -> Iterator[Result]:
        """The results, with what is accepted among the suppressed.

        Documents are to come with all findings that reach the threshold; the cap is applied here. The baseline itself,
        where it lies among the documents, is none of them.
        """
        for one in results:
            if isinstance(one, InputError):
                self._unread.add(baseline.name_of(one.file, self.path))
            elif isinstance(one, DocumentResult):
                visit = self._visited(one.document.file or "", one.document.record)
                if visit.name == os.path.basename(self.path):
                    continue
                self._note_unseen(one, visit)
                yield self._reviewed(one, visit)
                continue
            elif one.file is not None and (self._visit is None or self._visit.file != one.file):
                self._enter(one.file)
            yield one
        self._leave()

    @property
    def entries(self) -> Iterator[Accepted]:
        """The new baseline: what was found, and of the old one what was not looked for."""
        kept = {entry.key: entry for entry in self.old.values() if not self._is_looked_for(entry)}
        for key in {**kept, **self.found}:
            left = kept[key].count - self._moved[key] if key in kept else 0
            now = self.found[key].count if key in self.found else 0
            if left > 0 or now:
                yield replace(self.found.get(key) or kept[key], count=max(left, now))

    @property
    def gone(self) -> int:
        """How many findings the old baseline holds that were looked for and do not occur."""
        looked_for = filter(self._is_looked_for, self.old.values())
        return sum(max(0, entry.count - self._met(entry)) for entry in looked_for)

    def _visited(self, file: str, record: int | None) -> _Visit:
        visit = self._visit
        if visit is None or not visit.continues(file, record):
            visit = self._enter(file)
        visit.record = record or 0
        return visit

    def _enter(self, file: str) -> _Visit:
        self._leave()
        self._visit = _Visit(file, baseline.name_of(file, self.path))
        return self._visit

    def _note_unseen(self, one: DocumentResult, visit: _Visit) -> None:
        if one.document.kind is None or not all(baseline.is_acceptable(rule) for rule, _ in one.totals):
            self._unread.add(visit.name)
        self._hidden.update(
            (visit.name, rule) for rule, level in one.totals if not level.reaches(self.watched.threshold)
        )

    def _leave(self) -> None:
        if self._visit is not None:
            self._checked.add(self._visit.name)

    def _reviewed(self, one: DocumentResult, visit: _Visit) -> DocumentResult:
        suppressed, shown = [], []
        for finding in one.findings:
            if self._accepts(finding, visit):
                suppressed.append(finding)
            elif finding.severity.reaches(self.watched.show):
                shown.append(finding)
        totals = Counter(one.totals)
        totals.subtract((finding.rule, finding.severity) for finding in suppressed)
        room = len(shown) if self.watched.max_findings is None else self.watched.max_findings - visit.shown
        visit.shown += len(shown[:room])
        return replace(
            one,
            findings=tuple(shown[:room]),
            totals=+totals,
            truncated=len(shown[room:]),
            suppressed=tuple(suppressed),
        )

    def _accepts(self, finding: Finding, visit: _Visit) -> bool:
        if not baseline.is_acceptable(finding.rule):
            return False
        visit.seen[finding.fingerprint] += 1
        number = visit.seen[finding.fingerprint]
        entry = Accepted(
            visit.name,
            finding.rule,
            finding.run_id,
            baseline.shown_pointer(finding.inside),
            finding.fingerprint,
            max(number, self._count(self.found, (visit.name, finding.fingerprint))),
        )
        self.found[entry.key] = entry
        if number <= self._count(self.old, entry.key) + self._granted[entry.key]:
            return True
        has_moved = self._moves_here(entry)
        self.new += not has_moved
        self._granted[entry.key] += has_moved or self.updating
        return has_moved or self.updating

    def _moves_here(self, entry: Accepted) -> bool:
        """Whether the finding has left another file; then nothing else can come from there in its stead."""
        for other in self._of_runs.get(entry.fingerprint, ()):
            if other.file != entry.file and self._has_left(other) and other.count > self._met(other):
                self._moved[other.key] += 1
                return True
        return False

    def _has_left(self, entry: Accepted) -> bool:
        if entry.file in self._checked:
            return entry.file not in self._unread
        return self._is_missing(entry)

    def _is_missing(self, entry: Accepted) -> bool:
        return entry.file != "-" and not os.path.lexists(baseline.path_of(entry.file, self.path))

    def _is_looked_for(self, entry: Accepted) -> bool:
        """Whether the entry would have been met if it still occurred."""
        if entry.rule not in self.watched.rules or (entry.file, entry.rule) in self._hidden:
            return False
        if entry.file in self._checked:
            return entry.file not in self._unread
        path = baseline.path_of(entry.file, self.path)
        return self._is_missing(entry) and any(path.startswith(os.path.join(one, "")) for one in self.watched.folders)

    def _met(self, entry: Accepted) -> int:
        return self._count(self.found, entry.key) + self._moved[entry.key]

    @staticmethod
    def _count(entries: Mapping[Key, Accepted], key: Key) -> int:
        return entries[key].count if key in entries else 0
