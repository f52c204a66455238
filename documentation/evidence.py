"""The table of what each rule rests on: the part of its page behind `Source:`."""

from __future__ import annotations

from documentation.markdown import badge, prose, table
from documentation.rule_pages import slug
from validator.rules.base import Rule
from validator.rules.registry import RULES


def evidence() -> str:
    """The rules that rest on a count of genuine documents, with the count."""
    rows = ((rule, counted(rule)) for rule in RULES)
    return table(
        ("rule", "severity", "seen"),
        (
            (f"[`{rule.name}`](rules/{slug(rule)}.md)", badge("severity", rule.severity), prose(seen))
            for rule, seen in rows
            if seen
        ),
    )


def counted(rule: Rule) -> str:
    """What the page of the rule says of genuine documents: the clauses behind the sources that have figures."""
    _, _, source = rule.documentation.partition("Source:")
    clauses = " ".join(source.split()).split("; ")[1:]
    return "; ".join(clause for clause in clauses if any(letter.isdigit() for letter in clause)).rstrip(".")
