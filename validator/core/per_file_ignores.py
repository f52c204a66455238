"""Rules left out in some files, or at some places in them: what `per-file-ignores` asks for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

PATTERN = r"^(?!/)(?!(?:[^#]*/)?\.\.(?:/|#|$))[^#]+(?:#(?:/(?:[^~/]|~[01])*)+)?$"
"""A glob, which stays inside its folder, and behind a `#` a JSON Pointer."""

STANDARD_INPUT = "-"

LeftOut: TypeAlias = tuple[str, frozenset[str]]
"""A pointer without its leading slash, and the rules that are left out at and below it."""


class PerFileIgnore(NamedTuple):
    """Rules to leave out: in the files that a glob matches, seen from a folder, at and below a pointer.

    `pointer` has no leading slash; empty, it means all of the file.
    """

    folder: str
    glob: str
    pointer: str
    rules: frozenset[str]


def per_file_ignore(folder: str, pattern: str, rules: Iterable[str]) -> PerFileIgnore:
    """What a pattern asks for; raises `ValueError` if it is none."""
    if not re.search(PATTERN, pattern):
        raise ValueError("is not of the form GLOB or GLOB#/JSON/POINTER, with a glob below the folder of this file")
    glob, _, pointer = pattern.partition("#")
    return PerFileIgnore(folder, glob, pointer.removeprefix("/"), frozenset(rules))


def left_out(file: str | None, ignores: Sequence[PerFileIgnore]) -> tuple[LeftOut, ...]:
    """What is left out in a file."""
    if file is None or file == STANDARD_INPUT:
        return ()
    return tuple(
        (ignore.pointer, ignore.rules) for ignore in ignores if _matches(ignore.glob, _seen_from(ignore.folder, file))
    )


def is_left_out(rule: str, pointer: str, places: Iterable[LeftOut]) -> bool:
    """Whether a rule is left out at a pointer (without its leading slash)."""
    return any(rule in rules and _is_within(pointer, place) for place, rules in places)


def _is_within(pointer: str, place: str) -> bool:
    return not place or pointer == place or pointer.startswith(f"{place}/")


def _seen_from(folder: str, file: str) -> list[str]:
    path = os.path.abspath(file)
    below = path.removeprefix(os.path.join(folder, ""))
    return below.split(os.sep) if below != path else []


def _matches(glob: str, path: Sequence[str]) -> bool:
    """Whether a glob matches a path; kept are all the places in the glob that the path can have led to."""
    parts = _parts(glob)
    places = _with_none(parts, {0})
    for name in path:
        here = (place for place in places if place < len(parts))
        places = _with_none(
            parts, {place + (parts[place] != "**") for place in here if fnmatchcase(name, parts[place])}
        )
    return len(parts) in places and bool(path)


def _parts(glob: str) -> list[str]:
    """A glob as names: `*` stays within a name, `**` is any number of folders, as are those before a lone name."""
    if "/" not in glob:
        return ["**", glob]
    whole = f"{glob}**" if glob.endswith("/") else glob
    return [part for part in whole.split("/") if part not in ("", ".")]


def _with_none(parts: Sequence[str], places: set[int]) -> set[int]:
    """The places in a glob, and those behind a `**`, which may be no folder at all."""
    reached = set(places)
    for place in range(len(parts)):
        if place in reached and parts[place] == "**":
            reached.add(place + 1)
    return reached
