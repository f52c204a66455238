"""The configuration as a file says it, before anybody judges it."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

from validator.cli.config.discovery import TABLE, ConfigurationError, is_project


class Configuration(NamedTuple):
    """A configuration file: its name, its text and the settings in it, by key."""

    file: str
    text: str
    settings: dict[str, Any]

    @property
    def folder(self) -> str:
        """The absolute path of the folder that the file is in: what it names is relative to that."""
        return os.path.dirname(os.path.abspath(self.file))

    def line(self, *keys: str) -> int | None:
        """The line in which a setting stands, as far as the eye can tell."""
        return _line(self.text, (*(TABLE if is_project(self.file) else ()), *keys))

    def place(self, *keys: str) -> str:
        """`FILE:LINE`, or the file alone where the line cannot be told."""
        return _at(self.file, self.line(*keys))


def read(file: str, data: bytes) -> Configuration | None:
    """What a file says; None for a `pyproject.toml` that says nothing to us. Raises `ConfigurationError`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{file}:{line}: is the byte 0x{data[error.start]:02X}, which is not UTF-8 here"
        ) from None
    said: Any = _parsed(file, text)
    for key in TABLE if is_project(file) else ():
        said = said.get(key) if isinstance(said, dict) else None
    if said is None:
        return None
    configuration = Configuration(file, text, said)
    if not isinstance(said, dict):
        raise ConfigurationError(f"{configuration.place()}: {'.'.join(TABLE)} is not a table")
    return configuration


def _parsed(file: str, text: str) -> dict[str, Any]:
    import tomllib  # only where there is a file to read

    if endless := re.search(_ENDLESS_KEY, re.sub(_OPAQUE, _as_long, text)):
        line = text.count("\n", 0, endless.start()) + 1
        raise ConfigurationError(f"{file}:{line}: is nested too deep")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigurationError(f"{file}: is nested too deep") from None
    except ValueError as error:  # of TOML, or of a number that is too long
        message, _, place = str(error).partition(" (at ")
        number = re.match(r"line (\d+)", place)
        raise ConfigurationError(
            f"{_at(file, int(number[1]) if number else None)}: is not TOML: {message[:1].lower()}{message[1:]}"
        ) from None


_OPAQUE = r"""(?xs)
    \"{3} (?: [^"\\] | \\. | "(?!"") )*+ (?:\"{3})?
    | '{3} (?: [^'] | '(?!'') )*+ (?:'{3})?
    | " (?: [^"\\\n] | \\. )*+ "?
    | ' [^'\n]*+ '?
    | \# [^\n]*+
"""
"""Strings and comments, closed or not, so that a text of any kind is gone through once."""
_ENDLESS_KEY = r"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){32}"
"""A key of more than 32 parts: what tomllib needs for one grows with the square of its parts, beyond all memory."""


def _as_long(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "_", match[0])


def _at(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


_HEADER = r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$"
_MEMBER = r"""\s*((?:[\w.-]|"[^"]*"|'[^']*')+)\s*="""
_PART = r""""([^"]*)"|'([^']*)'|([\w-]+)"""


def _line(text: str, keys: tuple[str, ...]) -> int | None:
    """The first line that names these keys, or most of them, by headers and by what stands before `=`."""
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
