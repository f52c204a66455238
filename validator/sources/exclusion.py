"""What is left out in folders: what the user excludes, what `.gitignore` ignores, and what is installed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from validator.core.files import read_limited
from validator.core.globs import Glob, make_glob

GITIGNORE = ".gitignore"
_MAX_GITIGNORE_BYTES = 64 * 1024
_FOREIGN = r"node_modules|__pycache__|__pypackages__|site-packages|venv|[tj]sconfig(?:\..*)?\.json"
"""The names of folders of other people's software, and of files that have comments, which JSON has not."""

Ignored: TypeAlias = tuple[tuple[Glob, bool], ...]
"""The globs of `.gitignore` files, and whether each ignores or, after a `!`, includes; the last that matches counts."""


class Exclusion(NamedTuple):
    """What to leave out in folders; a file or folder that is named is read in any case, unless `is_forced`.

    `paths` are real paths, `globs` those of the user; `uses_gitignore` is False to check ignored files as well.
    `on_ignored` is called with each file and folder that is left out because of a `.gitignore` alone.
    """

    paths: frozenset[str] = frozenset()
    globs: tuple[Glob, ...] = ()
    uses_gitignore: bool = True
    is_forced: bool = False
    on_ignored: Callable[[str], None] | None = None

    def inherited(self, folder: str) -> Ignored:
        """Return what the folders above a folder, up to the top of its repository, ignore."""
        above: list[str] = []
        parent = os.path.abspath(folder)
        while self.uses_gitignore and not os.path.lexists(os.path.join(parent, ".git")):
            if parent == (parent := os.path.dirname(parent)):
                return ()  # no repository
            above.append(parent)
        return tuple(glob for parent in reversed(above) for glob in _read_gitignore(parent))

    def below(self, folder: str, inherited: Ignored) -> Ignored:
        """Return what is ignored in a folder."""
        return (*inherited, *_read_gitignore(os.path.abspath(folder))) if self.uses_gitignore else ()

    def excludes_named(self, path: str) -> bool:
        """Return whether a file that is named is left out: by itself or with a folder that it is in."""
        path = os.path.abspath(path)
        return any(map(_is_foreign, path.split(os.sep))) or any(glob.contains(path) for glob in self.globs)

    def select(self, folder: str, names: Iterable[str], ignored: Ignored) -> list[str]:
        """Return the paths of those entries of a folder that are not left out."""
        absolute_folder = os.path.abspath(folder)
        real_folder = os.path.realpath(folder) if self.paths else ""
        selected = []
        for name in names:
            if _is_foreign(name) or (self.paths and os.path.join(real_folder, name) in self.paths):
                continue
            path, absolute = os.path.join(folder, name), os.path.join(absolute_folder, name)
            is_folder = bool(self.globs or ignored) and os.path.isdir(path)
            if any(glob.matches(absolute, is_folder=is_folder) for glob in self.globs):
                continue
            matching = (ignores for glob, ignores in reversed(ignored) if glob.matches(absolute, is_folder=is_folder))
            if not next(matching, False):
                selected.append(path)
            elif self.on_ignored is not None:
                self.on_ignored(path)
        return selected


DEFAULT_EXCLUSION = Exclusion()


def _read_gitignore(folder: str) -> Iterator[tuple[Glob, bool]]:
    """Yield the globs of the `.gitignore` of a folder; one that cannot be read ignores nothing."""
    try:
        data = read_limited(os.path.join(folder, GITIGNORE), _MAX_GITIGNORE_BYTES)
    except OSError:
        return
    for line in os.fsdecode(data).splitlines():
        pattern = re.sub(r"(?<!\\)[ \t]+$", "", line)
        is_negated = pattern.startswith("!")
        pattern = pattern.removeprefix("!")
        if pattern.strip("/") and not line.startswith("#"):
            yield make_glob(folder, pattern), not is_negated


def _is_foreign(name: str) -> bool:
    return re.fullmatch(_FOREIGN, name) is not None
