"""Globs as in `.gitignore`.

They are matched name by name, in a time that a hostile file cannot blow up: libraries that turn a whole glob into one
regular expression backtrack, for seconds at `*a*a*a*a*b` and one long name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import translate
from typing import NamedTuple

PATTERN = r"^(?![!#]|/[/#]|/$)(?!(?:[^#]*/)?\.\.?(?:/|#|$))[^#\\]+$"
"""A glob of our own options, which stays inside its folder; those of a `.gitignore` may have more."""

_ANY_FOLDERS = None


class Glob(NamedTuple):
    """A glob for what is below `folder`, an absolute path.

    `names` matches its parts between slashes, None any number of folders; with `is_folder` it matches folders only.
    """

    folder: str
    pattern: str
    names: tuple[re.Pattern[str] | None, ...]
    is_folder: bool

    def matches(self, path: str, *, is_folder: bool = False) -> bool:
        """Return whether the glob matches an absolute path itself."""
        return (is_folder or not self.is_folder) and [*self._matched(path)][-1:] == [True]

    def contains(self, path: str) -> bool:
        """Return whether the glob matches the absolute path of a file, or a folder on the way to it."""
        matched = [*self._matched(path)]
        return any(matched[:-1] if self.is_folder else matched)

    def _matched(self, path: str) -> Iterator[bool]:
        """Yield whether the glob matches each folder on the way to a path, and the path itself."""
        below = path.removeprefix(os.path.join(self.folder, ""))
        if below == path:
            return
        reached = self._skip_folders({0})  # the indexes of names that the path so far can have led to
        for part in below.split(os.sep):
            steps = [(index, self.names[index]) for index in reached if index < len(self.names)]
            reached = {index for index, name in steps if name is _ANY_FOLDERS}
            reached |= {index + 1 for index, name in steps if name is not _ANY_FOLDERS and name.match(part)}
            reached = self._skip_folders(reached)
            yield len(self.names) in reached

    def _skip_folders(self, reached: set[int]) -> set[int]:
        """Add the indexes behind each `**` that is reached, which may stand for no folder at all."""
        for index, name in enumerate(self.names):
            if name is _ANY_FOLDERS and index in reached:
                reached.add(index + 1)
        return reached


def make_glob(folder: str, pattern: str) -> Glob:
    r"""Return the glob that a pattern writes; without a slash in it, it matches at any depth; `\*` is an asterisk."""
    names = [name for name in pattern.split("/") if name]
    if "/" not in pattern.removesuffix("/"):
        names.insert(0, "**")
    if names[-1] == "**":  # all that is in a folder, but not the folder
        names[-1] = "*"
    return Glob(folder, pattern, tuple(map(_compile, names)), pattern.endswith("/"))


def _compile(name: str) -> re.Pattern[str] | None:
    if name == "**":
        return _ANY_FOLDERS
    unescaped = re.sub(r"\\(.)", lambda match: f"[{match[1]}]", name).replace("[^", "[!")
    return re.compile(translate(unescaped))
