"""The options of the command, typed, from the command line to whatever reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from validator.core.severity import Severity

if TYPE_CHECKING:
    import click

    from validator.core.globs import Glob
    from validator.core.options import ContractName, Expect, FormChoice, Order
    from validator.core.per_file_ignores import PerFileIgnore
    from validator.reporters.registry import Output


class CliOptions(NamedTuple):
    """The values of all options, whether they come from the command line, the environment, a file or a default.

    `now` is in Unix seconds (None: the time of the check), `fail_on` the lowest severity that fails the check (None:
    none does), `max_findings` the findings shown of one file (None: all), `severity` a level by rule, group or glob.
    `config` is the configuration file that was read, if any.
    """

    files: tuple[str, ...]
    contract: ContractName
    form: FormChoice
    expect: Expect
    order: Order | None
    limit: int | None
    now: float | None
    max_bytes: int
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: Mapping[str, str]
    fail_on: Severity | None
    show: Severity
    output_format: tuple[Output, ...]
    show_values: bool
    max_findings: int | None
    listing: bool
    history: bool
    exclude: tuple[Glob, ...]
    no_gitignore: bool
    force_exclude: bool
    stdin_filename: str | None
    jobs: int
    baseline: str | None
    update_baseline: bool
    fix: bool
    diff: bool
    statistics: bool
    print_schema: bool
    bundle: bool
    dereference: bool
    explain: str | None
    list_rules: bool
    config: str | None
    isolated: bool
    show_config: bool
    color: Literal["auto", "always", "never"]
    quiet: bool
    verbose: bool
    debug: bool
    per_file_ignores: tuple[PerFileIgnore, ...]


def typed_options(context: click.Context) -> CliOptions:
    """Return the options of a call as one typed value."""
    values = context.params
    configuration, per_file_ignores = context.obj
    return CliOptions(
        **{
            **values,
            "select": tuple(word for words in values["select"] for word in words),
            "ignore": tuple(word for words in values["ignore"] for word in words),
            "severity": dict(values["severity"]),
            "fail_on": None if values["fail_on"] == "never" else Severity(values["fail_on"]),
            "show": Severity(values["show"]),
            "max_findings": values["max_findings"] or None,
            "jobs": values["jobs"] or _cores(),
            "config": configuration and configuration.file,
            "per_file_ignores": per_file_ignores,
        }
    )


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
