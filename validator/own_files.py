"""Files that the tool keeps for its user: read within limits, and replaced as a whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress


def read(path: str, most: int) -> bytes:
    """The content of a regular file of at most so many bytes; raises `OSError` for anything else."""
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "is not a regular file")
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(0, f"is larger than {most} bytes")
    return data


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting, as one would for the writer of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def replace(path: str, data: Iterable[bytes]) -> None:
    """Write a file anew, piece by piece, in place of what its name or link leads to; raises `OSError`.

    Whatever happens meanwhile, the old file stays until the new one is complete. What is no regular file, such as a
    pipe, is written to.
    """
    before = _status(path)
    if before is not None and not stat.S_ISREG(before.st_mode):
        with open(path, "wb") as device:
            device.writelines(data)
        return
    target = os.path.realpath(path)
    beside = f"{target}.{os.urandom(8).hex()}.tmp"
    try:
        with open(beside, "xb") as file:
            if before is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:  # a Ctrl-C may come at any moment, also when there is no file yet or no longer
        with suppress(OSError):
            os.unlink(beside)
        raise


def add(path: str, data: Iterable[bytes]) -> None:
    """Write all of it to the end of a file, or nothing; raises `OSError`."""
    whole = b"".join(data)
    before = _status(path)
    try:
        with open(path, "ab") as file:
            file.write(whole)
    except BaseException:
        if before is None or stat.S_ISREG(before.st_mode):
            with suppress(OSError):
                os.truncate(path, before.st_size if before else 0)
        raise


def _status(path: str) -> os.stat_result | None:
    """What is known of a file; None where there is none yet."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def reason(error: OSError) -> str:
    """Why a file could not be used, in words."""
    return (error.strerror or str(error)).lower()
