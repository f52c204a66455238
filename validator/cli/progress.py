"""The progress line of a long check on a terminal; it is erased at the end."""

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
INTERVAL = 0.1
"""Seconds between two drawings."""
_CLEAR = "\r\x1b[K"


class Progress:
    """The bytes read and to read, the runs and findings so far, and an estimate of the time left."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read = self._runs = self._findings = 0
        self._started = time.monotonic()
        self._next = self._started + DELAY
        self._is_shown = False

    def read(self, size: int) -> None:
        """Add bytes that were read."""
        self._read += size
        self._draw()

    def passing(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results, and count them."""
        for result in results:
            if isinstance(result, DocumentResult):
                self._runs += result.document.runs
                self._findings += sum(result.totals.values())
            elif isinstance(result, CleanRecords):
                self._runs += result.runs
            yield result

    def clear(self) -> None:
        """Erase the line, so that something else can be printed there."""
        if self._is_shown:
            self._is_shown = False
            _write(_CLEAR)

    def _draw(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + INTERVAL
        self._is_shown = True
        width = shutil.get_terminal_size((80, 24)).columns - 1
        _write(_CLEAR + self._line(now - self._started)[:width])

    def _line(self, spent: float) -> str:
        share = min(self._read / self._size, 1.0) if self._size else 0.0
        parts = [f"{self._read / 1e6:,.0f} MB"]
        if share:
            left = int(spent / share - spent)
            parts = [f"{share:4.0%} of {self._size / 1e6:,.0f} MB", f"{left // 60}:{left % 60:02} left"]
        return " · ".join([*parts, f"{self._runs:,} runs", f"{self._findings:,} findings"])


def _write(text: str) -> None:
    with suppress(OSError):  # the terminal may be closed
        sys.stderr.write(text)
        sys.stderr.flush()
