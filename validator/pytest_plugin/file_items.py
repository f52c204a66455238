"""Recorded responses as tests: one item for each document, without any test code."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from glob import glob, has_magic
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from validator.adapters import UncheckedRunsWarning
from validator.assertions import assert_valid_runs
from validator.core.options import MAX_BYTES
from validator.core.phrases import escape
from validator.pytest_plugin.stash import WATCH
from validator.sources.document import Document, InputError, expand_blocks
from validator.sources.files import FileRange, expand_paths, read_file

if TYPE_CHECKING:
    from validator.batch.session import Record


@dataclass(slots=True, eq=False)
class FileItems:
    """The part of the plugin that makes items of files.

    `files` may become items. `required` has the files that this run must collect, by the glob that names them.
    `matched` are files that a glob matches; the others are named, or lie in a folder that is. `empty` are files without
    any answer to check.
    """

    files: Mapping[Path, FileRange]
    required: Mapping[str, Sequence[Path]]
    matched: Set[Path]
    collected: set[Path] = field(default_factory=set)
    empty: set[Path] = field(default_factory=set)

    @classmethod
    def of(cls, config: pytest.Config) -> FileItems:
        """Find the files, and add those to pytest's arguments that it would not collect by itself."""
        root, known_globs = config.rootpath, config.getini("validate_runs_files")
        is_nothing_named = config.args_source is not pytest.Config.ArgsSource.ARGS
        wanted = [
            pattern
            for pattern in known_globs
            if is_nothing_named or _is_below(_find_literal_path(root, pattern), config)
        ]
        found = {pattern: _require_files(root, pattern) for pattern in (*config.getoption("validate_runs"), *wanted)}
        required = {pattern: [Path(file.path) for file in files] for pattern, files in found.items()}
        config.args += [str(path) for path in sorted({*chain(*required.values())}) if not _is_below(path, config)]
        for pattern in known_globs:
            if pattern not in found:
                found[pattern] = [file for file in _match(root, pattern) if isinstance(file, FileRange)]
        matched = {Path(file.path) for pattern, files in found.items() if has_magic(pattern) for file in files}
        files = [*chain(*found.values())]
        files.sort(key=lambda file: file.is_named)  # a file that is also named by itself counts as named
        return cls(files={Path(file.path): file for file in files}, required=required, matched=matched)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RunsFile | None:
        """Collect the files that match."""
        if file_path not in self.files:
            return None
        self.collected.add(file_path)
        return RunsFile.of(parent, self.files[file_path], self)

    def pytest_collection_finish(self) -> None:
        """Report a file that pytest skipped."""
        if missed := sorted({*chain(*self.required.values())} - self.collected):
            raise pytest.UsageError(
                f"validate-runs: {missed[0]} is not collected, since pytest leaves its folder out (norecursedirs, "
                "--ignore): name the file as an argument, or leave it out of the globs"
            )

    def add_empty(self, file_path: Path) -> str | None:
        """Record that a file has no documents; return a glob of which no file has any."""
        self.empty.add(file_path)
        globs = (glob for glob, paths in self.required.items() if file_path in paths and self.empty.issuperset(paths))
        return next(globs, None)


def _require_files(root: Path, pattern: str) -> list[FileRange]:
    """Return the files that a glob matches; raises `UsageError` if there is none, or one that cannot be read."""
    files = []
    for file in _match(root, pattern):
        if isinstance(file, InputError):
            raise pytest.UsageError(f"validate-runs: {file.file}: {file}")
        files.append(file)
    if not files:
        raise pytest.UsageError(f"validate-runs: nothing to check: no file matches {pattern} in {root}")
    return files


def _match(root: Path, pattern: str) -> list[FileRange | InputError]:
    """Return the files that a glob matches; of a folder, those that the command checks in it."""
    if has_magic(pattern):
        paths = (root / name for name in glob(pattern, root_dir=root, recursive=True))
        return [FileRange(str(path), is_named=False) for path in paths if path.is_file()]
    path = root / pattern
    return [*expand_paths([str(path)])] if path.is_file() or path.is_dir() else []


def _find_literal_path(root: Path, pattern: str) -> Path:
    """Return the path in which all that a glob can match lies."""
    parts = takewhile(lambda part: not has_magic(part), Path(pattern).parts)
    return Path(os.path.abspath(root.joinpath(*parts)))


def _is_below(path: Path, config: pytest.Config) -> bool:
    names = (argument.partition("::")[0] for argument in config.args)
    return any(path.is_relative_to(Path(os.path.abspath(config.invocation_params.dir / name))) for name in names)


