"""Check files in several processes, with results in the order of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from validator.batch.ranges import Parallelism, move_down, size_of, split_file
from validator.batch.session import Result
from validator.batch.workers import run_tasks
from validator.core.files import STANDARD_INPUT
from validator.engine.checker import Checker
from validator.sources.document import InputError
from validator.sources.files import FileRange


def check_in_processes(
    files: Iterable[FileRange | InputError],
    checker: Checker,
    max_bytes: int,
    jobs: int,
    parallelism: Parallelism,
    on_progress: Callable[[int], None] | None,
) -> Iterator[Result]:
    """Check files in worker processes, and yield the results in the order of the files."""
    lines, path = 0, None
    errors: set[str] = set()
    for file, range_result in run_tasks(_make_tasks(files, max_bytes, parallelism), checker, max_bytes, jobs):
        if file is None or file.path != path or not file.start:
            lines, path = 0, file and file.path
            errors.clear()
        for result in move_down(range_result.results, lines):
            if isinstance(result, InputError):  # of every range of a file that cannot be read
                if str(result) in errors:
                    continue
                errors.add(str(result))
            yield result
        lines += range_result.lines
        if on_progress is not None and file is not None:
            on_progress(size_of(file))


def _make_tasks(
    files: Iterable[FileRange | InputError], max_bytes: int, parallelism: Parallelism
) -> Iterator[list[FileRange] | InputError]:
    """Yield small files together and large files in ranges; standard input and errors by themselves."""
    batch: list[FileRange] = []
    size = 0
    for file in files:
        is_small = (
            isinstance(file, FileRange) and file.path != STANDARD_INPUT and size_of(file) < parallelism.task_bytes
        )
        if batch and (not is_small or size >= parallelism.task_bytes or len(batch) >= parallelism.max_files):
            yield batch
            batch, size = [], 0
        if isinstance(file, InputError):
            yield file
        elif is_small:
            batch.append(file)
            size += size_of(file)
        else:
            yield from ([part] for part in split_file(file, parallelism.task_bytes, max_bytes))
    if batch:
        yield batch
