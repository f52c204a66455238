"""Files that the tool keeps for its user: read within limits, and replaced as a whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress

_ACL = "system.posix_acl_access"


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

    Whatever happens meanwhile, the old file stays until the new one is complete. The new one has the owner, group,
    mode, access control list and extended attributes of the old one; where it cannot have them, the old one stays. What
    is no regular file, such as a pipe, is written to.
    """
    before = _status(path)
    if before is not None and not stat.S_ISREG(before.st_mode):
        with open(path, "wb") as device:
            device.writelines(data)
        return
    target = os.path.realpath(path)
    beside = f"{target}.{os.urandom(8).hex()}.tmp"
    try:
        with open(beside, "xb", opener=None if before is None else _privately) as file:
            if before is not None:
                _keep_owner(file.fileno(), before)
            file.writelines(data)
            file.flush()
            if before is not None:  # after the last byte: writing takes set-uid bits and capabilities away
                _keep_attributes(file.fileno(), target)
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:  # a Ctrl-C may come at any moment, also when there is no file yet or no longer
        with suppress(OSError):
            os.unlink(beside)
        raise


def _privately(path: str, flags: int) -> int:
    """Create a file that nobody else can open, as long as it has no mode of its own."""
    return os.open(path, flags, 0o600)


def _keep_owner(file: int, before: os.stat_result) -> None:
    """Give a new file the owner and group of the one that it replaces; raises `OSError`."""
    new = os.fstat(file)
    if (new.st_uid, new.st_gid) == (before.st_uid, before.st_gid):
        return
    try:
        os.fchown(file, before.st_uid, before.st_gid)
    except PermissionError:
        raise OSError(0, "its owner and group would change") from None


def _keep_attributes(file: int, old: str) -> None:
    """Give a new file the extended attributes of the one that it replaces, its ACL among them; raises `OSError`."""
    wanted, there = _attributes(old), _attributes(file)
    for name in wanted.keys() - {name for name in there if there[name] == wanted.get(name)}:
        try:
            os.setxattr(file, name, wanted[name])
        except PermissionError:
            raise OSError(0, f"its attribute {name} would be lost") from None
    if _ACL in there.keys() - wanted.keys():  # which the folder has given to it
        os.removexattr(file, _ACL)


def _attributes(file: str | int) -> dict[str, bytes]:
    """The extended attributes of a file; Python knows them on Linux only."""
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)} if sys.platform == "linux" else {}
    except OSError as error:
        if error.errno == errno.ENOTSUP:  # a file system without them
            return {}
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
