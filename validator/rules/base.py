"""What a rule is: a check of a run, a page or a series of documents, with all that is known about it.

A rule's file needs no other import for its declaration than this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, Required, TypeAlias, TypedDict, Unpack

from validator.core.phrases import Duration, Shown, Time, Verbatim
from validator.core.problem import Problem
from validator.core.severity import Severity
from validator.rules.objects import ACTIVE, END_TIMES, TERMINAL, TIMES, ZERO_TIMES, Page, Run

__all__ = [
    "ACTIVE",
    "END_TIMES",
    "ERROR",
    "FAILURES",
    "INFO",
    "TERMINAL",
    "TIMES",
    "WARNING",
    "ZERO_TIMES",
    "Check",
    "Duration",
    "Page",
    "Problem",
    "Problems",
    "Rule",
    "Run",
    "SeriesSubject",
    "Shown",
    "Subject",
    "Time",
    "Verbatim",
    "make_rule",
    "rule",
]

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

FAILURES = frozenset({"internal-error", "worker-ended"})
"""The names of rules about a failure of the check itself, whatever the document contains: the exit code is 2."""

Problems: TypeAlias = Iterable[Problem]
Check: TypeAlias = Callable[..., Problems]
"""Takes the rule's subject, then its options as keyword arguments; returns the problems, `()` where there is none.

