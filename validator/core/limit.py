"""Limit the findings of a file so that none of their kinds disappears."""

from __future__ import annotations

from validator.core.pointer import template
from validator.core.severity import Severity


class FindingLimit:
    """Admits the first `maximum` findings of a file (None: all, 0: none), and then the first of each rule and kind.

    A kind is a rule, its severity and a pointer template. Only the first `maximum` kinds of a file are distinguished,
    which bounds the memory. What is admitted of each part of a file, limited again as a whole, is what is admitted of
    the file.
    """

    def __init__(self, maximum: int | None) -> None:
        self._maximum = maximum
        self._file: str | None = None
        self._count = 0
        self._rules: set[str] = set()
        self._kinds: set[tuple[str, Severity, str]] = set()

    def enter(self, file: str | None, record: int | None) -> None:
        """Begin with a document; only the records of one file have a common limit."""
        if record is None or file != self._file:
            self._file, self._count = file, 0
            self._rules.clear()
            self._kinds.clear()

    def excludes(self, rule: str, severity: Severity, pointer: str) -> bool:
        """Return whether such a finding would not be admitted."""
        if self._maximum is None:
            return False
        if not self._maximum:
            return True
        is_new = rule not in self._rules or self._is_new_kind(rule, severity, pointer)
        return self._count >= self._maximum and not is_new

    def admit(self, rule: str, severity: Severity, pointer: str) -> bool:
        """Count a finding, and return whether it is kept."""
        if not self._maximum:
            return self._maximum is None
        if self.excludes(rule, severity, pointer):
            return False
        self._count += 1
        self._rules.add(rule)
        if len(self._kinds) < self._maximum:
            self._kinds.add((rule, severity, template(pointer)))
        return True

    def _is_new_kind(self, rule: str, severity: Severity, pointer: str) -> bool:
        is_full = len(self._kinds) >= (self._maximum or 0)
        return not is_full and (rule, severity, template(pointer)) not in self._kinds
