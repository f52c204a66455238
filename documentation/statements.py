"""The table of the statements that a check of a live server is about."""

from __future__ import annotations

import re

from documentation.markdown import code, codes, prose, table
from validator.core.phrases import count
from validator.live.statements import OF_RUNS, STATEMENTS, Statement
from validator.rules.registry import BY_NAME


def statements() -> str:
    """Return a row for each statement: what it says, what it needs, its level, and the evidence."""
    return table(("statement", "needs", "level", "rules", "evidence"), map(_row, STATEMENTS))


def _row(statement: Statement) -> tuple[str, ...]:
    rules, names = [BY_NAME[name] for name in statement.rules], codes(statement.rules)
    if statement.id == OF_RUNS:
        rules, names = [BY_NAME["schema:type"], *rules], f"{names} and all that no other statement names"
    level = min((rule.severity for rule in rules), key=lambda severity: severity.rank)
    needs = statement.needs or (count(statement.min_runs, "run") if statement.min_runs else "")
    seen = next((rule.evidence for rule in rules if rule.evidence), "")
    evidence = f"[source]({rules[0].source}){': ' if seen else ''}{prose(seen)}"
    return f"{code(statement.id)}: {statement.what}", re.sub(r"--[a-z-]+", r"`\g<0>`", needs), level, names, evidence
