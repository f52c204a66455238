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
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as device:
            device.writelines(data)
        return
    beside = f"{target}.{os.urandom(4).hex()}.tmp"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(descriptor, "wb") as file:
            with suppress(FileNotFoundError):
                os.fchmod(descriptor, stat.S_IMODE(os.stat(target).st_mode))
            file.writelines(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise


def add(path: str, data: Iterable[bytes]) -> None:
    """Write to the end of a file, once all that is to be written is there; raises `OSError`."""
    whole = b"".join(data)
    with open(path, "ab") as file:
        file.write(whole)


def reason(error: OSError) -> str:
    """Why a file could not be used, in words."""
    return (error.strerror or str(error)).lower()
