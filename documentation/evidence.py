"""The table of the evidence for each rule."""

from __future__ import annotations

from documentation.markdown import badge, prose, table
from documentation.rule_pages import slug
from validator.rules.registry import RULES


def evidence() -> str:
    """Return the table of the rules that rest on a count of genuine documents."""
    return table(
        ("rule", "severity", "seen"),
        (
            (f"[`{rule.name}`](rules/{slug(rule)}.md)", badge("severity", rule.severity), prose(rule.evidence))
            for rule in RULES
            if rule.evidence
        ),
    )
