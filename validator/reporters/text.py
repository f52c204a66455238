"""The report for people: a block of lines for each finding, then the totals, and the statements of a live check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

from validator.core.results import StatementResult
from validator.core.severity import Severity
from validator.reporters.base import ReportItem, ReportOptions
from validator.reporters.finding_block import finding_block
from validator.reporters.lines import COLORS, DIM, defuse, paint, render_lines

_MAX_REQUESTS = 4
_STYLES = {"broken": COLORS[Severity.ERROR], "doubtful": COLORS[Severity.WARNING], "not verified": DIM}


def render(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    """Yield the report."""
    yield from render_lines(items, options, finding_block, for_readers=True)
    if options.statements and not options.quiet:
        yield "\n"
        yield from (f"{defuse(line)}\n" for line in map(_line, options.statements, repeat(options)) if line)
        yield f"\n{defuse(options.conclusion)}\n"


def _line(statement: StatementResult, options: ReportOptions) -> str:
    """Return the line of a statement; empty where it was neither asked for nor required."""
    if statement.verdict == "not asked" and not (options.verbose or statement.is_required):
        return ""
    numbers = " ".join(f"#{number}" for number in statement.requests[:_MAX_REQUESTS])
    more = " …" if len(statement.requests) > _MAX_REQUESTS else ""
    verdict = paint(f"{statement.verdict:13}", _STYLES.get(statement.verdict, ""), options)
    line = f"{verdict}{statement.id:24}{numbers}{more}{': ' if statement.reason and numbers else ''}{statement.reason}"
    return line.rstrip()
