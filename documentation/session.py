"""The output of the command, which runs while the site is built."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click
from click.testing import CliRunner

from validator.cli.command import command

ROOT = Path(__file__).parent.parent


def session(*words: str) -> str:
    """Return the command line and its output as a block."""
    output = printed(*words).rstrip()
    return f"```console\n$ validate-runs {' '.join(words)}\n```\n\n```text\n{output}\n```"


def printed(*words: str, of: click.Command = command) -> str:
    """Return the output of a command in the folder of the project, without any configuration."""
    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"})
    with contextlib.chdir(ROOT):
        return runner.invoke(of, [*words, "--isolated"], prog_name="validate-runs").output
