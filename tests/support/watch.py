"""What nobody may do in a test session: reach for the network, start programs or open foreign files while it checks.

Checks of a live server are there to reach for the network: `validator.live` may, on this machine.

An audit hook raises as soon as it is tried, wherever the tool stands on the stack, and keeps it for the end of the
test, should somebody swallow the exception.
"""

import atexit
import importlib.util
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.support.paths import ROOT

TOOL = "validator"
LIVE = "validator.live."
SERVERS = ("distributed", "moto", "uvicorn")
"""Test servers on loopback; the first of them looks for the address of this machine, too."""
LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None)

NETWORK = ("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "webbrowser.")
PROGRAMS = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.")
FILES = ("open", "os.listdir", "os.scandir")
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
_CONNECTIONS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

PACKAGE = (str(ROOT / "schemas"), str(Path(importlib.util.find_spec(TOOL).origin).parent))  # type: ignore[union-attr, arg-type]  # it is here


class Reached(BaseException):
    """Something went where it may not; no `except Exception` hides it."""


class _Watch:
    """What may be read and written while the tool is at work, and what went beyond."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.readable: tuple[str, ...] = (str(ROOT), tempfile.gettempdir())
        self.writable: tuple[str, ...] = (tempfile.gettempdir(),)
        self.is_over = False

    def end(self) -> None:
        """Watch no longer: at its end, Python takes modules apart, also this one."""
        self.is_over = True

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_over:
            return
        if event.startswith(NETWORK):
            if event == "socket.__new__" and arguments[1] == socket.AF_UNIX:  # how processes of one machine talk
                return
            is_far = event in _CONNECTIONS and not _is_near(event, arguments)
            is_foreign = is_far or (_is_at_work() and not _is_live())
        elif event.startswith(PROGRAMS):
            is_foreign = _is_at_work()
        elif event in FILES or event in CHANGES:
            is_foreign = not self._may_touch(event, arguments) and _is_at_work()
        else:
            return
        if is_foreign and not _is_server():
            self.reached.append(f"{event} {arguments!r}")
            raise Reached(self.reached[-1])

    def _may_touch(self, event: str, arguments: tuple[object, ...]) -> bool:
        if event == "os.listdir" and arguments[0] in sys.path:  # Python looks for a module
            return True
        paths = arguments[:2] if event == "os.rename" else arguments[:1]
        flags = arguments[2] if event == "open" else 0
        is_change = event in CHANGES or (isinstance(flags, int) and bool(flags & _WRITING))
        return all(self._may_use(path, is_change) for path in paths)

    def _may_use(self, path: object, is_change: bool) -> bool:
        if path is None or isinstance(path, int):  # what is open already
            return True
        name = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]  # the event hands on what open was given
        if "__pycache__" in name or name.startswith("/dev/"):
            return True
        if is_change:
            return _is_in(name, self.writable) and not _is_in(name, (str(ROOT),))
        return _is_in(name, (*self.readable, *PACKAGE, *_python()))


def _python() -> set[str]:
    """Where Python itself looks for modules, also when one is imported late."""
    return {*filter(os.path.isabs, sys.path), sys.prefix, sys.base_prefix} - {str(ROOT)}


def _is_in(name: str, folders: tuple[str, ...]) -> bool:
    return any(name == folder or name.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _is_near(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether a connection stays on this machine."""
    address = arguments[0] if event.startswith("socket.get") else arguments[1]
    return not isinstance(address, tuple | str | None) or (address[0] if isinstance(address, tuple) else address) in (
        LOOPBACK
    )


def _is_at_work() -> bool:
    return any(_package(frame) == TOOL for frame in _frames())


def _is_live() -> bool:
    return any(str(frame.f_globals.get("__name__", "")).startswith(LIVE) for frame in _frames())


def _is_server() -> bool:
    return any(_package(frame) in SERVERS for frame in _frames())


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


WATCH = _Watch()
sys.addaudithook(WATCH.hook)
atexit.register(WATCH.end)


@contextmanager
def nothing_but(*inputs: Path | str) -> Iterator[None]:
    """Let the tool read these files and folders only, and write nothing."""
    before = WATCH.readable, WATCH.writable
    WATCH.readable, WATCH.writable = tuple(os.path.abspath(path) for path in inputs), ()
    try:
        yield
    finally:
        WATCH.readable, WATCH.writable = before
