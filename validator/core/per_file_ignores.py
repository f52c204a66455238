"""`per-file-ignores`: rules ignored in some files, or at some places in them, by globs as in `.gitignore`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from validator.core.files import STANDARD_INPUT
from validator.core.globs import Glob, make_glob

PATTERN = r"^(?![!#]|/[/#]|/$)(?!(?:[^#]*/)?\.\.?(?:/|#|$))[^#\\]+(?:#(?:/(?:[^~/]|~[01])*)+)?$"
"""A glob, which stays inside its folder, and behind a `#` a JSON Pointer."""


IgnoredPlace: TypeAlias = tuple[str, frozenset[str]]
"""A pointer without its leading slash, and the rules that are ignored at and below it."""


class PerFileIgnore(NamedTuple):
    """Rules to ignore in the files that a glob matches, at and below a pointer.

    `pointer` has no leading slash; empty, it means all of the file.
    """

    glob: Glob
    pointer: str
    rules: frozenset[str]


def parse_ignore(folder: str, pattern: str, rules: Iterable[str]) -> PerFileIgnore:
    """Return a pattern for the files below an absolute folder; raises `ValueError` if it is not one."""
    if not re.search(PATTERN, pattern):
        raise ValueError("is not of the form GLOB or GLOB#/JSON/POINTER, with a glob below the folder of this file")
    glob, _, pointer = pattern.partition("#")
    return PerFileIgnore(make_glob(folder, glob), pointer.removeprefix("/"), frozenset(rules))


def find_ignored_places(file: str | None, ignores: Sequence[PerFileIgnore]) -> tuple[IgnoredPlace, ...]:
    """Return what is ignored in a file."""
    if file is None or file == STANDARD_INPUT:
        return ()
    path = os.path.abspath(file)
    return tuple((ignore.pointer, ignore.rules) for ignore in ignores if ignore.glob.contains(path))


def is_ignored(rule: str, pointer: str, places: Iterable[IgnoredPlace]) -> bool:
    """Return whether a rule is ignored at a pointer (without its leading slash)."""
    return any(rule in rules and (not place or f"{pointer}/".startswith(f"{place}/")) for place, rules in places)
