"""A configuration file as TOML, with the line of each setting, before any setting is checked."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

PROJECT = "pyproject.toml"
TABLE = ("tool", "validate-runs")
"""The table of the settings in a `pyproject.toml`; in any other file they are at the top."""


class ConfigurationError(ValueError):
    """A configuration that cannot be used; the text names the file, the line if it is known, and the reason."""


class Configuration(NamedTuple):
    """A configuration file: its name, its text and its settings by key."""

    file: str
    text: str
    settings: dict[str, Any]

    @property
    def folder(self) -> str:
        """The absolute path of its folder: paths and globs in the file are relative to it."""
        return os.path.dirname(os.path.abspath(self.file))

    def place(self, *keys: str) -> str:
        """Return `FILE:LINE` of a setting, or the file alone where the line cannot be found."""
        return _place(self.file, _line(self.text, (*_table(self.file), *keys)))


_SIMILAR_TABLE = r"(?:validate|validator)[-_. ]?runs?"
"""What people write instead of the name of the table."""


def is_project(file: str) -> bool:
    """Return whether the settings of a file are in a table."""
    return os.path.basename(file) == PROJECT


def _table(file: str) -> tuple[str, ...]:
    return TABLE if is_project(file) else ()


def parse(file: str, data: bytes) -> Configuration | None:
    """Return the configuration in a file; None for a `pyproject.toml` without one. Raises `ConfigurationError`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place(file, data.count(b"\n", 0, error.start) + 1)
        raise ConfigurationError(f"{place}: is the byte 0x{data[error.start]:02X}, which is not UTF-8 here") from None
    settings: Any = _load(file, text)
    if is_project(file):
        _refuse_misspelt_table(file, text, settings)
    for key in _table(file):
        settings = settings.get(key) if isinstance(settings, dict) else None
    if settings is None:
        return None
    configuration = Configuration(file, text, settings)
    if not isinstance(settings, dict):
        raise ConfigurationError(f"{configuration.place()}: {'.'.join(TABLE)} is not a table")
    return configuration


def _refuse_misspelt_table(file: str, text: str, settings: dict[str, Any]) -> None:
    """Raise `ConfigurationError` for a table such as `[tool.validate_runs]`, whose settings would have no effect."""
    tool = settings.get(TABLE[0])
    for name in tool if isinstance(tool, dict) else ():
        if name != TABLE[1] and re.fullmatch(_SIMILAR_TABLE, name, re.IGNORECASE):
            place = _place(file, _line(text, (TABLE[0], name)))
            raise ConfigurationError(f"{place}: unknown table [tool.{name[:40]}], did you mean [{'.'.join(TABLE)}]")


def _load(file: str, text: str) -> dict[str, Any]:
    import tomllib  # only where there is a file to read

    masked = re.sub(_OPAQUE, lambda match: re.sub(r"[^\n]", "_", match[0]), text)
    if long_key := re.search(_LONG_KEY, masked):
        place = _place(file, text.count("\n", 0, long_key.start()) + 1)
        raise ConfigurationError(f"{place}: is nested too deep")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigurationError(f"{file}: is nested too deep") from None
    except ValueError as error:  # also of an integer with too many digits
        message, _, at = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", at)
        place = _place(file, int(line[1]) if line else None)
        raise ConfigurationError(f"{place}: is not TOML: {message[:1].lower()}{message[1:]}") from None


_OPAQUE = r"""(?xs)
    \"{3} (?: [^"\\] | \\. | "(?!"") )*+ (?:\"{3})?
    | '{3} (?: [^'] | '(?!'') )*+ (?:'{3})?
    | " (?: [^"\\\n] | \\. )*+ "?
    | ' [^'\n]*+ '?
    | \# [^\n]*+
"""
"""Strings and comments, closed or not, so that any text is scanned once."""
_LONG_KEY = r"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){32}"
"""A key of more than 32 parts: the memory that tomllib needs for one grows with the square of its parts."""


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


_HEADER = r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$"
_MEMBER = r"""\s*((?:[\w.-]|"[^"]*"|'[^']*')+)\s*="""
_PART = r""""([^"]*)"|'([^']*)'|([\w-]+)"""


def _line(text: str, keys: tuple[str, ...]) -> int | None:
    """Return the first line that names these keys, or the most of them, by table headers and keys before `=`."""
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(_HEADER, line):
            path = table = _path(header[1])
        elif member := re.match(_MEMBER, line):
            path = (*table, *_path(member[1]))
        else:
            continue
        common = min(len(path), len(keys))
        if path[:common] == keys[:common] and (best is None or common > best[0]):
            best = common, number
    return best and best[1]


def _path(dotted: str) -> tuple[str, ...]:
    return tuple("".join(part) for part in re.findall(_PART, dotted))
