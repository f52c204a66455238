"""Files that the user keeps: read within a limit, and written completely or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress

STANDARD_INPUT = "-"
"""The name of standard input among files."""
_ACL = "system.posix_acl_access"


def read_limited(path: str, max_bytes: int) -> bytes:
    """Return the content of a regular file of at most so many bytes; raises `OSError` for anything else."""
    with open(path, "rb", opener=_open_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "is not a regular file")
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(0, f"is larger than {max_bytes} bytes")
    return data


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; do not wait for the writer of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def write_atomic(path: str, data: Iterable[bytes], *, is_private: bool = False) -> None:
    """Replace a file, or the target of a link, with these chunks; raises `OSError`.

    The old file stays until the new one is complete. The new one has the owner, group, mode, access control list and
    extended attributes of the old one; if it cannot have them, the old one stays. A pipe or device is written to.
    If it `is_private`, only the owner can read it, whatever the mode of the old one is.
    """
    old = _stat(path)
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(path, "wb") as device:
            device.writelines(data)
        return
    target = os.path.realpath(path)
    temporary = f"{target}.{os.urandom(8).hex()}.tmp"
    try:
        with open(temporary, "xb", opener=None if old is None and not is_private else _open_private) as file:
            if old is not None:
                _copy_owner(file.fileno(), old)
            file.writelines(data)
            file.flush()
            if old is not None:  # after the last byte: writing takes set-uid bits and capabilities away
                _copy_attributes(file.fileno(), target)
                os.fchmod(file.fileno(), 0o600 if is_private else stat.S_IMODE(old.st_mode))
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:  # a Ctrl-C may come at any moment, even if there is no file yet or no longer
        with suppress(OSError):
            os.unlink(temporary)
        raise


def append(path: str, data: Iterable[bytes]) -> None:
    """Write all chunks to the end of a file, or nothing; raises `OSError`."""
    content = b"".join(data)
    old = _stat(path)
    try:
        with open(path, "ab") as file:
            file.write(content)
    except BaseException:
        if old is None or stat.S_ISREG(old.st_mode):
            with suppress(OSError):
                os.truncate(path, old.st_size if old else 0)
        raise


def explain_os_error(error: OSError) -> str:
    """Return why a file cannot be used, in words."""
    return (error.strerror or str(error)).lower()


def _stat(path: str) -> os.stat_result | None:
    """Return the status of a file; None if there is none."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _open_private(path: str, flags: int) -> int:
    """Open a file that nobody else can open until it has its final mode."""
    return os.open(path, flags, 0o600)


def _copy_owner(file: int, old: os.stat_result) -> None:
    """Give a new file the owner and group of the old one; raises `OSError`."""
    new = os.fstat(file)
    if (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid):
        return
    try:
        os.fchown(file, old.st_uid, old.st_gid)
    except PermissionError:
        raise OSError(0, "its owner and group would change") from None


def _copy_attributes(file: int, old: str) -> None:
    """Give a new file the extended attributes of the old one, its ACL among them; raises `OSError`."""
    wanted, present = _attributes(old), _attributes(file)
    for name in wanted.keys() - {name for name in present if present[name] == wanted.get(name)}:
        try:
            os.setxattr(file, name, wanted[name])
        except PermissionError:
            raise OSError(0, f"its attribute {name} would be lost") from None
    if _ACL in present.keys() - wanted.keys():  # the default of the folder
        os.removexattr(file, _ACL)


def _attributes(file: str | int) -> dict[str, bytes]:
    """Return the extended attributes of a file; Python reads them on Linux only."""
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)} if sys.platform == "linux" else {}
    except OSError as error:
        if error.errno == errno.ENOTSUP:  # a file system without them
            return {}
        raise
