"""Archives past one machine: the same check of the same ranges, spread over a Dask cluster.

Needs `pip install 'validate-runs[dask]'`. Paths may be local or anything that fsspec opens: s3, gs, az, http.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import dask
import dask.dataframe as dd
import fsspec
import pandas as pd

from validator.api import Validator
from validator.batch.parallel import check_range, move_down, split_file
from validator.batch.session import Result
from validator.core.options import MAX_BYTES, CheckOptions
from validator.core.results import CleanRecords, DocumentResult
from validator.engine.checker import Checker
from validator.reporters.json_objects import FINDING_KEYS
from validator.sources.detect import SUFFIXES
from validator.sources.document import InputError
from validator.sources.files import FileRange

PARTITION = 64 * 1024 * 1024
"""Bytes of JSON Lines that make one partition, unless the caller says otherwise."""

_NUMBERS = ("record", "line", "column", "end_line", "end_column")
_FINDINGS = pd.DataFrame({key: pd.Series(dtype="Int64" if key in _NUMBERS else "str") for key in FINDING_KEYS})
_COUNTS = pd.DataFrame(
    {"file": pd.Series(dtype="str"), "documents": pd.Series(dtype="int64"), "runs": pd.Series(dtype="int64")}
    | {severity: pd.Series(dtype="int64") for severity in ("error", "warning", "info")}
)


def check_archive(
    paths: str | list[str],
    *,
    partition_bytes: int = PARTITION,
    max_bytes: int = MAX_BYTES,
    storage_options: dict[str, Any] | None = None,
    **options: Any,
) -> dd.DataFrame:
    """Every finding in these files, as a dataframe with the keys of the JSON report as its columns.

    `paths` are files, folders and globs of one file system, local or of a URL that fsspec knows; `storage_options` go
    to it. A JSON Lines file that is not packed is split into partitions of `partition_bytes`; any other file is one.
    `max_bytes` bounds one document, unpacked. All other options are those of `validate`, without `listing` and
    `history`. Findings are those that the command reports with `--show info --max-findings 0`, to the fingerprint. Only
    the beginnings of JSON Lines files are read before it is computed.

    Raises `FileNotFoundError` where there is nothing to check, `ValueError` for an option outside its vocabulary, and,
    when computed, `OSError` for a file that cannot be read.
    """
    archive = _Archive.of(paths, storage_options, _check_options(options), max_bytes)
    return dd.from_delayed(list(archive.findings(partition_bytes)), meta=_FINDINGS, verify_meta=False)


def count_archive(
    paths: str | list[str],
    *,
    partition_bytes: int = PARTITION,
    max_bytes: int = MAX_BYTES,
    storage_options: dict[str, Any] | None = None,
    **options: Any,
) -> dd.DataFrame:
    """Documents, runs, errors, warnings and infos of each partition, with the name of its file; as `check_archive`."""
    archive = _Archive.of(paths, storage_options, _check_options(options), max_bytes)
    return dd.from_delayed(list(archive.counts(partition_bytes)), meta=_COUNTS, verify_meta=False)


def _check_options(options: dict[str, Any]) -> CheckOptions:
    if series := {"listing", "history"} & options.keys():
        raise TypeError(f"an archive is checked without the option {min(series)}")
    return Validator(**options).options


class _Found(NamedTuple):
    """The results of a partition, and how many lines of the file begin in it."""

    file: str
    lines: int
    results: list[Result]


@dataclass(frozen=True, slots=True)
class _Archive:
    """Files of one file system, and how they are to be checked."""

    files: list[FileRange]
    storage: _Storage
    settings: CheckOptions
    max_bytes: int

    @classmethod
    def of(
        cls, paths: str | list[str], storage_options: dict[str, Any] | None, asked: CheckOptions, max_bytes: int
    ) -> _Archive:
        """Find the files that the paths mean."""
        paths = [paths] if isinstance(paths, str) else paths
        storage = _Storage(paths[0].partition("://")[0] if "://" in paths[0] else "file", storage_options or {})
        files = [file for path in paths for file in storage.files(path)]
        return cls(files, storage, asked, max_bytes)

    def findings(self, size: int) -> Iterator[Any]:
        """A delayed dataframe for each partition; of several in a file each waits for what stands before it."""
        for pieces in self._pieces(size):
            lines_before: Any = 0
            for piece in pieces:
                found = self._found(piece)
                yield dask.delayed(_findings)(found, lines_before)
                lines_before = dask.delayed(_add_lines)(lines_before, found)

    def counts(self, size: int) -> Iterator[Any]:
        """A delayed dataframe of one row for each partition."""
        return (dask.delayed(_counts)(self._found(piece)) for pieces in self._pieces(size) for piece in pieces)

    def _pieces(self, size: int) -> Iterator[list[FileRange]]:
        if size < 1:
            raise ValueError(f"partition_bytes is {size}, expected at least 1")
        return (list(split_file(file, size, self.storage.opened)) for file in self.files)

    def _found(self, piece: FileRange) -> Any:
        return dask.delayed(_check, pure=False)(piece, self.settings, self.max_bytes, self.storage)


class _Storage(NamedTuple):
    """A file system by its protocol; workers make it anew."""

    protocol: str
    options: dict[str, Any]

    def files(self, path: str) -> list[FileRange]:
        """The files that a path means: itself, those below it, or those that match it, by name."""
        system, inner = fsspec.core.url_to_fs(path, **self.options)
        if system.isdir(inner):
            found = sorted(file for file in system.find(inner) if file.lower().endswith(SUFFIXES))
        else:
            found = sorted(system.glob(inner)) if any(sign in inner for sign in "*?[") else [inner]
        if not found or not system.exists(found[0]):
            raise FileNotFoundError(f"nothing to check: {path}")
        return [FileRange(path) if file == inner else FileRange(self._named(file), is_named=False) for file in found]

    def _named(self, file: str) -> str:
        return file if self.protocol == "file" else f"{self.protocol}://{file}"

    @contextmanager
    def opened(self, path: str) -> Iterator[io.BufferedReader]:
        """A file for reading."""
        with fsspec.open(path, "rb", **self.options) as file:
            yield io.BufferedReader(file)


def _check(piece: FileRange, asked: CheckOptions, max_bytes: int, storage: _Storage) -> _Found:
    found = check_range(piece, Checker(asked), max_bytes, storage.opened)
    for one in found.results:
        if isinstance(one, InputError):
            raise OSError(f"{one.file}: {one}")
    return _Found(piece.path, found.lines, found.results)


def _add_lines(lines: int, found: _Found) -> int:
    return lines + found.lines


def _findings(found: _Found, lines_before: int) -> pd.DataFrame:
    rows = [
        {key: getattr(finding, key) for key in FINDING_KEYS}
        for result in move_down(found.results, lines_before)
        if isinstance(result, DocumentResult)
        for finding in result.findings
    ]
    return pd.DataFrame(rows, columns=list(FINDING_KEYS)).astype(_FINDINGS.dtypes.to_dict())


def _counts(found: _Found) -> pd.DataFrame:
    severities: Counter[str] = Counter()
    documents = runs = 0
    for one in found.results:
        if isinstance(one, DocumentResult):
            documents, runs = documents + 1, runs + one.document.runs
            for (_, severity), number in one.totals.items():
                severities[severity] += number
        elif isinstance(one, CleanRecords):
            documents, runs = documents + one.documents, runs + one.runs
    row = {"file": found.file, "documents": documents, "runs": runs}
    return pd.DataFrame([row | {severity: severities[severity] for severity in ("error", "warning", "info")}])
