"""Suppress the findings that a baseline accepts, and make the updated baseline, in the same pass."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from validator.batch.baseline_file import Accepted, Key, is_acceptable, relative_name, resolve_name, shown_pointer
from validator.batch.session import Result, limit_findings
from validator.core.finding import Finding
from validator.core.results import DocumentResult
from validator.core.severity import Severity
from validator.sources.document import InputError


class BaselineOptions(NamedTuple):
    """Which findings a baseline concerns, and which of the new ones are shown.

    `rules` are those in effect; `threshold` is the lowest severity that can be new or accepted, `show` the lowest that
    is shown; `max_findings` is the limit of a file (None: no limit). `folders` are absolute paths of folders that are
    checked: entries of files that are missing there are obsolete.
    """

    rules: Container[str]
    threshold: Severity
    show: Severity
    max_findings: int | None
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class _FileState:
    """The file that is being checked: its name, its name in the baseline, and its latest record.

    `seen` counts its findings by fingerprint.
    """

    file: str
    name: str
    record: int = 0
    seen: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class BaselineFilter:
    """A baseline, and the findings of this check.

    A finding is accepted if the baseline has it in that file. A finding of a run with an id is also accepted if the
    baseline has it in a file that does not exist any more, or that was checked before without it: it has moved. When
    updating, every finding that can be accepted is accepted.
    """

    path: str
    old: Mapping[Key, Accepted]
    options: BaselineOptions
    updating: bool = False
    new: int = 0
    """How many findings the old baseline does not have."""
    refused: Counter[str] = field(default_factory=Counter)
    """How many findings of each rule cannot be accepted."""
    refused_files: set[str] = field(default_factory=set)
    """The files with findings that cannot be accepted."""
    _current: dict[Key, Accepted] = field(default_factory=dict)
    """The entries that would accept all findings so far."""
    _moved: Counter[Key] = field(default_factory=Counter)
    """How many findings of an old entry occur in other files."""
    _granted: Counter[Key] = field(default_factory=Counter)
    """How many findings are accepted beyond the old entry of that file."""
    _state: _FileState | None = None
    _checked: set[str] = field(default_factory=set)
    _unread: set[str] = field(default_factory=set)
    """Files of which a part could not be checked."""
    _hidden: set[tuple[str, str]] = field(default_factory=set)
    """Files and rules of which there are findings below the threshold."""
    _by_fingerprint: dict[str, list[Accepted]] = field(default_factory=lambda: defaultdict(list))
    """The old entries of runs with an id."""

    def __post_init__(self) -> None:
        for entry in self.old.values():
            if entry.run_id is not None:
                self._by_fingerprint[entry.fingerprint].append(entry)

    def apply(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results: accepted findings are suppressed, and `max_findings` limits the others.

        The results must have all findings that reach the threshold. The baseline itself is skipped if it is checked.
        """
        return limit_findings(self._filter(results), self.options.max_findings)

    @property
    def entries(self) -> Iterator[Accepted]:
        """The new baseline: the findings of this check, and old entries that are outside of this check."""
        unchecked = {entry.key: entry for entry in self.old.values() if not self._is_checked(entry)}
        for key in {**unchecked, **self._current}:
            left = unchecked[key].count - self._moved[key] if key in unchecked else 0
            current = _count(self._current, key)
            if left > 0 or current:
                yield replace(self._current.get(key) or unchecked[key], count=max(left, current))

    @property
    def obsolete(self) -> int:
        """How many findings of the old baseline no longer occur."""
        checked = filter(self._is_checked, self.old.values())
        return sum(max(0, entry.count - self._occurrences(entry)) for entry in checked)

    def _filter(self, results: Iterable[Result]) -> Iterator[Result]:
        for result in results:
            if isinstance(result, InputError):
                self._unread.add(relative_name(result.file, self.path))
            elif isinstance(result, DocumentResult):
                state = self._enter(result.document.file or "", result.document.record)
                if state.name != os.path.basename(self.path):
                    self._note_unseen(result, state.name)
                    yield self._suppress(result, state)
                continue
            elif result.file is not None and (self._state is None or self._state.file != result.file):
                self._enter(result.file, None)
            yield result
        if self._state is not None:
            self._checked.add(self._state.name)

    def _enter(self, file: str, record: int | None) -> _FileState:
        """Return the state of a file; a record that does not follow the latest one begins the file anew."""
        state = self._state
        if state is None or file != state.file or state.record >= (record or 0):
            if state is not None:
                self._checked.add(state.name)
            self._state = state = _FileState(file, relative_name(file, self.path))
        state.record = record or 0
        return state

    def _note_unseen(self, result: DocumentResult, name: str) -> None:
        if result.document.kind is None or not all(is_acceptable(rule) for rule, _ in result.totals):
            self._unread.add(name)
        self._hidden.update((name, rule) for rule, level in result.totals if not level.reaches(self.options.threshold))

    def _suppress(self, result: DocumentResult, state: _FileState) -> DocumentResult:
        suppressed, shown = [], []
        for finding in result.findings:
            if self._accept(finding, state):
                suppressed.append(finding)
            elif finding.severity.reaches(self.options.show):
                shown.append(finding)
        totals = Counter(result.totals)
        totals.subtract((finding.rule, finding.severity) for finding in suppressed)
        fixable = sum(finding.is_fixable for finding in shown)
        return result._replace(findings=tuple(shown), totals=+totals, fixable=fixable, suppressed=tuple(suppressed))

    def _accept(self, finding: Finding, state: _FileState) -> bool:
        """Record a finding, and return whether it is accepted."""
        if not is_acceptable(finding.rule):
            self.refused[finding.rule] += 1
            self.refused_files.add(state.name)
            return False
        fingerprint = finding.fingerprint
        state.seen[fingerprint] += 1
        number = state.seen[fingerprint]
        key = state.name, fingerprint
        entry = Accepted(
            file=state.name,
            rule=finding.rule,
            run_id=finding.run_id,
            pointer=shown_pointer(finding.inside),
            fingerprint=fingerprint,
            count=max(number, _count(self._current, key)),
        )
        self._current[key] = entry
        if number <= _count(self.old, key) + self._granted[key]:
            return True
        origin = self._find_origin(entry)
        if origin is not None:
            self._moved[origin.key] += 1  # nothing else can have moved from there
        else:
            self.new += 1
            if not self.updating:
                return False
        self._granted[key] += 1
        return True

    def _find_origin(self, entry: Accepted) -> Accepted | None:
        """Return the old entry of another file that a finding has left, if there is one."""
        for other in self._by_fingerprint.get(entry.fingerprint, ()):
            if other.file == entry.file or other.count <= self._occurrences(other):
                continue
            if other.file not in self._unread if other.file in self._checked else self._is_missing(other):
                return other
        return None

    def _is_missing(self, entry: Accepted) -> bool:
        return entry.file != "-" and not os.path.lexists(resolve_name(entry.file, self.path))

    def _is_checked(self, entry: Accepted) -> bool:
        """Return whether this check would have reported the entry if it still occurred."""
        if entry.rule not in self.options.rules or (entry.file, entry.rule) in self._hidden:
            return False
        if entry.file in self._checked:
            return entry.file not in self._unread
        path = resolve_name(entry.file, self.path)
        folders = (os.path.join(folder, "") for folder in self.options.folders)
        return self._is_missing(entry) and any(map(path.startswith, folders))

    def _occurrences(self, entry: Accepted) -> int:
        return _count(self._current, entry.key) + self._moved[entry.key]


def _count(entries: Mapping[Key, Accepted], key: Key) -> int:
    return entries[key].count if key in entries else 0
