"""A machine that fails: the k-th thing that the command asks of it goes wrong, or everything from the k-th on."""

import builtins
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

from tests.support.commands import NO_MORE, Kept, Ran, code_of

CALLS = {
    "open": errno.EMFILE,
    "read": errno.EIO,
    "write": errno.ENOSPC,
    "stat": errno.EACCES,
    "fstat": errno.EIO,
    "scandir": errno.EACCES,
    "fsync": errno.EIO,
    "fchmod": errno.EPERM,
    "replace": errno.EACCES,
    "unlink": errno.EPERM,
    "truncate": errno.EIO,
} | ({"listxattr": errno.EIO} if hasattr(os, "listxattr") else {})
"""What can go wrong, and how it does."""
_OF_PATHS = ("open", "stat", "scandir", "replace", "unlink", "truncate")
OPEN: Callable[..., Any] = open
OUTPUT = "<stdout>"
LIMIT = 20


class TookTooLong(BaseException):
    """Nothing may hang; no `except Exception` hides it."""


class Faults:
    """Counts what is asked of the machine; from the `first` to the `last` time, it fails."""

    def __init__(self, first: int = 0, last: float = 0) -> None:
        self.first, self.last = first, last
        self.number = 0
        self.failed: list[tuple[str, str]] = []
        """What failed, and the name of the file."""
        self._names: dict[int, str] = {}

    def meet(self, call: str, file: Any) -> None:
        """Fail, if it is time to."""
        self.number += 1
        if self.first <= self.number <= self.last:
            name = self._names.get(file, OUTPUT) if isinstance(file, int) else os.fsdecode(file)
            self.failed.append((call, name))
            code = CALLS[call]
            raise OSError(code, os.strerror(code), *([name] if call in _OF_PATHS else []))

    def met(self) -> None:
        """All went well."""

    @contextmanager
    def around(self) -> Iterator[None]:
        """Let the machine fail meanwhile."""
        failing: dict[str, Any] = {call: self._failing(call) for call in CALLS if call not in ("read", "write")}
        with patch.multiple(os, **failing), patch.object(builtins, "open", self._opened):
            yield

    def _failing(self, call: str) -> Callable[..., Any]:
        real = getattr(os, call)

        def failing(*words: Any, **named: Any) -> Any:
            self.meet(call, words[0] if words else ".")
            result = real(*words, **named)
            if call == "open":
                self._names[result] = os.fsdecode(words[0])
            self.met()
            return result

        return failing

    def _opened(self, file: Any, mode: str = "r", *words: Any, opener: Any = None, **named: Any) -> Any:
        if "b" not in mode:
            return OPEN(file, mode, *words, opener=opener, **named)
        if not isinstance(file, int) and opener is None:
            self.meet("open", file)
        return self.stream(file, mode.replace("b", ""), opener)

    def stream(self, file: Any, mode: str, opener: Any = None) -> Any:
        """A file as `open` opens it, which fails when it is time to."""
        faults = self

        class Raw(io.FileIO):
            def readinto(self, buffer: Any, /) -> int:
                faults.meet("read", self.fileno())
                return super().readinto(buffer)

            def readall(self) -> bytes:
                faults.meet("read", self.fileno())
                return super().readall()

            def write(self, data: Any, /) -> int:
                """What there is room for is written before the rest fails."""
                try:
                    faults.meet("write", self.fileno())
                except OSError:
                    super().write(bytes(data)[: len(bytes(data)) // 2])
                    raise
                return super().write(data)

        raw = Raw(file, mode, opener=opener)
        if not isinstance(file, int):
            self._names[raw.fileno()] = os.fsdecode(file)
        if "+" in mode:
            return io.BufferedRandom(raw)
        return io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)


class Interruption(Faults):
    """Somebody ends the process, just before or just after it has asked something of the machine."""

    def __init__(self, at: int, number: signal.Signals) -> None:
        super().__init__(at, at)
        self._signal = number

    def meet(self, call: str, file: Any) -> None:
        """Send the signal, if it is time to."""
        self.met()

    def met(self) -> None:
        """Send the signal, if it is time to."""
        self.number += 1
        if self.number == self.first:
            self.failed.append(("", ""))
            os.kill(os.getpid(), self._signal)


@contextmanager
def time_limit(seconds: float = LIMIT) -> Iterator[None]:
    """Raise `TookTooLong` where something hangs."""

    def end(*_: object) -> NoReturn:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_with(
    faults: Faults,
    *words: str,
    cwd: Path,
    stdin: bytes = b"",
    env: Mapping[str, str] = NO_MORE,
) -> Ran:
    """Run the command in a folder of this failing machine; what it prints goes to a file, which fails as others do."""
    printed = cwd.parent / f"{cwd.name}.stdout"
    out = io.TextIOWrapper(faults.stream(os.fspath(printed), "w"), "utf-8")
    faults._names.clear()
    err = Kept()
    with time_limit(), faults.around():
        code = code_of(*words, cwd=cwd, stdin=stdin, env=env, out=out, err=err)
    faults.first = sys.maxsize
    out.close()
    return Ran(code, printed.read_text("utf-8"), err.text)
