"""Which file holds the configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from validator.cli.config.toml import PROJECT, TABLE, Configuration, ConfigurationError, parse
from validator.core.files import explain_os_error, read_limited

OWN = "validate-runs.toml"
_SIMILAR_TABLE = rb"\[\s*tool\s*\.\s*[\"']?validat(?:e|or)[-_. ]?runs?\b"
MAX_BYTES = 1024 * 1024


def find_configuration(file: str | None) -> Configuration | None:
    """Read the file that is named, or else the nearest with settings; raises `ConfigurationError`."""
    for candidate, data in _candidates() if file is None else [(file, _content(file))]:
        if (configuration := parse(candidate, data)) is not None:
            return configuration
    if file is not None:
        raise ConfigurationError(f"{file}: has no table [{'.'.join(TABLE)}]")
    return None


def _candidates() -> Iterator[tuple[str, bytes]]:
    """Yield the files that may hold settings, and their content, from the working directory upwards.

    A `pyproject.toml` in which the tool is not named is skipped, and need not even be TOML.
    """
    try:
        folder = os.getcwd()
    except FileNotFoundError:  # it was removed
        return
    while True:
        for name in (OWN, PROJECT):
            path = os.path.join(folder, name)
            if os.path.lexists(path):
                file = os.path.relpath(path)
                data = _content(file)
                if name == OWN or TABLE[-1].encode() in data or re.search(_SIMILAR_TABLE, data, re.IGNORECASE):
                    yield file, data
        if folder == (folder := os.path.dirname(folder)):
            return


def _content(file: str) -> bytes:
    try:
        return read_limited(file, MAX_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{file}: {explain_os_error(error)}") from error
