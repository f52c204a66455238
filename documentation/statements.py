"""The table of the statements that a check of a live server is about."""

from __future__ import annotations

from documentation.markdown import code, codes, prose, table
from validator.live.statements import OF_RUNS, STATEMENTS, Statement
from validator.rules.registry import BY_NAME

_TAKES = {
    "cursor-other-thread": "a second `--thread` or `--create`",
    "cursor-stable": "`--create`",
    "empty-thread": "`--empty-thread` or `--create`",
    "key-needed": "`--check-auth`",
    "one-active-run": "`--create`",
}
"""The options without which a statement is not asked."""


def statements() -> str:
    """Return a row for each statement: what it says, what it takes, its level, and the evidence."""
    return table(("statement", "takes", "level", "rules", "evidence"), map(_row, STATEMENTS))


def _row(statement: Statement) -> tuple[str, ...]:
    rules, names = [BY_NAME[name] for name in statement.rules], codes(statement.rules)
    if statement.id == OF_RUNS:
        rules, names = [BY_NAME["schema:type"], *rules], f"{names} and all that no other statement names"
    level = min((rule.severity for rule in rules), key=lambda severity: severity.rank)
    takes = _TAKES.get(statement.id) or (f"{statement.min_runs} runs" if statement.min_runs > 1 else "")
    seen = next((rule.evidence for rule in rules if rule.evidence), "")
    evidence = f"[source]({rules[0].source}){': ' if seen else ''}{prose(seen)}"
    return f"{code(statement.id)}: {statement.what}", takes, level, names, evidence
