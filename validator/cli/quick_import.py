"""Import jsonschema-rs without `email.utils`, which would take a tenth of the time that a small file takes.

jsonschema-rs calls one function of it once, to parse the date of its own build.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_EMAIL = "email.utils"


def import_schema_engine() -> None:
    """Import what imports jsonschema-rs; only for a process of our own, where no other thread may import `email`."""
    if _EMAIL in sys.modules:
        return
    sys.modules[_EMAIL] = _DateOfBuild(_EMAIL)
    try:
        import_module("validator.contract.compiler")
    finally:
        _restore()


class _DateOfBuild(ModuleType):
    """Leaves the date as it is; whatever else is asked for comes from the real module, which takes its place."""

    @staticmethod
    def parsedate_to_datetime(date: str) -> str:
        return date

    def __getattr__(self, name: str) -> Any:
        _restore()
        return getattr(import_module(_EMAIL), name)


def _restore() -> None:
    if isinstance(sys.modules.get(_EMAIL), _DateOfBuild):
        del sys.modules[_EMAIL]
