"""Recorded responses as tests: one item a document, without any test code."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from validator.assertions import assert_valid_runs
from validator.core.options import MAX_BYTES
from validator.sources.document import Document, InputError, expand_blocks
from validator.sources.files import FileRange, expand_paths, read_file

if TYPE_CHECKING:
    from validator.batch.session import Record


@dataclass(slots=True, eq=False)
class FileItems:
    """The part of the plugin that makes items of files.

    `files` are those that may become items, `due` those that this run may not leave out, by the glob that asks for
    them. `empty` are those that were looked into and of which no call returns runs.
    """

    files: Mapping[Path, FileRange]
    due: Mapping[str, Sequence[Path]]
    collected: set[Path] = field(default_factory=set)
    empty: set[Path] = field(default_factory=set)

    @classmethod
    def of(cls, config: pytest.Config) -> FileItems:
        """Find the files; those that pytest would not come across are added to its arguments."""
        asked, known = config.getoption("validate_runs"), config.getini("validate_runs_files")
        everything = config.args_source is not pytest.Config.ArgsSource.ARGS
        due = {pattern: _due(config.rootpath, pattern) for pattern in ([*asked, *known] if everything else asked)}
        paths = {pattern: [Path(piece.path) for piece in found] for pattern, found in due.items()}
        config.args += [str(path) for path in sorted({*chain(*paths.values())}) if not _is_below(path, config)]
        may_match = [
            one for pattern in known for one in _matches(config.rootpath, pattern) if isinstance(one, FileRange)
        ]
        named_last = sorted([*chain(*due.values()), *may_match], key=lambda piece: piece.is_named)
        return cls(files={Path(piece.path): piece for piece in named_last}, due=paths)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RunsFile | None:
        """Take the files that match."""
        if file_path not in self.files:
            return None
        self.collected.add(file_path)
        return RunsFile.of(parent, self.files[file_path], self)

    def pytest_collection_finish(self) -> None:
        """Leave no file out in silence."""
        if missed := sorted({*chain(*self.due.values())} - self.collected):
            raise pytest.UsageError(
                f"validate-runs: {missed[0]} is not collected, since pytest leaves its folder out (norecursedirs, "
                "--ignore): name the file as an argument, or leave it out of the globs"
            )

    def disappointed_by(self, file_path: Path) -> str | None:
        """The glob of which no file holds anything, now that this one does not."""
        self.empty.add(file_path)
        globs = (glob for glob, paths in self.due.items() if file_path in paths and self.empty.issuperset(paths))
        return next(globs, None)


def _due(root: Path, pattern: str) -> list[FileRange]:
    """The files that a glob has to match."""
    found = _matches(root, pattern)
    if not found:
        raise pytest.UsageError(f"validate-runs: nothing to check: no file matches {pattern} in {root}")
    for one in found:
        if isinstance(one, InputError):
            raise pytest.UsageError(f"validate-runs: {one.file}: {one}")
    return [one for one in found if isinstance(one, FileRange)]


def _matches(root: Path, pattern: str) -> list[FileRange | InputError]:
    """The files that a glob matches; where it is the name of a folder, those that the command checks in it."""
    if has_magic(pattern):
        paths = (root / name for name in glob(pattern, root_dir=root, recursive=True))
        return [FileRange(str(path), is_named=False) for path in paths if path.is_file()]
    path = root / pattern
    return [*expand_paths([str(path)])] if path.is_file() or path.is_dir() else []


def _is_below(path: Path, config: pytest.Config) -> bool:
    names = (argument.partition("::")[0] for argument in config.args)
    return any(path.is_relative_to(Path(os.path.abspath(config.invocation_params.dir / name))) for name in names)


class RunsFile(pytest.File):
    """A file of recorded responses."""

    piece: FileRange
    among: FileItems

    @classmethod
    def of(cls, parent: pytest.Collector, piece: FileRange, among: FileItems) -> RunsFile:
        """Make a collector of a file."""
        file: RunsFile = cls.from_parent(parent, path=Path(piece.path))
        file.piece, file.among = piece, among
        return file

    def collect(self) -> list[RunsItem]:
        """Give one item a document: a file, a line, or what a recorded call has returned."""
        items = [*self._named()]
        if not items and (pattern := self.among.disappointed_by(self.path)):
            raise self.CollectError(f"validate-runs: nothing to check: no call in {pattern} returns runs")
        return items

    def _named(self) -> Iterator[RunsItem]:
        seen: Counter[int | None] = Counter()
        for record, item in self._items():
            seen[record] += 1
            name = "valid_runs" if record is None else f"record-{record}"
            yield RunsItem.of(self, f"{name}.{seen[record]}" if seen[record] > 1 else name, item)

    def _items(self) -> Iterator[tuple[int | None, Document | Record | InputError]]:
        """What to check, with its number in the file."""
        name = os.path.relpath(self.path, self.config.invocation_params.dir)
        recorded: list[Document] = []
        for one in expand_blocks(read_file(self.piece, MAX_BYTES)):
            if isinstance(one, InputError):
                yield None, one
            elif isinstance(one, Document) and one.origin:
                recorded.append(one._replace(file=name))
            elif isinstance(one, Document):
                yield one.record, one._replace(file=name)
        if recorded:
            from validator.batch.session import Record, Recording  # it brings all that checks

            recording = Recording(recorded)
            if recorded[0].origin and recorded[0].origin.sequence:  # what is told of them is in the order of the file
                recorded = sorted(recorded, key=lambda one: one.record or 0)
            yield from ((one.record, Record(recording, number)) for number, one in enumerate(recorded))


class RunsItem(pytest.Item):
    """One document; it passes if it is valid, and agrees with those before it in a recording."""

    document: Document | Record | InputError

    @classmethod
    def of(cls, parent: RunsFile, name: str, document: Document | Record | InputError) -> RunsItem:
        """Make an item of a document, or of what stands in its place."""
        item: RunsItem = cls.from_parent(parent, name=name)
        item.document = document
        return item

    def runtest(self) -> None:
        """Check the document."""
        if isinstance(self.document, InputError):
            name = os.path.relpath(self.path, self.config.invocation_params.dir)
            pytest.fail(f"{name}: {self.document}", pytrace=False)
        assert_valid_runs(self.document)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the message alone, where it is about the file; a traceback would tell nothing of it."""
        told = isinstance(excinfo.value, AssertionError | ValueError)
        return super().repr_failure(excinfo, "value" if told else style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Head the failure with the name of the file."""
        return self.path, None, self.nodeid.partition("::")[0]
