"""`--explain` and `--list-rules`: what there is to know of rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from validator.cli.exit_codes import CLEAN
from validator.formats import Output
from validator.rule import Rule
from validator.rules import RULES
from validator.selection import UnknownRule, matching

_FORMATS = ("text", "concise", "json", "jsonl")
"""The formats in which rules can be listed; the first two are the same here."""


def explain(word: str) -> int:
    """Print the pages of the rules that a name, group or glob means, or several with commas between."""
    try:
        rules = {rule.name: rule for one in word.split(",") for rule in matching(one.strip())}
    except UnknownRule as error:
        raise click.BadParameter(f"{error}.", param_hint="'--explain'") from error
    click.echo("\n\n".join(rule.page for rule in rules.values()))
    return CLEAN


def list_rules(outputs: Sequence[Output], *, is_said: bool) -> int:
    """Print all rules, a line each, or as JSON; a format that means nothing here is refused, if it was said to us."""
    wanted = outputs[0]
    if is_said:
        _refuse(outputs)
    if wanted.format in ("json", "jsonl"):
        rows = [_row(rule) for rule in RULES]
        click.echo(json.dumps(rows, indent=2) if wanted.format == "json" else "\n".join(map(json.dumps, rows)))
        return CLEAN
    width = max(len(rule.name) for rule in RULES)
    for rule in RULES:
        fixable = " (--fix)" if rule.is_fixable else ""
        click.echo(f"{rule.name:{width}}  {rule.group:8}  {rule.severity:7}  {rule.summary}{fixable}")
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