The subject is a `Run`, a `Page`, the `PageContext` of a listing, the `Transition` of a history or a `StreamEvent`.
"""

SeriesSubject: TypeAlias = Literal["listing", "history", "stream"]
Subject: TypeAlias = Literal["document", "run", "page", "answer", "listing", "history", "stream", "recording"]
"""What a rule checks; the problems of a "document" come from the parser, the schemas or the engine."""
_OF_PAGES = ("page", "listing")
"""The subjects whose rules read the fields of a page, and those of its runs besides."""


class Rule(NamedTuple):
    """One rule, made by `rule` or `make_rule`.

    A check of a run is called if every field in `requires` is present and not null, every field in `requires_null` is
    null or absent, the status is one of `statuses` (if any), and the fields that the rule reads have the right shape.
    Rules of pages and listings name fields of the page there, and those of its runs in `run_reads`. A rule of histories
    or streams is called with those of the fields in `reads` that have the right shape.
    """

    name: str
    group: str
    """The name of a group of rules that users can select; by default the subject."""
    subject: Subject
    severity: Severity
    text: str
    """What is wrong, why it matters and two examples, as plain text; the first line is the summary."""
    source: str
    """The URL of the document that the rule rests on."""
    source_note: str = ""
    """What the source says, or where in it."""
    evidence: str = ""
    """How many genuine documents follow the rule or break it."""
    fix: str = ""
    """What `--fix` does about a finding; empty if nothing."""
    check: Check | None = None
    requires: tuple[str, ...] = ()
    requires_null: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    run_reads: tuple[str, ...] = ()
    statuses: frozenset[str] | None = None
    fields: frozenset[str] = frozenset()
    """The fields that must have the right shape for the rule to apply: all of these."""
    options: tuple[str, ...] = ()
    """Options that the check takes as keyword arguments: now, order, limit, contract."""
    is_condition: bool = False
    """The rule reports a problem wherever it applies, so its accept schema follows from its conditions."""
    accept_schema: Mapping[str, Any] | Callable[..., Mapping[str, Any]] | None = None
    """A JSON Schema: of a run that satisfies it, the rule reports nothing and need not be called.

    A function that takes `now` and returns the schema, where it depends on that: the rule reports nothing at any
    later time either."""
    reports_floats_only: bool = False
    """The rule reports nothing but floats in the place of integers, which no run has that was accepted in wire form."""
    accepts: Callable[[Run], bool] | None = None
    """A cheap predicate over valid runs: where it is true, the rule reports nothing. Rules share predicates."""
    precheck: bool = False
    """Runs before the other rules of a run. These do not read the fields that its problems invalidate, and read what
    stands for null as null."""
    once_per_document: bool = False
    """Only the first problem of a document is reported."""
    about_server: bool = False
    """Messages about a response as a whole say what the server does (`answers with 500`), not what the response is."""
    mandatory: bool = False
    """Can be neither ignored nor remapped: the document could not be read or has no runs to check."""

    def bound_options(self, settings: object) -> dict[str, Any]:
        """Return the options that the check takes, by name."""
        return {name: getattr(settings, name) for name in self.options}

    @property
    def page_fields(self) -> frozenset[str]:
        """The fields of a page that the rule reads."""
        return self.fields if self.subject in _OF_PAGES else frozenset()

    @property
    def run_fields(self) -> frozenset[str]:
        """The fields of a run that the rule reads."""
        return frozenset(self.run_reads) if self.subject in _OF_PAGES else self.fields

    @property
    def has_accept_schema(self) -> bool:
        """Whether a schema can say that the rule reports nothing of a run."""
        return self.is_condition or self.reports_floats_only or self.accept_schema is not None

    @property
    def summary(self) -> str:
        """What is wrong, in one sentence."""
        return self.text.partition("\n")[0]

    @property
    def is_fixable(self) -> bool:
        """Whether `--fix` can correct its findings."""
        return bool(self.fix)

    def sections(self) -> Iterator[tuple[str, str]]:
        """Yield what follows the summary: paragraphs, with an empty heading, and examples under `Bad` and `Good`."""
        heading = ""
        for block in self.text.split("\n\n")[1:]:
            if block in ("Bad:", "Good:"):
                heading = block.removesuffix(":")
            elif block.startswith("    "):
                yield heading, "\n".join(line[4:] for line in block.splitlines())
            else:
                yield "", block

    @property
    def citation(self) -> str:
        """The source with its note, and the evidence, as one sentence."""
        note = f" ({self.source_note})" if self.source_note else ""
        return f"{self.source}{note}{'; ' if self.evidence else ''}{self.evidence}."

    @property
    def documentation(self) -> str:
        """The whole description as plain text, in lines of at most 120 characters."""
        fix = [f"Fix: {self.fix}"] if self.fix else []
        return "\n\n".join([self.text, *map(_fill, [*fix, f"Source: {self.citation}"])])

    @property
    def page(self) -> str:
        """The description with name, group and severity above it."""
        return f"{self.name} ({self.group}, {self.severity})\n\n{self.documentation}"


def _fill(text: str) -> str:
    import textwrap  # few commands print a whole description

    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


class RuleFields(TypedDict, total=False):
    """Fields of `Rule`."""

    severity: Required[Severity]
    source: Required[str]
    source_note: str
    evidence: str
    fix: str
    requires: tuple[str, ...]
    requires_null: tuple[str, ...]
    reads: tuple[str, ...]
    run_reads: tuple[str, ...]
    options: tuple[str, ...]
    is_condition: bool
    accept_schema: Mapping[str, Any] | Callable[..., Mapping[str, Any]]
    reports_floats_only: bool
    accepts: Callable[[Run], bool]
    precheck: bool
    once_per_document: bool
    about_server: bool
    mandatory: bool


def make_rule(
    module: str,
    text: str | None,
    check: Check | None = None,
    *,
    name: str = "",
    group: str = "",
    subject: Subject = "document",
    statuses: Iterable[str] = (),
    **fields: Unpack[RuleFields],
) -> Rule:
    """Make the rule of a module, whose docstring is the text; by default its name is that of the file.

    Without a check its problems come from the parser, the schemas or the engine.
    """
    names = (*fields.get("requires", ()), *fields.get("requires_null", ()), *fields.get("reads", ()))
    return Rule(
        name=name or module.rpartition(".")[2].replace("_", "-"),
        group=group or subject,
        subject=subject,
        text=(text or "").strip(),
        check=check,
        statuses=frozenset(statuses) or None,
        fields=frozenset((*names, "status") if statuses else names),
        **fields,
    )


def rule(
    *, subject: Subject, group: str = "", statuses: Iterable[str] = (), **fields: Unpack[RuleFields]
) -> Callable[[Check], Rule]:
    """Make a rule of the module's `check`."""

    def make(check: Check) -> Rule:
        text = check.__globals__["__doc__"]
        return make_rule(check.__module__, text, check, subject=subject, group=group, statuses=statuses, **fields)

    return make
