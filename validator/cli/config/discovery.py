"""Which files can hold the configuration, and what is in them: all that is done where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator

from validator.core import files as own_files

OWN = "validate-runs.toml"
PROJECT = "pyproject.toml"
TABLE = ("tool", "validate-runs")
"""Where the settings stand in a `pyproject.toml`; in any other file they stand at the top."""
MAX_BYTES = 1024 * 1024


class ConfigurationError(ValueError):
    """A configuration that cannot be used; the text says in which file, in which line if it can be told, and why."""


def upwards() -> Iterator[tuple[str, bytes]]:
    """The files of the working directory and of those above it that may hold settings, and their content.

    A `pyproject.toml` in which the tool is not named is passed over, and need not even be TOML. Raises
    `ConfigurationError`.
    """
    try:
        folder = os.getcwd()
    except FileNotFoundError:  # somebody removed it
        return
    while True:
        for name in (OWN, PROJECT):
            path = os.path.join(folder, name)
            if os.path.lexists(path):
                file = os.path.relpath(path)
                data = content(file)
                if name == OWN or TABLE[-1].encode() in data:
                    yield file, data
        if folder == (folder := os.path.dirname(folder)):
            return


def content(file: str) -> bytes:
    """What a file holds; raises `ConfigurationError`."""
    try:
        return own_files.read(file, MAX_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{file}: {own_files.reason(error)}") from error


def is_project(file: str) -> bool:
    """Whether the settings stand in a table of the file."""
    return os.path.basename(file) == PROJECT
