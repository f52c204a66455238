"""The options of a check: what to check for, and what becomes of the findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from validator.core.phrases import safe_repr
from validator.core.severity import Severity

if TYPE_CHECKING:
    from validator.core.per_file_ignores import PerFileIgnore  # few have any

ContractName: TypeAlias = Literal["observed", "published"]
Form: TypeAlias = Literal["wire", "sdk"]
FormChoice: TypeAlias = Literal["auto", "wire", "sdk"]
Expect: TypeAlias = Literal["auto", "page", "run"]
Order: TypeAlias = Literal["asc", "desc"]
Period: TypeAlias = tuple[float, float]
"""The beginning and the end of a recorded call, in Unix seconds."""

ORDERS: tuple[Order, ...] = ("asc", "desc")

MAX_BYTES = 64 * 1024 * 1024
"""The default limit of a document, unpacked."""
MAX_FINDINGS = 100
"""The default limit of the findings shown of a file."""
SHOWN = Severity.WARNING
"""The lowest severity that is shown by default; a lower one is where it fails the check."""


class FindingOptions(NamedTuple):
    """Which findings a document has in its result, and what each of them has.

    `show` is the lowest severity, `max_findings` the limit of a file (None: all, 0: none). `known` has the
    fingerprints in a baseline: these findings need no excerpt. `max_excerpts` limits the excerpts of a document.
    With `outlines`, a result has an outline of every run; with `edits`, findings that can be fixed have an edit.
    """

    show: Severity = Severity.INFO
    show_values: bool = False
    max_findings: int | None = None
    known: frozenset[str] = frozenset()
    max_excerpts: int | None = None
    outlines: bool = False
    edits: bool = False


class CheckOptions(NamedTuple):
    """What to check a document for; `now` is in Unix seconds.

    `severities` has the rules in effect, by name (None: all rules, each with its own severity). `order` and `limit`
    are those of the request. `per_file_ignores` names rules to ignore in some files, or at some places in them.
    """

    severities: Mapping[str, Severity] | None
    now: float
    contract: ContractName = "observed"
    form: FormChoice = "auto"
    expect: Expect = "auto"
    order: Order | None = None
    limit: int | None = None
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    findings: FindingOptions = FindingOptions()


def check_vocabulary(name: str, value: object, words: Iterable[object]) -> None:
    """Raise `ValueError` where the value of an option is none of these."""
    known = [*words]
    if value not in known:
        raise ValueError(f"{name} is {safe_repr(value)}, expected one of {', '.join(map(repr, known))}")


def lowest_failing(fail_on: Severity | str) -> Severity:
    """Return the lowest severity that fails; raise `ValueError` if a caller names none."""
    check_vocabulary("fail_on", fail_on, map(str, Severity))
    return Severity(fail_on)