class RunsFile(pytest.File):
    """A file of recorded responses."""

    file: FileRange
    owner: FileItems

    @classmethod
    def of(cls, parent: pytest.Collector, file: FileRange, owner: FileItems) -> RunsFile:
        """Make a collector of a file."""
        collector: RunsFile = cls.from_parent(parent, path=Path(file.path))
        collector.file, collector.owner = file, owner
        return collector

    def collect(self) -> list[RunsItem]:
        """Return an item for each document: a file, a line, or the response of a recorded call.

        Lines with other objects of the API are no items, unless the file is named and has nothing else.
        """
        items = []
        seen: Counter[int | None] = Counter()
        documents = [*self._documents()]
        if not self.file.is_named and documents and documents[0][0] is not None:
            from validator.batch.session import is_unrelated_archive  # imports the engine

            documents = [] if is_unrelated_archive(document for _, document in documents) else documents
        with_runs = [(record, document) for record, document in documents if not _is_other_line(document)]
        for record, document in with_runs or (documents if self.file.is_named else ()):
            seen[record] += 1
            name = "valid_runs" if record is None else f"record-{record}"
            items.append(RunsItem.of(self, f"{name}.{seen[record]}" if seen[record] > 1 else name, document))
        if not items:
            self._add_empty()
        return items

    def _add_empty(self) -> None:
        if pattern := self.owner.add_empty(self.path):
            raise self.CollectError(f"validate-runs: nothing to check: no call in {pattern} returns runs")

    def _documents(self) -> Iterator[tuple[int | None, Document | Record | InputError]]:
        """Yield what to check, with its number in the file.

        A recording of error responses alone is read as a named one if a glob matches it: it then has a finding.
        """
        name = os.path.relpath(self.path, self.config.invocation_params.dir)
        items = [*expand_blocks(read_file(self.file, MAX_BYTES))]
        documents = [item for item in items if isinstance(item, Document)]
        if not self.file.is_named and documents and all(document.is_recorded_error for document in documents):
            if self.path in self.owner.matched:
                items = [*expand_blocks(read_file(self.file._replace(is_named=True), MAX_BYTES))]
            else:
                self._add_empty()
        recorded: list[Document] = []
        for item in items:
            if isinstance(item, InputError):
                yield None, item
            elif isinstance(item, Document) and item.origin:
                recorded.append(item._replace(file=name))
            elif isinstance(item, Document):
                yield item.record, item._replace(file=name)
            elif item.unchecked:
                self.warn(UncheckedRunsWarning(f"{escape(name)}: {item.unchecked}"))
        if recorded:
            from validator.batch.session import Record, Recording  # imports the engine

            recording = Recording(recorded)
            if recorded[0].origin and recorded[0].origin.sequence:  # results come in the order of the file
                recorded = sorted(recorded, key=lambda document: document.record or 0)
            for number, document in enumerate(recorded):
                yield document.record, Record(recording, number)


def _is_other_line(document: Document | Record | InputError) -> bool:
    """Return whether a line of an archive has another object of the API, such as a message."""
    if not isinstance(document, Document) or document.record is None or isinstance(document.data, str):
        return False
    if b"started_at" in document.data:  # as in nearly all lines
        return False
    from validator.engine.shapes import is_other_object
    from validator.jsontext.parse import parse

    return is_other_object(parse(document.data).value)


class RunsItem(pytest.Item):
    """One document; it passes if it is valid and agrees with those before it in a recording."""

    document: Document | Record | InputError

    @classmethod
    def of(cls, parent: RunsFile, name: str, document: Document | Record | InputError) -> RunsItem:
        """Make an item of a document."""
        item: RunsItem = cls.from_parent(parent, name=name)
        item.document = document
        return item

    def runtest(self) -> None:
        """Check the document; JSON that a glob matches and that plainly has nothing to do with runs is skipped."""
        if isinstance(self.document, InputError):
            name = os.path.relpath(self.path, self.config.invocation_params.dir)
            pytest.fail(f"{name}: {self.document}", pytrace=False)
        assert_valid_runs(self.document)
        if not self.config.stash[WATCH].reports[-1].results:
            pytest.skip("this JSON has nothing to do with runs")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the message without a traceback if it is about the file."""
        is_about_file = isinstance(excinfo.value, AssertionError | ValueError)
        return super().repr_failure(excinfo, "value" if is_about_file else style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the name of the file as the heading of a failure."""
        return self.path, None, self.nodeid.partition("::")[0]
