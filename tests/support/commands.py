"""The command, run as its users run it: here, or as a process of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TextIO
from unittest.mock import patch

from tests.support.paths import SAMPLES
from tests.support.surroundings import nothing_left
from validator.cli import main
from validator.reporters.registry import FORMATS

NO_MORE: Mapping[str, str] = MappingProxyType({})


@dataclass
class Ran:
    """How a command ended and what it wrote."""

    code: object
    out: str
    err: str


class Terminal(io.BytesIO):
    """What a terminal is to a program."""

    def isatty(self) -> bool:
        return True


class Kept(io.TextIOWrapper):
    """A stream of the command that stays here."""

    def __init__(self, data: io.BytesIO | None = None) -> None:
        self._data = data or io.BytesIO()
        super().__init__(self._data, "utf-8")

    @property
    def text(self) -> str:
        """What was written."""
        self.flush()
        return self._data.getvalue().decode()


def run(
    *words: str | Path,
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] = NO_MORE,
    terminal: bool = False,
) -> Ran:
    """Run the command here, in a folder, if one is named; it prints to a terminal or to a file."""
    out, err = Kept(Terminal() if terminal else None), Kept()
    code = code_of(*words, cwd=cwd, stdin=stdin, env=env, out=out, err=err)
    return Ran(code, out.text, err.text)


def run_with_all_formats(folder: Path, *words: str | Path, cwd: Path | None = None) -> tuple[Ran, dict[str, str]]:
    """Run the command once, with a report of every format in a file of this new folder."""
    folder.mkdir()
    outputs = (word for name in FORMATS for word in ("-f", f"{name}:{folder / name}"))
    ran = run(*outputs, *words, cwd=cwd)
    return ran, {name: (folder / name).read_text("utf-8") for name in FORMATS}


def code_of(
    *words: str | Path,
    out: TextIO | None,
    err: TextIO | None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] = NO_MORE,
) -> object:
    """Run the command here with these streams, and these variables added to the environment, for its exit code."""
    with (
        chdir(cwd) if cwd else nullcontext(),
        patch.dict("os.environ", env),
        patch.object(sys, "argv", ["validate-runs", *map(str, words)]),
        patch.object(sys, "stdin", Kept(io.BytesIO(stdin))),
        redirect_stdout(out),
        redirect_stderr(err),
        nothing_left(),
    ):
        try:
            main()
        except SystemExit as ended:
            return ended.code


def process(
    *words: str | bytes,
    cwd: Path = SAMPLES,
    stdin: bytes = b"",
    stdout: int = subprocess.PIPE,
    **environment: str,
) -> Ran:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "validator", *words],
        cwd=cwd,
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=30,
        check=False,
    )
    return Ran(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())
