"""The page of each rule that has findings: readers of a report may have no command and no site at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from validator.core.phrases import count
from validator.core.severity import Severity
from validator.reporters.base import Tally
from validator.reporters.html.markup import link, prose, severities, text
from validator.rules.base import Rule
from validator.rules.registry import BY_NAME


def page_id(rule: str) -> str:
    """Return the id of the page of a rule in the report."""
    return f"rule-{rule.replace(':', '-')}"


def rule_pages(tally: Tally, files: Mapping[str, int], show: Severity) -> dict[str, str]:
    """Return the page of each rule, the most severe first; `files` has the number of files in which it has findings."""
    rows = sorted(tally.rule_counts(show), key=lambda row: row.rule)
    counts = {rule: {row.severity: row.number for row in group} for rule, group in groupby(rows, lambda row: row.rule)}
    worst_first = sorted(counts, key=lambda name: (*(-counts[name].get(severity, 0) for severity in Severity), name))
    return {name: _rule_page(BY_NAME[name], counts[name], files[name]) for name in worst_first}


def _rule_page(rule: Rule, counts: dict[Severity, int], files: int) -> str:
    by_severity = {severity: counts[severity] for severity in Severity if severity in counts}
    return (
        f'<details class="rule-page" id="{page_id(rule.name)}">\n'
        f'<summary><h3 class="rule">{text(rule.name)}</h3> {severities(by_severity)}'
        f'<span class="count">in {count(files, "file")}</span>'
        f'<span class="what">{prose(rule.summary)}</span></summary>\n'
        f'<div class="inside">\n{"".join(_sections(rule))}'
        f'<p class="view" hidden><a href="{link(rule=rule.name)}">Show the findings of this rule</a></p>\n'
        "</div>\n</details>\n"
    )


def _sections(rule: Rule) -> Iterator[str]:
    for heading, block in rule.sections():
        if heading:
            yield f"<h4>{heading}</h4>\n<pre><code>{text(block)}</code></pre>\n"
        else:
            yield f"<p>{prose(block)}</p>\n"
    if rule.fix:
        yield f"<h4>Fix</h4>\n<p>{prose(f'`--fix`: {rule.fix}')}</p>\n"
    source, rest = text(rule.source), prose(rule.citation.removeprefix(rule.source))
    yield f'<h4>Evidence</h4>\n<p class="value"><a href="{source}" rel="noreferrer">{source}</a>{rest}</p>\n'
