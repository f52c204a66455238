"""A line on the terminal that tells how far a long check has come; it goes away by itself."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

from validator.batch.session import Result
from validator.core.results import CleanRecords, DocumentResult

DELAY = 2.0
"""Seconds of work before anything is shown."""
_PAUSE = 0.1
"""Seconds between two drawings."""
_CLEAR = "\r\x1b[K"


class Progress:
    """Bytes read of so many, runs and findings so far, and the time that is left."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read = self._runs = self._findings = 0
        self._begun = time.monotonic()
        self._next = self._begun + DELAY
        self._is_shown = False

    def read(self, size: int) -> None:
        """Count bytes that were read."""
        self._read += size
        self._draw()

    def passing(self, results: Iterable[Result]) -> Iterator[Result]:
        """The same results, counted as they go by."""
        for one in results:
            if isinstance(one, DocumentResult):
                self._runs += one.document.runs
                self._findings += sum(one.totals.values())
            elif isinstance(one, CleanRecords):
                self._runs += one.runs
            yield one

    def clear(self) -> None:
        """Take the line away, so that something can be printed in its place."""
        if self._is_shown:
            self._is_shown = False
            _put(_CLEAR)

    def _draw(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _PAUSE
        self._is_shown = True
        width = shutil.get_terminal_size((80, 24)).columns - 1
        _put(_CLEAR + self._line(now - self._begun)[:width])

    def _line(self, spent: float) -> str:
        share = min(self._read / self._size, 1.0) if self._size else 0.0
        said = [f"{self._read / 1e6:,.0f} MB"]
        if share:
            left = int(spent / share - spent)
            said = [f"{share:4.0%} of {self._size / 1e6:,.0f} MB", f"{left // 60}:{left % 60:02} left"]
        return " · ".join([*said, f"{self._runs:,} runs", f"{self._findings:,} findings"])


def _put(text: str) -> None:
    with suppress(OSError):  # the terminal can go away
        sys.stderr.write(text)
        sys.stderr.flush()
