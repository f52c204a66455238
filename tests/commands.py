"""The command, run here as its users run it."""

import contextlib
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

from validator.cli import main


@dataclass
class Ran:
    """How a command ended and what it wrote."""

    code: object
    out: str
    err: str


def run(
    *words: str | Path, cwd: Path | None = None, stdin: bytes = b"", env: Mapping[str, str] = MappingProxyType({})
) -> Ran:
    """Run the command in a folder, if one is named, with these variables added to the environment."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        contextlib.chdir(cwd) if cwd else contextlib.nullcontext(),
        patch.dict("os.environ", env),
        patch.object(sys, "argv", ["validate-runs", *map(str, words)]),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    err.flush()
    return Ran(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))
