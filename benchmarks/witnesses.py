"""Watch processes: the files, programs and connections that they open, by an audit hook and by strace."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.support.watch import CHANGES, FILES, NETWORK, PROGRAMS

ROOT = Path(__file__).parent.parent
MAX_SECONDS = 120
"""Seconds after which a process counts as one that hangs."""
HUNG = 124
SYSTEM = ("/dev/null", "/etc/ld.so", "/etc/localtime", "/lib", "/proc", "/sys/fs/cgroup", "/sys/devices/system", "/usr")
OWN = (str(ROOT / "validator"), str(ROOT / "schemas"))
_CALL = re.compile(r"\b(socket|connect|sendto|sendmsg|openat)\((.*)\)\s+= (-?\d+)")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Ran(NamedTuple):
    """How a process ended, what it wrote, and its connections, programs and other files."""

    code: int
    """Of a process that was stopped because it hung, `HUNG`."""
    text: str
    """Standard output and standard error."""
    network: list[str]
    foreign: list[str]
    """Programs, and files that are neither the input nor part of the program."""


def watch(words: Sequence[str], folder: Path, inputs: Iterable[Path] = (), stdin: bytes = b"") -> Ran:
    """Run a command in the folder, which it may use as it likes, with the audit hook in it and, if it is there, strace.

    A program that is not Python has no audit hook.
    """
    events_file, calls_file = folder.with_suffix(".told"), folder.with_suffix(".seen")
    variables = {"PYTHONPATH": str(ROOT / "benchmarks" / "witness"), "WITNESS": str(events_file)}
    code, text = _run([*_strace(calls_file), *words], folder, {**os.environ, **variables}, stdin)
    first, *lines = events_file.read_text().splitlines() if events_file.exists() else ["[]"]
    may_read = (str(folder), str(events_file), *map(str, inputs), *OWN, *SYSTEM, *_modules(first))
    events = [ast.literal_eval(line) for line in lines]
    calls = [*_CALL.finditer(calls_file.read_text(errors="replace"))] if calls_file.exists() else []
    return Ran(
        code,
        text,
        [*map(str, filter(_is_network, events)), *(call[0] for call in calls if _is_network_call(call))],
        [
            *(str(event) for event in events if _is_foreign(event, folder, may_read)),
            *(call[0] for call in calls if first != "[]" and _is_foreign_call(call, folder, may_read)),
        ],
    )


@cache
def strace_version() -> str | None:
    """Return the version of strace, if it is installed and may trace here."""
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-qq", strace, "-V"], capture_output=True, check=False).returncode:
        return None
    version = subprocess.run([strace, "-V"], capture_output=True, text=True, check=True).stdout
    return version.split("\n")[0].rpartition(" ")[2]


def _strace(record: Path) -> list[str]:
    if strace_version() is None:
        return []
    return ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=network,openat", "-s", "4096", "-o", str(record)]


def _run(words: Sequence[str], folder: Path, environment: dict[str, str], stdin: bytes) -> tuple[int, str]:
    with (
        (folder / "output").open("w+b") as output,  # not a pipe: node may end before it has filled one
        subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.communicate(stdin, timeout=MAX_SECONDS)
            code = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # strace alone would leave what it traces
            code = HUNG
        output.seek(0)
        return code, output.read().decode("utf-8", "surrogateescape")


def _modules(first: str) -> list[str]:
    """Return the places from which a Python loads modules, without the project itself."""
    return [place for place in ast.literal_eval(first) if place not in ("", str(ROOT))]


def _is_network(event: Sequence[object]) -> bool:
    return str(event[0]).startswith(NETWORK)


def _is_network_call(call: re.Match[str]) -> bool:
    return call[1] != "openat" and "AF_UNIX" not in call[2]


def _is_foreign(event: Sequence[object], folder: Path, may_read: tuple[str, ...]) -> bool:
    name, *arguments = map(_plain, event)
    if name in CHANGES:
        paths = arguments[: 2 if name == "os.rename" else 1]
        return not all(_is_in(_absolute(path, folder), (str(folder),)) or "__pycache__" in path for path in paths)
    if name in FILES:
        return not _may_open(_absolute(arguments[0], folder), may_read)
    return name.startswith(PROGRAMS)


def _is_foreign_call(call: re.Match[str], folder: Path, may_read: tuple[str, ...]) -> bool:
    if call[1] != "openat" or int(call[3]) < 0:
        return False
    match = _PATH.search(call[2])
    written = ast.literal_eval(f"b{match[0]}") if match else b""
    return not _may_open(_absolute(os.fsdecode(written), folder), may_read)


def _plain(argument: object) -> str:
    return os.fsdecode(argument) if isinstance(argument, bytes) else "" if isinstance(argument, int) else str(argument)


def _absolute(path: str, folder: Path) -> str:
    return os.path.normpath(folder / path)


def _may_open(path: str, may_read: tuple[str, ...]) -> bool:
    return path == str(ROOT) or _is_in(path, may_read)  # the modules of a checkout are looked for in its folder


def _is_in(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(place if place in SYSTEM else f"{place}{os.sep}") for place in places)
