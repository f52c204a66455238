"""`--explain` and `--list-rules`: what there is to know of rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from validator.cli.console import columns
from validator.cli.exit_codes import CLEAN
from validator.core.formats import Output
from validator.rules.base import Rule
from validator.rules.registry import RULES
from validator.rules.selection import UnknownRule, matching

_FORMATS = ("text", "concise", "json", "jsonl")
"""The formats in which rules can be listed; the first two are the same here."""
_NARROWEST = 24
"""Columns that a text takes, however narrow the terminal says it is."""


def explain(word: str) -> int:
    """Print the pages of the rules that a name, group or glob means, or several with commas between."""
    try:
        rules = {rule.name: rule for one in word.split(",") for rule in matching(one.strip())}
    except UnknownRule as error:
        raise click.BadParameter(f"{error}.", param_hint="'--explain'") from error
    page, width = "\n\n".join(rule.page for rule in rules.values()), columns()
    click.echo(page if width is None else "\n\n".join(_fitted(part, width) for part in page.split("\n\n")))
    return CLEAN


def _fitted(paragraph: str, width: int) -> str:
    """A paragraph with its words in lines of a terminal; what is set off stays as it is."""
    return paragraph if paragraph.startswith(" ") else "\n".join(_wrapped(paragraph, width))


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap  # only a terminal pays for that

    return textwrap.wrap(text, max(width, _NARROWEST), break_long_words=False, break_on_hyphens=False)


def list_rules(outputs: Sequence[Output], *, is_strict: bool) -> int:
    """Print all rules, a line each, or as JSON; to be strict is to refuse a format that means nothing here."""
    wanted = outputs[0]
    if is_strict:
        _refuse(outputs)
    if wanted.format in ("json", "jsonl"):
        rows = [_row(rule) for rule in RULES]
        click.echo(json.dumps(rows, indent=2) if wanted.format == "json" else "\n".join(map(json.dumps, rows)))
        return CLEAN
    longest, width = max(len(rule.name) for rule in RULES), columns()
    for rule in RULES:
        head = f"{rule.name:{longest}}  {rule.group:8}  {rule.severity:7}  "
        summary = f"{rule.summary} (--fix)" if rule.is_fixable else rule.summary
        lines = [summary] if width is None else _wrapped(summary, width - len(head))
        click.echo(head + f"\n{' ' * len(head)}".join(lines))
    return CLEAN


def _refuse(outputs: Sequence[Output]) -> None:
    if len(outputs) > 1 or outputs[0].file is not None:
        raise click.UsageError("--list-rules prints one list: redirect it to write a file, -f json > FILE")
    if outputs[0].format not in _FORMATS:
        raise click.UsageError(f"--list-rules has no {outputs[0].format} form, but {', '.join(_FORMATS)}")


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "group": rule.group,
        "severity": rule.severity,
        "summary": rule.summary,
        "fixable": rule.is_fixable,
    }
