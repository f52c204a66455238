"""The statements about a live server: those that need attention in a table, the others in a closed one."""

from __future__ import annotations

from collections.abc import Iterable

from validator.core.phrases import count
from validator.core.results import StatementResult
from validator.reporters.html.markup import prose, text

_MAX_REQUESTS = 6
"""Requests that are named in the row of a statement."""
_ATTENTION = ("broken", "doubtful", "not verified")
"""The verdicts of statements that are shown first."""


def statements_panel(statements: Iterable[StatementResult]) -> str:
    """Return the tables of the statements."""
    by_verdict: dict[str, list[StatementResult]] = {verdict: [] for verdict in (*_ATTENTION, "kept", "not asked")}
    for statement in statements:
        by_verdict[statement.verdict].append(statement)
    shown = [statement for verdict in _ATTENTION for statement in by_verdict.pop(verdict)]
    others = [statement for statements in by_verdict.values() for statement in statements]
    first = _table(shown) if shown else ""
    closed = "" if shown else " open"
    rest = f"<details{closed}>\n<summary>{count(len(others), 'more statement')}</summary>\n{_table(others)}</details>\n"
    return first + (rest if others else "")


def _table(statements: Iterable[StatementResult]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Verdict", "Statement", "Requests"))
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(map(_row, statements))}</tbody>\n</table>\n"


def _row(statement: StatementResult) -> str:
    reason = f"<p>{text(statement.reason)}</p>" if statement.reason else ""
    numbers = ", ".join(map(str, statement.requests[:_MAX_REQUESTS]))
    more = ", \N{HORIZONTAL ELLIPSIS}" if len(statement.requests) > _MAX_REQUESTS else ""
    link = f'<a href="{text(statement.source)}" rel="noreferrer">{statement.id}</a>'
    style = statement.severity or statement.verdict.replace(" ", "-")
    return (
        f'<tr class="{style}"><td>{statement.verdict}</td><td>{link}: {prose(statement.title)}{reason}</td>'
        f"<td>{text(numbers + more)}</td></tr>\n"
    )
