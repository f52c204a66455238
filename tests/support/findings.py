"""Findings as every format gets them, and the report that it makes of them."""

from dataclasses import replace
from typing import Any

from validator.core.finding import Excerpt, Finding
from validator.core.results import DocumentInfo, DocumentResult
from validator.core.severity import Severity
from validator.reporters.base import ReportItem, ReportOptions
from validator.reporters.registry import load_reporter

LOOK = ReportOptions(contract="observed", show=Severity.WARNING)

MISMATCH = Finding(
    rule="token-total-mismatch",
    group="usage",
    severity=Severity.ERROR,
    message="is 36, but prompt_tokens 31 + completion_tokens 4 is 35",
    file="responses/page.json",
    record=None,
    pointer="/data/0/usage/total_tokens",
    run_id="run_abc123",
    line=41,
    column=25,
    end_line=41,
    end_column=27,
    fingerprint="0123456789abcdef",
    source="https://example.org/usage",
    run_status="completed",
    excerpt=Excerpt('        "total_tokens": 36', 24, 26, cut_left=False, cut_right=False),
)
PLACELESS = replace(
    MISMATCH,
    rule="first-id-mismatch",
    severity=Severity.WARNING,
    group="page",
    message='is "run_b", but the first run in data is "run_a"',
    file=None,
    pointer="/first_id",
    run_id=None,
    line=None,
    column=None,
    end_line=None,
    end_column=None,
    run_status=None,
    excerpt=None,
)
DOCUMENT = DocumentInfo(file="responses/page.json", record=None, kind="page", form="wire", generation="v2", runs=3)
COUNTS = {
    ("b", Severity.WARNING): 3,
    ("a", Severity.WARNING): 3,
    ("c", Severity.ERROR): 3,
    ("d", Severity.WARNING): 12,
    ("e", Severity.INFO): 99,
}
HOSTILE = [
    "::error::x",
    " \N{IDEOGRAPHIC SPACE}::set-output name=a::b",
    "##[error]x",
    "a##vso[task.setvariable variable=a]b",
    "###[group]",
    "##teamcity[testFailed name='a']",
    "a\n::stop-commands::t\r\x1b[31m\x7f\x9b\u202e\u2028\U000e0041\ud800",
]
"""Names that a terminal or a build server would obey."""


def checked(*findings: Finding, truncated: int = 0, infos: int = 0, **about: Any) -> DocumentResult:
    """A document with these findings to show, and more that are not shown."""
    totals = {(finding.rule, finding.severity): 0 for finding in findings}
    for finding in findings:
        totals[finding.rule, finding.severity] += 1
    if truncated:
        totals["missing-usage", Severity.ERROR] = truncated
    if infos:
        totals["missing-usage", Severity.INFO] = infos
    return DocumentResult(document=DOCUMENT._replace(**about), findings=findings, totals=totals, truncated=truncated)


def written(name: str, *documents: ReportItem, look: ReportOptions = LOOK, statistics: bool = False) -> str:
    """Render the documents in a format."""
    return "".join(load_reporter(name, statistics=statistics)(documents, look))
