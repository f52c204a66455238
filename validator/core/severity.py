"""How bad a finding is."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, worst first; the values are the words users write and reports print."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Its place in the order from the worst on, from 0: a key to sort by."""
        return _RANKS[self]

    def reaches(self, threshold: Severity) -> bool:
        """Return whether this severity is at least as bad as `threshold`."""
        return _RANKS[self] <= _RANKS[threshold]

    def fails(self, fail_on: Severity | None) -> bool:
        """Return whether a finding of this severity fails a check; None: no finding does."""
        return fail_on is not None and self.reaches(fail_on)

    def or_lower(self, other: Severity) -> Severity:
        """Return the less bad of the two."""
        return other if self.reaches(other) else self


OFF = "off"
"""What users write in the place of a severity for a rule that is not in effect."""

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
