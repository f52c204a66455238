"""`per-file-ignores`: rules ignored in some files, or at some places in them, by globs as in `.gitignore`.

The globs are matched name by name, in a time that a hostile configuration cannot blow up: libraries that turn a whole
glob into one regular expression backtrack, for seconds at `*a*a*a*a*b` and one long name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

PATTERN = r"^(?![!#]|/[/#]|/$)(?!(?:[^#]*/)?\.\.?(?:/|#|$))[^#\\]+(?:#(?:/(?:[^~/]|~[01])*)+)?$"
"""A glob, which stays inside its folder, and behind a `#` a JSON Pointer."""

STANDARD_INPUT = "-"

IgnoredPlace: TypeAlias = tuple[str, frozenset[str]]
"""A pointer without its leading slash, and the rules that are ignored at and below it."""


class PerFileIgnore(NamedTuple):
    """Rules to ignore in the files below `folder` that a glob matches, at and below a pointer.

    `names` are the parts of the glob between slashes; with `is_folder` it matches folders only. `pointer` has no
    leading slash; empty, it means all of the file.
    """

    folder: str
    names: tuple[str, ...]
    is_folder: bool
    pointer: str
    rules: frozenset[str]


def parse_ignore(folder: str, pattern: str, rules: Iterable[str]) -> PerFileIgnore:
    """Return a pattern for the files below an absolute folder; raises `ValueError` if it is not one."""
    if not re.search(PATTERN, pattern):
        raise ValueError("is not of the form GLOB or GLOB#/JSON/POINTER, with a glob below the folder of this file")
    glob, _, pointer = pattern.partition("#")
    names = [name for name in glob.split("/") if name]
    if "/" not in glob.removesuffix("/"):
        names.insert(0, "**")
    if names[-1] == "**":  # all that is in a folder, but not the folder
        names[-1] = "*"
    return PerFileIgnore(folder, tuple(names), glob.endswith("/"), pointer.removeprefix("/"), frozenset(rules))


def find_ignored_places(file: str | None, ignores: Sequence[PerFileIgnore]) -> tuple[IgnoredPlace, ...]:
    """Return what is ignored in a file."""
    if file is None or file == STANDARD_INPUT:
        return ()
    path = os.path.abspath(file)
    return tuple((ignore.pointer, ignore.rules) for ignore in ignores if _matches(ignore, path))


def is_ignored(rule: str, pointer: str, places: Iterable[IgnoredPlace]) -> bool:
    """Return whether a rule is ignored at a pointer (without its leading slash)."""
    return any(rule in rules and (not place or f"{pointer}/".startswith(f"{place}/")) for place, rules in places)


def _matches(ignore: PerFileIgnore, path: str) -> bool:
    """Return whether a glob matches an absolute path, or a folder on the way to it."""
    below = path.removeprefix(os.path.join(ignore.folder, ""))
    if below == path:
        return False
    *folders, file = below.split(os.sep)
    names = ignore.names
    reached = _skip_folders(names, {0})  # the indexes of names that the path so far can have led to
    for part in folders if ignore.is_folder else (*folders, file):
        reached = _skip_folders(
            names,
            {
                index + (names[index] != "**")
                for index in reached
                if names[index] == "**" or fnmatchcase(part, names[index])
            },
        )
        if len(names) in reached:
            return True
    return False


def _skip_folders(names: Sequence[str], reached: set[int]) -> set[int]:
    """Add the indexes behind each `**` that is reached, which may stand for no folder at all."""
    for index, name in enumerate(names):
        if name == "**" and index in reached:
            reached.add(index + 1)
    return reached
