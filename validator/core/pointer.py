"""JSON Pointers (RFC 6901), written without the leading slash while they are relative."""

from __future__ import annotations

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead from a value to one in it."""


def join(*parts: str | int) -> str:
    """Return the relative pointer through these keys and indexes: `join("metadata", "a/b")` is `metadata/a~1b`."""
    return "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> tuple[str, ...]:
    """Return the keys and indexes of a relative pointer; `""` has none."""
    if not pointer:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/"))


def template(pointer: str) -> str:
    """Return an absolute pointer with `*` for its indexes: `/data/7/id` is `/data/*/id`."""
    return re.sub(r"/[0-9]+(?=/|$)", "/*", pointer)
