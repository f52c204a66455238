"""The statements about a live server: those that need attention in a table, the others in a closed one."""

from __future__ import annotations

from collections.abc import Container, Iterable

from validator.core.phrases import count
from validator.core.results import StatementResult
from validator.reporters.html.markup import prose, text
from validator.reporters.html.rule_pages import page_id

_MAX_REQUESTS = 6
"""Requests that are named in the row of a statement."""
_ATTENTION = ("broken", "doubtful", "not verified")
"""The verdicts of statements that are shown first."""


def statements_panel(statements: Iterable[StatementResult], pages: Container[str]) -> str:
    """Return the tables of the statements; the rules that are in `pages` have a page in the report."""
    by_verdict: dict[str, list[StatementResult]] = {verdict: [] for verdict in (*_ATTENTION, "kept", "not asked")}
    for statement in statements:
        by_verdict[statement.verdict].append(statement)
    shown = [statement for verdict in _ATTENTION for statement in by_verdict.pop(verdict)]
    others = [statement for statements in by_verdict.values() for statement in statements]
    first = _table(shown, pages) if shown else ""
    if not others:
        return first
    state, noun = ("", "more statement") if shown else (" open", "statement")
    summary = f"<summary>{count(len(others), noun)}</summary>"
    return f"{first}<details{state}>\n{summary}\n{_table(others, pages)}</details>\n"


def _table(statements: Iterable[StatementResult], pages: Container[str]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Verdict", "Statement", "Requests"))
    rows = "".join(_row(statement, pages) for statement in statements)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def _row(statement: StatementResult, pages: Container[str]) -> str:
    rules = [rule for rule in dict.fromkeys(finding.rule for finding in statement.findings) if rule in pages]
    links = "".join(f' <a href="#{page_id(rule)}">{text(rule)}</a>' for rule in rules)
    reason = f"<p>{text(statement.reason)}{links}</p>" if statement.reason else ""
    numbers = ", ".join(map(str, statement.requests[:_MAX_REQUESTS]))
    more = ", \N{HORIZONTAL ELLIPSIS}" if len(statement.requests) > _MAX_REQUESTS else ""
    link = f'<a href="{text(statement.source)}" rel="noreferrer">{statement.id}</a>'
    style = statement.severity or statement.verdict.replace(" ", "-")
    return (
        f'<tr class="{style}"><td>{statement.verdict}</td><td>{link}: {prose(statement.title)}{reason}</td>'
        f"<td>{text(numbers + more)}</td></tr>\n"
    )
