"""`--explain` and `--list-rules`: what there is to know of rules."""

from __future__ import annotations

import json
from typing import Any

import click

from validator.cli.exit_codes import CLEAN
from validator.rule import Rule
from validator.rules import RULES
from validator.selection import UnknownRule, matching


def explain(word: str) -> None:
    """Print the pages of the rules that a name, group or glob means."""
    try:
        rules = matching(word)
    except UnknownRule as error:
        raise click.BadParameter(f"{error}.") from error
    click.echo("\n\n".join(rule.page for rule in rules))


def list_rules(options: dict[str, Any]) -> int:
    """Print all rules, a line each, or as JSON."""
    wanted, *_ = options["output_format"]
    if wanted.format in ("json", "jsonl"):
        rows = [_row(rule) for rule in RULES]
        click.echo(json.dumps(rows, indent=2) if wanted.format == "json" else "\n".join(map(json.dumps, rows)))
        return CLEAN
    width = max(len(rule.name) for rule in RULES)
    for rule in RULES:
        fixable = " (--fix)" if rule.is_fixable else ""
        click.echo(f"{rule.name:{width}}  {rule.group:8}  {rule.severity:7}  {rule.summary}{fixable}")
    return CLEAN


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "group": rule.group,
        "severity": rule.severity,
        "summary": rule.summary,
        "fixable": rule.is_fixable,
    }
