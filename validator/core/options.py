"""What a user asked of a check, apart from what to check and how to print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from validator.core.phrases import printed
from validator.core.severity import Severity

if TYPE_CHECKING:
    from validator.core.per_file_ignores import PerFileIgnore  # few have any

ContractName: TypeAlias = Literal["observed", "published"]
Form: TypeAlias = Literal["wire", "sdk"]
FormChoice: TypeAlias = Literal["auto", "wire", "sdk"]
Expect: TypeAlias = Literal["auto", "page", "run"]
Order: TypeAlias = Literal["asc", "desc"]
Period: TypeAlias = tuple[float, float]
"""When a recorded call began and when it ended, in Unix seconds."""

ORDERS: tuple[Order, ...] = ("asc", "desc")

MAX_BYTES = 64 * 1024 * 1024
"""The largest document that is read, unpacked, unless the user says otherwise."""
MAX_FINDINGS = 100
"""Findings shown of one file, unless the user says otherwise."""
SHOWN = Severity.WARNING
"""The lowest severity that is shown, unless the user says otherwise or a lower one fails the check."""


class CheckOptions(NamedTuple):
    """Everything that decides which findings a document has.

    `severities` holds the rules in effect, by name. `now` is in Unix seconds. `max_findings` bounds the findings
    that are placed and kept of one file (None: no bound); `show` is the lowest severity that is kept.
    `per_file_ignores` are the rules to leave out in some files, or at some places in them. `known` are identities of
    findings that a baseline may accept, which then need no excerpt; of the others, so many of a document have one.
    With `outlines`, every run is told of, which a report of all runs needs; with `edits`, findings that can be fixed
    tell how.
    """

    severities: Mapping[str, Severity]
    now: float
    contract: ContractName = "observed"
    form: FormChoice = "auto"
    expect: Expect = "auto"
    order: Order | None = None
    limit: int | None = None
    show: Severity = Severity.INFO
    show_values: bool = False
    max_findings: int | None = None
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    known: frozenset[str] = frozenset()
    max_excerpts: int | None = None
    outlines: bool = False
    edits: bool = False


def check_vocabulary(name: str, value: object, words: Iterable[object]) -> None:
    """Raise `ValueError` for an option that has a value other than these."""
    known = [*words]
    if value not in known:
        raise ValueError(f"{name} is {printed(value)}, expected one of {', '.join(map(repr, known))}")


def lowest_failing(fail_on: Severity | str) -> Severity:
    """The lowest severity that fails, as a caller names it; raises `ValueError` for what names none."""
    check_vocabulary("fail_on", fail_on, map(str, Severity))
    return Severity(fail_on)
