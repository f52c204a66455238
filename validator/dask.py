"""Check archives on a Dask cluster: the same ranges as on one machine, checked by the same function.

Needs `pip install 'validate-runs[dask]'`. Paths may be local or anything that fsspec opens: s3, gs, az, http.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any, NamedTuple, TypeAlias

import dask
import dask.dataframe as dd
import fsspec
import pandas as pd

from validator.api import Validator
from validator.assertions import check_names
from validator.batch.ranges import check_range, move_down, split_file
from validator.batch.session import Result, skip_other_objects
from validator.core.options import MAX_BYTES, CheckOptions
from validator.core.phrases import class_name, safe_repr
from validator.core.results import CleanRecords, DocumentResult
from validator.engine.checker import Checker
from validator.reporters.json_objects import FINDING_KEYS, finding_object
from validator.sources.detect import SUFFIXES
from validator.sources.document import InputError
from validator.sources.files import FileRange

Paths: TypeAlias = str | PathLike[str] | Sequence[str | PathLike[str]] | Iterator[str | PathLike[str]]

PARTITION_BYTES = 64 * 1024 * 1024
"""Bytes of JSON Lines in one partition, by default."""

_NUMBERS = ("record", "line", "column", "end_line", "end_column")
_TYPES = dict.fromkeys(FINDING_KEYS, "str") | dict.fromkeys(_NUMBERS, "Int64") | {"fixable": "bool"}
_FINDINGS = pd.DataFrame({key: pd.Series(dtype=kind) for key, kind in _TYPES.items()})
_COUNTS = pd.DataFrame(
    {"file": pd.Series(dtype="str"), "documents": pd.Series(dtype="int64"), "runs": pd.Series(dtype="int64")}
    | {severity: pd.Series(dtype="int64") for severity in ("error", "warning", "info")}
)


def check_archive(
    paths: Paths,
    *,
    partition_bytes: int = PARTITION_BYTES,
    max_bytes: int = MAX_BYTES,
    storage_options: dict[str, Any] | None = None,
    **options: Any,
) -> dd.DataFrame:
    """Return every finding in these files, as a dataframe with the keys of the JSON report as its columns.

    `paths` are files, folders and globs of one file system, local or of a URL that fsspec knows; `storage_options` go
    to it. A JSON Lines file that is not packed is split into partitions of `partition_bytes`; any other file is one.
    `max_bytes` bounds one document, unpacked. All other options are those of `validate`, without `listing` and
    `history`. Findings are those that the command reports with `--show info --max-findings 0`, to the fingerprint. Only
    the beginnings of JSON Lines files are read before it is computed, and a log that a folder has, in whole.

    Raises `FileNotFoundError` if there is nothing to check, `TypeError` for paths that are none, `ValueError` for an
    option outside its vocabulary, and, when computed, `OSError` for a file that cannot be read.
    """
    _check_sizes(partition_bytes=partition_bytes, max_bytes=max_bytes)
    archive = _Archive.of(paths, storage_options, _check_options("check_archive()", options), max_bytes)
    return dd.from_delayed(list(archive.findings(partition_bytes)), meta=_FINDINGS, verify_meta=False)


def count_archive(
    paths: Paths,
    *,
    partition_bytes: int = PARTITION_BYTES,
    max_bytes: int = MAX_BYTES,
    storage_options: dict[str, Any] | None = None,
    **options: Any,
) -> dd.DataFrame:
    """Return documents, runs, errors, warnings and infos of each partition, with its file; as `check_archive`."""
    _check_sizes(partition_bytes=partition_bytes, max_bytes=max_bytes)
    archive = _Archive.of(paths, storage_options, _check_options("count_archive()", options), max_bytes)
    return dd.from_delayed(list(archive.counts(partition_bytes)), meta=_COUNTS, verify_meta=False)


def _check_options(caller: str, options: dict[str, Any]) -> CheckOptions:
    if refused := {"listing", "history", "fail_on"} & options.keys():
        raise TypeError(f"an archive is checked without the option {min(refused)}")
    check_names(caller, options)
    return Validator(**options).options


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} is {safe_repr(size)}, expected at least 1")


def _path_names(paths: Paths) -> list[str]:
    given = [paths] if isinstance(paths, str | PathLike) else paths
    items = [*given] if isinstance(given, list | tuple | Iterator) else [given]
    names = [fspath(item) for item in items if isinstance(item, str | PathLike)]
    if len(names) < len(items):
        raise TypeError(f"paths is a {class_name(paths)}, expected a path or a list of paths")
    if not names:
        raise FileNotFoundError("nothing to check: no paths")
    return names


class _Partition(NamedTuple):
    """The results of a partition, and how many lines of the file begin in it."""

    file: str
    lines: int
    results: list[Result]


@dataclass(frozen=True, slots=True)
class _Archive:
    """Files of one file system, and how to check them."""

    files: list[FileRange]
    storage: _Storage
    options: CheckOptions
    max_bytes: int

    @classmethod
    def of(
        cls, paths: Paths, storage_options: dict[str, Any] | None, options: CheckOptions, max_bytes: int
    ) -> _Archive:
        """Find the files that the paths mean."""
        names = _path_names(paths)
        storage = _Storage(names[0].partition("://")[0] if "://" in names[0] else "file", storage_options or {})
        files = [file for path in names for file in storage.files(path)]
        return cls(files, storage, options, max_bytes)

    def findings(self, size: int) -> Iterator[Any]:
        """Yield a delayed dataframe for each partition; it waits for the number of lines before it in the file."""
        for parts in self._split(size):
            lines_before: Any = 0
            for part in parts:
                partition = self._check(part)
                yield dask.delayed(_findings)(partition, lines_before)
                lines_before = dask.delayed(_add_lines)(lines_before, partition)

    def counts(self, size: int) -> Iterator[Any]:
        """Return a delayed dataframe of one row for each partition."""
        return (dask.delayed(_counts)(self._check(part)) for parts in self._split(size) for part in parts)

    def _split(self, size: int) -> Iterator[list[FileRange]]:
        return (list(split_file(file, size, self.max_bytes, self.storage.open)) for file in self.files)

    def _check(self, part: FileRange) -> Any:
        return dask.delayed(_check, pure=False)(part, self.options, self.max_bytes, self.storage)


class _Storage(NamedTuple):
    """A file system by its protocol; each worker opens it again."""

    protocol: str
    options: dict[str, Any]

    def files(self, path: str) -> list[FileRange]:
        """Return the files of a path, sorted: itself, those below it, or those that match it."""
        system, inner = fsspec.core.url_to_fs(path, **self.options)
        if system.isdir(inner):
            names = sorted(file for file in system.find(inner) if file.lower().endswith(SUFFIXES))
        else:
            names = sorted(system.glob(inner)) if any(sign in inner for sign in "*?[") else [inner]
        if not names or not system.exists(names[0]):
            raise FileNotFoundError(f"nothing to check: {path}")
        return [
            FileRange(path) if file == inner else FileRange(self._full_name(file), is_named=False) for file in names
        ]

    def _full_name(self, file: str) -> str:
        return file if self.protocol == "file" else f"{self.protocol}://{file}"

    @contextmanager
    def open(self, path: str) -> Iterator[io.BufferedReader]:
        """Open a file for reading."""
        with fsspec.open(path, "rb", **self.options) as file:
            yield io.BufferedReader(file)


def _check(part: FileRange, options: CheckOptions, max_bytes: int, storage: _Storage) -> _Partition:
    checked = check_range(part, Checker(options), max_bytes, storage.open)
    for result in checked.results:
        if isinstance(result, InputError):
            raise OSError(f"{result.file}: {result}")
    named = {part.path} if part.is_named else ()
    return _Partition(part.path, checked.lines, [*skip_other_objects(checked.results, named)])


def _add_lines(lines: int, partition: _Partition) -> int:
    return lines + partition.lines


def _findings(partition: _Partition, lines_before: int) -> pd.DataFrame:
    rows = [
        finding_object(finding)
        for result in move_down(partition.results, lines_before)
        if isinstance(result, DocumentResult)
        for finding in result.findings
    ]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_FINDINGS.dtypes.to_dict())


def _counts(partition: _Partition) -> pd.DataFrame:
    severities: Counter[str] = Counter()
    documents = runs = 0
    for result in partition.results:
        if isinstance(result, DocumentResult):
            documents, runs = documents + 1, runs + result.document.runs
            for (_, severity), number in result.totals.items():
                severities[severity] += number
        elif isinstance(result, CleanRecords):
            documents, runs = documents + result.documents, runs + result.runs
    row = {"file": partition.file, "documents": documents, "runs": runs}
    return pd.DataFrame([row | {severity: severities[severity] for severity in ("error", "warning", "info")}])
