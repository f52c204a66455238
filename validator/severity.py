"""How bad a finding is."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, worst first; the values are the words users write and reports print."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, threshold: Severity) -> bool:
        """Whether this severity is at least as bad as `threshold`."""
        return _RANK[self] >= _RANK[threshold]

    def or_lower(self, other: Severity) -> Severity:
        """The less bad of the two."""
        return other if self.reaches(other) else self


def threshold(fail_on: Severity | str) -> Severity:
    """The lowest severity that fails, as a caller names it; raises `ValueError` for what names none."""
    try:
        return Severity(fail_on)
    except ValueError:
        words = ", ".join(repr(str(severity)) for severity in Severity)
        raise ValueError(f"fail_on is {fail_on!r}, expected one of {words}") from None


_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}
