"""What a rule is: a check of runs, pages or series, with a name, a severity, fields that it reads and a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from validator.core.problem import Problem
from validator.core.severity import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

Check: TypeAlias = Callable[..., Iterable[Problem]]
"""Takes a `Run` or a `Page`, then the settings named in `options`; returns its problems, `()` when all is well.

Of a series it takes what that brings next: a `Turn` of a listing, a `Change` of a history, a `Streamed` run.
"""

Series: TypeAlias = Literal["listing", "history", "stream"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One rule, made by `rule` or `builtin_rule`.

    A check of a run is called where every field in `given` is present and not null, every field in `null` is null
    or absent, the status is in `on` (if any), and no field in `given`, `null`, `reads` (and `status`, with `on`)
    is misshapen. For a rule of pages or listings these are fields of the envelope, and `run_reads` names the fields of
    the runs. A rule of histories or streams is called with the well shaped ones of the fields in `reads`.
    """

    name: str
    group: str
    severity: Severity
    documentation: str
    check: Check | None
    given: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    run_reads: tuple[str, ...] = ()
    on: frozenset[str] | None = None
    series: Series | None = None
    """What the rule follows from document to document, if it does."""
    options: tuple[str, ...] = ()
    """Settings that the check takes as keyword arguments: now, order, limit, contract."""
    accept_schema: Mapping[str, Any] | Callable[..., Mapping[str, Any]] | None = None
    """A JSON Schema: a run that satisfies it is certainly sound for this rule, which then need not be called.

    A function that takes `now` and returns the schema, where it depends on that: a run that satisfies it is sound at
    any later time too."""
    accepts: Callable[[dict[str, Any]], bool] | None = None
    """A cheap predicate over valid runs: where it is true, the rule reports nothing. Rules share predicates."""
    precheck: bool = False
    """Runs before the others, on what is well shaped of every run; they keep away from what its problems spoil, and
    read what stands for null as null."""
    once_per_document: bool = False
    """Only the first problem of a document is reported."""
    mandatory: bool = False
    """Can be neither ignored nor remapped: the document could not be read, or holds no runs that could be judged."""

    def bound_options(self, settings: object) -> dict[str, Any]:
        """The settings that the check takes, by name."""
        return {name: getattr(settings, name) for name in self.options}

    @property
    def fields(self) -> frozenset[str]:
        """The fields that must be well shaped for the rule to apply."""
        return frozenset((*self.given, *self.null, *self.reads, *(("status",) if self.on else ())))

    @property
    def has_accept_schema(self) -> bool:
        """Whether a schema can say that the rule certainly reports nothing of a run."""
        return self.accept_schema is not None or self.is_condition

    @property
    def is_condition(self) -> bool:
        """Whether the rule reports something wherever it applies: in some statuses, a field is to be null, or not."""
        is_run = self.check is not None and self.series is None and self.accept_schema is None and self.accepts is None
        return is_run and self.on is not None and bool(self.given or self.null)

    @property
    def summary(self) -> str:
        """The first line of the rule's page."""
        return self.documentation.partition("\n")[0]

    @property
    def is_fixable(self) -> bool:
        """Whether the rule's page says what `--fix` does about its findings."""
        return "\n\nFix:" in self.documentation

    @property
    def page(self) -> str:
        """The rule's page as text."""
        return f"{self.name} ({self.group}, {self.severity})\n\n{self.documentation}"

    @property
    def source(self) -> str:
        """The first address that the rule's page cites."""
        _, _, evidence = self.documentation.partition("Source:")
        return next((word.rstrip(".,;)") for word in evidence.split() if word.startswith("https://")), "")


def rule(
    *,
    group: str,
    severity: Severity,
    given: tuple[str, ...] = (),
    null: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    run_reads: tuple[str, ...] = (),
    on: Iterable[str] | None = None,
    series: Series | None = None,
    options: tuple[str, ...] = (),
    accept_schema: Mapping[str, Any] | Callable[..., Mapping[str, Any]] | None = None,
    accepts: Callable[[dict[str, Any]], bool] | None = None,
    precheck: bool = False,
    once_per_document: bool = False,
) -> Callable[[Check], Rule]:
    """Make a rule of the module's `check`; its name is the file's, its page the module's docstring."""

    def made(check: Check) -> Rule:
        return Rule(
            name=_name(check.__module__),
            group=group,
            severity=severity,
            documentation=check.__globals__["__doc__"].strip(),
            check=check,
            given=given,
            null=null,
            reads=reads,
            run_reads=run_reads,
            on=None if on is None else frozenset(on),
            series=series,
            options=options,
            accept_schema=accept_schema,
            accepts=accepts,
            precheck=precheck,
            once_per_document=once_per_document,
        )

    return made


def builtin_rule(
    module: str, documentation: str | None, *, group: str, severity: Severity, name: str = "", mandatory: bool = False
) -> Rule:
    """A rule whose findings are made by a stage before the rules: its file holds its page alone."""
    return Rule(
        name=name or _name(module),
        group=group,
        severity=severity,
        documentation=(documentation or "").strip(),
        check=None,
        mandatory=mandatory,
    )


def _name(module: str) -> str:
    return module.rpartition(".")[2].replace("_", "-")
